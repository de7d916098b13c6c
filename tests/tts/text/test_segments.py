"""Cutting text into segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwaves.tts.text.segments import MAX_CHARS, Cutter, split

SIZES = (24, 64, 120, 200)
LONG = (
    "The quick brown fox jumps over the lazy dog near the river bank, and nobody in the village seemed to notice it at "
    "all. Dr. Smith paid ₹ 1,05,000 for it. He left."
)


def texts(text: str, sizes: tuple[int, ...] = (MAX_CHARS,)) -> list[str]:
    return [segment.text.strip() for segment in split(text, sizes)]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith met Mr. Jones. They talked.", ["Dr. Smith met Mr. Jones.", "They talked."]),
        ("It costs 3.50 today. Fine.", ["It costs 3.50 today.", "Fine."]),
        ("J. K. Rowling wrote. Yes.", ["J. K. Rowling wrote.", "Yes."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("नमस्ते। आप कैसे हैं?", ["नमस्ते।", "आप कैसे हैं?"]),
        ("你好。我很好！", ["你好。", "我很好！"]),
        ("line one\nline two", ["line one", "line two"]),
        ("Wait... what?", ["Wait...", "what?"]),
        ("   ", []),
        ("Perfect, 12345.Let me check that.", ["Perfect, 12345.", "Let me check that."]),
        ("Is it so?I think.Wow!That works.", ["Is it so?", "I think.", "Wow!", "That works."]),
        ("यह ठीक है।मैं हूँ।", ["यह ठीक है।", "मैं हूँ।"]),
        ("ASP.NET, Node.js, System.out.println, example.Com, Dr.Who", None),
        ("J.R.R. Tolkien and the U.S. Army, Ph.D. Smith, z.B. Katzen, 192.168.1.1 and a.b.C", None),
        ("I live in the U.S. It is big.", ["I live in the U.S.", "It is big."]),
    ],
)
def test_sentences(text: str, segments: list[str] | None) -> None:
    assert texts(text) == ([text] if segments is None else segments)


def test_the_first_segments_are_short_and_grow() -> None:
    segments = texts(LONG, SIZES)
    assert [len(segment) <= size + 1 for segment, size in zip(segments, SIZES, strict=False)] == [True] * 4
    assert segments[0] == "The quick brown fox"
    assert segments[1].endswith("bank,")


def test_a_sentence_without_spaces_is_cut_at_its_signs() -> None:
    text = "私は、昨日、友達と一緒に公園で長い時間遊びました。「明日も行きたい。」と思います。"
    assert texts(text, (18, 26, 30)) == [
        "私は、昨日、",
        "友達と一緒に公園で長い時間遊びました。",
        "「明日も行きたい。」",
        "と思います。",
    ]


def test_a_tail_of_a_sentence_is_no_segment_of_its_own() -> None:
    text = "Your parcel left the warehouse this morning. Please keep the door open for the driver."
    assert texts(text, (18, 26, 30, 40))[:2] == ["Your parcel left", "the warehouse this morning."]


def test_sentences_glued_one_to_another_are_sentences() -> None:
    assert texts("Let me check that.Done!Yes, it is.", (200,)) == ["Let me check that.", "Done!", "Yes, it is."]


def test_a_cut_inside_a_clause_is_told_on_both_sides() -> None:
    segments = split("The quick brown fox jumps over the lazy dog, then sleeps. Good", SIZES)
    assert [(segment.pause_s > 0, segment.is_seam) for segment in segments] == [
        (False, False),
        (True, True),
        (False, False),
    ]


def test_an_amount_is_not_torn_from_its_sign() -> None:
    for size in range(20, 40):
        assert not any(segment.endswith("₹") for segment in texts("He paid them a sum of ₹ 1,05,000 for it", (size,)))


@given(st.text(alphabet="abAI .,!?\n\u0915\u093f\u4f60।", max_size=400), st.lists(st.integers(1, 40), max_size=30))
def test_cuts_do_not_depend_on_how_the_text_came(text: str, steps: list[int]) -> None:
    cutter = Cutter(SIZES)
    found = []
    start = 0
    for step in [*steps, len(text)]:
        found += cutter.feed(text[start : start + step])
        start += step
    assert found + cutter.flush() == split(text, SIZES)


@given(st.text(max_size=1000))
def test_nothing_is_lost_and_offsets_are_true(text: str) -> None:
    segments = split(text, SIZES)
    assert "".join("".join(segment.text.split()) for segment in segments) == "".join(text.split())
    for segment in segments:
        assert text[segment.start : segment.end] == segment.text


@pytest.mark.parametrize("text", ["a" * 100_000, "a b " * 25_000, ". " * 50_000, "कि" * 30_000, "," * 50_000])
def test_hostile_text_is_cut_in_linear_time(text: str) -> None:
    assert max(len(segment.text) for segment in split(text, SIZES)) <= 2 * MAX_CHARS
