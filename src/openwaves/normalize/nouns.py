"""What is counted: currencies and units in the language that says them."""

import re

from openwaves.normalize import registry
from openwaves.normalize.amount import patterns
from openwaves.normalize.context import Context
from openwaves.normalize.language import Currency, Language, Noun

_NEXT_NOUN = re.compile(r"[ \u00a0]([A-Za-z]{3,40})(?![\w/@])")

_INCHES_END = re.compile(r"\s(?:tall|long|wide|high|deep|thick|across)\b|\s?(?:\Z|[.,;:!?)](?:\s|\Z)|[x×] )")

WORDS = frozenset({"B", "N", "ha", "T"})
"""Units that are words of their own when set off by a space."""


def currency(language: Language, code: str) -> Currency | None:
    """The currency by code or by a name that the English table knows."""
    if code in language.currencies:
        return language.currencies[code]
    for other in ("en", "hi", "es"):
        rules = registry.language(other)
        found = rules.currencies.get(code)
        if found:
            known = next((key for key, value in rules.currencies.items() if value == found and key.isupper()), "")
            return language.currencies.get(known)
    return None


def is_rupee(language: Language, code: str) -> bool:
    """Whether a code or name is the Indian rupee."""
    return currency(language, code) == language.currencies.get("INR")


def known_units(context: Context) -> set[str]:
    """Units that are read in a text."""
    return set(context.base.units) | set(registry.language("en").units)


def is_preposition(context: Context, found: re.Match[str]) -> bool:
    """Whether "in" after a number, the match of ``Patterns.unit``, is no inch: the sentence goes on after it."""
    return found["unit"] == "in" and not _INCHES_END.match(context.text, found.end())


def is_attribute(context: Context, end: int) -> bool:
    """Whether an English amount that ends at ``end`` stands before its noun, and so is singular: "a 5 km run".

    An article or a possessive must come before it, and a word after it that is no function word. After all but
    "a", a verb may follow ("the 5 km covered"), so that no word in -ed or -s counts as a noun there.
    """
    english = registry.language("en")
    single = context.before in english.single_articles or (
        context.before_that in english.single_articles and context.before not in english.no_nouns
    )
    if not single and context.before not in english.articles:
        return False
    found = _NEXT_NOUN.match(context.text, end)
    if found and found[1].lower() in english.size_words:
        found = _NEXT_NOUN.match(context.text, found.end())
    if not found:
        return False
    word = found[1].lower()
    return word not in english.no_nouns and (single or not word.endswith(("ed", "s")))


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
    if not found or (found["gap"] and (found["unit"] in WORDS or is_preposition(context, found))):
        return end
    noun, code = unit(context, found["unit"])
    words = noun.part or (noun.one if singular else noun.many)
    _, words = around(words, joined=False)
    context.say(words, found.start("unit"), found.end("unit"), code)
    return found.end("unit")


def around(words: str, *, joined: bool) -> tuple[str, str]:
    """A unit's words before and after its number: "மணிக்கு … கிலோமீட்டர்", "each hour … kilometres".

    Args:
        words: Of the table.
        joined: Whether the first part can stand before the number, with a space behind; else all of it comes after.
    """
    lead, gap, rest = words.partition(" … ")
    if not gap:
        return "", words
    return (f"{lead} ", rest) if joined else ("", f"{rest} {lead}")


def unit(context: Context, key: str) -> tuple[Noun, str]:
    """The unit's noun, and the language in which it is said."""
    if key in "%‰" and key in context.num.units:
        return context.num.units[key], context.num.code
    if key in context.base.units:
        return context.base.units[key], context.base.code
    return registry.language("en").units[key], "en"
