"""Sentences from word lists: numbers go in by id and come out as marked text that the gate can trace.

`{coverage.rate}` becomes <data data-n="coverage.rate" value="0.7245…">72.45%</data>; a plain `{name}` is escaped;
`[[95%]]` is a constant of the method. So every digit on a page is a number of results.json, a date, a code, a quote
or such a constant, and a check can say which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from swe.show.numbers import Number, interval_text, text_of
from swe.show.units import unit_word
from swe.show.words import word

_HOLE = re.compile(r"\{([^{}]+)\}|\[\[(.+?)\]\]|((?<![\w/.-])\d{4}-\d{2}(?:-\d{2})?(?![\w/-]))")
_GAP = re.compile(r"(?<=[^\x00-\x7f]) +(?=[{\[])|(?<=[}\]]) +(?=[^\x00-\x7f])")


def say(key: str, lang: str, numbers: Mapping[str, Number] | None = None, **fields: Any) -> Markup:
    """The sentence `key` in `lang`, with numbers by id and words by name.

    `{id}` is the number alone, `{id+}` with its unit word, `{id±}` with a sign, `{id~}` with its interval if it has one.
    """
    return fill(word(key, lang), lang, numbers or {}, fields)


def fill(template: str, lang: str, numbers: Mapping[str, Number], fields: Mapping[str, Any]) -> Markup:
    parts: list[Markup] = []
    at = 0
    if lang == "zh":  # the gap between Chinese and digits is the browser's (text-autospace)
        template = _GAP.sub("", template)
    for hole in _HOLE.finditer(template):
        parts.append(escape(template[at : hole.start()]))
        if hole[2]:
            parts.append(constant(hole[2]))
        elif hole[3]:
            parts.append(day(hole[3]))
        else:
            parts.append(_filled(hole[1], lang, numbers, fields))
        at = hole.end()
    parts.append(escape(template[at:]))
    return Markup("").join(parts)


def _filled(name: str, lang: str, numbers: Mapping[str, Number], fields: Mapping[str, Any]) -> Markup:
    bare = name.rstrip("+±~")
    if bare in fields and "." not in bare:
        value = fields[bare]
        return marked(value, lang, **_flags(name)) if isinstance(value, Number) else escape(value)
    return marked(numbers[bare], lang, **_flags(name))


def _flags(name: str) -> dict[str, bool]:
    return {"unit": "+" in name, "signed": "±" in name, "interval": "~" in name, "prose": True}


def marked(
    n: Number,
    lang: str,
    *,
    unit: bool = False,
    signed: bool = False,
    interval: bool = False,
    prose: bool = False,
) -> Markup:
    """A number as traced text, with its unit word if asked."""
    shown = text_of(n, lang, signed=signed, prose=prose)
    if interval and (between := interval_text(n)):
        shown = f"{shown}（{between}）" if lang == "zh" else f"{shown} ({between})"
    body = Markup('<data data-n="{}" value="{}">{}</data>').format(n.id, _machine(n), shown)
    if n.unit in ("ordinal", "edition") and lang == "zh":
        return Markup("第{}{}").format(body, unit_word(n.unit, lang) or "次")
    if shown == text_of(n, lang) and n.value is None and n.lower is None and n.upper is None:
        return body
    if not unit or not (after := unit_word(n.unit, lang, one=n.value == 1)):
        return body
    return Markup("{}{}{}").format(body, "" if lang == "zh" else " ", after)


def spread(n: Number, lang: str) -> Markup:
    """A number as its interval where it has one (a denominator implied by a rounded rate)."""
    shown = interval_text(n) or text_of(n, lang)
    return Markup('<data data-n="{}" value="{}">{}</data>').format(n.id, _machine(n), shown)


def constant(text: str) -> Markup:
    """A number that belongs to a method or a rule, not to the data."""
    return Markup('<span class="k">{}</span>').format(text)


def day(text: str) -> Markup:
    """A date of any precision."""
    return Markup("<time>{}</time>").format(text)


def quoted(text: str) -> Markup:
    return Markup('<q lang="zh-Hans">{}</q>').format(text)


def code(text: str) -> Markup:
    """An identifier: a region code, a figure id, a file."""
    return Markup("<code>{}</code>").format(text)


def title(text: str) -> Markup:
    """A proper name that may hold digits (福泉“1+8+N”)."""
    return Markup("<cite>{}</cite>").format(text)


def _machine(n: Number) -> str:
    if n.value is not None:
        return str(n.value)
    low = "" if n.lower is None else str(n.lower)
    high = "" if n.upper is None else str(n.upper)
    return f"{low}..{high}"
