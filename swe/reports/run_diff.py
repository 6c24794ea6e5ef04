"""`swe diff A B`: two runs value by value, from their results.json, with what is beyond uncertainty marked.

Mid-term against final, a correction against what was there before: what moved, and whether the intervals can tell it
from chance or rounding.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from swe.core.errors import VerificationError
from swe.reports import manifest
from swe.show.numbers import Number, interval_text, text_of

Kind = Literal["added", "removed", "changed"]
COMPARED = ("value", "lower", "upper", "unit", "status")


@dataclass(frozen=True)
class Change:
    """One number that is not the same in both runs.

    beyond    True where both numbers are known and their intervals do not meet; an exact number is an interval of no
              width. False where they meet. None where one of them is missing or a unit has changed.
    """

    region: str
    id: str
    kind: Kind
    label_zh: str
    label_en: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    difference: float | None
    beyond: bool | None


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs."""

    changes: tuple[Change, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    regions: int
    numbers: int

    @property
    def equal(self) -> bool:
        return not (self.changes or self.only_before or self.only_after)

    def document(self) -> dict[str, Any]:
        beyond = sum(change.beyond is True for change in self.changes)
        return {
            "ok": self.equal, "regions": self.regions, "numbers": self.numbers, "changed": len(self.changes),
            "beyond": beyond, "only_before": list(self.only_before), "only_after": list(self.only_after),
            "changes": [asdict(change) for change in self.changes],
        }  # fmt: skip


def compare_runs(before: Path, after: Path) -> Comparison:
    """Compare two run folders region by region and number by number.

    Raises UsageError where a folder holds no run, VerificationError where its run.json has been changed, DataError
    where a results.json cannot be read.
    """
    one, two = _regions(Path(before)), _regions(Path(after))
    both = sorted(set(one) & set(two))
    changes: list[Change] = []
    count = 0
    for code in both:
        old, new = _numbers(one[code]), _numbers(two[code])
        count += len(set(old) | set(new))
        for id in sorted(set(old) | set(new)):
            change = _change(old.get(id), new.get(id))
            if change is not None:
                changes.append(change)
    return Comparison(
        tuple(changes),
        tuple(sorted(set(one) - set(two))),
        tuple(sorted(set(two) - set(one))),
        len(both),
        count,
    )


def lines(found: Comparison, lang: str) -> list[str]:
    """What differs, for people: a line a number, what is beyond uncertainty first within its region."""
    zh = lang == "zh"
    said: list[str] = []
    for title, codes in (
        (("只在前者", "only before"), found.only_before),
        (("只在后者", "only after"), found.only_after),
    ):
        if codes:
            said.append(f"{title[0 if zh else 1]}: {' '.join(codes)}")
    for change in sorted(found.changes, key=lambda c: (c.region, c.beyond is not True, c.id)):
        label = change.label_zh if zh else change.label_en
        said.append(
            f"{change.region}\t{change.id}\t{label}\t{_shown(change.before, lang)} → {_shown(change.after, lang)}\t{_mark(change, zh)}"
        )
    beyond = sum(change.beyond is True for change in found.changes)
    said.append(
        f"{found.regions} 个地区、{found.numbers} 个数字：{len(found.changes)} 个不同，其中 {beyond} 个超出不确定范围"
        if zh
        else f"{found.regions} regions, {found.numbers} numbers: {len(found.changes)} differ, {beyond} beyond uncertainty"
    )
    return said


def _regions(folder: Path) -> dict[str, Path]:
    run = manifest.read_run(folder)
    if run is None:
        raise VerificationError("run.json 被改动过", "run.json has been changed", where=str(folder))
    return {code: folder / code / "results.json" for code in run["manifests"]}


def _numbers(path: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in manifest.read_json(path)}


def _change(old: dict[str, Any] | None, new: dict[str, Any] | None) -> Change | None:
    either: Any = new or old
    if old is not None and new is not None and all(old[key] == new[key] for key in COMPARED):
        return None
    kind: Kind = "added" if old is None else "removed" if new is None else "changed"
    known = old is not None and new is not None and old["value"] is not None and new["value"] is not None
    difference = new["value"] - old["value"] if known and old and new else None
    return Change(
        either["region"], either["id"], kind, either["label_zh"], either["label_en"],
        None if old is None else {key: old[key] for key in COMPARED},
        None if new is None else {key: new[key] for key in COMPARED},
        difference, _beyond(old, new),
    )  # fmt: skip


def _beyond(old: dict[str, Any] | None, new: dict[str, Any] | None) -> bool | None:
    if old is None or new is None or old["unit"] != new["unit"]:
        return None
    one, two = _interval(old), _interval(new)
    if one is None or two is None:
        return None
    return one[1] < two[0] or two[1] < one[0]


def _interval(row: dict[str, Any]) -> tuple[float, float] | None:
    """The ends of a number's interval; open ends are infinite, an exact number has no width."""
    if row["value"] is None and row["lower"] is None and row["upper"] is None:
        return None
    if row["lower"] is None and row["upper"] is None:
        return row["value"], row["value"]
    low = float("-inf") if row["lower"] is None else row["lower"]
    high = float("inf") if row["upper"] is None else row["upper"]
    return low, high


def _shown(row: dict[str, Any] | None, lang: str) -> str:
    if row is None:
        return "—"
    n = Number(
        "", "", "", "", row["value"], row["lower"], row["upper"], row["unit"], "", "", "", row["status"]
    )
    between = interval_text(n)
    return text_of(n, lang) + (f" [{between}]" if between else "")


def _mark(change: Change, zh: bool) -> str:
    if change.kind != "changed":
        return {"added": ("新增", "added"), "removed": ("不再有", "removed")}[change.kind][0 if zh else 1]
    words = {
        True: ("超出不确定范围", "beyond uncertainty"), False: ("在不确定范围内", "within uncertainty"),
        None: ("无法比较", "cannot be compared"),
    }  # fmt: skip
    return words[change.beyond][0 if zh else 1]
