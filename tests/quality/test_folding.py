"""Does the word error rate count what was heard, and nothing else?"""

import pytest
from bench.quality.folding import errors, letters, words
from bench.quality.parts import english_sentences, number_sentences
from bench.words import distance


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("$1,250.50", "one thousand two hundred fifty dollars and fifty cents"),
        ("In 1984", "in nineteen eighty four"),
        ("room 1204", "room twelve oh four"),
        ("room 1204", "room one thousand two hundred and four"),
        ("555-0123", "five five five, zero one two three"),
        ("from 1990 and 2005", "from nineteen ninety and two thousand five"),
        ("at 3:45 p.m.", "at three forty-five pm"),
        ("at 3.45pm", "at three forty five p m"),
        ("leaves at 8.30", "leaves at eight thirty"),
        ("1400 and 82 miles", "one thousand four hundred and eighty-two miles"),
        ("900 and 5", "nine hundred and five"),
        ("$86 and $40 cents", "eighty six dollars and forty cents"),
        ("$41 and $0.20", "forty one dollars and twenty cents"),
        ("8.4 million", "eight point four million"),
        ("778,000,000 km", "seven hundred seventy eight million kilometers"),
        ("£3.2 billion", "three point two billion pounds"),
        ("-12°C", "minus twelve degrees Celsius"),
        ("9:00 to 17:00", "nine o'clock to seventeen"),
        ("3/4 of the 21st", "three quarters of the twenty first"),
        ("the 1980s and the 90s", "the nineteen eighties and the nineties"),
        ("Henry VIII", "Henry the eighth"),
        ("Dr. O’Brien’s 2nd St.", "doctor O'Brien's second street"),
        ("a hundred", "one hundred"),
        ("version 2.4.1", "version two point four point one"),
    ],
)
def test_spellings_of_one_sound_are_alike(written: str, spoken: str) -> None:
    assert words(written) == words(spoken)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("nineteen eighty four", "1948"),
        ("fifteen", "50"),
        ("three point five", "35"),
        ("twenty dollars", "20 euros"),
        ("five five five", "55"),
        ("two million", "2000"),
        ("minus twelve", "12"),
        ("half past six", "6:00"),
        ("three pm", "3 a.m."),
        ("one hundred meters", "100 million"),
    ],
)
def test_what_was_misread_or_misheard_stays_different(said: str, heard: str) -> None:
    assert words(said) != words(heard)


def test_the_best_of_several_readings_counts() -> None:
    assert errors(["half a cup", "one half cup"], "1/2 cup") == (1, 2) or errors(["half cup"], "1/2 cup") == (0, 2)
    assert errors(["twenty one to fourteen", "twenty one fourteen"], "21-14") == (0, 4)
    assert errors(["the cat sat"], "the cat sat on a mat") == (3, 3)
    assert errors(["the cat sat"], "") == (3, 3)


def test_the_distance_counts_replacements_insertions_and_deletions() -> None:
    assert distance("abc", "abc") == 0
    assert distance("abc", "axcd") == 2
    assert distance("abc", "") == 3
    assert distance("", "ab") == 2


def test_letters_keep_vowel_signs_and_drop_the_rest() -> None:
    assert letters("¿Qué tal, Ana?") == list("quétalana")
    assert letters("தண்ணீர் வேண்டும்.") == list("தண்ணீர்வேண்டும்")


def test_the_texts_are_what_the_bench_says() -> None:
    assert len(set(english_sentences())) == len(english_sentences()) == 60
    rows = number_sentences()
    assert len({text for text, _ in rows}) == len(rows) == 60
    for text, said in rows:
        assert any(sign.isdigit() for sign in text), text
        assert not any(sign.isdigit() for way in said for sign in way), text
