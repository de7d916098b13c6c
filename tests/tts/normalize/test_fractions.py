"""Fractions, marks and the scores of cricket."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str = "en") -> str:
    return " ".join(piece.text for piece in normalize(text, language))


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("at 287/4 in 48 overs", "en", "at two hundred and eighty-seven for four in forty-eight overs"),
        ("He took 4/28 in 10 overs", "en", "He took four for twenty-eight in ten overs"),
        ("287/4 of it", "en", "two hundred and eighty-seven over four of it"),
        ("48.3 ओवर में 287/4", "hi", "अड़तालीस दशमलव तीन ओवर में दो सौ सत्तासी पर चार"),
        ("scored 9.5/10", "en", "scored nine point five out of ten"),
        ("3/4 in thick", "en", "three quarters inch thick"),
        ("2/3 in 1990", "en", "two thirds in nineteen ninety"),
        ("1/2 kg de harina", "es", "medio kilogramo de harina"),
        ("1/2 taza", "es", "media taza"),
        ("1/2 de la casa", "es", "un medio de la casa"),
        ("2 1/2 tazas", "es", "dos y media tazas"),
        ("1/2 किलो और 3/4 हिस्सा", "hi", "आधा किलो और तीन चौथाई हिस्सा"),
    ],
)  # fmt: skip
def test_fractions_by_the_words_around_them(text: str, language: str, words: str) -> None:
    assert spoken(text, language) == words
