"""Addresses of houses and of mail."""

import re
from collections.abc import Iterator

from openwaves.stt.written.digits import row
from openwaves.stt.written.redaction.spans import Span, near
from openwaves.stt.written.text import Text
from openwaves.stt.written.web import addresses

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MOST_WORDS = 3
"""Words of a street's name before its kind."""


def mails(text: Text, wanted: frozenset[str]) -> Iterator[Span]:
    """Addresses of mail, spoken or written."""
    if "email" not in wanted:
        return
    for index, token in enumerate(text.tokens):
        if _MAIL.fullmatch(token.text):
            yield Span(index, index + 1, "email", token.key)
    for start, match in addresses(text).items():
        if "@" in match.pieces[0].text:
            yield Span(start, match.end, "email", match.pieces[0].text)


def streets(text: Text, wanted: frozenset[str]) -> Iterator[Span]:
    """House numbers and streets; numbers of flats where somebody tells where he lives."""
    for index, token in enumerate(text.tokens):
        tables = text.tables
        sure, maybe = tables.among("street_sure", token.key), tables.among("street_maybe", token.key)
        told = bool(near(text, index, ("cue_address",)))
        if (sure or (maybe and told)) and (found := _street(text, index, told)):
            house, name = found
            if house < name and "buildingnumber" in wanted:
                yield Span(house, name, "buildingnumber", _value(text, house, name))
            if "address" in wanted:
                yield Span(name, index + 1, "address", _value(text, name, index + 1))
        if tables.among("unit_of_house", token.key) and told and "buildingnumber" in wanted:
            yield from _unit(text, index + 1)


def _value(text: Text, start: int, end: int) -> str:
    return " ".join(token.key for token in text.tokens[start:end])


def _street(text: Text, kind: int, told: bool) -> tuple[int, int] | None:
    """Where the house number and the name of a street begin; None if it is just any street."""
    first = kind
    while first > 0 and kind - first < _MOST_WORDS and text.reach[first - 1] > first:
        before = text.tokens[first - 1]
        if text.tables.among("not_name", before.key) or _number_before(text, first) < first:
            break
        first -= 1
    if first == kind:
        return None
    house = _number_before(text, first)
    named = all(token.text[:1].isupper() for token in text.tokens[first:kind]) or not text.tokens[first].text.isascii()
    return (house, first) if house < first or (told and named) else None


def _number_before(text: Text, end: int) -> int:
    """Where the number begins that ends at a token; ``end`` if there is none."""
    start = end
    while start > 0 and (text.tokens[start - 1].text[:1].isdecimal() or text.key(start - 1) in text.tables.numbers):
        if text.reach[start - 1] <= start and start == end:
            break
        start -= 1
    return start


def _unit(text: Text, start: int) -> Iterator[Span]:
    """The number of a flat."""
    start += text.tables.among("label", text.key(start)) or text.key(start) in {"number", "नंबर"}
    chunks = row(text, start) if start < len(text.tokens) else []
    end = chunks[-1].end if chunks else start
    if not chunks and start < len(text.tokens) and any(sign.isdecimal() for sign in text.tokens[start].text):
        end = start + 1
    end += end > start and len(text.next_key(end)) == 1 and text.key(end) not in {"a", "i"}
    if end > start:
        yield Span(start, end, "buildingnumber", _value(text, start, end))
