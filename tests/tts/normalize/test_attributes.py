"""English amounts before their noun."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str = "en") -> str:
    return " ".join(piece.text for piece in normalize(text, language))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 4 GB stick", "a four gigabyte stick"),
        ("a new 1 TB SSD and a 2 TB SSD", "a new one terabyte S S D and a two terabyte S S D"),
        ("a 5 km run", "a five kilometer run"),
        ("a 6 ft ladder", "a six foot ladder"),
        ("a 5-10 km run", "a five to ten kilometer run"),
        ("the 2 m high wall", "the two meter high wall"),
        ("a $5 coffee", "a five dollar coffee"),
        ("the $2.3tn deal", "the two point three trillion dollar deal"),
        ("your ₹500 recharge", "your five hundred rupee recharge"),
    ],
)
def test_amounts_before_their_noun_are_singular(text: str, words: str) -> None:
    assert spoken(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4 GB of memory", "four gigabytes of memory"),
        ("a 4 GB of memory", "a four gigabytes of memory"),
        ("it is 5 km away", "it is five kilometers away"),
        ("a further 5 km away", "a further five kilometers away"),
        ("weighs 10 kg.", "weighs ten kilograms."),
        ("the 5 km covered today", "the five kilometers covered today"),
        ("the 2 m of rain", "the two meters of rain"),
        ("a 5 km, then", "a five kilometers, then"),
        ("your ₹500 per month", "your five hundred rupees per month"),
        ("He paid $5 yesterday", "He paid five dollars yesterday"),
    ],
)
def test_other_amounts_are_plural(text: str, words: str) -> None:
    assert spoken(text) == words
