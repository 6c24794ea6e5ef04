"""The whole country, or one province of it, in one command: made-up ledgers, every report, and what a correction costs.

The ledgers are SIMULATED (`swe demo`): a station in every township unit. Measured: seconds, processor seconds and the
peak memory of the whole tree of processes; the same command again with nothing changed (target: at most 1 % of the first
time); and after one station's ledger has been corrected, which reports are made again (target: its county, prefecture and
province, and the index).

    python benchmarks/bench_national.py [--region 46] [--framework generic-100] [-j 2] [--keep FOLDER]
    python benchmarks/bench_national.py --region 00 --keep FOLDER          # 3,351 reports: hours
    python benchmarks/bench_national.py --region 00 --keep FOLDER --go-on  # a run that was stopped
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
    """One command: its document, seconds, processor seconds of its tree, and the largest sum of its tree's memory."""

    said: dict[str, Any]
    seconds: float
    cpu: float
    peak_mb: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--region", default="46")
    asked.add_argument("--framework", default="generic-100", help="empty for none")
    asked.add_argument("-j", "--jobs", type=int, default=2)
    asked.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    asked.add_argument("--go-on", action="store_true", help="the folder is there already: go on with its run")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="swe-bench-") as name:
        folder = given.keep or Path(name)
        run = folder / "all.yml" if given.go_on else prepare(folder, given.region, given.framework)
        words = ["run", str(run), "-j", str(given.jobs), "--json"]
        first = swe(*words)
        made, failed = first.said["made"], len(first.said["failed"])
        print(
            f"first    {first.seconds:8.1f} s   {made} reports, {failed} failed   {first.seconds / max(made, 1):.2f} s a report, "
            f"{first.cpu / max(made, 1):.2f} s of a processor"
        )
        print(f"         of it before the first report: {before_reports(first):.0f} s")
        judged("peak memory of the tree, MB", first.peak_mb, TARGET_MB)
        again = swe(*words)
        print(
            f"again    {again.seconds:8.1f} s   {again.said['made']} made   {again.cpu:.1f} s of a processor"
        )
        judged("again / first", again.seconds / first.seconds, TARGET_AGAIN)
        where = correct(folder)
        third = swe(*words)
        remade = sorted(set(step_codes(third)))
        print(
            f"corrected station {where}: {third.said['made']} reports made ({', '.join(remade)})   {third.seconds:.1f} s"
        )
        verified = swe("verify", first.said["out"], "--json")
        print(
            f"verify   {verified.seconds:8.1f} s   ok: {verified.said['ok']}, {verified.said['files']} files"
        )


def before_reports(measured: Measured) -> float:
    """Seconds for loading, checking and what the regions share."""
    return measured.seconds - float(measured.said["seconds"])


def step_codes(measured: Measured) -> list[str]:
    """The last reports of the run's log: those that the command made."""
    log = Path(measured.said["out"]) / "log.jsonl"
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    made = [each["region"] for each in told if each["ok"]]
    return made[len(made) - int(measured.said["made"]) :]


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
    path = min((folder / "raw").glob("走访*"))
    if path.suffix == ".parquet":
        return correct_parquet(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    hours = next(at for at, label in enumerate(rows[0]) if "时长" in label)
    target = next(row for row in rows[1:] if row[hours])
    target[hours] = str(float(target[hours]) + 0.5)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return target[1]


def correct_parquet(path: Path) -> str:
    """As `correct`; ledgers of a few million rows come as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(path)
    hours, station = (
        next(name for name in rows.column_names if what in name) for what in ("时长", "社工站编号")
    )
    values = rows[hours].to_pylist()
    at = next(i for i, value in enumerate(values) if value is not None)
    values[at] += 0.5
    place = rows.column_names.index(hours)
    changed = rows.set_column(
        place, rows.schema.field(hours), pa.array(values, rows.schema.field(hours).type)
    )
    pyarrow.parquet.write_table(changed, path, compression="zstd")
    return str(rows[station][at])


def swe(*words: str) -> Measured:
    started, peak, cpu, done = time.perf_counter(), [0.0], [0.0], threading.Event()
    process = subprocess.Popen(
        [sys.executable, "-m", "swe", *words], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def watch() -> None:
        while not done.wait(TICK):
            now = tree(process.pid)
            peak[0] = max(peak[0], sum(map(proportional_mb, now)))
            cpu[0] = max(cpu[0], sum(map(processor_seconds, now)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode not in (0, 14):
        raise SystemExit(f"swe {words[0]} ended with {process.returncode}")
    return Measured(json.loads(out), time.perf_counter() - started, cpu[0], peak[0])


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        try:
            for below in Path(f"/proc/{each}/task").glob("*/children"):
                waiting += map(int, below.read_text().split())
        except OSError:
            continue
    return found


def proportional_mb(pid: int) -> float:
    """Memory of a process; pages that forks share count in parts (PSS)."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) / 1024
    except (OSError, StopIteration):
        return 0.0


def processor_seconds(pid: int) -> float:
    """Of a process and of those that it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0


def judged(label: str, found: float, target: float) -> None:
    print(f"         {label}: {found:.3g}   target {target:g}   {'met' if found <= target else 'NOT MET'}")


if __name__ == "__main__":
    main()
