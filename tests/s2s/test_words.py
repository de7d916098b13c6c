"""What words tell: whether more will come, and whether they are a turn at all."""

import pytest

from openwaves.s2s.patience import DICTATION_S, DOUBT_S, LONGEST_S, wait_s
from openwaves.s2s.said import kind_of


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
