"""The rectification list (整改清单): what to put right, by which rule, on what evidence, by when.

Assessors hand it to the station with the score; a lost point that nobody can act on is only a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.indicators.scores import Scores
from swe.ledgers.tables.quality import FINDING_KINDS
from swe.show.words import both

Severity = Literal["veto", "major", "minor", "note"]
DAYS: dict[str, int] = {
    "veto": 7,
    "major": 15,
    "minor": 30,
    "note": 60,
}  # suggestions, ours; from the date of the report
MAJOR, MINOR = 0.5, 0.2  # of the full points lost: what counts as major, as minor; ours
COLUMNS = (
    "unit", "severity", "severity_zh", "severity_en", "indicator", "what_zh", "what_en", "rule_zh", "rule_en", "evidence",
    "lost", "deadline", "source",
)  # fmt: skip


def rectification(
    findings: pd.DataFrame | None,
    scores: Scores | None = None,
    *,
    as_of: date,
    days: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Everything to put right, gravest first, from findings and from points lost.

    Parameters
    ----------
    findings
        The ledger's table `findings`; good practice and what has been put right are left out.
    scores
        A score; every indicator that lost points or had no data gives a row.
    as_of
        The day from which the suggested deadlines run; a deadline of the finding itself stands.
    days
        Severity → days; by default veto 7, major 15, minor 30, note 60. They are suggestions.

    Returns
    -------
    DataFrame
        `unit severity severity_zh severity_en indicator what_zh what_en rule_zh rule_en evidence lost deadline
        source`, sorted by severity, then points lost, unit and indicator. `lost` in points of the indicator, NaN for a
        finding; `deadline` an ISO date; `source` finding or score. Lost points of half the full points or more are
        major, a fifth minor, less a note; no data is major.

    Raises
    ------
    UsageError
        A severity that is none of the four, or days that are not whole and positive.
    DataError
        Findings without the columns `station_id, kind, severity`.

    Examples
    --------
    >>> found = pd.DataFrame({"station_id": ["MS1"], "kind": ["files"], "severity": ["minor"], "indicator_code": ["B1"]})
    >>> rectification(found, as_of=date(2023, 5, 31))[["what_zh", "deadline"]].values.tolist()
    [['整改：档案文书', '2023-06-30']]
    """
    given = dict(DAYS if days is None else {**DAYS, **days})
    _check_days(given)
    rows = [*_from_findings(findings, given, as_of), *(_from_scores(scores, given, as_of) if scores else [])]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {name: place for place, name in enumerate(DAYS)}
    key = pd.DataFrame(
        {
            "gravity": table["severity"].map(order),
            "source": table["source"],
            "lost": -table["lost"].astype(float).fillna(0.0),
            "unit": table["unit"],
            "indicator": table["indicator"],
        }
    )
    at = key.sort_values(["gravity", "source", "lost", "unit", "indicator"], kind="stable").index
    return table.loc[at].reset_index(drop=True)


def _check_days(days: Mapping[str, int]) -> None:
    wrong = [name for name in days if name not in DAYS]
    if wrong:
        raise UsageError(
            f"严重程度只有 {'、'.join(DAYS)}，收到 {'、'.join(map(str, wrong))}",
            f"severities are {', '.join(DAYS)}; got {', '.join(map(str, wrong))}",
        )
    for name, n in days.items():
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise UsageError(
                f"{name} 的天数须为正整数，收到 {n!r}",
                f"days of {name} must be a positive whole number; got {n!r}",
            )


def _from_findings(
    findings: pd.DataFrame | None, days: Mapping[str, int], as_of: date
) -> list[dict[str, object]]:
    if findings is None or not len(findings):
        return []
    absent = [name for name in ("station_id", "kind", "severity") if name not in findings.columns]
    if absent:
        raise DataError(
            f"发现记录缺少列：{'、'.join(absent)}",
            f"the frame of findings lacks the columns {', '.join(absent)}",
        )
    open_ = findings[findings["kind"] != "good_practice"]
    if "rectified" in open_.columns:
        open_ = open_[open_["rectified"].map(lambda done: pd.isna(done) or not bool(done))]
    labels = {value.code: (value.zh, value.en) for value in FINDING_KINDS}
    made = []
    for row in open_.to_dict("records"):
        kind, severity = str(row["kind"]), str(row["severity"])
        zh, en = labels.get(kind, (kind, kind))
        own = row.get("deadline")
        made.append(
            {
                "unit": row["station_id"], **_severity(severity), "indicator": _text(row.get("indicator_code")),
                "what_zh": both("scores.rectify_finding", what=zh)[0], "what_en": both("scores.rectify_finding", what=en)[1],
                "rule_zh": zh, "rule_en": en, "evidence": _evidence(row), "lost": np.nan,
                "deadline": _text(own)[:10] or _due(severity, days, as_of), "source": "finding",
            }
        )  # fmt: skip
    return made


def _evidence(row: Mapping[str, object]) -> str:
    parts = (_text(row.get("evidence_source")), _text(row.get("date"))[:10], _text(row.get("round")))
    return ", ".join(part for part in parts if part)


def _from_scores(scores: Scores, days: Mapping[str, int], as_of: date) -> list[dict[str, object]]:
    items = {item.code: item for item in scores.framework.indicators}
    rows = scores.points[(scores.points["part"] == "indicator")].copy()
    full = rows["indicator"].astype(str).map({code: item.score.points for code, item in items.items()})
    absent = rows["status"].eq("missing")
    rows["full"] = full.to_numpy(dtype=float)
    rows["lost"] = (rows["full"] - rows["points"]).where(rows["treatment"].isin(["scored", "zero"]))
    made = []
    for row in rows[absent | (rows["lost"] > 0)].to_dict("records"):
        code, share = str(row["indicator"]), row["lost"] / row["full"] if row["full"] else np.nan
        missing = row["status"] == "missing"
        severity = "major" if missing or share >= MAJOR else "minor" if share >= MINOR else "note"
        name = items[code].name
        numbers = {
            "lost": f"{row['lost']:.4g}",
            "points": f"{row['points']:.4g}",
            "full": f"{row['full']:.4g}",
        }
        zh, en = (
            (both("scores.rectify_missing", name=each)[i] if missing
             else both("scores.rectify_lost", name=each, **numbers)[i])
            for i, each in enumerate((name.zh, name.en))
        )  # fmt: skip
        made.append(
            {
                "unit": row["unit"], **_severity(severity), "indicator": code, "what_zh": zh, "what_en": en,
                "rule_zh": row["reason_zh"], "rule_en": row["reason_en"],
                "evidence": row["basis"] or row["evidence_en"], "lost": row["lost"],
                "deadline": _due(severity, days, as_of), "source": "score",
            }
        )  # fmt: skip
    return made


def _severity(severity: str) -> dict[str, object]:
    if severity not in DAYS:
        raise DataError(
            f"发现记录的严重程度“{severity}”不认识，须为 {'、'.join(DAYS)}",
            f"a finding has the severity {severity!r}; known are {', '.join(DAYS)}",
        )
    zh, en = both(f"scores.severity_{severity}")
    return {"severity": severity, "severity_zh": zh, "severity_en": en}


def _due(severity: str, days: Mapping[str, int], as_of: date) -> str:
    return (as_of + timedelta(days=days[severity])).isoformat()


def _text(value: object) -> str:
    return "" if value is None or value != value or str(value) in ("NaT", "<NA>") else str(value)
