"""Fractions: "3/4 cup", "2 1/2 hours", "½", "9.5/10"; and "24/7", which looks like one."""

import re

from openwaves.tts.normalize.context import Context, Reader
from openwaves.tts.normalize.measures import read_unit
from openwaves.tts.normalize.scores import is_cricket

_FRACTION = re.compile(r"(?:(\d{1,4})[ ])?(\d{1,4})[/⁄](\d{1,4})(?:(?:th|rd|nd)s?\b)?(?![\d/⁄])")
_VULGAR = re.compile(r"(\d{1,6})?[ ]?([½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘])")
_PARTS = {
    "½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8),
    "⅞": (7, 8), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5),
}  # fmt: skip
_OUT_OF = re.compile(r"(\d{1,3})([.,])(\d{1,2})/(5|10|20|50|100)(?!\d|[/.,]\d)")
ALWAYS = re.compile(r"(24)[/x](7)(?!\d|/)|(9)/(11)(?!\d|/)")
"""What looks like a fraction and is none."""


def read_always(context: Context, match: re.Match[str]) -> int:
    """What looks like a fraction and is none."""
    words = " ".join(context.num.cardinal(int(number)) for number in match.groups() if number)
    context.say(words, match.start(), match.end(), context.num.code)
    return match.end()


def _fraction(context: Context, match: re.Match[str]) -> int:
    num = context.num
    numerator, denominator = int(match[2]), int(match[3])
    after = context.word_after(match.end()) if num is context.base else ""
    if match[1]:
        if numerator >= denominator or len(match[2]) > 2:
            return 0
        words = num.mixed_of(int(match[1]), numerator, denominator, after)
    elif not denominator:
        return 0
    elif is_cricket(context, match, numerator, denominator):
        words = f"{num.cardinal(numerator)} {num.symbols['wickets']} {num.cardinal(denominator)}"
        context.say(words, match.start(), match.end(), num.code)
        return match.end()
    else:
        words = num.fraction_of(numerator, denominator, after)
    context.say(words, match.start(), match.end(), num.code)
    return read_unit(context, match.end(), singular=not match[1] and numerator <= denominator)


def _out_of(context: Context, match: re.Match[str]) -> int:
    """A mark with a decimal: "9.5/10"."""
    num = context.num
    if "out_of" not in num.symbols or match[2] != num.decimal_mark:
        return 0
    mark = num.decimal(match[1], match[3], mark=match[2])
    words = f"{mark} {num.symbols['out_of']} {num.cardinal(int(match[4]))}"
    context.say(words, match.start(), match.end(), num.code)
    return match.end()


def _vulgar(context: Context, match: re.Match[str]) -> int:
    num = context.num
    part = _PARTS[match[2]]
    words = num.vulgar(*part)
    if match[1]:
        words = num.mixed(int(match[1]), *part)
    context.say(words, match.start(), match.end(), num.code)
    return read_unit(context, match.end(), singular=not match[1])


FRACTIONS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_OUT_OF, _out_of),
    (_FRACTION, _fraction),
    (_VULGAR, _vulgar),
)
"""Readers of fractions, in order: the first that accepts wins."""
