"""Indicators at size: 38,621 stations × 60 indicators out of a stored ledger, against a bare scan of what they read.

The figure is a ratio to DuckDB alone over the same Parquet, in a process of its own too, so that it means the same on any
machine: every column that the measures read, scanned and handed over as Arrow batches (at most 4). Beside it, for
the record, the same columns aggregated once by station, which DuckDB does largely in its dictionaries.

    python benchmarks/bench_scores.py [--stations 38621] [--repeats 3]
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

TARGET_INDICATORS = 4.0
MEMORY_MB = 4096
STATIONS = 38_621  # township units of the country, register of 2023-06-30
PROVINCES = 31
PERIOD = "2023"
INDICATORS = 60

DAY = "DATE '2023-01-01' + draw(n, 365)"
DOMAIN = "['assistance', 'elderly', 'children', 'disability', 'community'][1 + draw(n + 5, 5)]"
TRUE = "draw(n + {0}, 10) < 8"
# rows a station and year, near those of Changle (18 stations, 3 years: 10.4 cases, 11.5 activities, 404 person-times
# visited a station-year), and the columns that are filled
TABLES: Mapping[str, tuple[int, dict[str, str]]] = {
    "stations": (1, {
        "name": "'S' || n", "region_code": "station", "kind": "'station'", "opened_on": "DATE '2020-01-01' + draw(n, 700)",
        "contract_from": "DATE '2023-01-01'", "contract_to": "DATE '2023-12-31'", "area_m2": "20.0 + draw(n + 1, 80)",
        "posts": "2 + draw(n + 2, 3)", "resident_workers": "1 + draw(n + 3, 3)", "certified_workers": "draw(n + 4, 3)",
        "contract_cny": "100000.0 + draw(n + 5, 200000)", "has_case_room": TRUE.format(6),
    }),
    "workers": (3, {
        "worker_id": "'W' || n", "licence": "['none', 'assistant', 'social_worker'][1 + draw(n, 3)]",
        "pre_service_training": TRUE.format(1), "hired_on": "DATE '2021-01-01' + draw(n, 700)",
        "training_hours": "draw(n + 2, 90) / 2", "supervision_hours": "draw(n + 3, 60) / 2",
    }),
    "clients": (50, {
        "client_id": "'C' || k", "category": "['minimum_living', 'disabled', 'elderly', 'child'][1 + draw(n, 4)]",
        "consent": TRUE.format(1), "need_level": "['high', 'medium', 'low'][1 + draw(n + 2, 3)]",
        "filed_on": "DATE '2022-01-01' + draw(n + 3, 700)",
    }),
    "cases": (10, {
        "case_id": "'A' || k", "opened_on": DAY, "service_domain": DOMAIN, "contacts": "2 + draw(n + 1, 9)",
        "stage": "['closed', 'intervention'][1 + draw(n + 2, 2)]", "closed_on": f"{DAY} + 30", "hours": "draw(n + 4, 40) / 2",
        "doc_plan": TRUE.format(6), "doc_closing": TRUE.format(7), "has_goals": TRUE.format(8),
        "pre_score": "draw(n + 9, 20)", "post_score": "draw(n + 10, 20)", "goal_attainment": "draw(n + 11, 5)",
        "satisfaction": "1 + draw(n + 12, 5)", "client_id": "'C' || draw(n + 13, 50)",
    }),
    "groups": (5, {
        "group_id": "'G' || k", "started_on": DAY, "service_domain": DOMAIN, "sessions": "2 + draw(n + 1, 6)",
        "participants": "3 + draw(n + 2, 12)", "person_times": "10 + draw(n + 3, 60)", "sign_in_sheet": TRUE.format(4),
        "has_pre_post": TRUE.format(6), "satisfaction_rate": "0.5 + draw(n + 7, 50) / 100",
    }),
    "activities": (12, {
        "activity_id": "'H' || k", "date": DAY, "service_domain": DOMAIN, "participants": "3 + draw(n + 1, 50)",
        "kind": "['publicity', 'festival', 'recreation'][1 + draw(n + 2, 3)]", "hours": "1 + draw(n + 3, 6) / 2",
        "person_times": "5 + draw(n + 4, 50)", "volunteers": "draw(n + 6, 8)", "amount_cny": "draw(n + 7, 200000) / 100",
        "sign_in_sheet": TRUE.format(8), "photos": TRUE.format(9),
    }),
    "visits": (300, {
        "visit_id": "'V' || k", "date": DAY, "delivery_mode": "['home_visit', 'phone', 'on_site'][1 + draw(n + 1, 3)]",
        "households": "1 + draw(n + 2, 3)", "persons": "1 + draw(n + 3, 4)", "person_times": "1 + draw(n + 4, 4)",
        "client_id": "'C' || draw(n + 6, 60)", "service_domain": DOMAIN, "hours": "(1 + draw(n + 7, 6)) / 2",
        "entry_date": f"{DAY} + draw(n + 8, 9)",
    }),
    "linkages": (6, {
        "date": DAY, "party": "['community', 'volunteer', 'charity_resource'][1 + draw(n, 3)]",
        "resource_kind": "['money', 'goods', 'volunteer_service', 'organisation'][1 + draw(n + 1, 4)]",
        "amount_cny": "draw(n + 2, 3000000) / 100", "volunteers": "draw(n + 3, 20)", "volunteer_hours": "draw(n + 4, 80) / 2",
    }),
    "finance": (6, {
        "item": "['personnel', 'service', 'administration', 'equipment', 'training', 'tax'][1 + k % 6]",
        "budget_cny": "20000.0 + draw(n, 10000)", "received_cny": "18000.0 + draw(n + 1, 8000)", "spent_cny": "15000.0 + draw(n + 2, 8000)",
    }),
    "targets": (6, {
        "measure": "['cases', 'groups', 'activities', 'households_visited', 'visit_person_times', 'supervision_hours'][1 + k % 6]",
        "period_from": "DATE '2023-01-01'", "period_to": "DATE '2023-12-31'", "target": "5.0 + draw(n, 200)",
    }),
    "supervision": (12, {"date": DAY, "hours": "(1 + draw(n + 1, 6)) / 2", "kind": "['individual', 'group'][1 + draw(n + 2, 2)]"}),
    "training": (6, {"date": DAY, "hours": "(1 + draw(n + 1, 12)) / 2", "participants": "1 + draw(n + 2, 5)"}),
    "ratings": (30, {
        "framework_id": "'bench'", "indicator_code": "'I' || (51 + k % 10)", "round": "'final'", "rater": "'R' || k",
        "rater_source": "['third_party', 'purchaser', 'village'][1 + k // 10]", "score": "draw(n, 21) / 10", "full_points": "2.0",
    }),
    "findings": (3, {
        "date": DAY, "kind": "['files', 'premises', 'finance', 'falsification'][1 + draw(n, 100) // 33]",
        "severity": "['major', 'minor', 'note'][1 + draw(n + 1, 3)]", "rectified": TRUE.format(2),
    }),
    "survey": (60, {
        "respondent_id": "'Q' || k", "date": DAY, "outcome": "['complete', 'refused'][1 + draw(n, 5) // 4]",
        **{f"awareness_{i}": TRUE.format(i) for i in range(1, 6)},
        **{f"satisfaction_{i}": f"1 + draw(n + {10 + i}, 5)" for i in range(1, 6)},
    }),
}  # fmt: skip
SERVICES = {"cases": "opened_on", "groups": "started_on", "activities": "date", "visits": "date"}


def measures() -> list[dict[str, Any]]:
    """Sixty measures over all tables, as an assessor mixes them: counts, completions, shares, means, rates, coverage, ratings."""
    equals = lambda column, value: {column: {"equals": value}}  # noqa: E731
    found: list[dict[str, Any]] = []
    for table in ("cases", "groups", "activities"):
        found += [
            {"count": table, "valid": True},
            {"ratio": {"count": table, "valid": True}, "to": {"target": table}},
            {"rate": {"count": table}, "per": "station_month"},
            {"coverage": table, "of": "months"},
            {"coverage": table, "of": "domains"},
        ]  # 15
    found += [
        {"ratio": {"sum": "visits", "column": "households"}, "to": {"target": "households_visited"}},
        {"ratio": {"sum": "visits", "column": "person_times"}, "to": {"target": "visit_person_times"}},
        {"ratio": {"sum": "supervision", "column": "hours"}, "to": {"target": "supervision_hours"}},
        {"coverage": "visits", "of": "weeks"},
        {"share": "visits", "where": equals("delivery_mode", "home_visit")},
        {"share": "visits", "where": {"service_domain": {"in": ["elderly", "children"]}}},
        {"sum": "visits", "column": "hours", "where": equals("delivery_mode", "on_site")},
        {"rate": {"count": "visits"}, "per": "station_week"},
        {"coverage": "cases", "distinct": "client_id", "of": "clients"},
        {"share": "cases", "where": equals("stage", "closed")},
        {"share": "cases", "where": equals("doc_plan", "true"), "of": equals("stage", "closed")},
        {"share": "cases", "where": equals("doc_closing", "true"), "of": equals("stage", "closed")},
        {"mean": "cases", "column": "contacts"},
        {"mean": "cases", "column": "satisfaction"},
        {"mean": "cases", "column": "goal_attainment", "where": equals("stage", "closed")},
        {"days_between": "cases", "from": "opened_on", "to": "closed_on"},
        {"share": "cases", "where": {"pre_score": {"notnull": "true"}, "post_score": {"notnull": "true"}}},
        {"mean": "groups", "column": "satisfaction_rate"},
        {"share": "groups", "where": equals("has_pre_post", "true")},
        {"share": "groups", "where": equals("sign_in_sheet", "true")},
        {"share": "activities", "where": equals("sign_in_sheet", "true")},
        {"sum": "activities", "column": "volunteers"},
        {
            "ratio": {"sum": "activities", "column": "amount_cny"},
            "to": {"sum": "activities", "column": "person_times"},
        },
        {"ratio": {"count": "workers"}, "to": {"stations": "posts"}},
        {"share": "workers", "where": {"licence": {"in": ["assistant", "social_worker", "senior"]}}},
        {"share": "workers", "where": equals("pre_service_training", "true")},
        {"mean": "workers", "column": "training_hours"},
        {"mean": "workers", "column": "supervision_hours"},
        {
            "ratio": {"sum": "finance", "column": "spent_cny"},
            "to": {"sum": "finance", "column": "received_cny"},
        },
        {
            "ratio": {"sum": "finance", "column": "received_cny"},
            "to": {"sum": "finance", "column": "budget_cny"},
        },
        {"sum": "linkages", "column": "amount_cny", "where": equals("resource_kind", "money")},
        {"sum": "linkages", "column": "volunteer_hours"},
        {"count": "linkages", "where": equals("resource_kind", "organisation")},
        {"mean": "survey", "column": [f"satisfaction_{i}" for i in range(1, 6)]},
        {"share": "survey", "where": equals("awareness_1", "true"), "of": equals("outcome", "complete")},
    ]  # 50
    found += [{"rating": ["third_party", "purchaser", "village"]} for _ in range(INDICATORS - len(found))]
    return found


def framework_file(folder: Path) -> Path:
    """A framework of sixty indicators, four dimensions of fifteen, one veto and one deduction."""
    import json

    words = {"zh": "示例", "en": "example"}
    indicators = [
        {
            "code": f"I{i}", "dimension": f"D{(i - 1) // 15 + 1}", "name": words, "measure": measure, "about": "organisation",
            "score": {"rating": "share", "points": 5} if "rating" in measure
            else {"linear": {"from": 0, "to": 1}, "points": 1 if i <= 50 else 5},
            "evidence": words, "missing": "reweight",
        }
        for i, measure in enumerate(measures(), start=1)
    ]  # fmt: skip
    points = [
        sum(each["score"]["points"] for each in indicators if each["dimension"] == f"D{d}")
        for d in range(1, 5)
    ]
    document = {
        "id": "bench", "status": "draft", "title": words, "source": {"document": "bench"}, "origin": "synthetic", "scale": 100,
        "contract": "ledger-v1", "applies_to": ["station"],
        "dimensions": [{"code": f"D{d}", "name": words, "points": p} for d, p in enumerate(points, start=1)],
        "indicators": indicators,
        "deductions": {"cap": 5, "items": [{"code": "K1", "name": words, "table": "findings", "where": {"severity": {"equals": "major"}},
                                            "points": 1, "evidence": words}]},
        "vetoes": [{"code": "V1", "name": words, "table": "findings", "where": {"kind": {"equals": "falsification"}}, "grade": "Fail"}],
        "grades": [{"from": 60, "name": {"zh": "合格", "en": "Pass"}}, {"from": 0, "name": {"zh": "不合格", "en": "Fail"}}],
    }  # fmt: skip
    path = folder / "bench.yml"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")  # JSON is YAML
    return path


def framework_of(path: Path) -> Any:
    """The framework as `swe.indicators` takes it."""
    from swe.indicators.frameworks import framework

    return framework(path)


def national_store(stations: int, folder: Path) -> tuple[float, int]:
    """A store of that many stations in all provinces, in the layout that swe.load writes; seconds it took, and rows."""
    from swe.ledgers import snapshots, store
    from swe.ledgers.contract import contract
    from swe.ledgers.snapshot_reader import KINDS

    settings = store.Settings(code=store.code_version())
    start = time.perf_counter()
    with snapshots.staging(folder) as made:
        for name, (each, given) in TABLES.items():
            schema = store.arrow_schema(contract()[name], keep_free_text=False)
            filled = {
                "station_id": "station",
                "_file": f"'{name}.parquet'",
                "_sheet": "''",
                "_row": "n + 2",
                **given,
            }
            columns = ", ".join(
                f"({filled.get(f.name, 'NULL')})::{KINDS[str(f.type)]} AS {f.name}" for f in schema
            )
            for province in range(PROVINCES):
                target = made.snapshot / name / f"province={11 + province}"
                target.mkdir(parents=True)
                size = len(range(province, stations, PROVINCES))
                rows = (  # station by station, as where every station sends a workbook of its own
                    f"SELECT s + k * {stations} AS n, k, ((11 + {province}) * 10000000 + s)::VARCHAR AS station FROM "
                    f"(SELECT {province} + {PROVINCES} * (i // {each}) AS s, i % {each} AS k FROM range({size * each}) AS t(i))"
                )
                with duckdb.connect(config={"memory_limit": f"{MEMORY_MB // 2}MiB"}) as connection:
                    connection.execute("SET enable_progress_bar = false")
                    connection.execute("CREATE MACRO draw(n, k) AS (hash(n) % k)::INT")
                    connection.execute(
                        f"COPY (SELECT {columns} FROM ({rows})) TO '{target / 'bench.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
                    )
        counts = {name: each * stations for name, (each, _) in TABLES.items()}
        part = store.Part("bench.parquet", "parquet", 0, "", "bench", rows=counts)
        id = store.snapshot_id(settings, [("bench.parquet", str(stations))])
        store.write_manifest(made.snapshot, id, settings, [part], issues=[])
        snapshots.publish(made, id, store.complete)
    return time.perf_counter() - start, sum(counts.values())


def read_columns(framework: Any) -> dict[str, list[str]]:
    """Columns of each table that the measures read: what the bare scan reads too."""
    from swe.indicators.indicator_frame import needs
    from swe.indicators.measure_sql import spec

    found: dict[str, set[str]] = {}
    for table, sql in needs(framework, PERIOD):
        names = spec(table).by_name
        found.setdefault(table, set()).update(
            name for name in re.findall(r'"?([a-z_0-9]+)"?', sql) if name in names
        )
    return {table: sorted(names - {"station_id"}) for table, names in found.items()}


def bare(folder: Path, framework: Any, repeats: int) -> tuple[list[float], list[float]]:
    """Seconds of DuckDB alone: every column handed over, and every column aggregated once by station."""
    from swe.ledgers.load import load

    data = load(folder)
    wanted = read_columns(framework)
    scans: list[float] = []
    groups: list[float] = []
    for _ in range(repeats + 1):
        for seconds, by_station in ((scans, False), (groups, True)):
            start = time.perf_counter()
            with duckdb.connect(config={"memory_limit": f"{MEMORY_MB}MiB"}) as connection:
                connection.execute("SET enable_progress_bar = false")
                for table, names in wanted.items():
                    source = (
                        f"read_parquet('{data.snapshot.path}/{table}/*/*.parquet', hive_partitioning = true)"
                    )
                    if by_station:
                        columns = "".join(f", max({name})" for name in names)
                        connection.sql(
                            f"SELECT station_id{columns} FROM {source} GROUP BY station_id"
                        ).to_arrow_table()
                    else:
                        found = connection.sql(f"SELECT {', '.join(['station_id', *names])} FROM {source}")
                        for batch in found.to_arrow_reader(100_000):
                            del batch
            seconds.append(time.perf_counter() - start)
    return scans[1:], groups[1:]


def ours(folder: Path, framework: Any, repeats: int) -> tuple[list[float], tuple[int, ...]]:
    """`swe.indicators` over the country."""
    import swe

    data = swe.load(folder)
    seconds, shape = [], (0, 0)
    for _ in range(repeats + 1):
        start = time.perf_counter()
        shape = swe.indicators(data, framework, by="station", period=PERIOD).shape
        seconds.append(time.perf_counter() - start)
    return seconds[1:], shape


def apart(job: str, folder: Path, path: Path, stations: int, repeats: int, answers: Any) -> None:
    """One job in a process of its own: what it answers, and its peak memory in MB."""
    if job == "store":
        answers.put((national_store(stations, folder), peak_mb()))
    elif job == "bare":
        answers.put((bare(folder, framework_of(path), repeats), peak_mb()))
    else:
        answers.put((ours(folder, framework_of(path), repeats), peak_mb()))


def peak_mb() -> float:
    """The most memory that this process has held."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if "VmHWM" in line)


def in_turn(jobs: list[str], *arguments: Any) -> list[Any]:
    """Each job in a fresh process, one after the other."""
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    found = []
    for job in jobs:
        child = spawn.Process(target=apart, args=(job, *arguments, answers))
        child.start()
        found.append(answers.get(timeout=3600))
        child.join()
    return found


def indicators_part(stations: int, repeats: int, folder: Path) -> bool:
    """Indicators of the country against the bare scan."""
    path = framework_file(folder)
    jobs = ["store", *["bare", "ours"] * repeats]
    ((took, rows), storing), *turns = in_turn(jobs, folder / "national", path, stations, 1)
    alone = [seconds[0] for (seconds, _), _ in turns[::2]]
    grouped = [seconds[0] for (_, seconds), _ in turns[::2]]
    through = [seconds[0] for (seconds, _), _ in turns[1::2]]
    shape = turns[1][0][1]
    bare_peak, peak = (max(held for _, held in turns[i::2]) for i in (0, 1))
    ratios = sorted(ours / bare for ours, bare in zip(through, alone, strict=True))
    ratio = median(ratios)
    size = sum(each.stat().st_size for each in (folder / "national").rglob("*.parquet")) / 1e6
    print(
        f"{stations:,} stations, {rows:,} rows in {len(TABLES)} tables ({size:.0f} MB), stored in {took:.1f} s ({storing:.0f} MB of memory)"
    )
    print(
        f"  bare scan                      {median(alone):7.2f} s   peak {bare_peak:.0f} MB (aggregated by station {median(grouped):.2f} s)"
    )
    print(
        f"  swe.indicators, {shape[0]:>9,} rows {median(through):7.2f} s   peak {peak:.0f} MB   ratio {ratio:.2f} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f} by turn; at most {TARGET_INDICATORS})"
    )
    return ratio <= TARGET_INDICATORS and not peak > MEMORY_MB


def resamples_part(stations: int) -> bool:
    """500 resamples of every score against a single scoring, in seconds of the processor."""
    sys.path.insert(0, str(Path(__file__).parent))
    import score_resamples

    found = score_resamples.main(["--units", str(stations)])
    return found["ratio"] <= score_resamples.TARGET_RATIO and found["peak_gib"] <= score_resamples.TARGET_GIB


def main() -> int:
    """Run the parts; 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--stations", type=int, default=STATIONS)
    asked.add_argument("--repeats", type=int, default=3)
    given = asked.parse_args()
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp(prefix="swe-bench-"))
    try:
        met = [indicators_part(given.stations, given.repeats, folder)]
        met.append(resamples_part(given.stations))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
