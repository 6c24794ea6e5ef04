"""The checks across rows of a ledger too large for one frame: by province, a province too large by its stations.

Every check but a few compares rows of one station, or stations of one county; so what is said is the same, portion by
portion. What compares stations with each other is run on the smaller tables of a province as a whole; persons are not
compared between portions, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from swe.ledgers.checks import coverage, keys, targets
from swe.ledgers.checks import persons as person_checks
from swe.ledgers.issues import Issue
from swe.ledgers.reading_words import Remark, issue
from swe.ledgers.snapshot_reader import read_files

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.tables.spec import Contract

TOGETHER = 2_000_000  # rows compared in one frame
PERSONS = frozenset(rule.id for rule in person_checks.RULES) - {person_checks.COPIED.id}
# What compares a station with others of its county.
BETWEEN_STATIONS = frozenset(
    [
        *(rule.id for rule in coverage.RULES),
        keys.MAIN.id,
        targets.MAIN_BELOW.id,
        targets.MAIN_ABOVE.id,
        *PERSONS,
    ]
)

Tables = Mapping[str, "pd.DataFrame"]
Check = Callable[[Tables, bool], Sequence[Issue]]


@dataclass(frozen=True)
class Portion:
    """Files by table; of their rows those of one share of the stations. `whole`: all of them."""

    files: Mapping[str, Sequence[Path]]
    share: tuple[int, int] = (0, 1)

    @property
    def whole(self) -> bool:
        return self.share[1] == 1


def rows_of(files: Sequence[Path]) -> int:
    """The rows of Parquet files, by their footers."""
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(path).num_rows for path in files)


def check_portions(
    folder: Path, contract: Contract, *, keep_free_text: bool, shut: Mapping[str, Sequence[str]],
    persons: bool, check: Check,
) -> list[Issue] | None:  # fmt: skip
    """What is wrong in a snapshot's rows, portion by portion; None where they are few enough for one frame.

    `shut` has columns that are not to be compared, `persons` says whether persons can be; `check` is given the tables, and whether they are the first ones.
    """
    files = {name: sorted((folder / name).glob("province=*/*.parquet")) for name in contract.tables}
    rows = sum(rows_of(found) for found in files.values())
    if rows <= TOGETHER:
        return None

    def read(portion: Portion, name: str) -> pd.DataFrame:
        found = read_files(
            portion.files[name], contract[name], keep_free_text=keep_free_text, share=portion.share
        )
        return found.drop(columns=list(shut.get(name, ())))

    found: list[Issue] = []
    stations = Portion({"stations": files["stations"]})
    provinces = list(_provinces(files))
    for number, (portion, size) in enumerate(provinces):
        parts = -(-size // TOGETHER)
        for part in range(parts):
            share = Portion(portion.files, (part, parts))
            tables = {name: read(share, name) for name in share.files}
            lent = files["stations"] and not len(tables.get("stations", ()))
            if lent:
                tables["stations"] = read(stations, "stations")
            said = check(tables, not number and not part)
            found += [
                each for each in said
                if not (lent and each.table == "stations") and (share.whole or each.rule not in BETWEEN_STATIONS)
            ]  # fmt: skip
        if parts > 1:
            small = {n: read(portion, n) for n in portion.files if rows_of(portion.files[n]) <= TOGETHER // 4}
            found += [each for each in check(small, False) if each.rule in BETWEEN_STATIONS]
    for rule in ("checked_in_portions", *(["persons_not_compared"] if persons else [])):
        found.append(issue(Remark(rule, {"n": rows, "limit": TOGETHER}), file=""))
    return list(dict.fromkeys(found))  # what is said of a file as a whole is said once


def _provinces(files: Mapping[str, Sequence[Path]]) -> Iterator[tuple[Portion, int]]:
    """The files of each province, with their rows."""
    names = sorted({path.parent.name for found in files.values() for path in found})
    for name in names:
        own = {table: [p for p in found if p.parent.name == name] for table, found in files.items()}
        held = {table: found for table, found in own.items() if found}
        yield Portion(held), sum(rows_of(found) for found in held.values())
