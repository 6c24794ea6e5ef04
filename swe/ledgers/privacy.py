"""The border that no personal value passes: identifiers dropped or made pseudonyms, dates and places made coarser.

Everything that is stored, printed or logged comes from behind it. What it did is counted, never quoted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from swe.core.errors import PrivacyError
from swe.ledgers import detector_words as words
from swe.ledgers.detectors import Hit, Kind, contains, find, mask, may_contain
from swe.ledgers.digit_detectors import check_digit
from swe.ledgers.plain_text import plain_text
from swe.ledgers.pseudonyms import KEY_BYTES, load_key, normalised, pseudonym
from swe.ledgers.safe_names import is_region, safe_name
from swe.ledgers.township_codes import township_code
from swe.reference import register

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "Hit",
    "Kind",
    "contains",
    "find",
    "known_names",
    "load_key",
    "mask",
    "pseudonym",
    "redact",
    "safe_name",
    "scan_frame",
    "township_code",
]

FEW_TEXTS = 200  # up to which reading each is cheaper than making the prefilter
SAMPLE_CELLS = 20_000  # cells that say whether a column of text repeats itself
LOG_COLUMNS = ("table", "column", "action", "kind", "cells")


class ColumnSpec(Protocol):
    """What the border needs to know of a column; see `swe.ledgers.tables.spec.Column`."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def privacy(self) -> str: ...
    @property
    def border(self) -> str: ...
    @property
    def becomes(self) -> str | None: ...


class TableSpec(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> Sequence[ColumnSpec]: ...


# -- scanning -----------------------------------------------------------------------------------------------


def scan_frame(frame: pd.DataFrame, columns: Iterable[str]) -> list[tuple[int, str, tuple[str, ...]]]:
    """Cells that hold identifiers: (row position, column, kinds in alphabetical order), row by row.

    Each distinct text is read once, and in full only if a linear-time prefilter lets it through.

    >>> import pandas as pd
    >>> scan_frame(pd.DataFrame({"note": ["慰问老人", "电话13812345678"]}), ["note"])
    [(1, 'note', ('mobile',))]
    """
    order = {column: place for place, column in enumerate(columns)}
    found = []
    for column in order:
        kinds = {
            text: tuple(sorted({hit.kind for hit in hits})) for text, hits in _hits(frame[column]).items()
        }
        if kinds:
            told = frame[column].map(kinds, na_action="ignore")
            found += [(row, column, each) for row, each in enumerate(told) if isinstance(each, tuple)]
    return sorted(found, key=lambda cell: (cell[0], order[cell[1]]))


def _hits(series: pd.Series) -> dict[str, list[Hit]]:
    """The distinct texts of a column that hold identifiers, with their hits."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(
        series.dtype, pd.StringDtype
    ):  # distinct texts found by Arrow, without a Python object each
        array = pc.drop_null(pa.array(series, pa.large_string()))
        if not _mostly_distinct(array):
            array = pc.unique(array)
    else:
        texts = [text for text in series.dropna().unique() if isinstance(text, str)]
        array = pa.array(texts, pa.large_string())
    if len(array) > FEW_TEXTS:
        array = pc.unique(array.filter(may_contain(array)))
    worth = array.to_pylist()
    return {text: hits for text in worth if (hits := find(text))}


def _mostly_distinct(array: pa.Array) -> bool:
    """Whether looking at every cell is cheaper than finding the distinct ones first, by a sample of them."""
    import pyarrow.compute as pc

    return (
        len(array) > SAMPLE_CELLS
        and pc.count_distinct(array.slice(0, SAMPLE_CELLS)).as_py() > 0.8 * SAMPLE_CELLS
    )


# -- the border ---------------------------------------------------------------------------------------------


def redact(
    frame: pd.DataFrame,
    table: TableSpec,
    *,
    key: bytes | None = None,
    keep_free_text: bool = False,
    names: Collection[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What of a typed frame may pass, and a log that counts what was done: table, column, action, kind, cells.

    By the `border` of each column of the contract:

    - `drop`: the column goes.
    - `pseudonym`: its values become keyed pseudonyms; without a key the column goes.
    - `derive`: the column goes, and `becomes` is filled where it is empty. From an ID number a `person_key` (no
      ID: from name, birth year and station; with a key only), from a birth date its year, from an address the
      code of the township that it names.
    - `free_text`: the column goes (`becomes` keeps whether something was written); with `keep_free_text` it stays,
      masked.
    - `keep`, and every text column that is not in the contract: identifiers found in it are masked; a code that
      holds one becomes a pseudonym as a whole if there is a key, so that references still meet.

    `names` are names known from elsewhere (`known_names`); they are masked in running text too.
    Raises PrivacyError for a key that is none.
    """
    if key is not None and len(key) != KEY_BYTES:
        raise PrivacyError(f"假名密钥须为 {KEY_BYTES} 字节。", f"a pseudonym key has {KEY_BYTES} bytes.")
    specs = {spec.name: spec for spec in table.columns}
    log: list[tuple[str, str, str, str, int]] = []
    dropped: list[str] = []
    out = frame.copy(deep=False)
    for column, derived in _derived(frame, specs, key).items():
        filled = derived if column not in out else out[column].astype(derived.dtype).fillna(derived)
        added = int(filled.notna().sum()) - (int(out[column].notna().sum()) if column in out else 0)
        out[column] = filled
        log.append((table.name, column, "derived", "", added))
    for column in frame.columns:
        spec = specs.get(str(column))
        border = spec.border if spec else "keep"
        written = int(frame[column].notna().sum())
        if border == "pseudonym" and key is not None:
            out[column] = _pseudonyms(frame[column], key)
            log.append((table.name, str(column), "pseudonym", "", written))
        elif border in ("drop", "derive", "pseudonym") or (border == "free_text" and not keep_free_text):
            dropped.append(column)
            log.append((table.name, str(column), "dropped", "", written))
        elif _is_text(out[column]):
            whole = key if spec is not None and spec.type == "code" else None
            out[column], counts = _masked(out[column], key=whole, names=frozenset(names))
            log += [(table.name, str(column), "masked", kind, n) for kind, n in sorted(counts.items())]
    return out.drop(columns=dropped), _log(log)


def known_names(frame: pd.DataFrame, table: TableSpec) -> frozenset[str]:
    """Names of persons in the dropped name columns of a table, to be masked in the running text of all tables.

    Two characters that begin like a common word, or name a region, are left out: they would mask too much.
    """
    found: set[str] = set()
    for spec in table.columns:
        if spec.privacy == "identifier" and "name" in spec.name and spec.name in frame:
            cells = (re.sub(r"\s", "", plain_text(str(cell))) for cell in frame[spec.name].dropna().unique())
            found |= {cell for cell in cells if 2 <= len(cell) <= 12 and not cell.isascii()}
    return frozenset(
        name for name in found if len(name) > 2 or not (name in words.NOT_NAMES or is_region(name))
    )


def _derived(frame: pd.DataFrame, specs: dict[str, ColumnSpec], key: bytes | None) -> dict[str, pd.Series]:
    """The columns that take what is derived from dropped ones."""
    import pandas as pd

    out: dict[str, pd.Series] = {}
    for column, spec in specs.items():
        if column not in frame or not spec.becomes:
            continue
        if spec.becomes == "birth_year":
            out["birth_year"] = pd.to_datetime(frame[column], errors="coerce").dt.year.astype("Int64")
        elif spec.becomes == "region_code":
            out["region_code"] = _region_codes(frame, column)
        elif spec.border == "free_text":
            out[spec.becomes] = (frame[column].fillna("").astype("str").str.strip() != "").astype("boolean")
    if any(spec.becomes == "person_key" for spec in specs.values()) and key is not None:
        years = out.get("birth_year")
        if "birth_year" in frame:
            own = frame["birth_year"].astype("Int64")
            years = own if years is None else own.fillna(years)
        out["person_key"] = _person_keys(frame, years, key)
    return out


def _person_keys(frame: pd.DataFrame, years: pd.Series | None, key: bytes) -> pd.Series:
    """One pseudonym for one person: by ID number, else by name, birth year and station; missing without them."""
    import pandas as pd

    nothing = pd.Series(pd.NA, index=frame.index, dtype="string")
    ids = (
        frame["id_number"].astype("string").map(_usable_id, na_action="ignore")
        if "id_number" in frame
        else nothing
    )
    name, station = (
        frame[each].astype("string") if each in frame else nothing for each in ("name", "station_id")
    )
    born = nothing if years is None else years.astype("string")
    plain = name.map(lambda text: normalised(text) or pd.NA, na_action="ignore")
    fallback = "name|" + plain + "|" + born + "|" + station
    return _pseudonyms(ids.astype("string").fillna(fallback), key)


def _usable_id(value: str) -> object:
    """An ID number in its one form; missing for what Excel cut short and for words such as 无."""
    import pandas as pd

    text = normalised(value)
    whole = re.fullmatch(r"[0-9]{17}[0-9X]", text)
    cut = text.endswith("000") and whole and check_digit(text[:17]) != "0"  # Excel keeps fifteen digits
    return text if whole and not cut else pd.NA


def _pseudonyms(series: pd.Series, key: bytes) -> pd.Series:
    text = series.astype("string")
    made = {value: pseudonym(value, key) for value in text.dropna().unique() if normalised(value)}
    return text.map(made, na_action="ignore").astype("string")


def _masked(
    series: pd.Series, *, key: bytes | None, names: frozenset[str]
) -> tuple[pd.Series, dict[str, int]]:
    """A text column without identifiers, and how many cells held which kind."""
    hits: dict[str, list[Hit]] = _hits(series)
    if names:
        for text in series.dropna().unique():
            if isinstance(text, str) and (more := _named(text, names)):
                hits[text] = [*hits.get(text, []), *more]
    if not hits:
        return series, {}
    replaced = {
        text: pseudonym(text, key) if key else _without(text, found, names) for text, found in hits.items()
    }
    rows = series.value_counts()
    counts: dict[str, int] = {}
    for text, found in hits.items():
        for kind in {hit.kind for hit in found}:
            counts[kind] = counts.get(kind, 0) + int(rows[text])
    return series.map(lambda text: replaced.get(text, text), na_action="ignore").astype(series.dtype), counts


def _without(text: str, found: list[Hit], names: frozenset[str]) -> str:
    named = [hit for hit in found if names and hit in _named(text, names)]
    for hit in sorted(named, key=lambda each: -each.start):
        text = text[: hit.start] + "〔姓名〕" + text[hit.end :]
    return mask(text)


def _named(text: str, names: frozenset[str]) -> list[Hit]:
    """Where known names stand in a text, blanks inside them allowed."""
    kept = [(i, char) for i, char in enumerate(plain_text(text)) if not char.isspace()]
    squeezed = "".join(char for _, char in kept)
    longest = max(map(len, names))
    hits, at = [], 0
    while at < len(squeezed) - 1:
        size = next(
            (n for n in range(min(longest, len(squeezed) - at), 1, -1) if squeezed[at : at + n] in names), 0
        )
        if size:
            hits.append(Hit("name", kept[at][0], kept[at + size - 1][0] + 1))
        at += size or 1
    return hits


def _is_text(series: pd.Series) -> bool:
    import pandas as pd

    return pd.api.types.is_object_dtype(series) or pd.api.types.is_string_dtype(series)


def _log(lines: list[tuple[str, str, str, str, int]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(lines, columns=list(LOG_COLUMNS)).astype(
        {**dict.fromkeys(LOG_COLUMNS[:-1], "string"), "cells": "Int64"}
    )


def _region_codes(frame: pd.DataFrame, column: str) -> pd.Series:
    """Township codes of addresses; the county in the station's code, if it is one, decides between namesakes."""
    import pandas as pd

    counties = {code for code in register.areas() if len(code) == 6}
    stations = frame["station_id"].astype("string").fillna("") if "station_id" in frame else [""] * len(frame)
    near = [station[:6] if station[:6] in counties else "" for station in stations]
    found = [
        township_code(address, within=county) if isinstance(address, str) else None
        for address, county in zip(frame[column], near, strict=True)
    ]
    return pd.Series(found, index=frame.index, dtype="string")
