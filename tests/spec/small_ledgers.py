"""Small ledgers for tests: rows as dictionaries into a store, and frameworks of a few measures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from swe.indicators.framework_model import FrameworkSpec
from swe.indicators.frameworks import Framework
from swe.ledgers import snapshots, store
from swe.ledgers.contract import contract
from swe.ledgers.tables_view import Snapshot, Tables

Rows = dict[str, list[dict[str, Any]]]


def stored(folder: Path, rows: Rows) -> Tables:
    """A store with these rows as they are; columns that are not given are empty."""
    settings = store.Settings(code="test")
    with snapshots.staging(folder) as made:
        provinces = {
            str(each["station_id"]): str(each.get("region_code", "00"))[:2]
            for each in rows.get("stations", [])
        }
        for name, given in rows.items():
            if given:
                table = contract()[name]
                names = store.stored_names(table, keep_free_text=False)
                kinds = store.dtypes(table)
                whole = [{**each, "_file": "a", "_sheet": "", "_row": i} for i, each in enumerate(given)]
                frame = pd.DataFrame(whole).reindex(columns=list(names))
                for column in names:
                    values = frame[column]
                    frame[column] = (
                        pd.to_datetime(values).astype(kinds[column])
                        if kinds[column].startswith("datetime")
                        else values.astype(kinds[column])
                    )
                store.write_rows(
                    made.snapshot, table, frame, key="k", provinces=provinces, keep_free_text=False
                )
        part = store.Part("a", "csv", 0, "", "k", rows={name: len(given) for name, given in rows.items()})
        id = store.snapshot_id(settings, [("a", repr(rows))])
        store.write_manifest(made.snapshot, id, settings, [part], issues=[])
        done = snapshots.publish(made, id, store.complete)
    assert done is not None
    return Tables(Snapshot(done.name, done), threads=1)


def station(id: str, region: str = "522702101", **more: Any) -> dict[str, Any]:
    """A township station open since 2020."""
    return {
        "station_id": id,
        "name": id,
        "region_code": region,
        "kind": "station",
        "opened_on": "2020-01-01",
        **more,
    }


def system(
    measures: dict[str, Any],
    *,
    missing: str = "zero",
    applies_to: tuple[str, ...] = ("station",),
    **more: Any,
) -> Framework:
    """A framework of these measures by code, five points each; not checked for its sums."""
    words = {"zh": "例", "en": "example"}
    indicators = [
        {
            "code": code, "dimension": "D", "name": words, "measure": measure, "about": "organisation", "missing": missing,
            "score": {"linear": {"from": "0", "to": "1"}, "points": "5"}, "evidence": words,
        }
        for code, measure in measures.items()
    ]  # fmt: skip
    document = {
        "id": "t", "status": "draft", "title": words, "source": {"document": "t"}, "origin": "synthetic", "scale": "100",
        "contract": "ledger-v1", "applies_to": applies_to, "dimensions": [{"code": "D", "name": words, "points": "100"}],
        "indicators": indicators, "grades": [{"from": "0", "name": words}], **more,
    }  # fmt: skip
    return Framework(FrameworkSpec.model_validate(document), Path("t.yml"), "0")


def table(ind: pd.DataFrame, code: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a code as plain rows, NaN as None."""
    rows = ind.loc[ind["indicator"] == code, ["unit", *columns]].astype(object)
    return [tuple(rows.where(rows.notna(), None).iloc[i]) for i in range(len(rows))]
