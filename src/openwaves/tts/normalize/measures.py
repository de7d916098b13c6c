"""Measures: "5 km", "50%", "30°C", "100 km/h", "3 sq. ft", "a 5-10 km run", "2h 45m".

Units stand in the rows ``unit`` of a language's table; those of the English one are read in every language.
"""

import re

from openwaves.tts.normalize import addresses
from openwaves.tts.normalize.amounts import Amount, patterns
from openwaves.tts.normalize.attributes import is_attribute
from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.languages.language import Noun

_INCHES_END = re.compile(r"\s(?:tall|long|wide|high|deep|thick|across)\b|\s?(?:\Z|[.,;:!?)](?:\s|\Z)|[x×] )")
_WORDS = frozenset({"B", "N", "ha", "T"})
"""Units that are words of their own when set off by a space."""
_HOURS_BEFORE = re.compile(r"\d ?hr?s? ?\Z")
_SECONDS_AFTER = re.compile(r" ?[0-5]?\d ?s(?:ecs?)?(?!\w)")


def read(amount: Amount) -> int:
    """Say a number with its unit; 0 if none follows."""
    unit = amount.patterns.unit.match(amount.context.text, amount.end)
    if not unit or (unit["gap"] == "-" and len(unit["unit"]) == 1) or is_word(amount, unit):
        return 0
    return _measure(amount, unit)


def is_word(amount: Amount, unit: re.Match[str]) -> bool:
    """A unit that is a word of its own when set off by a space."""
    first, base = amount.first, amount.context.base
    if addresses.is_direction(amount.context, unit["unit"], unit.end()):
        return True
    if unit["unit"] in base.year_followers and 1000 <= int(first.whole[:9] or 0) <= 2100:
        return not first.fraction and not first.grouped and not amount.second
    if unit["unit"] == "in" and (unit["gap"] == " " or base.code != "en"):
        return unit["gap"] == "" or _is_preposition(amount.context, unit)
    return bool(unit["gap"].strip(" ")) is False and unit["gap"] != "" and unit["unit"] in _WORDS


def _measure(amount: Amount, found: re.Match[str]) -> int:
    """The number in the language of numbers, the unit in that of words."""
    context = amount.context
    key = found["unit"] if found["unit"] != "m" or not _is_duration(amount, found.end()) else "min"
    noun, code = unit(context, key)
    form = context.num.units[found["unit"]].form if found["unit"] in context.num.units else ""
    begin = found.start("unit")
    joined = found["gap"].endswith("-") and code == "en"
    attribute = joined or (code == "en" and is_attribute(context, found.end()))
    words = noun.one if attribute else amount.noun(noun, registry.language(code))
    if found["per"]:
        known = found["per"] in known_units(context)
        divisor = unit(context, found["per"])[0].one if known else found["per"]
        words += f" {context.base.symbols['per']} {divisor}"
    end = found.end()
    if context.text[end : end + 2] == ". " and context.text[end + 2 : end + 3].islower():
        end += 1
    lead, words = _around(words, joined=code == context.num.code)
    context.say(lead + amount.words(form), amount.start, begin - len(found["gap"]), context.num.code)
    context.say(words, begin, end, code)
    return end


def _is_duration(amount: Amount, end: int) -> bool:
    """Whether "m" stands for minutes, beside hours or seconds: "2h 45m"."""
    text, start = amount.context.text, amount.start
    return bool(_HOURS_BEFORE.search(text, max(0, start - 6), start) or _SECONDS_AFTER.match(text, end))


def read_unit(context: Context, end: int, *, singular: bool) -> int:
    """Say the unit after a fraction.

    Args:
        context: The pass over the text.
        end: Offset past the fraction.
        singular: Whether the fraction is less than one.

    Returns:
        The offset past the unit; ``end`` if there is none.
    """
    found = patterns(context.base.code).unit.match(context.text, end)
    if not found or (found["gap"] and (found["unit"] in _WORDS or _is_preposition(context, found))):
        return end
    noun, code = unit(context, found["unit"])
    words = noun.part or (noun.one if singular else noun.many)
    _, words = _around(words, joined=False)
    context.say(words, found.start("unit"), found.end("unit"), code)
    return found.end("unit")


def unit(context: Context, key: str) -> tuple[Noun, str]:
    """The unit's noun, and the language in which it is said."""
    if key in "%‰" and key in context.num.units:
        return context.num.units[key], context.num.code
    if key in context.base.units:
        return context.base.units[key], context.base.code
    return registry.language("en").units[key], "en"


def known_units(context: Context) -> set[str]:
    """Units that are read in a text."""
    return set(context.base.units) | set(registry.language("en").units)


def _is_preposition(context: Context, found: re.Match[str]) -> bool:
    """Whether "in" after a number, the match of ``Patterns.unit``, is no inch: the sentence goes on after it."""
    return found["unit"] == "in" and not _INCHES_END.match(context.text, found.end())


def _around(words: str, *, joined: bool) -> tuple[str, str]:
    """A unit's words before and after its number: "மணிக்கு … கிலோமீட்டர்", "each hour … kilometres".

    Args:
        words: Of the table.
        joined: Whether the first part can stand before the number, with a space behind; else all of it comes after.
    """
    lead, gap, rest = words.partition(" … ")
    if not gap:
        return "", words
    return (f"{lead} ", rest) if joined else ("", f"{rest} {lead}")
