"""Roman numerals: "Chapter IV", "Henry VIII", "World War II", "XIX century", "XXe siècle", "भास्कर-II", "XIIवीं"."""

import re

from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages.language import Language

_ROMAN = re.compile(r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_NEVER_ROMAN = frozenset({"CV", "CC", "CD", "DC", "MC", "MD", "LC", "IC", "LI", "XL", "XC", "CI", "CL", "LL", "C", "L"})
_SURELY_ROMAN = re.compile(r"(?=.*(?:II|XI|XV|XX[IV]))[IVX]{2,7}")
_ORDINAL = re.compile(r"((?![LC](?![IVXLC]))[IVXLC]{1,7})([a-zèᵉ]{1,3})")  # not the words "Le" and "Ce"
_OWNER = re.compile(r"([IVX]{1,7})(['’]s)")
_AFTER_INDIAN = re.compile(r"(?P<name>[\u0900-\u0d7f\u200c\u200d]+)[-‑](?P<number>[IVX]{1,7})")
_BEFORE_INDIAN = re.compile(r"(?P<number>[IVXLC]{1,7})[-‑]?(?P<ending>[\u0900-\u0d7f]+)")


def read_indian(context: Context, word: str) -> str:
    """A numeral joined to a word of an Indian script, by a hyphen or with an ending; "" if there is none."""
    base = context.base
    if found := _AFTER_INDIAN.fullmatch(word):
        name, number = found["name"], found["number"]
        value = 0 if number == "X" and name not in base.roman_words else _value(number)
        return f"{name} {base.cardinal(value)}" if value else ""
    found = _BEFORE_INDIAN.fullmatch(word)
    if found and found["ending"] in base.ordinal_forms and (value := _value(found["number"])):
        return base.ordinal(value, base.ordinal_forms[found["ending"]], found["ending"])
    return ""


def read(context: Context, word: str, start: int) -> tuple[str, str]:
    """Words and language of a Roman numeral, with or without an ending; "" if the word is none here."""
    base = context.base
    suffixed = _ORDINAL.fullmatch(word) if base.roman_suffixes else None
    if suffixed and suffixed[2] in base.roman_suffixes and (value := _value(suffixed[1])):
        return base.ordinal(value, base.ordinal_forms[suffixed[2]], suffixed[2]), base.code
    if owner := _OWNER.fullmatch(word):
        words, code = _numeral(context, owner[1], start)
        return words and f"{words}{owner[2]}", code
    if word.isupper() and word.isascii() and len(word) <= 7:
        return _numeral(context, word, start)
    return "", base.code


def _numeral(context: Context, word: str, start: int) -> tuple[str, str]:
    """Words and language of a Roman numeral; "" if the word is none here."""
    base, num = context.base, context.num
    value = _in_place(word, context.before, context.capital_before(start), base)
    single = word in base.said_words
    if not value and not single and context.before in base.joining_words and _value(context.before_that.upper()):
        value = _value(word)
    after = context.word_after(start + len(word)) if base.roman_followers else ""
    led = context.before in base.roman_words or context.before in base.rulers
    if after in base.roman_followers and not led and (counted := _value(word)):
        return base.roman_ordinal(counted, context.before, after), base.code
    if (
        single
        and word == "I"
        and context.before in base.rulers
        and base.is_first(context.before_that, context.word_after(start + 1))
    ):
        return base.ruler(1, context.before), base.code
    if value and context.before in base.rulers:
        return base.ruler(value, context.before), base.code
    if value:
        return num.cardinal(value), num.code
    return "", base.code


def _in_place(word: str, before: str, capital_before: bool, language: Language) -> int:
    """Value of a Roman numeral where it stands as one; 0 elsewhere.

    Args:
        word: The word.
        before: The word before, in lower case.
        capital_before: Whether that word begins with a capital letter.
        language: Whose words before numerals count.
    """
    if before in language.roman_words or (word in {"V", "X", "I"} - language.said_words and before in language.rulers):
        return _value(word)
    if len(word) < 2 or word in _NEVER_ROMAN:
        return 0
    if before in language.rulers or (capital_before and before) or _SURELY_ROMAN.fullmatch(word):
        return _value(word)
    return 0


def _value(word: str) -> int:
    """Value of a Roman numeral below 400; 0 if it is none."""
    if not _ROMAN.fullmatch(word):
        return 0
    values = [_VALUES[letter] for letter in word]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
