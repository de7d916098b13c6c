"""What is counted: currencies and units in the language that says them."""

from openwaves.normalize import registry
from openwaves.normalize.context import Context
from openwaves.normalize.language import Currency, Language, Noun


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


def unit(context: Context, key: str) -> tuple[Noun, str]:
    """The unit's noun, and the language in which it is said."""
    if key in "%‰" and key in context.num.units:
        return context.num.units[key], context.num.code
    if key in context.base.units:
        return context.base.units[key], context.base.code
    return registry.language("en").units[key], "en"
