"""Why: the reason behind the points of every cell, and what each station is told about its total.

A station that lost points, or has no total, must be able to read why without asking.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.indicators.score_sheet import STATUSES, Flags, Floats, Sheet, texts
from swe.indicators.score_totals import Totals, found
from swe.show.words import both

CELLS = (
    "full", "part", "none", "below_validity", "zero", "reweight", "block", "suppressed", "not_applicable", "no_bonus",
    "bonus", "deducted", "none_found", "no_ledger", "veto",
)  # fmt: skip
TREATMENTS = {  # what became of a cell, by its reason
    "full": "scored", "part": "scored", "none": "scored", "below_validity": "scored", "zero": "zero",
    "reweight": "left_out", "block": "blocking", "suppressed": "blocking", "not_applicable": "left_out",
    "no_bonus": "none", "bonus": "scored", "deducted": "deducted", "none_found": "none", "no_ledger": "none",
    "veto": "veto",
}  # fmt: skip
PARTS = ("indicator", "bonus", "deduction", "veto")


def points_frame(ind: pd.DataFrame, sheet: Sheet, totals: Totals) -> pd.DataFrame:
    """One row a unit and code: value, status, points, full points, reason and evidence in both languages, basis.

    Points of a deduction are negative. `max_points` is what the cell counts in the scale: 0 where it is left out.
    """
    units, codes = sheet.status.shape
    why = _cell_reasons(sheet, totals)
    part = np.concatenate([np.full(s.stop - s.start, j) for j, s in enumerate(sheet.parts.values())])
    given = np.full(sheet.status.shape, np.nan)
    given[:, : totals.points.shape[1]] = totals.points
    given[:, sheet.parts["bonus"]] = np.nan_to_num(given[:, sheet.parts["bonus"]])
    given[:, sheet.parts["deduction"]] = 0.0 - totals.off
    most = np.zeros(sheet.status.shape)
    most[:, sheet.parts["indicator"]] = np.where(totals.counted, sheet.full, 0.0)
    most[:, sheet.parts["bonus"]] = [item.score.points for item in sheet.framework.bonuses]
    zh, en = zip(*(both(f"scores.cell_{name}") for name in CELLS), strict=True)
    evidence_zh, evidence_en, dimension = _by_code(sheet)

    def repeated(names: list[str]) -> pd.Categorical:
        return _categories(np.tile(np.arange(codes), units), names)

    return pd.DataFrame(
        {
            "unit": np.repeat(sheet.units, codes),
            "indicator": repeated(list(sheet.framework.codes)),
            "part": _categories(np.tile(part, units), list(PARTS)),
            "dimension": repeated(dimension),
            "value": sheet.value.ravel(),
            "status": _categories(sheet.status.ravel(), list(STATUSES)),
            "treatment": _categories(why.ravel(), [TREATMENTS[name] for name in CELLS]),
            "points": given.ravel(),
            "max_points": most.ravel(),
            "reason_zh": _categories(why.ravel(), list(zh)),
            "reason_en": _categories(why.ravel(), list(en)),
            "evidence_zh": repeated(evidence_zh),
            "evidence_en": repeated(evidence_en),
            "basis": texts(ind, "basis", sheet.place),
        }
    )


def _categories(positions: NDArray[Any], names: list[str]) -> pd.Categorical:
    """Positions among `names`, which may repeat, as categories: a small integer a row instead of a text."""
    distinct = list(dict.fromkeys(names))
    place = np.array([distinct.index(name) for name in names])
    return pd.Categorical.from_codes(place[positions], categories=pd.Index(distinct, dtype=object))


def _by_code(sheet: Sheet) -> tuple[list[str], list[str], list[str]]:
    fw = sheet.framework
    witnesses: list[Any] = [*fw.indicators, *fw.bonuses, *fw.deductions]
    vetoes = len(fw.spec.vetoes)
    zh = [item.evidence.zh for item in witnesses] + [""] * vetoes
    en = [item.evidence.en for item in witnesses] + [""] * vetoes
    others = len(fw.codes) - len(fw.indicators)
    return zh, en, [item.dimension for item in fw.indicators] + [""] * others


def _cell_reasons(sheet: Sheet, totals: Totals) -> NDArray[np.int8]:
    """Positions in CELLS."""
    at = {name: j for j, name in enumerate(CELLS)}
    why = np.empty(sheet.status.shape, dtype=np.int8)
    i = sheet.parts["indicator"]
    given = totals.points[:, i]
    missing, policy = sheet.is_status("missing"), [item.missing for item in sheet.framework.indicators]
    mine = np.full(given.shape, at["part"], dtype=np.int8)
    mine[given >= sheet.full] = at["full"]
    mine[given <= 0] = at["none"]
    mine[sheet.is_status("below_validity")] = at["below_validity"]
    mine = np.where(missing, np.array([at[name] for name in policy], dtype=np.int8), mine)
    mine[sheet.is_status("suppressed")] = at["suppressed"]
    mine[sheet.is_status("not_applicable")] = at["not_applicable"]
    why[:, i] = mine
    extra = np.nan_to_num(totals.points[:, i.stop :])
    why[:, sheet.parts["bonus"]] = np.where(
        sheet.is_status("missing", "bonus"), at["no_bonus"], np.where(extra > 0, at["bonus"], at["none"])
    )
    for part, name in (("deduction", "deducted"), ("veto", "veto")):
        known = np.where(found(sheet, part) > 0, at[name], at["none_found"])
        why[:, sheet.parts[part]] = np.where(sheet.is_status("missing", part), at["no_ledger"], known)
    return why


def unit_reasons(sheet: Sheet, totals: Totals) -> tuple[list[str], list[str]]:
    """What each unit is told beside its total, in zh and in en; empty where all was there."""
    zh: list[list[str]] = [[] for _ in sheet.units]
    en: list[list[str]] = [[] for _ in sheet.units]

    def tell(rows: Any, key: str, item: Any = None) -> None:
        fields = (
            {"code": item.code, "zh_name": item.name.zh, "en_name": item.name.en} if item is not None else {}
        )
        said = both(f"scores.told_{key}", **fields)
        for u in np.flatnonzero(rows):
            zh[u].append(said[0])
            en[u].append(said[1])

    fw = sheet.framework
    for veto, hits in zip(fw.spec.vetoes, found(sheet, "veto").T, strict=True):
        tell(hits > 0, "veto", veto)
    missing, suppressed = sheet.is_status("missing"), sheet.is_status("suppressed")
    below = sheet.is_status("below_validity")
    for k, item in enumerate(fw.indicators):
        tell(suppressed[:, k], "suppressed", item)
        tell(missing[:, k], item.missing, item)
        tell(below[:, k], "below_validity", item)
    some: Flags = np.asarray(totals.counted.any(axis=1))
    tell(~some & ~totals.blocked.any(axis=1), "nothing")
    for dimension in fw.spec.dimensions:
        own = np.array([item.dimension == dimension.code for item in fw.indicators])
        gone = ~(totals.counted | totals.blocked)[:, own].any(axis=1)
        tell(gone & some, "dimension", dimension)
    for extra, absent in zip(fw.bonuses, sheet.is_status("missing", "bonus").T, strict=True):
        tell(absent & some, "no_bonus", extra)
    for each, off in zip(fw.deductions, totals.off.T, strict=True):
        tell(off > 0, "deducted", each)
    tell(some & no_ledger(sheet), "no_ledger")
    return ["；".join(each) for each in zh], ["; ".join(each) for each in en]


def no_ledger(sheet: Sheet) -> Flags:
    """Units for which a deduction or veto has nothing to look at."""
    parts = [sheet.is_status("missing", part) for part in ("deduction", "veto")]
    return np.asarray(np.concatenate(parts, axis=1).any(axis=1))


def dimension_frame(sheet: Sheet, totals: Totals) -> pd.DataFrame:
    """One row a unit and dimension: points, the full points counted, their ratio, nominal points, status."""
    given = np.nan_to_num(totals.points[:, : sheet.parts["indicator"].stop])
    rows = []
    for dimension in sheet.framework.spec.dimensions:
        own = np.array([item.dimension == dimension.code for item in sheet.framework.indicators])
        most: Floats = (totals.counted[:, own] * sheet.full[own]).sum(axis=1)
        held = np.where(most > 0, given[:, own].sum(axis=1), np.nan)
        stopped = totals.blocked[:, own].any(axis=1)
        status = np.where(stopped, "missing", np.where(most > 0, "ok", "not_applicable"))
        rows.append(
            pd.DataFrame(
                {
                    "unit": sheet.units, "dimension": dimension.code, "points": held, "max_points": most,
                    "share": held / np.where(most > 0, most, np.nan), "nominal": dimension.points, "status": status,
                }
            )
        )  # fmt: skip
    made = pd.concat(rows, ignore_index=True)
    order = np.arange(len(made)).reshape(len(rows), -1).T.ravel()
    return made.iloc[order].reset_index(drop=True)
