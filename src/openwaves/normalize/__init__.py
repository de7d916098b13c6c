"""Written form to spoken form: numbers, money, dates, units, abbreviations, addresses in words.

One pass over a run of text: ``scan`` hands each token to the reader of its kind (``numeric``, ``quantity``,
``phone``, ``words``, ``web``, ``mathematics``), which takes words and rules from a ``Language``. A language is a
module, a table ``data/<code>.tsv`` and a row in ``registry``; see docs/adding-a-language.md.
"""

import re
import unicodedata
from collections.abc import Sequence

from openwaves.normalize import registry
from openwaves.normalize.context import Context, Spoken
from openwaves.normalize.registry import CODES
from openwaves.normalize.scan import scan

__all__ = ["CODES", "Spoken", "normalize"]

_WORD = re.compile(r"\S+")


def normalize(
    text: str,
    language: str,
    *,
    number_language: str | None = None,
    math: bool = False,
    accent: str = "",
) -> list[Spoken]:
    """Say in words what is written in a run of one language. Linear in the length of the text.

    Args:
        text: The run, without markup and control characters.
        language: ISO 639-1 code of the words. One that has no rules gets its words back unchanged.
        number_language: Language of numbers, money, times and dates in digits; None, or one without rules, for
            ``language``.
        math: Whether operators between digits are read (contract, section 7).
        accent: The voice's accent, as in the catalogue of voices.

    Returns:
        Spoken pieces in the order of the text; their spans do not overlap and count in ``text``. Their texts are NFC.
    """
    if language not in CODES:
        return [Spoken(word.group(), word.start(), word.end(), language) for word in _WORD.finditer(text)]
    composed, offsets = _composed(text)
    base = registry.language(language)
    num = registry.language(number_language) if number_language in CODES and number_language else base
    latin = base if base.latin else registry.language("en")
    context = Context(_ascii_digits(composed), base, num, math, accent, latin)
    said = scan(context)
    if offsets is None:
        return said
    return [
        Spoken(piece.text, offsets[piece.start], max(offsets[piece.end], offsets[piece.start] + 1), piece.language)
        for piece in said
    ]


def _ascii_digits(text: str) -> str:
    """Decimal digits of all scripts, and lowered ones, as 0 to 9; the length stays."""
    if text.isascii():
        return text
    digits = {ord(sign): str(unicodedata.digit(sign)) for sign in set(text) if sign > "\x7f" and _is_digit(sign)}
    return text.translate(digits) if digits else text


def _is_digit(sign: str) -> bool:
    return sign.isdecimal() or "₀" <= sign <= "₉"


def _composed(text: str) -> tuple[str, Sequence[int] | None]:
    """The text in NFC, and for each offset in it the one in ``text``; None if they are the same."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text, None
    pieces: list[str] = []
    offsets: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.category(text[end])[0] == "M":
            end += 1
        piece = unicodedata.normalize("NFC", text[start:end])
        pieces.append(piece)
        offsets += [min(start + number, end - 1) for number in range(len(piece))]
        start = end
    offsets.append(len(text))
    return "".join(pieces), offsets
