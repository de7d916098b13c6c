"""Addresses, codes of letters and digits, dates in running text."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str = "en") -> str:
    return " ".join(piece.text for piece in normalize(text, language))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Portland, OR 97201", "Portland, Oregon nine seven two zero one"),
        ("Springfield IL 62704", "Springfield Illinois six two seven zero four"),
        (
            "Mountain View, CA 94043-1351.",
            "Mountain View, California nine four zero four three, one three five one.",
        ),
        ("We try OR 97201 times", "We try or nine seven two zero one times"),
        ("She is in OR today", "She is in or today"),
        ("5 Oak Ct, Apt 5B", "five Oak Court, apartment five B"),
        ("on Park Pl.", "on Park Place."),
        ("KA-01-HH-1234", "K A zero one H H one two three four"),
        ("Order A1B2-9931", "Order A one B two nine nine three one"),
        ("CVE-2023-24329", "C V E twenty twenty-three two four three two nine"),
        ("A/C XX4521", "account X X four five two one"),
        ("due on 05-Nov-26", "due on fifth November twenty-six"),
        ("due on 5 Nov '26", "due on fifth November twenty-six"),
        ("from 5 Nov to 26 Nov", "from fifth November to twenty-sixth November"),
        ("three 2x4s", "three two by fours"),
        ("WWII followed WWI", "World War Two followed World War One"),
        ("US-101 S and I-95 N", "U S one oh one south and I ninety-five north"),
        (
            "at 37.7° N, 122.4° W",
            "at thirty-seven point seven degrees north, one hundred and twenty-two point four degrees west",
        ),
        ("Plan S and vitamin E", "Plan S and vitamin E"),
        ("Gen Z asked Gen. Lee", "Gen Z asked General Lee"),
        ("after 18 mos. of work", "after eighteen months of work"),
        ("two tbsp. of oil per mo.", "two tablespoons of oil per month."),
        ("Sat & Sun", "Saturday and Sunday"),
        ("Flight UA1175", "Flight U A eleven seventy-five"),
        ("my flight is UA1175", "my flight is U A eleven seventy-five"),
        ("Dial *67, or press #", "Dial star six seven, or press hash"),
        ("# Heading with 2 * 3", "Heading with two three"),
    ],
)
def test_addresses_codes_and_dates_are_said_as_people_say_them(text: str, words: str) -> None:
    assert spoken(text) == words
