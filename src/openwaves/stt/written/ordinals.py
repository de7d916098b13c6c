"""Ordinals: "twenty first", "पाँचवीं", "vigésimo"."""

from typing import NamedTuple

from openwaves.stt.written.figures import Match, Piece
from openwaves.stt.written.numbers import cardinal
from openwaves.stt.written.text import Text

_HINDI_ENDINGS = {"वां": "वाँ", "वीं": "वीं", "वें": "वें", "वी": "वीं", "वे": "वें"}
_LEAST_SPANISH = 11
"""Spanish writes smaller ones as words. Source: Real Academia Española, Ortografía, 2010."""


class Ordinal(NamedTuple):
    """An ordinal number.

    Attributes:
        value: Its place in the row.
        end: Index past its last token.
        ending: What is written behind the digits.
    """

    value: int
    end: int
    ending: str


def ordinal(text: Text, start: int) -> Ordinal | None:
    """The ordinal that begins at a token."""
    match text.tables.code:
        case "en":
            return _english(text, start)
        case "hi":
            return _hindi(text, start)
        case _:
            return _spanish(text, start)


def ending(value: int) -> str:
    """English: st, nd, rd or th."""
    if value % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def _english(text: Text, start: int) -> Ordinal | None:
    ordinals = text.tables.ordinals
    value = ordinals.get(text.key(start), 0)
    if 0 < value < 100:
        return Ordinal(value, start + 1, ending(value))
    number = cardinal(text, start)
    if number is None or (number.bare and number.value % 1000 == 0):
        return None
    at = number.end
    whole = int(number.value)
    at += whole % 100 == 0 and text.next_key(at) == "and"
    last = ordinals.get(text.near(at, number.end), 0)
    fits = last and (
        (last >= 100 and at == number.end and whole < 1000)
        or (whole % 10 == 0 and last < 10 and whole % 100 != 0 and whole % 100 != 10)
        or (whole % 100 == 0 and last < 100)
    )
    if not fits:
        return None
    value = whole * last if last >= 100 else whole + last
    return Ordinal(value, at + 1, ending(value))


def _hindi(text: Text, start: int) -> Ordinal | None:
    last = _hindi_word(text, start)
    if last:
        return last
    number = cardinal(text, start)
    last = _hindi_word(text, number.end) if number and text.next_key(number.end) else None
    if number is None or last is None or number.bare or number.value != int(number.value):
        return None
    whole = int(number.value)
    if last.value >= 100 and whole < 100:
        return last._replace(value=whole * last.value)
    return last._replace(value=whole + last.value) if whole % 100 == 0 and last.value < 100 else None


def _hindi_word(text: Text, start: int) -> Ordinal | None:
    """A number with its ending, in one word or two."""
    key = text.key(start)
    known = {**text.tables.scales, **text.tables.numbers}
    for spoken, written in _HINDI_ENDINGS.items():
        stem = key.removesuffix(spoken)
        if stem != key and known.get(stem):
            return Ordinal(known[stem], start + 1, written)
    if known.get(key) and text.next_key(start + 1) in {"वां", "वीं", "वें"}:
        return Ordinal(known[key], start + 2, _HINDI_ENDINGS[text.key(start + 1)])
    return None


def _spanish(text: Text, start: int) -> Ordinal | None:
    key = text.key(start)
    if text.tables.among("first_day", key) and text.tables.among("of", text.next_key(start + 1)):
        return Ordinal(1, start + 1, "")
    for form, sign in (("o", ".º"), ("a", ".ª")):
        stem = f"{key[:-1]}o" if key.endswith(form) else ""
        value = text.tables.ordinals.get(stem, 0)
        if value < _LEAST_SPANISH:
            continue
        follower = text.next_key(start + 1)
        one = text.tables.ordinals.get(f"{follower[:-1]}o", 0) if value % 10 == 0 and follower.endswith(form) else 0
        if 0 < one < 10:
            return Ordinal(value + one, start + 2, sign)
        return Ordinal(value, start + 1, sign)
    return None


def lone_ordinal(text: Text, start: int) -> Match | None:
    """An ordinal in running text. "first" and "second" stay words, and so does "a third"."""
    found = ordinal(text, start)
    if found is None or not found.ending:
        return None
    single = found.end == start + 1
    if text.tables.code == "en":
        if single and (found.value < 3 or text.previous_key(start) in {"a", "one", "an"} or _in_list(text, start)):
            return None
        if text.key(found.end - 1) == "second" and _is_unit(text, start, found.end):
            return None
    return Match((Piece(f"{found.value}{found.ending}", found.end),), not single)


def _is_unit(text: Text, start: int, end: int) -> bool:
    """Whether "second" is a time here: "a twenty second timer"."""
    return text.previous_key(start) in {"a", "an"} and bool(text.next_key(end))


def _in_list(text: Text, start: int) -> bool:
    """Whether an ordinal that stays a word stands before: "first, second and third"."""
    return any(0 < text.tables.ordinals.get(text.key(start - back), 0) < 3 for back in (1, 2))
