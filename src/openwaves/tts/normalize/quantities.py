"""Numbers with what is counted: the number is read once, then its kind is found by what stands beside it."""

import re

from openwaves.tts.normalize import measures, money, numbers, ordinals, scales
from openwaves.tts.normalize.amounts import Amount, patterns
from openwaves.tts.normalize.context import Context


def read_quantity(context: Context, match: re.Match[str]) -> int:
    """Say a number with its sign, currency, scale, unit, and the range that it opens; 0 if it is none."""
    found = patterns(context.base.code).amount.match(context.text, match.start())
    if not found:
        return 0
    amount = Amount(context, found)
    return money.read(amount) or _counted(amount)


def _counted(amount: Amount) -> int:
    """Anything but money; 0 if letters follow that make it another kind of token."""
    context, text = amount.context, amount.context.text
    scale = scales.find(context, amount.found, amount.end, currency=False)
    if scale:
        return scales.read(amount, scale)
    if done := ordinals.read_range(amount) or measures.read(amount):
        return done
    follows = text[amount.end : amount.end + 1]
    if follows and follows.isalpha() and follows < "\u0250" and not (context.math and _is_factor(amount)):
        return 0
    return numbers.read(amount)


def _is_factor(amount: Amount) -> bool:
    """Whether an "x" that multiplies follows at once."""
    text = amount.context.text
    return text[amount.end] in "xX" and text[amount.end + 1 : amount.end + 2].isdecimal()
