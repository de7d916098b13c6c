"""Capitals: initialisms, acronyms, Roman numerals."""

import re

from openwaves.normalize.language import Language

_ROMAN = re.compile(r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_NEVER_ROMAN = frozenset({"CV", "CC", "CD", "DC", "MC", "MD", "LC", "IC", "LI", "XL", "XC", "CI", "CL", "LL", "C", "L"})
_SURELY_ROMAN = re.compile(r"(?=.*(?:II|XI|XV|XX[IV]))[IVX]{2,7}")
_PLURAL = re.compile(r"([A-Z]{2,5})['’]?s")
_CAMEL = re.compile(r"([A-Za-z][a-z]+)([A-Z]{2,4})")
_VOWELS = frozenset("AEIOUYÀÁÂÃÄÅÆÈÉÊËÌÍÎÏÒÓÔÕÖØÙÚÛÜÝĄĘŒАЕЁИОУЫЭЮЯ")
_SYLLABLES = re.compile(r"[B-DF-HJ-NP-TV-Z]{0,2}(?:[AEIOUY]{1,2}[B-DF-HJ-NP-TV-Z]{1,2}){1,2}[AEIOUY]?")


def spelled(word: str) -> str:
    """Capital letters with spaces between."""
    return " ".join(word.upper())


def initialism(word: str, language: Language, shouting: bool) -> str:
    """Spoken form of a word in capitals ("API", "APIs"); "" if it is read as a word."""
    camel = _CAMEL.fullmatch(word)
    if camel:
        return f"{camel[1]} {spelled(camel[2])}"
    plural = _PLURAL.fullmatch(word)
    if plural:
        letters = initialism(plural[1], language, shouting=False)
        return letters + "'s" if letters else ""
    if not (2 <= len(word) <= 6 and word.isupper() and word.isalpha()) or word in language.said_words:
        return ""
    if (word in language.spelled_words and (not shouting or len(word) > 2)) or not _VOWELS & set(word):
        return spelled(word)
    as_word = shouting or len(word) > 5 or not word.isascii() or (len(word) > 3 and _SYLLABLES.fullmatch(word))
    return "" if as_word else spelled(word)


def roman(word: str) -> int:
    """Value of a Roman numeral below 400; 0 if it is none."""
    if not _ROMAN.fullmatch(word):
        return 0
    values = [_VALUES[letter] for letter in word]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def roman_in_place(word: str, before: str, capital_before: bool, language: Language) -> int:
    """Value of a Roman numeral where it stands as one; 0 elsewhere.

    Args:
        word: The word.
        before: The word before, in lower case.
        capital_before: Whether that word begins with a capital letter.
        language: Whose words before numerals count.
    """
    if before in language.roman_words or (word in {"V", "X", "I"} - language.said_words and before in language.rulers):
        return roman(word)
    if len(word) < 2 or word in _NEVER_ROMAN:
        return 0
    if before in language.rulers or (capital_before and before) or _SURELY_ROMAN.fullmatch(word):
        return roman(word)
    return 0
