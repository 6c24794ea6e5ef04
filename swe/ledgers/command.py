"""What `swe check` does: every row accounted for, every issue found, nothing stored.

Everything is compared as it was written, in memory; what is said holds places and counts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.ledgers.checking import check
from swe.ledgers.contract import contract as find_contract
from swe.ledgers.issues import SEVERITIES, Account, Issue
from swe.ledgers.origins import database_origins, file_origins

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10  # rules in the text form, the most frequent errors and warnings first; ours

_HEADS = {
    "zh": ("文件", "工作表", "读取", "接收", "拒绝", "略过", "原因"),
    "en": ("file", "sheet", "read", "accepted", "rejected", "skipped", "reasons"),
}
_SEVERITY = {"zh": ("错误", "警告", "提示"), "en": ("errors", "warnings", "notes")}


@dataclass(frozen=True)
class Checked:
    """What `swe check` found: the accounting of every sheet and every issue."""

    sources: tuple[str, ...]
    accounts: tuple[Account, ...]
    issues: tuple[Issue, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {severity: sum(i.severity == severity for i in self.issues) for severity in SEVERITIES}

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not self.counts["error"]


def check_paths(
    paths: str | Path | Sequence[str | Path], contract: str = "ledger-v1", *, region: str | None = None,
    today: date | None = None,
) -> Checked:  # fmt: skip
    """Read and check folders, globs, files or a database; raises what `swe.load` raises."""
    ledger = find_contract(contract)
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    addresses = [each for each in given if isinstance(each, str) and "://" in each]
    files = [each for each in given if each not in addresses]
    reads, names = [], []
    opened = [file_origins(files, ledger, region=region)] if files else []
    opened += [database_origins(address, ledger, region=region) for address in addresses]
    for one in opened:
        with one as origins:
            for origin in origins:
                names.append(origin.name)
                reads.append(origin.read())
    accounts = tuple(account for read in reads for account in read.accounts)
    letters = {place: columns for read in reads for place, columns in getattr(read, "letters", {}).items()}
    found = check(
        _together(read.tables for read in reads), ledger, today=today or date.today(), accounts=accounts,
        letters=letters,
    )  # fmt: skip
    issues = tuple(dict.fromkeys([*(issue for read in reads for issue in read.issues), *found]))
    return Checked(tuple(names), accounts, issues)


def check_document(
    paths: str | Path | Sequence[str | Path], contract: str = "ledger-v1", *, today: date | None = None
) -> dict[str, Any]:
    """The document of `swe check --json` (docs/formats.md §4)."""
    return document(check_paths(paths, contract, today=today))


def document(checked: Checked) -> dict[str, Any]:
    """One entry a sheet (its tables added up); a source that was not read at all has an entry without rows."""
    sheets: dict[tuple[str, str], dict[str, Any]] = {}
    for account in checked.accounts:
        entry = sheets.setdefault((account.file, account.sheet), _entry(account.file, account.sheet))
        for name in ("rows_read", "accepted", "rejected", "skipped"):
            entry[name] += getattr(account, name)
        for reason, count in account.reasons.items():
            entry["reasons"][reason] = entry["reasons"].get(reason, 0) + count
    seen = {file for file, _ in sheets}
    unread = [_entry(name, "") for name in checked.sources if name not in seen]
    listed = sorted([*sheets.values(), *unread], key=lambda entry: checked.sources.index(entry["path"]))
    return {"sources": listed, "issues": checked.counts, "ok": checked.ok}


def lines(checked: Checked, lang: str) -> list[str]:
    """The same for people: a line a file, then the rules that were met most often."""
    heads, names = _HEADS[lang], _SEVERITY[lang]
    rows: list[tuple[str, ...]] = [(heads[0], *heads[2:6])]
    for name in checked.sources:
        own = [account for account in checked.accounts if account.file == name]
        sums = [
            str(sum(getattr(a, n) for a in own)) for n in ("rows_read", "accepted", "rejected", "skipped")
        ]
        rows.append((name, *sums))
    counts = checked.counts
    total = ("，" if lang == "zh" else ", ").join(
        f"{name} {counts[severity]}" for name, severity in zip(names, SEVERITIES, strict=True)
    )
    return [*_columns(rows), "", total, *_most_frequent(checked.issues, lang)]


def _most_frequent(issues: Iterable[Issue], lang: str) -> list[str]:
    grouped: dict[tuple[int, str], list[Issue]] = {}
    for issue in issues:
        if issue.severity != "info":
            grouped.setdefault((SEVERITIES.index(issue.severity), issue.rule), []).append(issue)
    order = sorted(grouped.items(), key=lambda each: (each[0][0], -len(each[1]), each[0][1]))
    said = []
    for (severity, _), found in order[:SHOWN]:
        first = found[0]
        place = " / ".join(str(x) for x in (first.file, first.sheet, first.cell or first.row) if x)
        said.append(f"  {_SEVERITY[lang][severity]} × {len(found)}  {place}: {first.message(lang)}")
    return said


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned text; a Chinese character is two columns wide."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) if i == 0 else " " * (width - _width(cell)) + cell
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _entry(path: str, sheet: str) -> dict[str, Any]:
    return {
        "path": path,
        "sheet": sheet,
        "rows_read": 0,
        "accepted": 0,
        "rejected": 0,
        "skipped": 0,
        "reasons": {},
    }


def _together(reads: Iterable[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The frames of all sources by table."""
    import pandas as pd

    parts: dict[str, list[pd.DataFrame]] = {}
    for tables in reads:
        for name, frame in tables.items():
            parts.setdefault(name, []).append(frame)
    return {
        name: frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        for name, frames in parts.items()
    }
