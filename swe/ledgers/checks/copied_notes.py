"""Check 13: notes that were copied from one record to the next.

Free text is read here before it is dropped at the border. Only rows come out, never a word; signs and digits do not
count, so a copied note with another date is still a copy. Notes are compared within their station. Visits must be the
same; cases nearly the same, which is found on hashes of their runs of three letters.

MinHash: Broder (1997), doi:10.1109/SEQUEN.1997.666900. Two notes that share a band of hashes are held against each
other in full; J is the Jaccard similarity of their runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from swe.ledgers.checks.ledger import Ledger, group_ids, sizes
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

COPIED_CASE = Rule(
    "notes.copied_case", 13, "warning",
    "“{zh_name}”与本站另外 {others} 个个案几乎相同，可能是复制粘贴。",
    "'{en_name}' is nearly the same as in {others} other cases of this station; it may have been pasted.",
    "按本个案的实际过程重新填写。", "Write what happened in this case.", "MZ/T 094-2017",
)  # fmt: skip
COPIED_VISIT = Rule(
    "notes.copied_visit", 13, "info",
    "“{zh_name}”与本站另外 {others} 次走访相同，可能是复制粘贴。",
    "'{en_name}' is the same as in {others} other visits of this station; it may have been pasted.",
    "写明本次走访的具体情况。", "Write what was found on this visit.",
)  # fmt: skip
RULES = (COPIED_CASE, COPIED_VISIT)

NOTES = (
    ("cases", "process_notes", COPIED_CASE),
    ("cases", "need", COPIED_CASE),
    ("visits", "situation", COPIED_VISIT),
)
_RUN = 3  # letters in a run (shingle): two words of Chinese
_BANDS, _ROWS = (
    6,
    3,
)  # 18 hashes: a pair with J = 0.8 shares a band with p = 0.987, one with J = 0.5 with 0.55
_CHUNK = 4_000_000  # runs hashed at a time: 32 MB for each hash
_PRIME = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ / golden ratio, odd (Knuth, TAOCP 6.4)


def copied_notes(ledger: Ledger) -> list[Issue]:
    """Notes of `note_length` letters or more that (nearly) equal another one of the station."""
    found: list[Issue] = []
    for name, column, rule in NOTES:
        if not ledger.has(name, column):
            continue
        rows = ledger.rows(name, column)
        rows = rows[rows[column].notna() & (rows["_station"] >= 0)]
        codes, texts = pd.factorize(rows[column])
        letters = _letters(texts)
        long = np.array([len(text) >= ledger.limits.note_length for text in letters], dtype=bool)[codes]
        rows, text = rows[long], letters[codes[long]]
        if rows.empty:
            continue
        frame = pd.DataFrame({"_station": rows["_station"].to_numpy(), "text": text})
        ids = group_ids(frame, "_station", "text")
        alike = sizes(clusters(frame, ids, ledger.limits.note_alike) if name == "cases" else ids)
        on = alike >= (2 if name == "cases" else ledger.limits.copied_rows)
        spec = ledger.contract[name][column]
        found += ledger.flag(
            rule, name, rows[on], column, others=(alike[on] - 1).tolist(), zh_name=spec.zh, en_name=spec.en
        )
    return found


def _letters(texts: Any) -> NDArray[np.object_]:
    """Texts without blanks, signs and digits, as objects."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = pc.replace_substring_regex(
        pa.array(texts, pa.large_string()), pattern=r"[^\p{L}]+", replacement=""
    )
    return bare.to_numpy(zero_copy_only=False)


def clusters(notes: pd.DataFrame, ids: NDArray[np.int64], alike: float) -> NDArray[np.int64]:
    """A number for each note (`_station`, `text`); notes that are alike, directly or through others, share one.

    `ids` numbers the distinct notes.
    """
    distinct = notes[~pd.Series(ids).duplicated()]
    texts, at = distinct["text"].tolist(), distinct["_station"].to_numpy()
    pairs = _alike(texts, at, alike)
    if not len(pairs):
        return ids
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(texts), len(texts)))
    _, joined = connected_components(links, directed=False)
    return joined[ids]


def _alike(texts: list[str], station: NDArray[np.int64], alike: float) -> NDArray[np.int64]:
    """Pairs of distinct texts of one station with J ≥ `alike`, each text with the first of its band."""
    signature = _signatures(texts)
    found: set[tuple[int, int]] = set()
    for band in range(_BANDS):
        key = station.astype(np.uint64)
        for column in signature[:, band * _ROWS : (band + 1) * _ROWS].T:
            key = (key ^ column) * _PRIME
            key ^= key >> np.uint64(29)
        order = np.argsort(key, kind="stable")
        starts = np.append(True, key[order][1:] != key[order][:-1])
        first = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
        found.update(zip(first[~starts].tolist(), order[~starts].tolist(), strict=True))
    runs: dict[int, frozenset[str]] = {}
    kept = []
    for a, b in sorted(found):
        for i in (a, b):
            if i not in runs:
                runs[i] = frozenset(texts[i][k : k + _RUN] for k in range(len(texts[i]) - _RUN + 1))
        shared = len(runs[a] & runs[b])
        if station[a] == station[b] and shared >= alike * (len(runs[a]) + len(runs[b]) - shared):
            kept.append((a, b))
    return np.array(kept, dtype=np.int64).reshape(-1, 2)


def _signatures(texts: list[str]) -> NDArray[np.uint64]:
    """MinHash signatures, shape (texts, _BANDS × _ROWS)."""
    lengths = np.array([len(text) for text in texts])
    ends = np.cumsum(lengths)
    out = np.empty((len(texts), _BANDS * _ROWS), dtype=np.uint64)
    start = 0
    while start < len(texts):
        before = ends[start] - lengths[start]
        stop = max(int(np.searchsorted(ends, before + _CHUNK, side="right")), start + 1)
        out[start:stop] = _hash(texts[start:stop], lengths[start:stop])
        start = stop
    return out


def _hash(texts: list[str], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(
        np.uint64
    )
    runs = np.zeros(len(letters) - _RUN + 1, dtype=np.uint64)
    for k in range(_RUN):
        runs = (runs ^ letters[k : k + len(runs)]) * _PRIME
        runs ^= runs >> np.uint64(31)
    # a run that reaches into the next note is not a run of this one
    starts = np.cumsum(lengths) - lengths
    inside = np.ones(len(runs), dtype=bool)
    for k in range(1, _RUN):
        tail = starts + lengths - k
        inside[tail[tail < len(runs)]] = False
    offsets = np.cumsum(lengths - _RUN + 1) - (lengths - _RUN + 1)
    runs = runs[inside]
    seeds = np.random.default_rng(20230531).integers(1, 2**63, _BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
    out = np.empty((len(texts), len(seeds)), dtype=np.uint64)
    for i, seed in enumerate(seeds):
        mixed = runs * seed
        mixed ^= mixed >> np.uint64(32)
        out[:, i] = np.minimum.reduceat(mixed, offsets)
    return out
