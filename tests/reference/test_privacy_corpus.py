"""Recall and precision of the detectors on a synthetic corpus (see generate/privacy_corpus.py; no real person).

An identifier counts as found only if every letter and digit of it lies in a hit; a hit counts as right if it
touches an identifier. Required (issue 3): recall >= 99.9 %, precision >= 99.5 %.
"""

import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from swe.ledgers.detectors import KINDS, find, mask, may_contain

sys.path.insert(0, str(Path(__file__).parent / "generate"))

import privacy_corpus


@pytest.mark.parametrize(
    ("lines", "seed"), [(5_000, 20230531), pytest.param(100_000, 72, marks=pytest.mark.slow)]
)
def test_recall_and_precision_on_the_synthetic_corpus(lines, seed, capsys):
    planted, found, right, wrong = Counter(), Counter(), Counter(), Counter()
    lines_planted = lines_whole = lines_flagged = lines_rightly = 0
    corpus = privacy_corpus.corpus(lines, seed=seed)
    passed = may_contain(pa.array([line.text for line in corpus])).to_pylist()
    for line, worth in zip(corpus, passed, strict=True):
        hits = find(line.text)
        assert worth or not hits
        covered = {place for hit in hits for place in range(hit.start, hit.end)}
        whole = [
            kind
            for kind, start, end in line.planted
            if all(i in covered for i in range(start, end) if line.text[i].isalnum())
        ]
        planted.update(kind for kind, *_ in line.planted)
        found.update(whole)
        for hit in hits:
            touches = any(hit.start < end and start < hit.end for _, start, end in line.planted)
            (right if touches else wrong)[hit.kind] += 1
        lines_planted += bool(line.planted)
        lines_whole += bool(line.planted) and len(whole) == len(line.planted)
        lines_flagged += bool(hits)
        lines_rightly += bool(hits) and bool(line.planted)
        assert not find(mask(line.text))
    recall = found.total() / planted.total()
    precision = right.total() / (right.total() + wrong.total())
    with capsys.disabled():
        print(f"\nprivacy corpus: {lines} lines, seed {seed}, all synthetic")
        print(
            f"  identifiers: recall {recall:.4%} ({found.total()} of {planted.total()}), precision {precision:.4%}"
        )
        print(
            f"  lines: recall {lines_whole / lines_planted:.4%}, precision {lines_rightly / lines_flagged:.4%}"
        )
        for kind in KINDS:
            share = right[kind] / max(right[kind] + wrong[kind], 1)
            print(
                f"  {kind:12} recall {found[kind] / planted[kind]:.3%} of {planted[kind]}, precision {share:.3%}"
            )
    assert lines_whole / lines_planted >= 0.999 and recall >= 0.999
    assert precision >= 0.995 and lines_rightly / lines_flagged >= 0.995


def test_the_corpus_is_the_same_for_the_same_seed_and_half_of_it_personal():
    once, again = (privacy_corpus.corpus(1_000, seed=3) for _ in range(2))
    assert once == again != privacy_corpus.corpus(1_000, seed=4)
    assert sum(bool(line.planted) for line in once) == 500
    assert {kind for line in once for kind, *_ in line.planted} == set(KINDS)
