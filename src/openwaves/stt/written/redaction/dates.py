"""Dates with a year, dates and times of birth, and the month and year that a card expires in."""

import re
from collections.abc import Iterator

from openwaves.stt.written.clock import time
from openwaves.stt.written.dates import year
from openwaves.stt.written.numbers import cardinal, is_number
from openwaves.stt.written.ordinals import ordinal
from openwaves.stt.written.redaction.spans import Span, near
from openwaves.stt.written.text import Text

_WRITTEN = re.compile(r"\d{4}([/.-])\d{1,2}\1\d{1,2}|\d{1,2}([/.-])\d{1,2}\2(?:\d{4}|\d\d)")
_SHORT = re.compile(r"\d{1,2}[:/-]\d{2}(?:\d\d)?")
_CLOCK = re.compile(r"\d{1,2}:\d\d")
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


def dates(text: Text, wanted: frozenset[str]) -> Iterator[Span]:
    """Dates and times to hide."""
    for index, token in enumerate(text.tokens):
        cue = near(text, index, ("cue_birth", "cue_expiry"))
        if _WRITTEN.fullmatch(token.text):
            yield from _as(wanted, "date", index, index + 1, token.text)
        elif _SHORT.fullmatch(token.text) and cue == "cue_expiry":
            yield from _as(wanted, "creditcardexpiry", index, index + 1, token.text)
        elif token.key in text.tables.months:
            yield from _around_month(text, index, cue, wanted)
        elif cue == "cue_birth":
            yield from _birth(text, index, wanted)


def _as(wanted: frozenset[str], kind: str, start: int, end: int, value: str) -> Iterator[Span]:
    if kind in wanted:
        yield Span(start, end, kind, value)


def _birth(text: Text, index: int, wanted: frozenset[str]) -> Iterator[Span]:
    """A year or a time beside a birth."""
    if _CLOCK.fullmatch(text.tokens[index].text):
        end = index + 1 + text.tables.among("am", text.next_key(index + 1))
        yield from _as(wanted, "time", index, end, text.tokens[index].text)
    elif _YEAR.fullmatch(text.tokens[index].text):
        yield from _as(wanted, "date", index, index + 1, text.tokens[index].text)
    elif (found := time(text, index)) and ":" in found.pieces[0].text:
        yield from _as(wanted, "time", index, found.end, found.pieces[0].text)
    elif not is_number(text, index - 1) and (spoken := year(text, index)) and 1850 <= spoken[0] <= 2099:
        yield from _as(wanted, "date", index, spoken[1], str(spoken[0]))


def _around_month(text: Text, index: int, cue: str, wanted: frozenset[str]) -> Iterator[Span]:
    """The day and the year that stand around a month."""
    start, has_day = _day_before(text, index)
    end = index + 1
    past = 0 if has_day else _day_at(text, end)
    if past and (_year_at(text, past) or not _year_at(text, end)):
        end, has_day = past, True
    following = end + text.tables.among("of", text.key(end))
    behind = _year_at(text, following)
    value = " ".join(token.key for token in text.tokens[start : behind or end])
    if cue == "cue_expiry" and behind:
        yield from _as(wanted, "creditcardexpiry", start, behind, value)
    elif (has_day and behind) or (cue == "cue_birth" and (has_day or behind)):
        yield from _as(wanted, "date", start, behind or end, value)


def _day_before(text: Text, index: int) -> tuple[int, bool]:
    at = index - text.tables.among("of", text.key(index - 1))
    for first in range(max(0, at - 3), at):
        if _day_at(text, first) == at:
            return first, True
    return index, False


def _day_at(text: Text, start: int) -> int:
    """Index past a day of a month, 0 if none stands here."""
    start += text.key(start) == "the"
    if start >= len(text.tokens):
        return 0
    if _DAY.fullmatch(text.tokens[start].text):
        return start + 1
    found = ordinal(text, start) or cardinal(text, start)
    return found.end if found and 1 <= found.value <= 31 else 0


def _year_at(text: Text, start: int) -> int:
    """Index past a year, 0 if none stands here."""
    if start >= len(text.tokens):
        return 0
    if _YEAR.fullmatch(text.tokens[start].text):
        return start + 1
    found = year(text, start)
    return found[1] if found and 1850 <= found[0] <= 2199 else 0
