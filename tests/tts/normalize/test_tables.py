"""Every registered language has the rows and rules that the readers ask for."""

import unicodedata

import pytest

from openwaves.tts.normalize import CODES
from openwaves.tts.normalize.languages import registry

SYMBOLS = [
    "point",
    "version",
    "minus",
    "plus",
    "percent",
    "to",
    "by",
    "over",
    "and",
    "coins",
    "per",
    "degrees",
    "number",
    "at",
    "dot",
    "slash",
    "backslash",
    "underscore",
    "hyphen",
    "colon",
    "hashtag",
    "hash",
    "star",
    "equals",
    "times",
    "divided",
    "power",
    "approximately",
    "less",
    "greater",
    "section",
    "question",
    "plusminus",
    "am",
    "pm",
]
AMOUNTS = [*range(1200), 1999, 2000, 2025, 10_000, 25_000, 99_999, 100_000, 125_000, 10**6, 10**7, 10**9, 10**12 - 1]

languages = pytest.mark.parametrize("code", sorted(CODES))


@languages
def test_symbols_are_complete(code: str) -> None:
    assert not set(SYMBOLS) - set(registry.language(code).symbols)


@languages
def test_numbers_are_words_of_their_own(code: str) -> None:
    rules = registry.language(code)
    words = [rules.cardinal(number) for number in AMOUNTS]
    assert len(set(words)) == len(words)
    for word in words:
        assert word == " ".join(word.split())
        assert not any(character.isdigit() for character in word)
        assert unicodedata.is_normalized("NFC", word)
    assert rules.cardinal(10**14 + 1)


@languages
def test_rules_answer_for_all_values(code: str) -> None:
    rules = registry.language(code)
    for number in range(1, 130):
        assert rules.ordinal(number)
        assert rules.fraction(1, number)
        assert rules.mixed(2, 1, number)
    assert all(rules.year(year) for year in range(2200))
    for hour in range(25):
        assert all(rules.time(hour, minute, None, "") for minute in range(60))
    assert all(part for part in rules.date(31, 12, "2024"))


@languages
def test_currencies_and_units_have_words(code: str) -> None:
    rules = registry.language(code)
    assert {"INR", "USD", "EUR", "GBP", "JPY"} <= set(rules.currencies)
    assert {"km", "kg", "m", "cm", "g", "l", "ml", "%", "°C", "h", "min", "s"} <= set(rules.units)
    assert all(noun.one and noun.many for noun in rules.units.values())


@languages
def test_endings_written_apart_are_endings(code: str) -> None:
    rules = registry.language(code)
    assert rules.apart <= set(rules.ordinal_forms)
