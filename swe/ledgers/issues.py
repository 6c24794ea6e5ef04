"""Issues and row accounting: what was wrong with a ledger, where, and that no row was lost.

An issue names file, sheet, row and column and never repeats what stood in the cell. For every sheet
rows read = accepted + rejected + skipped, each rejected or skipped row with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from swe.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
PROVENANCE = (
    "_file",
    "_sheet",
    "_row",
)  # every typed row keeps where it came from; _row is 1-based as Excel shows it


@dataclass(frozen=True)
class Issue:
    """One problem. `file` and `sheet` are safe names; `row` is 1-based (None: the whole sheet or file); `column` is
    the contract's column name; `cell` an address like D17 where there is one. `fix_*` says what to write instead."""

    file: str
    sheet: str
    row: int | None
    column: str
    rule: str
    severity: Severity
    zh: str
    en: str
    table: str = ""
    cell: str = ""
    fix_zh: str = ""
    fix_en: str = ""

    def message(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Account:
    """Row accounting of one sheet; raises DataError where the sum does not hold."""

    file: str
    sheet: str
    table: str
    rows_read: int
    accepted: int
    rejected: int
    skipped: int
    reasons: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        explained = sum(self.reasons.values())
        if (
            self.rows_read != self.accepted + self.rejected + self.skipped
            or explained != self.rejected + self.skipped
        ):
            raise DataError(
                f"行数对不上：读 {self.rows_read}，收 {self.accepted}，拒 {self.rejected}，略 {self.skipped}，"
                f"有原因的 {explained}",
                f"rows do not add up: {self.rows_read} read, {self.accepted} accepted, {self.rejected} rejected, "
                f"{self.skipped} skipped, {explained} with a reason",
                where=f"{self.file}/{self.sheet}",
            )


ISSUE_COLUMNS = (
    *("file", "sheet", "row", "column", "cell", "table", "rule", "severity"),
    *("message_zh", "message_en", "fix_zh", "fix_en"),
)
ACCOUNT_COLUMNS = ("file", "sheet", "table", "rows_read", "accepted", "rejected", "skipped", "reasons")


def issues_frame(issues: Iterable[Issue]) -> pd.DataFrame:
    """Issues as a frame (ISSUE_COLUMNS), in the order of file, sheet, row, column, rule."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for issue in issues:
        row = asdict(issue)
        row["message_zh"], row["message_en"] = row.pop("zh"), row.pop("en")
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(ISSUE_COLUMNS)).astype({"row": "Int64"})
    return frame.sort_values(["file", "sheet", "row", "column", "rule"], kind="stable").reset_index(drop=True)


def accounts_frame(accounts: Iterable[Account]) -> pd.DataFrame:
    """Row accounting as a frame (ACCOUNT_COLUMNS)."""
    import pandas as pd

    return pd.DataFrame([asdict(a) for a in accounts], columns=list(ACCOUNT_COLUMNS))
