"""Spoken words and how they are written."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.stt.transcript import Word
from openwaves.stt.written import Mode, to_written
from openwaves.stt.written.tables import LANGUAGES, load

GOLD = Path(__file__).parent / "gold"
LEAST_ROWS = {"en": 150, "hi": 60, "es": 60}
PLAIN = {
    "en": "the we have a cat is one of them no and may second point to at dot com half oh dollars percent past",
    "hi": "यह है एक बात और दो बजे रुपये साढ़े सौ लाख में",
    "es": "el la uno de ellos y las euros por ciento mil coma enero",
}
QUIET = "the cat sat here table quickly and then however running"
MARKS = ("", "", "", "", ",", ".", "?")


def spoken(text: str) -> list[Word]:
    """Words of half a second each."""
    return [Word(word, n / 2, n / 2 + 0.4, 0.5 + n % 5 / 10) for n, word in enumerate(text.split())]


def written(text: str, language: str, mode: Mode = "true") -> str:
    return " ".join(word.text for word in to_written(spoken(text), language, mode))


def rows(language: str) -> list[tuple[str, str, str]]:
    """What is said, what is written, and what is written of the clear cases."""
    found = []
    for line in (GOLD / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            said, all_of_it, clear = (*line.split("\t"), "", "")[:3]
            all_of_it = said if all_of_it == "=" else all_of_it
            found.append((said, all_of_it, {"": all_of_it, "=": said}.get(clear, clear)))
    return found


ROWS = [pytest.param(code, *row, id=f"{code}-{row[0]}") for code in LANGUAGES for row in rows(code)]


@pytest.mark.parametrize(("language", "said", "all_of_it", "clear"), ROWS)
def test_gold(language: str, said: str, all_of_it: str, clear: str) -> None:
    assert written(said, language) == all_of_it
    assert written(said, language, "auto") == clear
    assert written(said, language, "false") == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_rows(language: str) -> None:
    assert len(rows(language)) >= LEAST_ROWS[language]


def test_other_languages_stay_as_they_are() -> None:
    words = spoken("zwei Katzen")
    assert to_written(words, "de") == words


def test_a_written_word_spans_the_spoken_ones() -> None:
    words = [Word("Twenty", 1.0, 1.2, 0.5, 2), Word("five", 1.3, 1.5, 0.9, 1), Word("dollars.", 1.5, 2.0, 0.7, 3)]
    assert to_written(words, "en") == [Word("$25.", 1.0, 2.0, 0.9, 6)]


def test_numbers_of_two_speakers_stay_apart() -> None:
    words = [Word("twenty", 0, 1, speaker=0), Word("five", 1, 2, speaker=1)]
    assert [word.text for word in to_written(words, "en")] == ["20", "5"]


def vocabulary(language: str) -> list[str]:
    tables = load(language)
    return [
        *tables.numbers,
        *tables.scales,
        *tables.ordinals,
        *tables.months,
        *PLAIN[language].split() * 3,
        "25",
        "3.5",
        "table",
    ]


@st.composite
def talk(draw: st.DrawFn) -> tuple[str, list[Word]]:
    language = draw(st.sampled_from(LANGUAGES))
    said = draw(st.lists(st.tuples(st.sampled_from(vocabulary(language)), st.sampled_from(MARKS)), max_size=12))
    return language, spoken(" ".join(word + mark for word, mark in said))


@settings(max_examples=300, deadline=None)
@given(talk(), st.sampled_from(["true", "auto"]))
def test_what_holds_of_any_words(said: tuple[str, list[Word]], mode: Mode) -> None:
    language, words = said
    result = to_written(words, language, mode)
    assert all(word.text and " " not in word.text for word in result)
    assert all(word.start_s <= word.end_s for word in result)
    assert all(one.end_s <= two.start_s for one, two in pairwise(result))
    assert sum(word.n_tokens for word in result) == sum(word.n_tokens for word in words)
    assert to_written(result, language, mode) == result


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*QUIET.split(), "five", "twenty"])))
def test_words_that_are_no_numbers_stay_in_order(said: list[str]) -> None:
    numbers = {"five", "twenty"}
    result = written(" ".join(said), "en").split()
    assert [word for word in result if word.isalpha()] == [word for word in said if word not in numbers]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=8), st.sampled_from(LANGUAGES))
def test_any_text_passes(texts: list[str], language: str) -> None:
    words = [Word(text, n, n + 1) for n, text in enumerate(texts)]
    assert to_written(words, language, "false") == words
    to_written(words, language)
