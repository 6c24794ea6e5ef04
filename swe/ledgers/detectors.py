"""Personal identifiers in a text: where they stand, the text with them masked, and whether there are any.

The border that no personal value passes leans on this. It prefers a false alarm to a miss, save where a false
alarm would destroy the ledger's own facts: codes, dates, amounts, document numbers, digests, public telephones.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from swe.ledgers import detector_words as words
from swe.ledgers.digit_detectors import found_in_digits
from swe.ledgers.plain_text import STRUCK, plain_text
from swe.ledgers.word_detectors import found_in_words

Kind = Literal[
    "resident_id",
    "bank_card",
    "passport",
    "mobile",
    "landline",
    "email",
    "wechat",
    "qq",
    "plate",
    "name",
    "address",
]
KINDS: tuple[Kind, ...] = (
    "resident_id", "bank_card", "passport", "mobile", "landline", "email", "wechat", "qq", "plate", "name", "address"
)  # fmt: skip
LABELS: dict[str, dict[Kind, str]] = {
    "zh": {
        "resident_id": "身份证号", "bank_card": "银行卡号", "passport": "护照号", "mobile": "手机号", "landline": "电话",
        "email": "邮箱", "wechat": "微信号", "qq": "QQ号", "plate": "车牌号", "name": "姓名", "address": "住址",
    },
    "en": {
        "resident_id": "ID number", "bank_card": "bank card", "passport": "passport", "mobile": "mobile",
        "landline": "telephone", "email": "e-mail", "wechat": "WeChat", "qq": "QQ", "plate": "plate", "name": "name",
        "address": "address",
    },
}  # fmt: skip
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}

# What every identifier has at least; cheap, and the same in Python's and in Arrow's (RE2) pattern language.
_SPELLED = "〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_COMPOUND_STARTS = "".join(sorted({name[0] for name in words.COMPOUND_SURNAMES.split("|")}))
_PLATE_START = "[" + words.PLATE_PROVINCES + "].?[A-Za-zＡ-Ｚａ-ｚ]"
_MAY_HOLD = (
    r"(?:<D><GAP>*){6}<D>",
    r"[@＠﹫*＊]|\([aA][tT]\)|\[[aA][tT]\]",
    r"[vVｖＶ] ?[xXｘＸ信:：]|[wWｗＷ][xXｘＸ]|[qQｑＱ] ?[qQｑＱ]|[wW][eE] ?[cC][hH][aA][tT]|[wW][eE][iI][xX][iI][nN]",
    r"[nN][aA][mM][eE]|[cC][oO][nN][tT][aA][cC][tT]|[cC][lL][iI][eE][nN][tT]",
    _PLATE_START,
    rf"(?:<D>|[{_SPELLED}十百]).?(?:号|栋|幢|座|单元|室|弄|[#＃])|<D>.<D><D>?.<D><D><D>",
    f"[{_SPELLED}]" * 11 + r"|<D>[.．]<D><D>+[eEｅＥ]",
    r"微.?信|薇信|威信|扣扣|企鹅号|家庭[住地]|住[址所在于]|家住|现住|居住|现居|居[于在]|地址|户籍|搬[至到]|家在",
    rf"(?:{words.NAME_LABELS})(?:[(（][^)）]<NEAR>[)）])?"
    rf"(?:<GAP>*(?:[为是叫]<GAP>*)?[{words.SURNAMES}{_COMPOUND_STARTS}A-ZＡ-Ｚ]|<GAP>*[:：=＝﹕]|<WORD><NEAR>[·•・‧∙●⋅.．])",
)
# RE2 is linear whatever the pattern, but a hundred times slower with counted repetitions; Python needs them.
_IN_PYTHON = {"<D>": r"\d", "<GAP>": r"[\W_]", "<WORD>": r"[^\d:：,，;；。]", "<NEAR>": "{0,60}"}
_IN_ARROW = {"<D>": r"\p{Nd}", "<GAP>": r"[^\p{L}\p{Nd}]", "<WORD>": r"[^\p{Nd}:：,，;；。]", "<NEAR>": "*"}


def _written(part: str, classes: dict[str, str]) -> str:
    for mark, written in classes.items():
        part = part.replace(mark, written)
    return "(?s)" + part


_PREFILTERS = tuple(re.compile(_written(part, _IN_PYTHON)) for part in _MAY_HOLD)
# All of them in one automaton: a text is read once, not nine times.
_ARROW_PREFILTER = "|".join(f"(?:{_written(part, _IN_ARROW)})" for part in _MAY_HOLD)
# A whole text of one or two letters and seven to ten digits, as ledgers number their records by the million: with these
# letters no passport, account or label begins, and a telephone or a longer number does not stand behind a letter.
RECORD_NUMBER = r"^[ABFIJLNORTUXYZ][A-PR-UX-Za-pr-ux-z]?[0-9]{7,10}$"


class Hit(NamedTuple):
    """An identifier found: `text[start:end]`; never the value itself."""

    kind: Kind
    start: int
    end: int


def find(text: str) -> list[Hit]:
    """Every personal identifier of a text, in order and without overlap.

    >>> find("联系人：张三，电话 138 1234 5678，站点电话 0854-2222222，穗府办〔2023〕7号")
    [Hit(kind='name', start=4, end=6), Hit(kind='mobile', start=10, end=23)]
    """
    if not _may_hold(text):
        return []
    plain = plain_text(text)
    hits: list[Hit] = []
    while found := _apart(plain):  # what is masked no longer stands beside anything, so look again
        hits += found
        struck = list(plain)
        for _, start, end in found:
            struck[start:end] = STRUCK * (end - start)
        plain = "".join(struck)
    return sorted(hits, key=lambda hit: hit.start)


def mask(text: str, lang: Literal["zh", "en"] = "zh") -> str:
    """The text with every identifier replaced by the name of its kind; no character of a hit remains.

    >>> mask("手机１３８－１２３４－５６７８；E-mail: a.b@qq.com")
    '手机〔手机号〕；E-mail: 〔邮箱〕'
    >>> mask("张某的身份证号 11010119900307123x", "en")
    '张某的身份证号 [ID number]'
    """
    while hits := find(text):
        parts, at = [], 0
        for kind, start, end in hits:
            label = LABELS[lang][kind]
            parts += [text[at:start], f"〔{label}〕" if lang == "zh" else f"[{label}]"]
            at = end
        text = "".join(parts) + text[at:]
    return text


def contains(text: str) -> bool:
    """Whether a text holds any identifier; fast where it does not."""
    return bool(find(text))


def _may_hold(text: str) -> bool:
    return any(pattern.search(text) for pattern in _PREFILTERS)


def may_contain(texts: pa.Array) -> pa.Array:
    """Which of many texts are worth a closer look: all that hold an identifier, and some that do not."""
    worth = pc.fill_null(pc.match_substring_regex(texts, _ARROW_PREFILTER), False)
    if pc.any(worth).as_py():
        worth = pc.and_not(worth, pc.fill_null(pc.match_substring_regex(texts, RECORD_NUMBER), False))
    return worth


def _apart(plain: str) -> list[Hit]:
    """Hits that do not overlap; of two that do, the longer one stays, and numbers before words."""
    found = [Hit(kind, start, end) for kind, start, end in (*found_in_digits(plain), *found_in_words(plain))]  # type: ignore[arg-type]
    taken: list[Hit] = []
    free = bytearray(len(plain))
    for hit in sorted(
        found, key=lambda each: (each.kind in ("name", "address"), each.start - each.end, _RANK[each.kind])
    ):
        if hit.start < hit.end and not any(free[hit.start : hit.end]):
            free[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            taken.append(hit)
    return taken
