"""What is counted: currencies and units in the language that says them."""

from openwaves.normalize import registry
from openwaves.normalize.amount import patterns
from openwaves.normalize.context import Context
from openwaves.normalize.language import Currency, Language, Noun

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
    if not found or (found["gap"] and found["unit"] in WORDS):
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
