"""Numbers in figures, and the pieces that take the place of spoken words."""

from decimal import Decimal
from typing import NamedTuple

from openwaves.stt.written.numbers import Number
from openwaves.stt.written.text import Text


class Piece(NamedTuple):
    """A written word.

    Attributes:
        text: Without spaces.
        end: Index past the last spoken token that it stands for.
        joins: The next piece is part of the same number: punctuation between them goes.
    """

    text: str
    end: int
    joins: bool = False


class Match(NamedTuple):
    """What a reader has found.

    Attributes:
        pieces: In order; the first begins where the reader was asked.
        clear: It is a number in anybody's eyes; else only the mode that writes all numbers takes it.
    """

    pieces: tuple[Piece, ...]
    clear: bool

    @property
    def end(self) -> int:
        """Index past the last token."""
        return self.pieces[-1].end


def kept(text: Text, start: int, end: int, clear: bool = True) -> Match:
    """Tokens that stay as they were said."""
    pieces = (Piece("", index + 1) for index in range(start, end) if text.tokens[index].ends)
    return Match(tuple(pieces), clear)


def grouped(value: int, code: str, *, indian: bool = False) -> str:
    """A whole number with its thousands set off.

    Source: Indian groups of two after the first three, as the Central Hindi Directorate writes them; Spanish leaves
    four digits together (Real Academia Española, Ortografía, 2010).
    """
    digits = str(abs(value))
    sign = "-" if value < 0 else ""
    if code == "hi" or indian:
        head, tail = digits[:-3], digits[-3:]
        groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
        return sign + ",".join([*groups, tail])
    if code == "es":
        return sign + (f"{abs(value):,}".replace(",", ".") if abs(value) >= 10_000 else digits)
    return sign + f"{abs(value):,}"


def figures(text: Text, number: Number, start: int, *, plain: bool = False) -> tuple[Piece, ...]:
    """A number in figures: one piece, or two where its scale stays a word.

    Args:
        text: Where it was said.
        number: What was said.
        start: Its first token.
        plain: Without signs between the thousands: of years.
    """
    tables = text.tables
    if number.scale_at >= 0:
        scale = text.tokens[number.scale_at]
        digits = number.digits or _shown(number.value / tables.scales[scale.key])
        return Piece(digits, number.scale_at), Piece(scale.text, number.end)
    if number.digits:
        return (Piece(number.digits, number.end),)
    indian = any(tables.among("indian", text.key(index)) for index in range(start, number.end))
    value = int(number.value)
    return (Piece(str(value) if plain else grouped(value, tables.code, indian=indian), number.end),)


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}"


def with_sign(pieces: tuple[Piece, ...], before: str = "", after: str = "", end: int = 0) -> tuple[Piece, ...]:
    """The pieces with a sign glued to the first or the last one, which then reaches to ``end``."""
    changed = list(pieces)
    changed[0] = Piece(before + changed[0].text, changed[0].end)
    changed[-1] = Piece(changed[-1].text + after, end or changed[-1].end)
    return tuple(changed)
