"""Laws of the border: masking twice is masking once, nothing masked is personal, the order of rows changes nothing."""

import hashlib

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from swe.ledgers.contract import contract
from swe.ledgers.detectors import _apart, may_contain
from swe.ledgers.plain_text import plain_text
from swe.ledgers.privacy import contains, find, mask, pseudonym, redact, scan_frame

PIECES = st.sampled_from(
    ["13800138000", "522702199001011234", "52270219900101123X", "522702900101123", "6222021234567894", "E12345678",
     "a@qq.com", "@", "贵A12345", "姓名：", "张三", "李 四", "服务对象", "微信", "QQ", "zs198808", "0854-2222222", "热线",
     "路12号", "3单元501", "家住", "社工站电话", "身份证", "卡号", "1", "-", " ", "\n", "，", "、", "（", "x", ".", "＋", "〔", "〕",
     "2023-05-31", "８６", "\u200b", "·", "0", "data:image/png;base64,", "ab12", "Name: ", "阿依·古丽"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=40))


@given(TEXTS)
def test_masking_twice_is_masking_once_and_leaves_nothing_personal(text):
    for lang in ("zh", "en"):
        once = mask(text, lang)
        assert not contains(once) and mask(once, lang) == once


@given(TEXTS)
def test_hits_lie_in_the_text_in_order_and_apart(text):
    hits = find(text)
    ends = [0, *(hit.end for hit in hits)]
    assert all(end <= hit.start < hit.end <= len(text) for end, hit in zip(ends, hits, strict=False))


@given(TEXTS)
def test_the_prefilters_lose_nothing(text):
    if _apart(plain_text(text)):
        assert find(text) and may_contain(pa.array([text])).to_pylist() == [True]


@given(st.binary())
def test_no_digest_is_personal(raw):
    assert not contains(hashlib.sha256(raw).hexdigest()) and not contains(hashlib.md5(raw).hexdigest())


@given(st.lists(TEXTS, min_size=1, max_size=8), st.randoms())
def test_the_order_of_rows_changes_nothing(texts, chance):
    table = contract()["activities"]
    frame = pd.DataFrame({"name": pd.Series(texts, dtype="string")})
    order = chance.sample(range(len(texts)), len(texts))
    out, log = redact(frame, table, keep_free_text=True)
    other, other_log = redact(frame.iloc[order], table, keep_free_text=True)
    pd.testing.assert_frame_equal(other.sort_index(), out)
    pd.testing.assert_frame_equal(other_log, log)
    assert scan_frame(out, ["name"]) == []


@given(st.text(min_size=1), st.binary(min_size=32, max_size=32))
def test_a_pseudonym_is_stable_and_holds_nothing_personal(value, key):
    made = pseudonym(value, key)
    assert made == pseudonym(f" {value} ", key) and len(made) == 26 and not contains(made)
