"""Where spoken words come from."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.tts.normalize import CODES, Spoken, normalize

LANGUAGES = sorted(CODES)
ALPHABET = "aAbzIVXxMéñ िाक़झ।१२٣০௧ 0123456789 .,:;-–—/\\@#$€₹£%&*+=^~°²½'\"“”()[]_\n\té️‌‍आரు"
HOSTILE = [
    "1" * 20_000, "1/" * 10_000, "1." * 10_000, "1," * 10_000, "1-" * 10_000, "a." * 10_000, "a@" * 10_000,
    "(" * 20_000, "a" + "\u0301" * 20_000, "1:" * 10_000, "a-" * 10_000, "$1" * 10_000, "1a" * 10_000,
    "a" + "!" * 20_000,
    "1,11" * 5_000, "www." * 5_000, "www." + "a/" * 10_000, "½" * 10_000, "Dr. " * 5_000, "1 000 " * 3_000,
    "A." * 10_000,
    "+1 " * 7_000, "#a" * 10_000, "5 - " * 5_000, "1x" * 10_000, "1 1/2 " * 3_000, "Rs." * 7_000, "-" * 20_000,
]  # fmt: skip


def check(text: str, spoken: list[Spoken]) -> None:
    """Spans are in order, inside the text and apart; every word that can be said has one."""
    end = 0
    for piece in spoken:
        assert end <= piece.start < piece.end <= len(text), (text, spoken)
        assert piece.text == " ".join(piece.text.split()), (text, spoken)
        assert piece.text, (text, spoken)
        end = piece.end
    position = 0
    for word in text.split():
        start = text.index(word, position)
        position = start + len(word)
        if any(character.isalpha() or character.isdecimal() for character in word):
            assert any(piece.start < position and piece.end > start for piece in spoken), (word, spoken)


@settings(max_examples=400, deadline=None)
@given(st.text(), st.sampled_from(LANGUAGES), st.booleans())
def test_any_text(text: str, language: str, math: bool) -> None:
    check(text, normalize(text, language, math=math))


@settings(max_examples=1500, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=40), st.sampled_from(LANGUAGES), st.booleans(), st.sampled_from(LANGUAGES))
def test_any_text_of_digits_and_signs(text: str, language: str, math: bool, number: str) -> None:
    check(text, normalize(text, language, math=math, number_language=number))


TOKENS = [
    "5 km",
    "₹500",
    "$3.50",
    "12/02/2025",
    "9:30 am",
    "+91 98765 43210",
    "Dr.",
    "St.",
    "e.g.",
    "1,05,000",
    "1.2.3",
    "XIV",
    "API",
    "R&D",
    "a@b.com",
    "www.x.in",
    "#Tag",
    "@x",
    "5-8",
    "3/4",
    "½",
    "-5",
    "12.5%",
    "30°C",
    "5x3",
    "2^10",
    "No.",
    "1st",
    "3.er",
    "5वीं",
    "कि.मी.",
    "EE. UU.",
    "p. m.",
    "2019-20",
    "word",
    "शब्द",
    "Rs.",
    "INR",
    "lakh",
    "million",
    "Dec",
    "25",
    "2024",
    "(",
    ")",
    "—",
    "-",
    "/",
    ",",
    ".",
    "?",
    "v1.2",
    "5'6\"",
    "1990s",
    "16:9",
    "OTP",
]


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), max_size=12), st.sampled_from(["", " ", "\n", "  "]), st.sampled_from(LANGUAGES)
)
def test_tokens_in_any_order(tokens: list[str], gap: str, language: str) -> None:
    text = gap.join(tokens)
    check(text, normalize(text, language))
    check(text, normalize(text, language, math=True, number_language="hi"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 km", [("five", 0, 1), ("kilometers", 2, 4)]),
        ("₹1,05,000", [("one lakh five thousand rupees", 0, 9)]),
        (
            "+91 98765 43210",
            [("plus nine one,", 0, 3), ("nine eight seven, six five", 4, 9), ("four three, two one zero", 10, 15)],
        ),
        ("(yes), no", [("(yes),", 0, 6), ("no", 7, 9)]),
        ("₹5 lakh", [("five", 0, 2), ("lakh rupees", 3, 7)]),
    ],
)
def test_one_piece_per_input_word(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert [(piece.text, piece.start, piece.end) for piece in normalize(text, "en")] == expected


def test_offsets_count_in_a_text_that_is_not_composed() -> None:
    text = unicodedata.normalize("NFD", "café über 5 km")
    spoken = normalize(text, "en")
    assert [text[piece.start : piece.end] for piece in spoken] == [*text.split()]
    assert spoken[0].text == "café"


def test_words_of_another_script_name_their_language() -> None:
    assert [(piece.text, piece.language) for piece in normalize("NASA ने 5 GB भेजा", "hi")][:2] == [
        ("NASA", "en"), ("ने", "hi"),
    ]  # fmt: skip


def test_a_language_without_rules_gets_its_words_back() -> None:
    assert [piece.text for piece in normalize("merhaba 5 dünya", "tr")] == ["merhaba", "5", "dünya"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:6]))
def test_hostile_texts_take_linear_time(text: str, language: str) -> None:
    begin = time.thread_time()
    normalize(text[:10_000], language, math=True)
    assert time.thread_time() - begin < 2.5  # quadratic ones took minutes
