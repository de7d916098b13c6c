"""Cardinal numbers in words: "two thousand and twenty six", "साढ़े तीन लाख", "mil novecientos noventa y nueve"."""

import re
from decimal import Decimal
from typing import NamedTuple

from openwaves.stt.written.text import Text

LITERAL = re.compile(r"\d{1,3}(?:[,.]\d{2,3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_HUNDRED = 100
_THOUSAND = 1000
_MILLION = 1_000_000
_LAKH = 100_000


class Number(NamedTuple):
    """A number and the tokens that say it.

    Attributes:
        value: What it is worth, its scale included.
        end: Index past its last token.
        digits: Its part before the scale in digits, where the value alone does not tell ("3.50"); empty if it does.
        scale_at: Index of the token of a scale that is written as a word ("5 million"); -1 if none is.
        bare: It is a scale without a number before it: "a hundred", "सौ", "mil".
    """

    value: Decimal
    end: int
    digits: str = ""
    scale_at: int = -1
    bare: bool = False


def cardinal(text: Text, start: int) -> Number | None:
    """The longest whole number that begins at a token."""
    if start >= len(text.tokens):
        return None
    if text.tables.code == "hi" and (found := _halved(text, start)):
        return found
    lead = (
        1 if text.tables.among("a", text.key(start)) and text.tables.scales.get(text.near(start + 1, start + 1)) else 0
    )
    part = _part(text, start + lead) if not lead else (1, start + 1)
    bare = bool(lead)
    if part is None:
        part, bare = _bare(text, start), True
    if part is None:
        return None
    if lead and text.tables.scales[text.key(start + 1)] == _HUNDRED:
        part = _hundreds(text, 1, start + 1) or part
    return _scaled(text, part, start, bare)


def decimal(text: Text, start: int) -> Number | None:
    """A number with or without digits after the point, and a scale after them: "three point five million"."""
    whole = cardinal(text, start)
    if whole is None or not text.tables.among("point", text.next_key(whole.end)) or whole.scale_at >= 0:
        return whole
    if found := _fraction_digits(text, whole.end + 1):
        digits, end = found
        digits = f"{whole.value}{_mark(text, whole.end)}{digits}"
        value = Decimal(digits.replace(",", "."))
        while text.tables.among("point", text.next_key(end)) and (further := _fraction_digits(text, end + 1)):
            digits, end = f"{digits}.{further[0]}", further[1]
        scale = text.tables.scales.get(text.next_key(end), 0)
        if scale >= _THOUSAND:
            return Number(value * scale, end + 1, digits, end)
        return Number(value, end, digits)
    return whole


def literal(text: Text, start: int) -> Number | None:
    """A number that is written in digits already."""
    token = text.tokens[start] if start < len(text.tokens) else None
    if token is None or not LITERAL.fullmatch(token.text) or token.before.endswith("-"):
        return None
    scale = text.tables.scales.get(text.next_key(start + 1), 0)
    digits = token.text
    value = Decimal(re.sub(r"\D", "", digits))
    if scale >= _THOUSAND:
        return Number(value * scale, start + 2, digits, start + 1)
    return Number(value, start + 1, digits)


def digit(text: Text, index: int) -> int | None:
    """The digit that a token names: "oh" is zero."""
    key = text.key(index)
    if text.tables.among("zero", key):
        return 0
    value = text.tables.numbers.get(key)
    return value if value is not None and value < 10 else None


def is_number(text: Text, index: int) -> bool:
    """Whether a token is a word of a number, or written in digits."""
    key = text.key(index)
    return key in text.tables.numbers or (bool(key) and key[0].isdecimal())


def _mark(text: Text, index: int) -> str:
    """The decimal mark for the word that was said: Spanish says "coma" or "punto"."""
    return "," if text.key(index) == "coma" else "."


def _fraction_digits(text: Text, start: int) -> tuple[str, int] | None:
    """Digits after a point: single ones, or one number below hundred."""
    digits, index = "", start
    if not text.near(start, start):
        return None
    while index < len(text.tokens) and index < text.reach[start]:
        single = digit(text, index)
        small = _small(text, index)
        if single is None or (small and small[1] > index + 1):
            break
        digits, index = f"{digits}{single}", index + 1
    if digits:
        return digits, index
    small = _small(text, start)
    return (str(small[0]), small[1]) if small and small[0] < _HUNDRED else None


def _small(text: Text, start: int) -> tuple[int, int] | None:
    """A number below hundred, or one word of Spanish hundreds."""
    tables = text.tables
    value = tables.numbers.get(text.key(start))
    if value is None:
        return None
    follower = start + 1
    if tables.code == "es":
        if 30 <= value < _HUNDRED and text.next_key(follower) == "y":
            follower += 1
        elif value != 20 or text.next_key(follower) == "y":
            return value, start + 1
    if 20 <= value < _HUNDRED and value % 10 == 0 and tables.code != "hi":
        one = tables.numbers.get(text.near(follower, start + 1), 0)
        if 1 <= one <= 9:
            return value + one, follower + 1
    return value, start + 1


def _hundreds(text: Text, count: int, at: int) -> tuple[int, int]:
    """``count`` hundreds, said at ``at``, and what follows below hundred."""
    value, end = count * _HUNDRED, at + 1
    follower = end
    joined = text.tables.code == "en" and text.next_key(end) == "and"
    if joined:
        follower += 1
    rest = _small(text, follower) if text.near(follower, end) else None
    if rest is None or not 0 < rest[0] < _HUNDRED or text.tables.scales.get(text.next_key(rest[1])) == _HUNDRED:
        return value, end
    if not joined and rest[0] < 10 and digit(text, rest[1]) is not None and text.next_key(rest[1]):
        return value, end  # eight hundred, five five five …: a telephone number
    return value + rest[0], rest[1]


def _below_thousand(text: Text, start: int) -> tuple[int, int] | None:
    first = _small(text, start)
    if first is None:
        return None
    value, end = first
    if text.tables.code == "es":
        rest = _small(text, end) if value >= _HUNDRED and text.next_key(end) else None
        return (value + rest[0], rest[1]) if rest and 0 < rest[0] < _HUNDRED else first
    if text.tables.scales.get(text.next_key(end)) == _HUNDRED and 0 < value < _HUNDRED:
        return _hundreds(text, value, end)
    return first


def _part(text: Text, start: int) -> tuple[int, int] | None:
    """What may stand before a scale: below a thousand, in Spanish below a million."""
    first = _below_thousand(text, start)
    if text.tables.code != "es":
        return first
    at = first[1] if first else start
    if text.key(at) != "mil" or (first and not text.next_key(at)):
        return first
    thousands, end = (first[0] if first else 1) * _THOUSAND, at + 1
    rest = _below_thousand(text, end) if text.next_key(end) else None
    if rest and rest[0]:
        return thousands + rest[0], rest[1]
    return (thousands, end) if first or text.tables.scales.get(text.next_key(end)) else None


def _bare(text: Text, start: int) -> tuple[int, int] | None:
    """A scale that counts as one of it: Hindi "सौ", "हज़ार", Spanish "mil"."""
    scale = text.tables.scales.get(text.key(start), 0)
    if text.tables.code == "hi" and scale == _HUNDRED:
        return _hundreds(text, 1, start)
    if text.tables.code == "hi" and scale == _THOUSAND:
        return 1, start
    return (_THOUSAND, start + 1) if text.key(start) == "mil" and text.tables.code == "es" else None


def _scaled(text: Text, part: tuple[int, int], start: int, bare: bool) -> Number:
    """The number that begins with a part: part, scale, smaller part, smaller scale and so on."""
    tables, smallest = text.tables, _MILLION if text.tables.code == "es" else _THOUSAND
    total, last, scale_at, n_scales = 0, 0, -1, 0
    value, end = part
    while value:
        scale = tables.scales.get(text.key(end) if end == start else text.next_key(end), 0)
        if scale < smallest or (last and scale >= last):
            break
        total, last, scale_at, n_scales = total + value * scale, scale, end, n_scales + 1
        value, end = 0, end + 1
        follower = end + (tables.code == "en" and text.next_key(end) == "and")
        found = _part(text, follower) if text.near(follower, end) else None
        if found is None or not found[0]:
            break
        after = tables.scales.get(text.next_key(found[1]), 0)
        if after >= last or (follower > end and after >= smallest):
            break
        value, end = found
    total += value
    rounded = n_scales == 1 and not value and last >= _LAKH
    return Number(Decimal(total), end, "", scale_at if rounded else -1, bare)


def _halved(text: Text, start: int) -> Number | None:
    """Hindi halves and quarters: "साढ़े तीन सौ", "डेढ़ लाख", "पौने दो"."""
    added = text.tables.halves.get(text.key(start))
    if added is None:
        return None
    value, end = added, start + 1
    if added < 1:
        number = _small(text, end) if text.next_key(end) else None
        if number:
            value, end = number[0] + added, number[1]
        elif added < 0:
            return None
        else:
            value = 1 + added
    scale = text.tables.scales.get(text.next_key(end), 0)
    digits = f"{value.normalize():f}"
    if not scale:
        return Number(value, end, digits, -1, True)
    if scale >= _LAKH:
        return Number(value * scale, end + 1, digits, end)
    return Number(value * scale, end + 1)
