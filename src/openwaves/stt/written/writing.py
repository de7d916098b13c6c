"""From spoken to written: readers look at each place in turn, and what they find takes the place of its words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from openwaves.stt.transcript import Word
from openwaves.stt.written import tables
from openwaves.stt.written.amounts import amount, fraction
from openwaves.stt.written.clock import time
from openwaves.stt.written.dates import date, decade, lone_year
from openwaves.stt.written.digits import code, dictated
from openwaves.stt.written.figures import Match, Piece
from openwaves.stt.written.lone import compound, lone, phrase
from openwaves.stt.written.ordinals import lone_ordinal
from openwaves.stt.written.text import Text
from openwaves.stt.written.web import addresses

Mode = Literal["true", "false", "auto"]
_READERS: tuple[Callable[[Text, int], Match | None], ...] = (
    phrase, compound, date, time, decade, fraction, lone_ordinal, amount, code, lone_year, dictated, lone,
)  # fmt: skip
_PASSES = 4
"""At most: what is written may show that its neighbour is a number, too ("one or a hundred")."""


def to_written(words: Sequence[Word], language: str, mode: Mode = "true", context: Sequence[Word] = ()) -> list[Word]:
    """Put numbers, dates, times, money and addresses of the net into their written form.

    Args:
        words: As they were heard, punctuation included.
        language: Code of their language; the words of one without a table stay as they are.
        mode: ``true`` writes every number, ``auto`` those of several words and those beside a unit, a currency, a date
            or a time, ``false`` none.
        context: Words before them that are written already; they tell what a number is.

    Returns:
        Words without spaces inside. One that stands for several spoken ones reaches from the start of the first to the
        end of the last, with the highest confidence of them. What is no number is the same word as before.
    """
    current = list(words)
    if mode == "false" or language not in tables.LANGUAGES:
        return current
    for _ in range(_PASSES):
        written = _pass(Text((*context, *current), tables.load(language)), mode, len(context))
        if written == current:
            break
        current = written
    return current


def _pass(text: Text, mode: Mode, n_context: int) -> list[Word]:
    protected = addresses(text)
    written: list[Word] = []
    index = next((at for at, token in enumerate(text.tokens) if token.word >= n_context), len(text.tokens))
    while index < len(text.tokens):
        match = _match(text, index, protected)
        if match is None:
            token = text.tokens[index]
            written += [text.words[token.word]] * token.ends
            index += 1
            continue
        end = min([match.end, *(at for at in protected if index < at)])
        if end < match.end or (mode == "auto" and not match.clear):
            written += _spoken(text, index, end)
        else:
            written += _replaced(text, index, match.pieces)
        index = end
    return written


def _match(text: Text, index: int, protected: dict[int, Match]) -> Match | None:
    """What is to be written at a place: whole words only."""
    token = text.tokens[index]
    if not token.key or not token.starts:
        return None
    candidates: Iterable[Match | None] = [protected[index]] if index in protected else _found(text, index)
    for match in candidates:
        if match and match.pieces and all(text.tokens[piece.end - 1].ends for piece in match.pieces):
            return match
    return None


def _found(text: Text, index: int) -> Iterable[Match | None]:
    return (reader(text, index) for reader in _READERS)


def _spoken(text: Text, start: int, end: int) -> list[Word]:
    """The words of tokens, as they were."""
    return [text.words[token.word] for token in text.tokens[start:end] if token.ends]


def _replaced(text: Text, start: int, pieces: Sequence[Piece]) -> list[Word]:
    """The words that pieces make."""
    written: list[Word] = []
    for piece in pieces:
        if piece.text:
            written.append(_merged(text, start, piece))
        else:
            written += _spoken(text, start, piece.end)
        start = piece.end
    return written


def _merged(text: Text, start: int, piece: Piece) -> Word:
    first, last = text.tokens[start], text.tokens[piece.end - 1]
    words = text.words[first.word : last.word + 1]
    after = "" if piece.joins else last.after
    if "." in last.text and after == "." and not _ends_sentence(text, piece.end):
        after = ""
    return replace(
        words[0],
        text=first.before + piece.text + after,
        end_s=max(words[0].end_s, words[-1].end_s),
        confidence=max(word.confidence for word in words),
        n_tokens=sum(word.n_tokens for word in words),
    )


def _ends_sentence(text: Text, end: int) -> bool:
    """Whether nothing, or a capital letter, follows."""
    return end >= len(text.tokens) or text.tokens[end].text[:1].isupper()
