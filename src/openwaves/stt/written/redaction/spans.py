"""Rows of digits in a text, spoken or written, and what stands around them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from openwaves.stt.written.digits import chunk
from openwaves.stt.written.text import Text

_WRITTEN = re.compile(r"\+?\(?\d[\d()./–-]*")
_DIGITS = re.compile(r"\d+")
_GROUP = re.compile(r"\d{3,4}")
_ALIKE = {"for": "4", "fore": "4", "to": "2", "too": "2", "ate": "8", "won": "1"}
_FAR = 12
"""Tokens before a number among which its name stands."""


class Span(NamedTuple):
    """Tokens that are to be replaced.

    Attributes:
        start: Index of the first.
        end: Index past the last.
        kind: Of ``kinds``.
        value: What makes it the same thing again: digits, or folded words.
    """

    start: int
    end: int
    kind: str
    value: str


class Digits(NamedTuple):
    """A row of digits.

    Attributes:
        start: Index of its first token.
        end: Index past its last.
        digits: All of them.
        singly: How many were said or written digit by digit, or in groups of at least three.
        groups: Lengths of its parts, as tokens were written or commas set them off.
    """

    start: int
    end: int
    digits: str
    singly: int
    groups: tuple[int, ...]


def rows_of_digits(text: Text) -> list[Digits]:
    """Every row of digits, in order. Commas, pauses and fillers within one do not end it."""
    found: list[Digits] = []
    index = 0
    while index < len(text.tokens):
        row = _row(text, index)
        if row:
            found.append(row)
        index = row.end if row else index + 1
    return found


def _row(text: Text, start: int) -> Digits | None:
    digits, singly, end, index = "", 0, start, start
    groups: list[int] = [0]
    while index < len(text.tokens):
        item = _item(text, index) or (_misheard(text, index) if digits else None)
        if item is None:
            if not digits or not text.tables.among("filler", text.key(index)) or index > end + 1:
                break
            index += 1
            continue
        shown, index, single = item
        if digits and (text.tokens[end - 1].after or text.tokens[end - 1].text[-1:].isdecimal()):
            groups.append(0)
        digits, singly, end = digits + shown, singly + single, index
        inner = [len(part) for part in _DIGITS.findall(text.tokens[index - 1].text)] or [len(shown)]
        groups = [*groups[:-1], groups[-1] + inner[0], *inner[1:]]
    return Digits(start, end, digits, singly, tuple(groups)) if digits else None


def _item(text: Text, index: int) -> tuple[str, int, int] | None:
    """The digits at a token, the index past them, and how many of them are single."""
    token = text.tokens[index]
    written = token.before[-1:] * (token.before[-1:] == "(") + token.text
    if _WRITTEN.fullmatch(token.text) or _WRITTEN.fullmatch(written):
        shown = "".join(sign for sign in token.text if sign.isdecimal())
        return shown, index + 1, len(shown) if len(shown) != 2 else 0
    part = chunk(text, index)
    if part is None or len(part.digits) > 4:
        return None
    if text.tables.among("zero", token.key) and not _beside(text, index):
        return None
    return part.digits, part.end, part.n_digits


def _misheard(text: Text, index: int) -> tuple[str, int, int] | None:
    """A digit that was taken for a word that sounds alike, between groups of three or four: "4242 for 242"."""
    digit = _ALIKE.get(text.tokens[index].key, "") if text.tables.code == "en" else ""
    if not digit or index + 1 >= len(text.tokens):
        return None
    before, here, behind = text.tokens[index - 1 : index + 2]
    if before.after or here.after or not all(_GROUP.fullmatch(token.text) for token in (before, behind)):
        return None
    return digit, index + 1, 1


def _beside(text: Text, index: int) -> bool:
    """Whether a number stands before or behind "oh"."""
    return any(0 <= other < len(text.tokens) and bool(chunk(text, other)) for other in (index - 1, index + 1))


def near(text: Text, start: int, names: Iterable[str], far: int = _FAR) -> str:
    """The first of the lists that has the word closest before a token; empty if none has one.

    Questions and answers count: a sentence's end does not stop the search.
    """
    listed = tuple(names)
    for back in range(1, far + 1):
        key = text.key(start - back)
        for name in listed:
            if text.tables.among(name, key):
                return name
    return ""


def luhn(digits: str) -> bool:
    """Whether digits pass the check of payment cards. Source: ISO/IEC 7812-1, annex B."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
