"""Finals and interims of a session."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.errors import FieldError
from openwaves.stt.transcript import Word
from openwaves.stt.written import PCI, PII, TextRules, Writer, numerals_mode
from tests.stt.written.test_writing import spoken, talk

ALL = TextRules("true", frozenset((*PII, *PCI)))


def finals(parts: list[str], rules: TextRules, language: str = "en") -> list[str]:
    """The texts of finals, all but the last in running speech."""
    writer, words = Writer(rules), spoken(" ".join(parts))
    texts, start = [], 0
    for number, part in enumerate(parts, 1):
        end = start + len(part.split())
        sent = writer.final(words[start:end], language, more=number < len(parts)).words
        texts.append(" ".join(word.text for word in sent))
        start = end
    return texts


@pytest.mark.parametrize(
    ("parts", "sent"),
    [
        (["I paid twenty", "five dollars today"], ["I paid", "$25 today"]),
        (["I paid twenty five dollars", "and fifty cents"], ["I paid", "$25.50"]),
        (["my number is four one five,", "five five five,", "two six seven one"], ["my number is", "", "415-555-2671"]),
        (["on january", "fifteenth twenty", "twenty six we met"], ["on", "", "January 15th, 2026 we met"]),
        (["it is half", "past nine"], ["it is", "9:30"]),
        (["write to john at", "gmail dot com please"], ["write to", "john@gmail.com please"]),
        (["I have twenty.", "Five came"], ["I have 20.", "5 came"]),
        (["the code is", "four two"], ["the code is", "42"]),
        (["nothing here", "or there"], ["nothing here", "or there"]),
        (["one hundred and", "five people"], ["", "105 people"]),
    ],
)
def test_a_number_waits_for_its_rest(parts: list[str], sent: list[str]) -> None:
    assert finals(parts, TextRules("true")) == sent


def test_no_delay_sends_all_at_once() -> None:
    assert finals(["I paid twenty", "five dollars"], TextRules("true", delays=False)) == ["I paid 20", "$5"]


def test_what_waits_is_flushed_when_the_speaker_stops() -> None:
    assert finals(["I paid twenty"], TextRules("true")) == ["I paid 20"]
    writer = Writer(TextRules("true"))
    assert [word.text for word in writer.final(spoken("I paid twenty"), "en", more=True).words] == ["I", "paid"]
    assert [word.text for word in writer.held] == ["twenty"]
    assert [word.text for word in writer.final((), "en").words] == ["20"]
    assert writer.held == ()


def test_redaction_waits_even_without_numerals() -> None:
    parts = ["my card is four two four two four two four two", "four two four two four two four two thanks"]
    rules = TextRules(redacted=frozenset(PCI), delays=False)
    assert finals(parts, rules) == ["my card is", "[CREDITCARDNUMBER_1] thanks"]


def test_interims_show_what_waits_and_hide_what_is_personal() -> None:
    writer = Writer(ALL)
    writer.final(spoken("My name is John and I have twenty"), "en", more=True)
    shown = [word.text for word in writer.interim(spoken("five cats says John"), "en")]
    assert shown == ["twenty", "five", "cats", "says", "[FIRSTNAME_1]"]
    assert [word.text for word in writer.held] == ["twenty"]


@pytest.mark.parametrize(
    ("numerals", "itn", "format_", "mode"),
    [
        ("true", False, True, "true"),
        ("AUTO", False, True, "auto"),
        (None, False, True, "false"),
        (None, True, True, "true"),
        ("auto", True, True, "true"),
        ("true", True, False, "false"),
    ],
)
def test_modes(numerals: str | None, itn: bool, format_: bool, mode: str) -> None:
    assert numerals_mode(numerals, itn_normalize=itn, format_=format_) == mode


def test_unknown_modes_are_refused() -> None:
    with pytest.raises(FieldError, match="true, false, auto"):
        numerals_mode("maybe")


@settings(max_examples=200, deadline=None)
@given(talk(), st.lists(st.integers(0, 12), max_size=4), st.booleans())
def test_nothing_is_lost_however_speech_is_cut(said: tuple[str, list[Word]], cuts: list[int], redacts: bool) -> None:
    language, words = said
    bounds = [0, *sorted(min(cut, len(words)) for cut in cuts), len(words)]
    writer = Writer(ALL if redacts else TextRules("true"))
    sent: list[Word] = []
    for start, end in pairwise(bounds):
        before = writer.held
        writer.interim(words[start:end], language)
        assert writer.held == before
        sent += writer.final(words[start:end], language, more=end < len(words)).words
    sent += writer.final((), language).words
    assert sum(word.n_tokens for word in sent) == sum(word.n_tokens for word in words)
    assert all(one.end_s <= two.start_s for one, two in pairwise(sent))
