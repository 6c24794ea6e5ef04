"""A batch of reports side by side: the plain tools, ours, and the bare computation; same notebook, same data.

    a   `papermill … && jupyter nbconvert …` from the shell, a report at a time
    b   papermill's API and nbconvert's exporter in one process
    c   `swe run -j 1`, start-up included       d   `swe run -j 2`, start-up included
    e   the same computations, figures and tables in one warm process, without a notebook, a page or a file

They run in turn, in rounds, so that other work of the machine meets all of them. a and b take minutes for a handful:
they run over their own number of reports, which is printed, and are compared per report. Targets: c at least 5 times
faster than a per report, d at least 9 times, c − e at most 0.2 s a report.

    python benchmarks/bench_batch.py [--reports 40] [--few 8] [--rounds 2]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "regional_report.ipynb"
BIN = Path(sys.executable).parent
TARGET_C, TARGET_D, TARGET_OVER = 5.0, 9.0, 0.2
RUN = """id: bench
title: {{zh: 基准, en: Benchmark}}
regions: [{regions}]
as_of: 2024-05-31
audience: public
sources:
  figures: [data/reference/published]
"""
API = """
import sys
import papermill
from nbconvert import HTMLExporter
run, out, notebook, *codes = sys.argv[1:]
for code in codes:
    made = papermill.execute_notebook(notebook, f"{out}/{code}.ipynb", parameters={"run": run, "region": code}, progress_bar=False)
    page, _ = HTMLExporter(exclude_input=True).from_notebook_node(made)
    open(f"{out}/{code}.html", "w", encoding="utf-8").write(page)
"""
BARE = """
import sys, time
from swe.reports.regional import open_report
run, *codes = sys.argv[1:]
def make(code):
    report = open_report(run, code)
    for name in report.names:
        report.section(name)._repr_html_()
    report.document()._repr_mimebundle_()
make(codes[0])
started = time.perf_counter()
for code in codes:
    make(code)
print(time.perf_counter() - started)
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--reports", type=int, default=40)
    asked.add_argument("--few", type=int, default=8, help="reports of a and b in a round")
    asked.add_argument("--rounds", type=int, default=2)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="swe-bench-") as name:
        folder = Path(name)
        codes = regions(given.reports)
        run = folder / "bench.yml"
        run.write_text(RUN.format(regions=", ".join(f'"{code}"' for code in codes)), encoding="utf-8")
        few = codes[: given.few]
        ways: dict[str, tuple[int, Callable[[], float]]] = {
            "a": (len(few), lambda: by_shell(run, few, folder)),
            "b": (len(few), lambda: by_api(run, few, folder)),
            "c": (len(codes), lambda: by_swe(run, folder, jobs=1)),
            "d": (len(codes), lambda: by_swe(run, folder, jobs=2)),
            "e": (len(codes), lambda: bare(run, codes)),
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(given.rounds):
            for way, (count, make) in ways.items():
                seconds[way].append(make() / count)
                print(f"{way}  {seconds[way][-1]:6.2f} s a report (n = {count})", flush=True)
    tell(
        {way: mean(found) for way, found in seconds.items()},
        {way: ways[way][0] * given.rounds for way in ways},
    )


def regions(number: int) -> list[str]:
    """The provinces, then the regions of the programmes, then prefectures, until there are enough."""
    from swe.reference import published
    from swe.reference.regions import children, region

    nation = region("00")
    known = [place.code for place in children(nation, "province")]
    known += sorted(set(published.load().programmes["region"]))
    known += [place.code for place in children(nation, "prefecture")]
    return list(dict.fromkeys(known))[:number]


def by_shell(run: Path, codes: list[str], folder: Path) -> float:
    out = emptied(folder / "shell")
    started = time.perf_counter()
    for code in codes:
        made = out / f"{code}.ipynb"
        line = [
            str(BIN / "papermill"),
            "--no-progress-bar",
            "-p",
            "run",
            str(run),
            "-p",
            "region",
            code,
            str(NOTEBOOK),
            str(made),
        ]
        subprocess.run(line, cwd=ROOT, env=environment(), check=True, capture_output=True)
        line = [str(BIN / "jupyter"), "nbconvert", "--to", "html", "--no-input", str(made)]
        subprocess.run(line, cwd=ROOT, env=environment(), check=True, capture_output=True)
    return time.perf_counter() - started


def by_api(run: Path, codes: list[str], folder: Path) -> float:
    out = emptied(folder / "api")
    started = time.perf_counter()
    line = [sys.executable, "-c", API, str(run), str(out), str(NOTEBOOK), *codes]
    subprocess.run(line, cwd=ROOT, env=environment(), check=True, capture_output=True)
    return time.perf_counter() - started


def by_swe(run: Path, folder: Path, *, jobs: int) -> float:
    out = emptied(folder / "ours")
    started = time.perf_counter()
    line = [sys.executable, "-m", "swe", "run", str(run), "-j", str(jobs), "-o", str(out), "--fresh"]
    subprocess.run(line, cwd=ROOT, env=environment(), check=True, capture_output=True)
    return time.perf_counter() - started


def bare(run: Path, codes: list[str]) -> float:
    """Seconds after the first report, which warms the process."""
    line = [sys.executable, "-c", BARE, str(run), *codes]
    done = subprocess.run(line, cwd=ROOT, env=environment(), check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
    }


def emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def tell(each: dict[str, float], counts: dict[str, int]) -> None:
    print()
    for way, seconds in each.items():
        print(
            f"{way}  {seconds:6.2f} s a report   a / {way} = {each['a'] / seconds:5.1f}   n = {counts[way]}"
        )
    over = each["c"] - each["e"]
    for label, found, target, fine in (
        ("a / c", each["a"] / each["c"], TARGET_C, each["a"] / each["c"] >= TARGET_C),
        ("a / d", each["a"] / each["d"], TARGET_D, each["a"] / each["d"] >= TARGET_D),
        ("c − e", over, TARGET_OVER, over <= TARGET_OVER),
    ):
        print(f"{label}  {found:5.2f}   target {target}   {'met' if fine else 'NOT MET'}")


if __name__ == "__main__":
    main()
