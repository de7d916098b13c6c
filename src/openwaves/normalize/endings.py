"""Numbers with an ending: ordinals, counts, case endings."""

import re

from openwaves.normalize.context import Context
from openwaves.normalize.language import Language


def with_ending(context: Context, number: int, suffix: str) -> tuple[str, str]:
    """Words of a number with an ending of the language of words, written together or apart.

    Args:
        context: The pass over the text.
        number: The number.
        suffix: The ending, a key of ``Language.ordinal_forms``.

    Returns:
        The number in the language of numbers, and the ending if that stands by itself in the language of words: one
        that makes no ordinal cannot be joined to the number of another language. "" twice if it is no ending here.
    """
    base, num = context.base, context.num
    form = base.ordinal_forms[suffix]
    if num is base:
        return base.ordinal(number, form, suffix), ""
    if base.is_ordinal(number, form, suffix):
        return num.ordinal(number), ""
    year = 1000 <= number <= 2100 and num.is_year(number, "", "")
    return num.year(number) if year else num.cardinal(number), suffix


def apart_endings(language: Language) -> str:
    """Pattern of the endings that a space sets off; a unit's short form with its full stop is none."""
    keys = sorted(language.apart, key=len, reverse=True)
    return "|".join(re.escape(key) + r"(?!\.)" * (f"{key}." in language.units) for key in keys) or "(?!)"
