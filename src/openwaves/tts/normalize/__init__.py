r"""Written form to spoken form: numbers, money, dates, units, abbreviations, addresses in words.

One pass over a run of text: ``scan`` cuts tokens and hands each to the room that reads its kind. ``numeric`` (what
begins with a digit, a sign or a currency) and ``words`` (what begins with a letter) hold the order of the rooms,
``quantities`` that of what is counted, ``context`` what surrounds the token. A room takes words and rules from a
``Language`` of ``languages``, which is a module, a table and a row there; see docs/adding-a-language.md.

=================  ========================================================================
``abbreviations``  "e.g.", "Dr. Smith", "No. 5"
``addresses``      "5th St.", "1600 Pennsylvania Ave", "Portland, OR 97201", "US-101 S"
``alphanumerics``  "MP3", "COVID-19", "KA-01-HH-1234"
``amounts``        the digits of "₹1,05,000", "-5", "10-20", ".50"
``attributes``     "a 5 km run", "a $5 coffee": the noun is singular
``codes``          "OTP 4021", "#4821", "Room 1204", "dial 112"
``dates``          "12/02/2025", "25 December", "Mon-Fri"
``dimensions``     "5′11″", "5x3 m"
``durations``      "Time left: 05:00", "2:30 remaining"
``emphasis``       "IT WAS A COLD DAY", "Turn IT ON", "the lyre (LIRE)"
``formulas``       "Na2SO4", "2NaOH"
``fractions``      "3/4 cup", "2 1/2", "½", "9.5/10"
``hexadecimal``    "550e8400-e29b-41d4-…", "0x1F4", "00:1A:2B:3C:4D:5E"
``identifiers``    "stt.local.model", "--version", "a && b"
``initialisms``    "API", "U.S.A.", "AT&T"
``latex``          "$6x_1 \leq 24$", "\frac{7}{10}"
``measures``       "5 km", "50%", "30°C", "100 km/h"
``money``          "₹.50", "$5-$10", "100 USD", "$9.99/mo"
``numbers``        "1,204 people", "in 1905", "2019-20"
``operators``      "6 × 7", "10 - 3" (only if asked for)
``ordinals``       "25th", "3. Mai", "৫টি", "2025లో"
``phones``         "+91 98765 43210", "*121#", "press #"
``powers``         "10²", "x³"
``relations``      "A → B", "a ⇒ b", "x ≠ y"
``greek``          "π का मान"
``roman``          "Chapter IV", "Henry VIII", "XXe siècle"
``scales``         "5 million", "₹2 Cr", "10k"
``scores``         "won 4-0", "3:1", "287/4" in cricket
``sections``       "§§ 101.22(d)(5)", "Rule 12(b)(6)"
``signs``          ".", "&", "%", "and/or", "/home/user"
``tags``           "@some_name", "#NameOfIt"
``times``          "9:30", "9 am", "9h30"
``unruled``        signs in languages that have no rules
``versions``       "v1.2", "192.168.1.1"
``web``            "https://example.com", "info@example.in", "report.pdf"
``years``          "from about 1493 to 1479 BC", "the 1990s"
=================  ========================================================================
"""

import unicodedata
from collections.abc import Sequence

from openwaves.tts.normalize import unruled
from openwaves.tts.normalize.context import Context, Spoken
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.languages.registry import CODES
from openwaves.tts.normalize.scan import scan

__all__ = ["CODES", "Spoken", "normalize"]


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
        language: ISO 639-1 code of the words. Where it has no rules, only the signs of ``unruled`` change.
        number_language: Language of numbers, money, times and dates in digits; None, or one without rules, for
            ``language``.
        math: Whether operators between digits are read (contract, section 7).
        accent: The voice's accent, as in the catalogue of voices.

    Returns:
        Spoken pieces in the order of the text; their spans do not overlap and count in ``text``. Their texts are NFC.
    """
    if language not in CODES:
        return unruled.read(text, language)
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
