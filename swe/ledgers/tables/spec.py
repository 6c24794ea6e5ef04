"""What a ledger column, table and contract are: frozen, declared once; everything else is generated from them.

The entry workbook, the data dictionary, the JSON Schema, the pandera schemas and the reader's header index must
never disagree, so all of them are functions of these objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

ColumnType = Literal["text", "code", "date", "month", "integer", "decimal", "boolean", "category"]
Privacy = Literal["identifier", "quasi", "sensitive", "free_text", "measure"]
Fill = Literal["", "station", "region", "kind", "name", "row"]
Border = Literal["keep", "drop", "pseudonym", "derive", "free_text"]

OURS = "ours"  # the source of a definition that no standard gives

UNITS: Mapping[str, tuple[str, str]] = {
    "": ("", ""),
    "CNY": ("元", "CNY"),
    "m2": ("平方米", "m²"),
    "hour": ("小时", "hours"),
    "person": ("人", "persons"),
    "household": ("户", "households"),
    "person_time": ("人次", "person-times"),
    "session": ("次（节）", "sessions"),
    "year": ("年", "years"),
    "point": ("分", "points"),
    "fraction": ("比例（0–1）", "fraction (0–1)"),
    "measure_unit": ("见计量单位列", "see measure_unit"),
}


@dataclass(frozen=True)
class Value:
    """An allowed value: the code that is stored, what people see, and what else stations write for it."""

    code: str
    zh: str
    en: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    """The column holds a key of another table; a cell may hold its `by` column (a name) instead.

    `within` says that keys are unique only inside the same station.
    """

    table: str
    column: str
    by: str | None = None
    within: str | None = None


@dataclass(frozen=True)
class Column:
    """One column of a ledger table.

    aliases    headers that stations write, beside `zh`, `en` and `name`
    unit       what the number is counted in (a key of UNITS); amounts are stored in this unit
    values     allowed values; the stored value is the code. On an integer they are labels (5 = 非常满意)
    low, high  inclusive range; for dates ISO text
    privacy    class of the content, after the law (PIPL art. 28) and the evaluator's needs
    border     what happens at the loading border: keep, drop, pseudonym (keyed), derive (only `becomes` is kept),
               free_text (dropped unless asked for, then scanned)
    becomes    the column that takes what is derived (birth_date gives birth_year, id_number gives person_key);
               of a free text, the boolean column that keeps whether it was written
    range_end  the column that takes the end where a cell holds a span (起止日期)
    overflow   the column that takes a second value where a cell holds several (低保对象、残疾人)
    fill       how the reader fills an empty required cell: station (the station of the file or sheet), region (the
               row's region code), kind (main_station for a county code or a 总站, room for a 社工室, else station),
               name (the row's name, before it becomes a pseudonym), row (r and the row number, as r12)
    entry      stands in the entry workbook; False for what only `swe` writes
    """

    name: str
    zh: str
    en: str
    type: ColumnType
    definition_zh: str
    definition_en: str
    source: str = OURS
    aliases: tuple[str, ...] = ()
    unit: str = ""
    values: tuple[Value, ...] = ()
    required: bool = False
    low: float | str | None = None
    high: float | str | None = None
    pattern: str | None = None
    privacy: Privacy = "measure"
    border: Border = "keep"
    becomes: str | None = None
    range_end: str | None = None
    overflow: str | None = None
    reference: Reference | None = None
    fill: Fill = ""
    entry: bool = True
    example: str = ""

    def __hash__(self) -> int:  # caches ask for it at every turn: not a walk through all values and aliases
        return hash((self.name, self.zh, self.type))

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that means this column, ours first."""
        return (self.zh, self.en, self.name, *self.aliases)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(value.code for value in self.values)

    @property
    def stored(self) -> bool:
        """Whether the column passes the loading border when nothing else is asked for."""
        return self.border in ("keep", "pseudonym")


@dataclass(frozen=True)
class TableSpec:
    """One table: its columns in the order of the entry workbook, its key, and how to recognise it.

    sheet_words  words of a sheet name or title row that mean this table
    date         the column that says when the service was given; periods filter on it ("" where there is none)
    form         the column whose empty cell says that a row printed beforehand was not filled in ("" where rows are
                 not printed beforehand)
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    definition_zh: str = ""
    definition_en: str = ""
    source: str = OURS
    sheet_words: tuple[str, ...] = ()
    date: str = ""
    form: str = ""

    def __hash__(self) -> int:
        return hash((self.name, len(self.columns)))

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def __getitem__(self, name: str) -> Column:
        return self.by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    @property
    def entry_columns(self) -> tuple[Column, ...]:
        """The columns of the entry workbook: what loading drops is not asked for (PIPL art. 6, minimum necessary)."""
        return tuple(column for column in self.columns if column.entry and column.border != "drop")

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """The columns that pass the loading border by default."""
        return tuple(column for column in self.columns if column.stored)


@dataclass(frozen=True)
class Contract:
    """A ledger contract: its id and its tables by name, in the order of the entry workbook."""

    id: str
    tables: Mapping[str, TableSpec]

    def __getitem__(self, name: str) -> TableSpec:
        return self.tables[name]


class Table:
    """Base of the table classes: a class body of columns becomes its `spec`, named by the attributes."""

    spec: ClassVar[TableSpec]

    def __init_subclass__(
        cls,
        *,
        zh: str,
        en: str,
        about_zh: str,
        about_en: str,
        sheets: str,
        key: str = "",
        date: str = "",
        form: str = "",
        source: str = OURS,
    ) -> None:
        columns = tuple(replace(c, name=n) for n, c in vars(cls).items() if isinstance(c, Column))
        cls.spec = TableSpec(
            name=cls.__name__.lower(),
            zh=zh,
            en=en,
            columns=columns,
            key=tuple(key.split()),
            definition_zh=about_zh,
            definition_en=about_en,
            source=source,
            sheet_words=tuple(sheets.split()),
            date=date,
            form=form,
        )


def column(
    type: ColumnType, zh: str, en: str, about_zh: str, about_en: str, also: str = "", **more: Any
) -> Column:
    """A column still without its name (the table class gives it); `also` holds aliases parted by blanks."""
    return Column("", zh, en, type, about_zh, about_en, aliases=tuple(also.split()), **more)


def values(lines: str) -> tuple[Value, ...]:
    """Allowed values from lines `code | zh | en | also also`."""
    rows = [[cell.strip() for cell in line.split("|")] for line in lines.strip().splitlines()]
    return tuple(Value(row[0], row[1], row[2], tuple(" ".join(row[3:]).split())) for row in rows)
