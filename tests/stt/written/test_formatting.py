"""Punctuation and capitals."""

import pytest

from openwaves.stt.transcript import Word
from openwaves.stt.written import formatted, formatted_text
from tests.stt.written.test_writing import spoken


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Hello, how are you?", "Hello how are you"),
        ("It's 3.5% at 7:30.", "It's 3.5% at 7:30"),
        ("$1,200, please!", "$1,200 please"),
        ("Write to a.b@example.com.", "Write to a.b@example.com"),
        ("See example.com.", "See example.com"),
        ("The U.S. team", "The US team"),
        ("Well... no — really", "Well no really"),
        ('He said, "Stop!"', 'He said "Stop"'),
        ("¿Qué? ¡Sí!", "Qué Sí"),
        ("यह है।", "यह है"),
        ("[FIRSTNAME_1], hello", "[FIRSTNAME_1] hello"),
        ("...", ""),
    ],
)
def test_without_punctuation(text: str, bare: str) -> None:
    assert formatted_text(text, punctuate=False) == bare
    assert " ".join(word.text for word in formatted(spoken(text), punctuate=False)) == bare


def test_without_capitals() -> None:
    assert formatted_text("Hello World. [LASTNAME_1]", capitalize=False) == "hello world. [lastname_1]"


def test_as_it_is() -> None:
    words = spoken("Hello, World!")
    assert formatted(words) == words


def test_times_stay() -> None:
    assert formatted([Word("Hi.", 1, 2, 0.3)], punctuate=False, capitalize=False) == [Word("hi", 1, 2, 0.3)]
