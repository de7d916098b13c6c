"""Capitals that are a word, capitals that are letters."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str = "en") -> str:
    return " ".join(piece.text for piece in normalize(text, language))


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("AIIMS and NEFT", "en", "AIIMS and NEFT"),
        ("AIIMS और IIT", "hi", "AIIMS और I I T"),
        ("IBM CBI FBI RBI LIC KYC", "en", "I B M C B I F B I R B I L I C K Y C"),
        ("The WHO said", "en", "The W H O said"),
        ("WHO SAID THAT", "en", "who said that"),
        ("the IT team", "en", "the I T team"),
    ],
)
def test_capitals_as_word_or_letters(text: str, language: str, words: str) -> None:
    assert spoken(text, language) == words
