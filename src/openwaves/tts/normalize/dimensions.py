"""Dimensions: "5′11″", "6″", "12'", "5x3 m", "three 2x4s"; the marks may be plain quotation marks."""

import re

from openwaves.tts.normalize.amounts import NUMBER, parse, say_number
from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.years import plural

SIZE = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?(?=[ ]?[xX×][ ]?\d)")
"""The first of several sizes."""
FEET = re.compile(r"(\d{1,3})[ ]?['′’][ ]?(\d{1,2})[ ]?(?:[\"″”]|''|’’)")
"""Feet and inches."""
INCHES = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)(?:\"|″|”)(?!\w)")
FEET_ALONE = re.compile(r"(\d{1,4})['′’](?=[\s.,;:!?)x×]|\Z)")
_AFTER_LENGTH = frozenset({
    "long", "wide", "tall", "high", "deep", "thick", "across", "apart", "away", "above", "below", "and", "or", "by",
    "x", "of", "in", "is", "was", "to",
})  # fmt: skip
_SINGLE_QUOTE = re.compile(r"(?:\A|[\s(])['‘](?=\w)")
_DIMENSION_TAIL = re.compile(r"[ ]?([xX×])[ ]?(?=\d)")
_PLURAL_SIZE = re.compile(r"(\d{1,2})s(?!\w)")


def read_sizes(context: Context, match: re.Match[str]) -> int:
    """Dimensions, "5x3 m", "2x4s": each number a part of its own, "by" between."""
    text, num = context.text, context.num
    number = re.compile(NUMBER[context.base.decimal_mark])
    start, end = match.span()
    tail = _DIMENSION_TAIL.match(text, end)
    if not tail:
        return 0
    while tail:
        size = match.group()
        words = num.whole(size) if size.isdecimal() else say_number(parse(size, context.base), num)
        context.say(words, start, end, num.code)
        context.say(num.symbols["by"], tail.start(1), tail.end(1), num.code)
        found = number.match(text, tail.end())
        if not found:
            return tail.end()
        match, (start, end) = found, found.span()
        tail = _DIMENSION_TAIL.match(text, end)
    if num.code == "en" and (last := _PLURAL_SIZE.match(text, start)):
        context.say(plural(num.whole(last[1])), start, last.end(), num.code)
        return last.end()
    return start


def read_feet_and_inches(context: Context, match: re.Match[str]) -> int:
    """As in "five feet eleven inches"."""
    num, base = context.num, context.base
    for group, unit in ((1, "ft"), (2, "inch")):
        noun = base.units.get(unit) or registry.language("en").units[unit]
        number = int(match[group])
        start = match.start() if group == 1 else match.start(2)
        end = match.start(2) if group == 1 else match.end()
        words = f"{num.cardinal(number, noun.form)} {noun.one if number == 1 else noun.many}"
        context.say(words, start, len(context.text[:end].rstrip()), num.code)
    return match.end()


def read_inches(context: Context, match: re.Match[str]) -> int:
    """The sign of inches, where it does not close a quotation."""
    if match.group()[-1] != "″" and context.quoted:
        return 0
    return _length(context, match, "inch")


def read_feet(context: Context, match: re.Match[str]) -> int:
    """The sign of feet, likewise."""
    quoted = context.quoted or _SINGLE_QUOTE.search(context.text, max(0, match.start() - 60), match.end(1))
    return 0 if quoted else _length(context, match, "ft")


def _length(context: Context, match: re.Match[str], unit: str) -> int:
    num, base = context.num, context.base
    known = unit in base.units
    noun = (base if known else registry.language("en")).units[unit]
    value = parse(match[1], registry.language("en"))
    after = context.word_after(match.end())
    singular = value.is_one or (base.code == "en" and bool(after) and after not in _AFTER_LENGTH)
    context.say(say_number(value, num, noun.form), match.start(), match.end(1), num.code)
    context.say(noun.one if singular else noun.many, match.end(1), match.end(), base.code if known else "en")
    return match.end()
