"""What the README and the pages of docs/ say is run: Python, commands, examples, the notebook through plain tools."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from swe.cli import cli
from swe.core import errors
from swe.core.errors import SweError
from swe.reference import published
from swe.reference.figure_checks import QUALIFIERS
from swe.reference.figures_file import FIGURE_COLUMNS
from swe.reports.runfile import RunSpec, Sources, load_run
from swe.show.words import word

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"^(?:\.venv[/\\](?:bin|Scripts)[/\\])?swe ")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for name, body in FENCE.findall(text) if name == language]


def commands(page: str) -> list[str]:
    """Every `swe …` line of the shell blocks, without the path of the program."""
    lines = "".join(blocks(page, "sh") + blocks(page, "powershell")).splitlines()
    return [PROGRAM.sub("swe ", line) for line in lines if PROGRAM.match(line)]


def pages() -> list[str]:
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("notebooks/*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


@pytest.mark.parametrize("page", [*READMES, "docs/figures.md"])
def test_python_on_the_page_runs_and_prints_what_the_page_says(page: str) -> None:
    found = blocks(page, "python")
    assert found
    for block in found:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, page, "exec"), {})
        said = [line.removeprefix("# ") for line in block.splitlines() if line.startswith("# ")]
        assert said
        assert [line for line in printed.getvalue().splitlines() if line in said] == said


@pytest.mark.parametrize("page", READMES)
def test_commands_on_the_page_are_understood(page: str) -> None:
    assert len(commands(page)) >= 8
    for line in commands(page):
        name, *arguments = shlex.split(line)[1:]
        with cli.commands[name].make_context(name, arguments):
            pass


def test_a_wrong_command_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        cli.commands["run"].make_context("run", ["published", "--no-such-option"])


@pytest.mark.parametrize("page", READMES)
def test_every_command_and_option_is_on_the_page(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert f"`swe {name} " in text
        if f"| `swe {name} " not in text:  # named as unfinished: nothing to promise of its options
            continue
        for option in command.params:
            shown = [o for o in option.opts if isinstance(option, click.Option)]
            assert not shown or any(re.search(rf"[`| ]{o}\b", text) for o in shown), (name, shown)


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help(name: str) -> None:
    done = _swe(name, "--help")
    assert done.returncode == 0 and done.stdout.startswith(f"Usage: swe {name}")


@pytest.mark.parametrize(
    "line", [line for line in commands("README.md") if re.match("swe (region|cov)", line)]
)
def test_cheap_commands_of_the_readme_succeed(line: str) -> None:
    done = _swe(*shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_both_readmes_show_the_same_commands() -> None:
    def shown(page: str) -> list[str]:
        return [line for kind in ("sh", "powershell") for b in blocks(page, kind) for line in b.splitlines()]

    assert shown(READMES[0]) == shown(READMES[1])
    assert [blocks(READMES[0], kind) for kind in ("yaml", "csv")] == [
        blocks(READMES[1], kind) for kind in ("yaml", "csv")
    ]


def test_make_has_every_target_of_the_readme() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"make ([a-z-]+)[`\n]", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert {"report", "test"} <= set(named) <= set(targets)


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs/images/report-guizhou.png").stat().st_size <= 300_000


@pytest.mark.parametrize("page", pages())
def test_links_of_the_page_lead_somewhere(page: str) -> None:
    for target in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_example_of_ones_own_figures_is_a_run(tmp_path: Path) -> None:
    (own,) = blocks("README.md", "csv")
    (run,) = blocks("README.md", "yaml")
    (tmp_path / "own.csv").write_text(own, encoding="utf-8")
    (tmp_path / "fuquan-2023.yml").write_text(run, encoding="utf-8")
    loaded = load_run(tmp_path / "fuquan-2023.yml", root=ROOT)
    assert loaded.codes == ("522702",)
    assert loaded.folder == tmp_path / "outputs" / "fuquan-2023"
    facts = published.load(*loaded.figure_paths)
    assert facts.bounded("X001").point == 8
    assert (facts.bounded("X002").low, facts.bounded("X002").point) == (3000, None)
    assert not [
        w.text("en") for w in facts.warnings if "own.csv" in w.where and "column source_id" not in w.en
    ]


def test_the_page_of_the_run_file_has_every_key_and_a_run(tmp_path: Path) -> None:
    text = (ROOT / "docs/run-file.md").read_text(encoding="utf-8")
    keys = {"register" if key == "register_" else key for key in RunSpec.model_fields} - {"sources"}
    for key in [*keys - {"limits"}, *(f"sources.{key}" for key in Sources.model_fields)]:
        assert re.search(rf"^\|.*`{key}`.*\|", text, re.MULTILINE), key
    (run,) = blocks("docs/run-file.md", "yaml")
    (own,) = blocks("docs/figures.md", "csv")
    (tmp_path / "own.csv").write_text(own, encoding="utf-8")
    (tmp_path / "run.yml").write_text(run, encoding="utf-8")
    assert "522702" in load_run(tmp_path / "run.yml", root=ROOT).codes


def test_the_page_of_the_figures_file_has_every_column_and_qualifier() -> None:
    text = (ROOT / "docs/figures.md").read_text(encoding="utf-8")
    for name in (*FIGURE_COLUMNS, "note", "confidence", *QUALIFIERS):
        assert f"`{name}`" in text, name


def test_the_page_of_exit_codes_has_every_class() -> None:
    text = (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8")
    shown = {(int(code), name) for code, name in re.findall(r"^\| (\d+) \| `(\w+)`", text, re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SweError)]
    assert shown == {(kind.exit_code, kind.__name__) for kind in kinds}


def test_the_notebook_runs_through_the_plain_tools(tmp_path: Path) -> None:
    """The two lines of notebooks/README.md, their output in a temporary folder."""
    (block,) = blocks("notebooks/README.md", "sh")
    run, convert = (shlex.split(line) for line in block.splitlines())
    _plain("papermill", *[str(tmp_path / a) if a == "out.ipynb" else a for a in run[1:]])
    _plain("nbconvert", *[str(tmp_path / a) if a == "out.ipynb" else a for a in convert[2:]])
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert 'data-n="coverage.units"' in page and "522702" in page
    assert word("page.ungated", "zh") in page


def _plain(module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-2000:]


def _swe(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "swe", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
