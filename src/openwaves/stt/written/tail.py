"""The end of a final that may be only half of a number."""

from collections.abc import Sequence

from openwaves.stt.transcript import Word
from openwaves.stt.written import tables
from openwaves.stt.written.numbers import digit
from openwaves.stt.written.text import Text

_LONGEST = 40
"""Words that are held back at most."""
_LINKS = ("and", "a", "point", "repeat_2", "repeat_3", "zero", "plus", "minus", "over", "o_clock_and", "hold_links")
_WEB = ("dot", "at", "underscore", "dash", "slash")
_DICTATED = 3
"""Digits in a row that go on even behind a full stop: people pause between groups."""


def open_tail(words: Sequence[Word], language: str) -> int:
    """How many words are complete; the others may go on as one number, date, amount or address.

    Args:
        words: As they were heard.
        language: Their code.
    """
    if not words or language not in tables.LANGUAGES:
        return len(words)
    text = Text(words, tables.load(language))
    start = len(text.tokens)
    while start and _goes_on(text, start - 1) and _reaches(text, start - 1):
        start -= 1
    while start < len(text.tokens) and not (text.tokens[start].starts and _begins(text, start)):
        start += 1
    cut = text.tokens[start].word if start < len(text.tokens) else len(words)
    return cut if len(words) - cut <= _LONGEST else len(words)


def _goes_on(text: Text, index: int) -> bool:
    """Whether a token can be inside of a number or an address."""
    key, names = text.key(index), text.tables
    if _begins(text, index) or any(names.among(name, key) for name in (*_LINKS, *_WEB)):
        return True
    if key in names.currencies or names.among("percent", key) or (key,) in names.units:
        return index > 0 and _begins(text, index - 1)
    return any(names.among(name, text.key(other)) for name in _WEB for other in (index - 1, index + 1))


def _begins(text: Text, index: int) -> bool:
    """Whether a number or a date can begin with a token, or an address that goes on."""
    key, names = text.key(index), text.tables
    if (
        key in names.numbers
        or key in names.scales
        or key in names.ordinals
        or key in names.months
        or key in names.halves
    ):
        return True
    if key[:1].isdecimal() or any(
        names.among(name, key) for name in ("repeat_2", "repeat_3", "plus", "minus", "zero", "hold_starts")
    ):
        return True
    return any(names.among(name, text.key(index + 1)) for name in _WEB) and bool(text.near(index + 1, index + 1))


def _reaches(text: Text, index: int) -> bool:
    """Whether what stands behind a token still belongs to it."""
    after = text.tokens[index].after
    if not after or after in {",", "-", "–", ":"}:
        return True
    return all(digit(text, index - back) is not None for back in range(_DICTATED))
