"""Numbers that stand by themselves: counts "1,204 people", years "in 1905", ranges "5-8", "2019-20", "5-6 pm"."""

import re

from openwaves.tts.normalize import codes, scales, years
from openwaves.tts.normalize.amounts import Amount
from openwaves.tts.normalize.times import MERIDIEM

_OPERAND = re.compile(r"[×÷*^+=]|\d[xX]|[xX]\d")


def read(amount: Amount) -> int:
    """Say a number by itself: a year, an identifier, or a count of what follows."""
    context, first, text = amount.context, amount.first, amount.context.text
    after = context.word_after(amount.end)
    digits = first.whole
    if amount.second:
        words = _range(amount, after)
    elif first.fraction or first.grouped:
        words = amount.words(context.num.noun_form(after))
    elif words := codes.read(context, digits, amount.start, amount.end):
        words = amount.sign() + words
    elif len(digits) == 4 and not amount.found["sign"] and _is_year(amount, int(digits), after):
        words = context.num.year_between(int(digits), context.before, after)
    else:
        words = amount.words(_form(amount, after))
    end = amount.end + 2 * text.startswith("/-", amount.end)
    context.say(words, amount.start, end, context.num.code)
    context.seen(amount.found["a"])
    half = MERIDIEM.match(text, end) if amount.second else None
    if half:
        begin = end + text[end].isspace()
        context.say(context.num.symbols[half[1].lower() + "m"], begin, half.end(), context.num.code)
        return half.end()
    scale_end = end + 1 + len(after)
    if after in context.base.scale_words and amount.patterns.unit.match(text, scale_end):
        context.say(after, end + 1, scale_end, context.base.code)
        return scales.read_unit(amount, after, scale_end) or scale_end
    return end


def _is_year(amount: Amount, number: int, after: str) -> bool:
    """Whether it is a year, from the words around it; no operand is one."""
    context = amount.context
    if context.math and _OPERAND.search(context.text, max(0, amount.start - 2), amount.end + 2):
        return False
    if context.text[max(0, amount.start - 2) : amount.start].strip() in {"x", "X", "×"}:
        return False
    dated = context.before.isdecimal() and context.before_that in context.base.months
    spanning = None if dated else years.is_year(context, number, amount.start, amount.end)
    return dated or (context.num.is_year(number, context.before, after) if spanning is None else spanning)


def _form(amount: Amount, after: str) -> str:
    """Form of the number before the word that follows."""
    num = amount.context.num
    return num.scale_form(after) if after in num.scale_words else num.noun_form(after)


def _spans_years(amount: Amount) -> bool:
    """Whether a range begins with a year."""
    if amount.begins_in_year:
        return True
    if len(amount.first.whole) != 4 or amount.first.fraction:
        return False
    return bool(years.is_year(amount.context, int(amount.first.whole), amount.start, amount.found.end("a")))


def _range(amount: Amount, after: str) -> str:
    """Both ends; years of two digits after one of four."""
    num, first, second = amount.context.num, amount.first.whole, amount.second
    if second and len(second.whole) in {2, 4} and not second.fraction and not second.grouped and _spans_years(amount):
        last = num.year(int(second.whole)) if len(second.whole) == 4 else num.cardinal(int(second.whole))
        return " ".join(filter(None, (*num.range_start(num.year(int(first))), last)))
    return amount.words(num.noun_form(after))
