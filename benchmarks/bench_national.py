"""The whole country, or one province of it, in one command: made-up ledgers, every report, and what a correction costs.

The ledgers are SIMULATED (`swe demo`): a station in every township unit. Measured: seconds and the peak memory of the
whole tree of processes; the same command again with nothing changed (target: at most 1 % of the first time); and after
one station's ledger has been corrected, which reports are made again (target: its county, prefecture and province, and
the index).

    python benchmarks/bench_national.py [--region 46] [--framework generic-100] [-j 2] [--keep FOLDER]
    python benchmarks/bench_national.py --region 00          # 3,351 reports: an hour or more
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET_AGAIN, TARGET_MB = 0.01, 6 * 1024
TICK = 0.5  # seconds between looks at the memory
RUN = """id: bench-national
title: {{zh: 全部地区（模拟数据）, en: All regions (simulated data)}}
regions: [{regions}]
as_of: 2023-05-31
period: {{from: 2022-06-01, to: 2023-05-31}}
audience: internal
sources: {{figures: [data/reference/published], ledgers: raw/}}
{framework}"""


@dataclass(frozen=True)
class Measured:
    """One command: its document, seconds, and the largest sum of resident memory of its tree."""

    said: dict[str, Any]
    seconds: float
    peak_mb: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--region", default="46")
    asked.add_argument("--framework", default="generic-100", help="empty for none")
    asked.add_argument("-j", "--jobs", type=int, default=2)
    asked.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="swe-bench-") as name:
        folder = given.keep or Path(name)
        run = prepare(folder, given.region, given.framework)
        words = ["run", str(run), "-j", str(given.jobs), "--json"]
        first = swe(*words)
        made, failed = first.said["made"], len(first.said["failed"])
        print(
            f"first    {first.seconds:8.1f} s   {made} reports, {failed} failed   {first.seconds / max(made, 1):.2f} s a report"
        )
        judged("peak memory of the tree, MB", first.peak_mb, TARGET_MB)
        again = swe(*words)
        print(f"again    {again.seconds:8.1f} s   {again.said['made']} made")
        judged("again / first", again.seconds / first.seconds, TARGET_AGAIN)
        where = correct(folder)
        third = swe(*words)
        print(f"corrected station {where}: {third.said['made']} reports made   {third.seconds:.1f} s")
        verified = swe("verify", first.said["out"], "--json")
        print(
            f"verify   {verified.seconds:8.1f} s   ok: {verified.said['ok']}, {verified.said['files']} files"
        )


def prepare(folder: Path, code: str, framework: str) -> Path:
    """Ledgers of every township unit of a region, and a run over it and every prefecture and county below."""
    from swe.ledgers.demo import make_demo
    from swe.reference.regions import children, region

    started = time.perf_counter()
    make_demo(folder, region=code)
    place = region(code)
    known = [place.code] if code != "00" else []
    for level in ("province", "prefecture", "county"):
        known += [below.code for below in children(place, level)]
    regions = ", ".join(f'"{each}"' for each in dict.fromkeys(known))
    run = folder / "all.yml"
    run.write_text(
        RUN.format(regions=regions, framework=f"framework: {framework}\n" if framework else ""),
        encoding="utf-8",
    )
    size = sum(path.stat().st_size for path in (folder / "raw").rglob("*") if path.is_file()) / 2**20
    print(
        f"SIMULATED ledgers of {place.name}: {size:.0f} MB, {len(dict.fromkeys(known))} regions, {time.perf_counter() - started:.0f} s"
    )
    return run


def correct(folder: Path) -> str:
    """Half an hour more in one visit of one station; returns the station."""
    path = min((folder / "raw").glob("走访*.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    hours = next(at for at, label in enumerate(rows[0]) if "时长" in label)
    target = next(row for row in rows[1:] if row[hours])
    target[hours] = str(float(target[hours]) + 0.5)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return target[1]


def swe(*words: str) -> Measured:
    started, peak, done = time.perf_counter(), [0.0], threading.Event()
    process = subprocess.Popen(
        [sys.executable, "-m", "swe", *words], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def watch() -> None:
        while not done.wait(TICK):
            peak[0] = max(peak[0], proportional_mb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode not in (0, 14):
        raise SystemExit(f"swe {words[0]} ended with {process.returncode}")
    return Measured(json.loads(out), time.perf_counter() - started, peak[0])


def proportional_mb(pid: int) -> float:
    """Memory of a process and all below it; pages that forks share count once (PSS)."""
    total, waiting = 0, [pid]
    while waiting:
        each = waiting.pop()
        try:
            text = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1])
            for below in Path(f"/proc/{each}/task").glob("*/children"):
                waiting += map(int, below.read_text().split())
        except (OSError, StopIteration):
            continue
    return total / 1024


def judged(label: str, found: float, target: float) -> None:
    print(f"         {label}: {found:.3g}   target {target:g}   {'met' if found <= target else 'NOT MET'}")


if __name__ == "__main__":
    main()
