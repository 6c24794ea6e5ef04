"""The command line: arguments in, exit codes out, progress between; no logic of its own.

stdout is for results (`--json`: one JSON document), stderr for people. A user's mistake never shows a traceback
(`--debug` does); the exit codes are those of `swe.core.errors`.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Literal

import click

from swe.core.errors import DataError, NotebookError, PartialError, SweError, TimeLimitError, UsageError
from swe.core.language import current, use

JSON = click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="swe")
def cli() -> None:
    """Evaluate township social-work stations. 乡镇（街道）社工站评估工具。"""


def command(name: str, group: click.Group = cli) -> Callable[[Callable[..., None]], click.Command]:
    """A command with the three options that stand on every one: --project, --lang, --debug."""

    def wrap(body: Callable[..., None]) -> click.Command:
        @functools.wraps(body)
        def run(project: Path | None, lang: str | None, debug: bool, **arguments: Any) -> None:
            use(lang)
            _bordered(lambda: body(project=project, lang=lang, **arguments), debug)

        for option in (
            click.option(
                "--project", type=click.Path(path_type=Path), help="the folder with params/ and notebooks/"
            ),
            click.option("--lang", type=click.Choice(["zh", "en"]), help="language of messages and reports"),
            click.option("--debug", is_flag=True, help="show the traceback of an error"),
        ):
            run = option(run)
        return group.command(name)(run)

    return wrap


def _bordered(body: Callable[[], None], debug: bool) -> None:
    """The border where every error becomes one message and one exit code."""
    try:
        body()
    except SweError as error:
        if debug:
            traceback.print_exc()
        click.echo(error.text(current()), err=True)
        sys.exit(error.exit_code)
    except click.exceptions.ClickException:
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if debug:
            traceback.print_exc()
        name = type(error).__name__
        click.echo(
            f"程序错误（{name}）。请用 --debug 重试并报告。" if current() == "zh"
            else f"this is a bug ({name}). Please try again with --debug and report it.", err=True,
        )  # fmt: skip
        sys.exit(1)


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=1))


@command("region")
@click.argument("query")
@click.option("--as-of", help="date whose register is used (default: the newest)")
@JSON
def region_command(query: str, as_of: str | None, as_json: bool, **_: Any) -> None:
    """What the register knows of a region: codes, kinds, units, villages."""
    from swe.reference.lookup import region_document, region_lines

    document, problem = region_document(query, as_of, today=date.today())
    if as_json:
        _print_json(document)
    elif not problem:
        click.echo("\n".join(region_lines(document, current())))
    if problem:
        raise problem


@command("coverage")
@click.argument("code")
@click.option("--as-of", help="date of the count of stations (default: that of the newest register)")
@click.option("--stations", help="number of stations (default: the published figure nearest to the date)")
@JSON
def coverage_command(code: str, as_of: str | None, stations: str | None, as_json: bool, **_: Any) -> None:
    """Stations against township units, with the register of the date."""
    from swe.indicators.coverage import coverage, coverage_document

    count = None if stations is None else _station_count(stations)
    result = coverage(code, as_of=as_of, stations=count)
    if as_json:
        _print_json(coverage_document(result, lang=current()))
    else:
        click.echo(result.text(current()))
        for note in result.notes:
            click.echo("· " + note.text(current()))


def _station_count(text: str) -> Any:
    from swe.reference.press import press_number

    try:
        return int(text.replace(",", ""))
    except ValueError:
        pass
    try:
        return press_number(text).with_unit("station")
    except SweError:
        raise UsageError(
            f"--stations 应是整数或新闻数字（如 1094、千余），收到“{text}”",
            f"--stations takes a whole number or a press number (1094, 千余); got {text!r}",
        ) from None


@command("template")
@click.argument("contract", default="ledger-v1")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), help="the workbook to write (.xlsx)"
)
@click.option(
    "--framework", "system", metavar="ID", help="the rating workbook of this indicator system instead"
)
@click.option(
    "--stations", metavar="PATH", help="ledgers or a store: a score sheet for each of their stations"
)
def template_command(
    contract: str, out: Path, system: str | None, stations: str | None, lang: str | None, **_: Any
) -> None:
    """Write the ledger workbook that stations fill in, or the rating workbook for raters."""
    shown: Literal["zh", "en"] = "en" if lang == "en" else "zh"
    if system is None:
        from swe.ledgers.template import template

        if stations is not None:
            raise UsageError("--stations 要和 --framework 一起用", "--stations goes with --framework")
        click.echo(template(contract, out, lang=shown))
        return
    from swe.indicators.rating_workbook import rating_template, stations_of

    click.echo(rating_template(system, out, lang=shown, stations=stations_of(stations) if stations else ()))


@command("check")
@click.argument("paths", nargs=-1, required=True)
@click.option("--contract", default="ledger-v1", help="the ledger contract (default: ledger-v1)")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="workbook of issues to send back (.xlsx)")
@JSON
def check_command(paths: tuple[str, ...], contract: str, out: Path | None, as_json: bool, **_: Any) -> None:
    """Read ledgers and say what is usable, what is wrong, and where."""
    from swe.ledgers.command import check_paths, document, lines

    checked = check_paths(paths, contract)
    if as_json:
        _print_json(document(checked))
    else:
        click.echo("\n".join(lines(checked, current())))
    if out is not None:
        from swe.ledgers.issues_workbook import issues_workbook

        issues_workbook(checked.issues, out, lang=current(), files=checked.sources)
        click.echo(str(out), err=True)
    if not checked.ok:
        errors = checked.counts["error"]
        raise DataError(
            f"台账有 {errors} 处错误，请改正后重新检查",
            f"the ledgers have {errors} errors; correct them and check again",
        )


@cli.group("framework")
def framework_group() -> None:
    """Check and compare indicator systems (params/frameworks/)."""


@command("check", framework_group)
@click.argument("files", nargs=-1)
@JSON
def framework_check_command(files: tuple[str, ...], as_json: bool, project: Path | None, **_: Any) -> None:
    """Read indicator systems and say everything that is wrong, with file and line."""
    from swe.indicators.framework_command import check_document, check_frameworks, check_lines, failure

    checked = check_frameworks(files, root=project)
    if as_json:
        _print_json(check_document(checked, current()))
    else:
        click.echo("\n".join(check_lines(checked, current())))
    problem = failure(checked)
    if problem is not None:
        raise problem


@command("diff", framework_group)
@click.argument("files", nargs=-1, metavar="A B")
@JSON
def framework_diff_command(files: tuple[str, ...], as_json: bool, project: Path | None, **_: Any) -> None:
    """What differs between two indicator systems, code by code."""
    from swe.indicators.framework_command import compare_frameworks, diff_document, diff_lines

    compared = compare_frameworks(files, root=project)
    if as_json:
        _print_json(diff_document(compared))
    else:
        click.echo("\n".join(diff_lines(compared, current())))


@command("demo")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="a new folder")
@click.option("--region", default="522702", help="whose townships get a station (default: 522702)")
@click.option("--stations", type=click.IntRange(1), help="number of stations")
@click.option("--months", type=click.IntRange(1), help="number of months")
@click.option("--rows", type=click.IntRange(1), help="number of service rows")
@click.option("--messy", is_flag=True, help="the same data the way stations write them")
@click.option("--seed", type=int, default=20230531)
@click.option(
    "--framework", "system", default="generic-100", metavar="ID", show_default=True,
    help="indicator system of the simulated ratings; none for no ratings and no scores",
)  # fmt: skip
def demo_command(out: Path, project: Path | None, lang: str | None, system: str, **options: Any) -> None:
    """Write a simulated ledger with ratings, and its run file."""
    from swe.indicators.rated_points import rated_points
    from swe.ledgers.demo import make_demo

    rated = rated_points(system, root=project)
    made = make_demo(out, rated=rated, framework_id=system if rated else "", **options)
    zh, en = (
        f"模拟数据已写入 {made}。接着：swe check {made}/raw，swe run {made}/run.yml",
        (f"simulated data are in {made}. Next: swe check {made}/raw, swe run {made}/run.yml"),
    )
    click.echo(zh if current() == "zh" else en, err=True)
    click.echo(made)


@command("run")
@click.argument("run")
@click.option(
    "-r", "--region", "wanted", multiple=True, metavar="CODE", help="52: it and all below it; =52: it alone"
)
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="override a setting"
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1), help="regions made at a time (default: processors, at most 4)"
)
@click.option(
    "--engine",
    type=click.Choice(["fork", "kernel"]),
    help="how notebooks are executed (default: fork on Linux)",
)
@click.option("--dask", metavar="ADDRESS", help="let a Dask scheduler's workers make them: tcp://host:8786")
@click.option("--audience", type=click.Choice(["internal", "public"]))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="write into this folder itself")
@click.option("--fresh", is_flag=True, help="make every region again")
@click.option("--only-failed", is_flag=True, help="make only what failed before")
@click.option("--refresh-reference", is_flag=True, help="compute anew what all stations are compared with")
@click.option("--timeout", type=click.IntRange(1), metavar="S", help="seconds a region may take")
@click.option(
    "--memory", "memory_mb", type=click.IntRange(100), metavar="MB", help="memory a region may take (fork)"
)
@click.option("--dry-run", is_flag=True, help="say what would be made, and why")
@JSON
def run_command(run: str, as_json: bool, **options: Any) -> None:
    """Make the reports of a run, one folder a region; the same command again resumes."""
    from swe.reports.command import run_and_report

    run_and_report(run, _Progress(as_json), **options)


class _Progress:
    """One line a region on stderr, and the run's result on stdout."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.started: float | None = None

    def tell(self, outcome: Any, done: int, planned: int) -> None:
        import time

        now = time.perf_counter()
        self.started = self.started or now - outcome.seconds
        left = (now - self.started) / done * (planned - done)
        reason = outcome.reason_zh if current() == "zh" else outcome.reason_en
        if self.as_json:
            line: Any = {
                "region": outcome.code,
                "ok": outcome.ok,
                "done": done,
                "planned": planned,
                "reason": reason,
            }
            click.echo(json.dumps(line, ensure_ascii=False, sort_keys=True), err=True)
            return
        word = (
            ("完成" if outcome.ok else "失败") if current() == "zh" else ("made" if outcome.ok else "FAILED")
        )
        eta = f"约剩 {left:.0f} 秒" if current() == "zh" else f"about {left:.0f} s left"
        line = f"[{done}/{planned}] {outcome.code} {word} {outcome.seconds:.1f} s · {eta}"
        click.echo(f"{line}\n    {reason}" if reason else line, err=True)

    def planned(self, steps: list[Any]) -> None:
        if self.as_json:
            _print_json({"plan": [step.document() for step in steps]})
        else:
            for step in steps:
                click.echo(step.line(current()))

    def finished(self, summary: Any) -> None:
        if self.as_json:
            _print_json(summary.document(current()))
        else:
            counts = (summary.made, summary.unchanged, len(summary.failed), summary.seconds)
            zh = "新做 {} 份，未变 {} 份，失败 {} 份，用时 {:.0f} 秒。目录页：".format(*counts)
            en = "{} made, {} unchanged, {} failed, {:.0f} s. Index:".format(*counts)
            click.echo(zh if current() == "zh" else en, err=True)
            self._left(summary)
            click.echo(summary.out / "index.html")
        _raise_for(summary)

    def _left(self, summary: Any) -> None:
        """What --only-failed has not touched although it is not as it should be."""
        for codes, zh, en in (
            (summary.missing, "从未做过", "never made"),
            (summary.outdated, "已过时", "out of date"),
        ):
            if codes:
                zh = f"{len(codes)} 个地区{zh}（--only-failed 不做它们）；去掉 --only-failed 再运行即可"
                en = f"{len(codes)} regions {en} (--only-failed leaves them); run again without --only-failed"
                click.echo(zh if current() == "zh" else en, err=True)


def _raise_for(summary: Any) -> None:
    """The exit code of a run with failures."""
    failed = summary.failed
    if not failed:
        return
    listed_zh = "；".join(f"{code}：{reason[0]}" for code, reason in list(failed.items())[:5])
    listed_en = "; ".join(f"{code}: {reason[1]}" for code, reason in list(failed.items())[:5])
    if summary.made or summary.unchanged:
        raise PartialError(
            f"{len(failed)} 个地区失败：{listed_zh}", f"{len(failed)} regions failed: {listed_en}"
        )
    if summary.disk_full == len(failed):
        from swe.core.errors import MachineError

        raise MachineError(f"所有地区都没能写出：{listed_zh}", f"no region could be written: {listed_en}")
    kind = TimeLimitError if summary.timed_out == len(failed) else NotebookError
    raise kind(f"所有地区都失败了：{listed_zh}", f"every region failed: {listed_en}")


@command("status")
@click.argument("folder", type=click.Path(path_type=Path))
@JSON
def status_command(folder: Path, as_json: bool, **_: Any) -> None:
    """What a run's folder holds: made, missing, failed and why."""
    from swe.reports.batch import status

    found = status(folder)
    failed = {code: reason[current()] for code, reason in found["failed"].items()}
    if as_json:
        _print_json({**found, "failed": failed})
        return
    zh = f"{found['run']}：计划 {found['planned']}，已有 {len(found['made'])}，缺 {len(found['missing'])}，失败 {len(failed)}"
    en = (
        f"{found['run']}: {found['planned']} planned, {len(found['made'])} made, "
        f"{len(found['missing'])} missing, {len(failed)} failed"
    )
    click.echo(zh if current() == "zh" else en)
    for code, reason in failed.items():
        click.echo(f"{code}\t{reason}")


@command("verify")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--signed", "wanted", type=click.IntRange(1), metavar="N", help="and signed by N allowed persons"
)
@JSON
def verify_command(folder: Path, wanted: int | None, as_json: bool, project: Path | None, **_: Any) -> None:
    """Whether every byte of a run's folder is as it was made, and how many have signed it."""
    from swe.core.errors import VerificationError
    from swe.reports.signatures import verified, verified_lines

    found = verified(folder, signed=wanted, project=project)
    if as_json:
        _print_json(found)
    else:
        click.echo("\n".join(verified_lines(found, current())))
    if not found["ok"]:
        listed = "; ".join(f"{p['path']} ({p['problem']})" for p in found["problems"][:20])
        raise VerificationError(
            f"{len(found['problems'])} 处与制作时不同：{listed}",
            f"{len(found['problems'])} differences: {listed}",
        )


@command("diff")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@JSON
def diff_command(before: Path, after: Path, as_json: bool, **_: Any) -> None:
    """What differs between two runs, number by number, and what of it is beyond uncertainty."""
    from swe.reports.run_diff import compare_runs, lines

    found = compare_runs(before, after)
    if as_json:
        _print_json(found.document())
    else:
        click.echo("\n".join(lines(found, current())))


def main() -> None:
    """Entry point of `swe`."""
    if hasattr(sys.stdout, "reconfigure"):  # UTF-8 on any code page (Windows)
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    cli(prog_name="swe")
