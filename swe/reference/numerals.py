"""Chinese numerals (一百零九, 三点五亿, 二〇二三) as numbers.

Newspapers mix them with Arabic digits in one sentence; a numeral that breaks the rules is no number, not a
guess.
"""

from __future__ import annotations

from decimal import Decimal

DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
PLACES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
MULTIPLIERS = PLACES | MYRIADS


def numeral(text: str) -> Decimal | None:
    """The value of a Chinese numeral, or None where the characters do not form one.

    A bare multiplier counts once (百万 is 1,000,000), a last lone digit stands one place below the multiplier
    before it (一万二 is 12,000), and digits alone need a zero among them (二〇二三; 三五 is no number).

    >>> numeral("一百零九"), numeral("两百五十"), numeral("三点五亿"), numeral("三五")
    (Decimal('109'), Decimal('250'), Decimal('350000000.0'), None)
    """
    if "点" in text:
        return _decimal(text)
    if all(char in DIGITS for char in text):
        return _digits(text)
    value = _places(text)
    return None if value is None else Decimal(value)


def multiplier(text: str) -> int:
    """百万 as 1,000,000: the product of multiplier characters; 1 for an empty text."""
    product = 1
    for char in text:
        product *= MULTIPLIERS[char]
    return product


def is_rough_pair(text: str) -> bool:
    """两三, 五六十, 七八百万: two neighbouring digits, a rough number without a value."""
    first, second = (DIGITS.get(char, 0) for char in (text + "  ")[:2])
    return 0 < first < 10 and second == first + 1 and all(char in MULTIPLIERS for char in text[2:])


def _decimal(text: str) -> Decimal | None:
    whole, _, rest = text.partition("点")
    digits = rest.rstrip("".join(MULTIPLIERS))
    before = numeral(whole)
    if before is None or not digits or any(char not in DIGITS for char in digits):
        return None
    fraction = "".join(str(DIGITS[char]) for char in digits)
    return Decimal(f"{int(before)}.{fraction}") * multiplier(rest[len(digits) :])


def _digits(text: str) -> Decimal | None:
    if len(text) == 1:
        return Decimal(DIGITS[text])
    if len(text) < 3 or text[0] in "零〇" or not set(text) & {"零", "〇"}:
        return None
    return Decimal("".join(str(DIGITS[char]) for char in text))


def _places(text: str) -> int | None:
    total, section, place, myriad = 0, 0, 10**4, 10**12  # multipliers fall within a section, myriads over all
    digit: int | None = None
    before = ""
    for i, char in enumerate(text):
        if char in "零〇":
            if digit is not None or before in ("零", "〇") or i in (0, len(text) - 1):
                return None
        elif char in DIGITS:
            if digit is not None:
                return None
            digit = DIGITS[char]
        elif char in PLACES:
            if PLACES[char] >= place or (digit is None and char != "十" and i > 0):
                return None
            section += (1 if digit is None else digit) * PLACES[char]
            place, digit = PLACES[char], None
        else:
            value = section + (digit or 0)
            if char == "亿" and myriad == 10**4:  # 三千万亿
                total = (total + value) * MYRIADS[char]
            elif MYRIADS[char] >= myriad or (value == 0 and i > 0):
                return None
            else:
                total += (value if i else 1) * MYRIADS[char]
            section, place, myriad, digit = 0, 10**4, MYRIADS[char], None
        before = char
    if digit is None:
        return total + section
    behind = text[-2] if len(text) > 1 else ""
    return total + section + digit * max(1, MULTIPLIERS.get(behind, 1) // 10)
