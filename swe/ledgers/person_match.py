"""Persons compared between the sources of one load that has no user's key: under a key that lives as long as the load.

Whoever could tell from the store that a new person is an old one could try every ID number on it. So nothing that
tells persons apart is stored: sources with rosters or client files are read again, compared in memory, and only what
is wrong is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING

from swe.ledgers.checks import keys, persons
from swe.ledgers.checks.ledger import Letters, build
from swe.ledgers.checks.limits import DEFAULT_LIMITS, DEFAULT_MINIMA
from swe.ledgers.issues import PROVENANCE, Issue
from swe.ledgers.pseudonyms import normalised

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.tables.spec import Contract

TABLES = ("workers", "clients")  # the tables that say who a person is
_KEPT = ("station_id", "hired_on", "left_on", "resident", *PROVENANCE)
_ID = re.compile(r"[0-9A-Z]{8,18}")  # masked ones (5227**********12) and words tell nobody apart
_PLAIN = r"[0-9]{17}[0-9X]"  # already in its one form
_CHECKS = (keys.duplicate_keys, persons.duplicate_clients, persons.duplicate_workers)


def roster(tables: Mapping[str, pd.DataFrame], contract: Contract, *, key: bytes) -> dict[str, pd.DataFrame]:
    """The persons of one source, as raw as read, with keyed digests for their numbers and names; nothing else of them.

    A person is known by ID number, else by name, birth date and sex together (as in `swe check`).
    """
    return {name: _digested(tables[name], name, contract, key) for name in TABLES if name in tables}


def compared(
    rosters: Sequence[Mapping[str, pd.DataFrame]],
    contract: Contract,
    *,
    stations: Mapping[str, str],
    letters: Letters,
) -> tuple[Issue, ...]:
    """What is wrong between sources: numbers used twice, clients and workers on file twice.

    stations  name: station_id, for sources that call a station by its name
    """
    import pandas as pd

    tables = {}
    for name in TABLES:
        if frames := [each[name] for each in rosters if name in each]:
            whole = pd.concat(frames, ignore_index=True)
            meant = whole["station_id"].map(lambda word: stations.get(word, word), na_action="ignore")
            tables[name] = whole.assign(station_id=meant.astype("string"))
    ledger = build(
        tables, contract, minima=DEFAULT_MINIMA, limits=DEFAULT_LIMITS, today=date.max, letters=letters
    )
    return tuple(issue for run in _CHECKS for issue in run(ledger))


def _digested(frame: pd.DataFrame, name: str, contract: Contract, key: bytes) -> pd.DataFrame:
    own = contract[name].key[-1]
    kept = frame.reindex(columns=[c for c in _KEPT if c in contract[name] or c in PROVENANCE])
    return kept.assign(
        **{own: _digests(_text(frame, own), key), "person_key": _digests(_persons(frame), key)}
    ).astype({c: frame.dtypes[c] for c in kept.columns if c in frame})


def _persons(frame: pd.DataFrame) -> pd.Series:
    """What tells the person of each row apart; missing where nothing does."""
    import pandas as pd

    number = _text(frame, "id_number")
    plain = number.str.fullmatch(_PLAIN).fillna(True).astype(bool)
    if not plain.all():
        number = number.where(plain, number[~plain].map(normalised).astype("string"))
    number = "id|" + number.where(number.str.fullmatch(_ID.pattern).fillna(False).astype(bool))
    born = pd.to_datetime(frame.reindex(columns=["birth_date"])["birth_date"]).dt.strftime("%Y%m%d")
    described = (
        "is|" + _text(frame, "name") + "|" + born.astype("string") + "|" + _text(frame, "sex").fillna("")
    )
    return number.fillna(described)


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame.reindex(columns=[column])[column].astype("string")


def _digests(series: pd.Series, key: bytes) -> pd.Series:
    """Keyed BLAKE2b (RFC 7693), 128 bits: faster than HMAC-SHA256, and these never leave the memory."""
    texts = series.dropna().unique().tolist()
    made = {
        text: blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16, key=key).hexdigest()
        for text in texts
    }
    return series.map(made, na_action="ignore").astype("string")
