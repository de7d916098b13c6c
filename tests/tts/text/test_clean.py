"""What is not spoken is blanked out, and offsets stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwaves.tts.text.clean import clean


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hi 🙂 there", "Hi there"),
        ("family 👨‍👩‍👧‍👦 photo", "family photo"),
        ("1\ufe0f\u20e3 first", "1 first"),
        ("**bold** and _thin_ `code`", "bold and thin code"),
        ("snake_case and 2 * 3", "snake_case and 2 * 3"),
        ("# Title\n* item\n* other", "Title item other"),
        ("<b>loud</b> <br/> a < b", "loud a b"),
        ("see [the page](https://a.b/c)", "see the page"),
        ("https://example.com/a?b=1&c=2", "example.com/a b 1 c 2"),
        ("a\x00b\x07c\u202ed", "a b c d"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("------ ===== ....", ""),
        ("wait... what?!", "wait... what?!"),
        ("₹1,05,000 £5 50% @me #tag a@b.c", "₹1,05,000 £5 50% @me #tag a@b.c"),
        ("नमस्ते। कैसे हैं?", "नमस्ते। कैसे हैं?"),
        ("क\u200dष", "क\u200dष"),
        ("C++ C# 3.5°", "C++ C# 3.5°"),
    ],
)
def test_examples(text: str, kept: str) -> None:
    assert " ".join(clean(text).split()) == kept


def test_piles_of_marks_are_cut_to_what_a_letter_can_carry() -> None:
    text = "a" + "\u0301" * 10_000 + " b"
    assert len(clean(text)) == len(text)
    assert len(clean(text).split()[0]) == 5


@given(st.text())
def test_the_length_never_changes(text: str) -> None:
    assert len(clean(text)) == len(text)


@pytest.mark.parametrize("text", ["<" * 50_000, "[](" * 20_000, "*" * 50_000, "<a" * 30_000, "http://" * 9_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    assert len(clean(text)) == len(text)
