"""What words tell: whether more will come, and whether they are a turn at all."""

import pytest

from openwaves.s2s.patience import DICTATION_S, DOUBT_S, LONGEST_S, OPENING_S, wait_s
from openwaves.s2s.said import is_murmur, is_sure, kind_of
from openwaves.stt.transcript import Word


@pytest.mark.parametrize(
    ("text", "probability", "expected"),
    [
        ("What time is it?", 0.9, 0.0),
        ("What time is it?", 0.2, 0.0),
        ("What time is it?", 0.0, DOUBT_S),
        ("I went to the shop.", 0.0, DOUBT_S),
        ("I went to the shop.", 0.49, 0.516),
        ("I would like a table for", 0.9, DOUBT_S),
        ("I would like a table for", 0.3, LONGEST_S),
        ("My number is five five five", 0.9, DICTATION_S),
        ("My number is 555 0199", 0.3, LONGEST_S),
        ("It is spelled S, M, I", 0.9, DICTATION_S),
        ("We need milk, some bread, two eggs,", 0.9, DICTATION_S),
        ("Can you bring milk, bread, and eggs?", 0.9, 0.0),
        ("I am twenty", 0.9, 0.0),
        ("Yes.", 0.9, 0.0),
        ("Okay.", 0.9, 0.0),
        ("Hello?", 0.2, 0.98),
        ("Hello?", 0.9, OPENING_S),
        ("Oh, hi there!", 0.9, OPENING_S),
        ("Buenos días.", 0.9, OPENING_S),
        ("Stop.", 0.9, OPENING_S),
        ("Wait, sorry!", 0.9, OPENING_S),
        ("Espera.", 0.9, OPENING_S),
        ("Stop, that is enough.", 0.9, 0.0),
        ("No.", 0.9, 0.0),
        ("नमस्ते।", 0.9, OPENING_S),
        ("Hello, how are you today?", 0.9, 0.0),
        ("So what?", 0.9, 0.0),
        ("hi" * 5000 + "x", 0.9, 0.0),
    ],
)
def test_patience(text: str, probability: float, expected: float) -> None:
    assert wait_s(text, probability) == pytest.approx(expected)


OWN = "The sea is wide and deep. Many sailors have crossed it in small wooden boats."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "nothing"),
        ("...", "nothing"),
        ("Mm-hmm.", "backchannel"),
        ("Yeah, yeah, okay.", "backchannel"),
        ("Uh-huh", "backchannel"),
        ("Yes but not today", "speech"),
        ("Stop.", "speech"),
        ("The sea is wide", "echo"),
        ("many sailers have crossed it", "echo"),
        ("the sea is wide wait stop please", "speech"),
        ("What about the sea?", "speech"),
        ("Who crossed it?", "speech"),
    ],
)
def test_what_is_a_turn(text: str, expected: str) -> None:
    assert kind_of(text, OWN) == expected


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("", "Yellow.", False),
        ("Yellow.", "Yeah, okay, sir", False),
        ("", "Rye, rye", False),
        ("", "The mouse", False),
        ("The mouse", "The moment", True),
        ("", "Stop", True),
        ("", "Wait, what", True),
        ("", "¡Espera!", True),
        ("", "I was just there", True),
        ("Yellow.", "Yellow is nice", True),
    ],
)
def test_what_is_a_turn_before_it_is_heard_whole(before: str, text: str, expected: bool) -> None:
    assert is_sure(text, before, 0.5) == expected
    assert is_sure(text, before, 0.9) == ("Yeah" not in text)  # drawn out, it may still be all that comes
    assert is_sure(text, before, 1.3)


@pytest.mark.parametrize(
    ("text", "length_s", "confidence", "expected"),
    [
        ("The moment.", 0.55, 0.56, True),
        ("A high.", 0.6, 0.58, True),
        ("Emily", 0.6, 0.59, True),
        ("Emily", 0.6, 0.9, False),
        ("Emily", 1.0, 0.59, False),
        ("Lowe's okay.", 0.99, 0.61, True),
        ("Lowe's okay.", 1.3, 0.61, False),
        ("Stop, okay", 0.99, 0.61, False),
        ("Is that her?", 0.7, 0.3, False),
        ("Now,", 0.5, 0.6, False),
        ("Help it", 0.6, 0.5, False),
        ("", 0.0, 0.0, False),
    ],
)
def test_who_hums_is_heard_as_a_word_or_two(text: str, length_s: float, confidence: float, expected: bool) -> None:
    words = [Word(word, 0.0, 0.0, confidence) for word in text.split()]
    assert is_murmur(words, length_s) == expected
