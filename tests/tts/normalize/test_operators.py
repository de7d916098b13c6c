"""Operators between digits, with and without ``math_notation``. Source: contract, section 7."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str = "en", number_language: str | None = None, math: bool = True) -> str:
    pieces = normalize(text, language, number_language=number_language, math=math)
    return " ".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("6 × 7", "six times seven"),
        ("6x7", "six times seven"),
        ("6 X 7", "six times seven"),
        ("6*7", "six times seven"),
        ("8 ÷ 2", "eight divided by two"),
        ("8÷2", "eight divided by two"),
        ("8 / 2", "eight divided by two"),
        ("1+1=2", "one plus one equals two"),
        ("10 - 3", "ten minus three"),
        ("10 – 3", "ten minus three"),
        ("10 − 3", "ten minus three"),
        ("2^10", "two to the power of ten"),
        ("2 ** 10", "two to the power of ten"),
        ("6 x $7", "six times seven dollars"),
        ("5 * -3", "five times minus three"),
        ("1.5*2", "one point five times two"),
        ("६ × ७", "six times seven"),
        ("3 + 4 = 7.", "three plus four equals seven."),
    ],
)
def test_operators(text: str, words: str) -> None:
    assert spoken(text) == words


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("hi", "6 × 7", "छः गुणा सात"),
        ("hi", "6 ÷ 2", "छः बटा दो"),
        ("hi", "6 + 2 - 1 = 7", "छः प्लस दो माइनस एक बराबर सात"),
        ("es", "6 × 7", "seis por siete"),
        ("es", "6 + 7", "seis plus siete"),
    ],
)
def test_operators_of_other_languages(language: str, text: str, words: str) -> None:
    assert spoken(text, language) == words


def test_the_operator_follows_the_language_of_numbers() -> None:
    assert spoken("so 6 x 7", "en", "hi") == "so छः गुणा सात"
    assert [piece.language for piece in normalize("6 + 7", "es", math=True)] == ["es", "en", "es"]


@pytest.mark.parametrize(
    "text",
    ["12/02/2025", "2-3", "1.2.3", "1/2", "+91 98765 43210", "98765 43210", "2026-07-24", "9:30", "3/4 cup", "-5"],
)
def test_other_tokens_read_the_same_with_the_flag_on_or_off(text: str) -> None:
    assert normalize(text, "en", math=True) == normalize(text, "en", math=False)


def test_never_across_a_line_break() -> None:
    assert "times" not in spoken("5\nx 3")
    assert "minus" not in spoken("5 -\n3")


def test_nothing_without_digits_on_both_sides() -> None:
    assert "times" not in spoken("a x 3")
    assert "divided" not in spoken("a / 2")
    assert "minus" not in spoken("word - 2")
