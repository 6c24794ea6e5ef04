"""Two runs compared: what moved, and whether the intervals can tell it from chance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from swe.core.errors import UsageError, VerificationError
from swe.reports.manifest import run_text
from swe.reports.run_diff import compare_runs, lines


def row(id: str, value: Any, lower: Any = None, upper: Any = None, **more: Any) -> dict[str, Any]:
    base = {
        "id": id, "region": "52", "label_zh": "指标", "label_en": "indicator", "value": value, "lower": lower,
        "upper": upper, "unit": "fraction", "method": "ledger", "source": "ledgers", "as_of": "2023", "status": "ok",
    }  # fmt: skip
    return base | more


def run(folder: Path, regions: dict[str, list[dict[str, Any]]]) -> Path:
    for code, rows in regions.items():
        (folder / code).mkdir(parents=True)
        (folder / code / "results.json").write_text(json.dumps(rows), encoding="utf-8")
    document = {"run": "x", "manifests": dict.fromkeys(regions, "0"), "planned": list(regions)}
    (folder / "run.json").write_text(run_text(document), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "beyond"),
    [
        (row("a", 0.5), row("a", 0.6), True),  # two exact numbers
        (row("a", 0.5, 0.4, 0.6), row("a", 0.6, 0.5, 0.7), False),
        (row("a", 0.5, 0.4, 0.55), row("a", 0.7, 0.6, 0.8), True),
        (row("a", None, 100, None), row("a", None, 200, None), False),  # at least 100, at least 200
        (row("a", None, None, 90), row("a", None, 100, None), True),
        (row("a", 0.5), row("a", None, status="missing"), None),
        (row("a", 5, unit="person"), row("a", 5, unit="person_time"), None),
    ],
)
def test_a_change_is_beyond_uncertainty_where_the_intervals_do_not_meet(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], beyond: bool | None
) -> None:
    found = compare_runs(run(tmp_path / "a", {"52": [old]}), run(tmp_path / "b", {"52": [new]}))
    assert [(c.id, c.kind, c.beyond) for c in found.changes] == [("a", "changed", beyond)]


def test_equal_runs_are_ok_and_what_is_only_in_one_is_named(tmp_path: Path) -> None:
    a = run(tmp_path / "a", {"52": [row("a", 1), row("b", 2)], "11": [row("a", 1)]})
    assert compare_runs(a, a).document() | {"changes": 0} == {
        "ok": True, "regions": 2, "numbers": 3, "changed": 0, "beyond": 0, "only_before": [], "only_after": [],
        "changes": 0,
    }  # fmt: skip
    b = run(tmp_path / "b", {"52": [row("a", 1), row("c", 3)], "31": [row("a", 1)]})
    found = compare_runs(a, b)
    assert (found.only_before, found.only_after) == (("11",), ("31",))
    assert [(c.id, c.kind) for c in found.changes] == [("b", "removed"), ("c", "added")]
    assert not found.document()["ok"]
    said = lines(found, "en")
    assert "only before: 11" in said and said[-1].startswith("1 regions, 3 numbers: 2 differ, 0 beyond")


def test_a_label_or_a_method_alone_is_no_change_of_value(tmp_path: Path) -> None:
    a = run(tmp_path / "a", {"52": [row("a", 1)]})
    b = run(tmp_path / "b", {"52": [row("a", 1, label_zh="改名", method="other")]})
    assert compare_runs(a, b).equal


def test_a_folder_without_a_run_and_a_changed_run_are_refused(tmp_path: Path) -> None:
    a = run(tmp_path / "a", {"52": []})
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError):
        compare_runs(a, tmp_path / "empty")
    (a / "run.json").write_text((a / "run.json").read_text().replace('"x"', '"y"'))
    with pytest.raises(VerificationError):
        compare_runs(a, a)
