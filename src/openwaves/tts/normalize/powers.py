"""Raised digits: "10²", "10⁻⁵", "x³"; after a word they number a note and are silent."""

import re

from openwaves.tts.normalize.context import LETTER, Context

POWER = re.compile(r"(\d{1,9})(⁻?)([⁰¹²³⁴-⁹]{1,4})(?!\w)")
"""A number to a power."""

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
"""Raised digits, 0 to 9."""

_WORD_BEFORE = re.compile(rf"{LETTER}+\Z")
_PLAIN = str.maketrans(RAISED, "0123456789")
_NAMES = {"²": "squared", "³": "cubed"}


def read(context: Context, match: re.Match[str]) -> int:
    """Raised digits: "10²", "10⁻⁵"."""
    num, raised = context.num, match[3].translate(_PLAIN)
    name = _NAMES.get(match[3]) if not match[2] else None
    if name in num.symbols:
        words = num.symbols[name]
    elif "power" in num.symbols:
        minus = num.symbols["minus"] + " " if match[2] else ""
        words = f"{num.symbols['power']} {minus}{num.whole(raised)}"
    else:
        return 0
    context.say(f"{num.whole(match[1])} {words}", match.start(), match.end(), num.code)
    return match.end()


def read_sign(context: Context, position: int) -> None:
    """A raised digit: a power after a single letter, silent after a word, since it numbers a note; else the digit."""
    sign = context.text[position]
    if symbol := context.base.symbols.get(_NAMES.get(sign, "")):
        context.say(symbol, position, position + 1, context.base.code)
        return
    word = _WORD_BEFORE.search(context.text, max(0, position - 2), position)
    words = context.num.cardinal(RAISED.index(sign))
    if sign not in _NAMES and word and len(word.group()) > 1:
        return
    if word and "power" in context.num.symbols:
        words = f"{context.num.symbols['power']} {words}"
    context.say(words, position, position + 1, context.num.code)
