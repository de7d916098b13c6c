"""Subtitles."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from openwaves.stt.subtitles import LINE_WIDTH, LONGEST_S, MOST_LINES, Cue, cues, srt, vtt, word_cues
from openwaves.stt.transcript import Word


def said(text: str, start_s: float = 0.0, word_s: float = 0.4) -> list[Word]:
    return [Word(word, start_s + n * word_s, start_s + (n + 1) * word_s) for n, word in enumerate(text.split())]


def lines(words: list[Word], language: str = "en") -> list[tuple[str, ...]]:
    return [cue.lines for cue in cues(words, language)]


def test_a_sentence_is_a_cue() -> None:
    assert lines(said("This is the first one. And here is the second.")) == [
        ("This is the first one.",),
        ("And here is the second.",),
    ]


def test_a_short_exclamation_stays_with_the_next_sentence() -> None:
    assert lines(said("Yes. That is right.")) == [("Yes. That is right.",)]


def test_lines_are_balanced_and_break_at_punctuation() -> None:
    text = "When the sun goes down, the whole valley turns golden and still"
    assert lines(said(text, word_s=0.3)) == [("When the sun goes down,", "the whole valley turns golden and still")]


def test_pauses_and_speakers_end_a_cue() -> None:
    assert lines([*said("before it"), *said("after it", 3.0)]) == [("before it",), ("after it",)]
    assert lines([Word("Hello", 0, 1, speaker=0), Word("Hi", 1, 2, speaker=1)]) == [("Hello",), ("Hi",)]


def test_a_cue_stays_a_second_but_not_into_the_next_one() -> None:
    words = [Word("One.", 0.0, 0.2), Word("Two", 5.0, 5.2, speaker=1), Word("three", 5.5, 5.6, speaker=0)]
    assert [(cue.start_s, cue.end_s) for cue in cues(words, "en")] == [(0.0, 1.0), (5.0, 5.5), (5.5, 6.5)]


def test_chinese_has_no_spaces_and_wide_signs() -> None:
    words = [Word(sign, n * 0.1, n * 0.1 + 0.1) for n, sign in enumerate("今天天气很好" * 5)]
    assert [len(line) for cue in lines(words, "zh") for line in cue] == [15, 15]


def test_srt() -> None:
    assert srt([Cue(0.0, 1.5, ("Hello,", "world.")), Cue(3661.0, 3662.25, ("Bye",))]) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello,\nworld.\n\n2\n01:01:01,000 --> 01:01:02,250\nBye\n"
    )
    assert srt([Cue(0.0, 1.0, ("Bye",), 1)]).endswith("\nSpeaker 1: Bye\n")
    assert srt([]) == ""


def test_a_cue_for_every_word() -> None:
    assert [cue.lines for cue in word_cues(said("one two"))] == [("one",), ("two",)]
    assert word_cues([]) == []


def test_vtt() -> None:
    assert vtt([Cue(0.0, 1.5, ("R&D <now>",), 0)]) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v Speaker 0>R&amp;D &lt;now&gt;\n"
    )
    assert vtt([]) == "WEBVTT\n"


@st.composite
def speech(draw: st.DrawFn) -> list[Word]:
    found, at_s = [], 0.0
    texts = st.text(alphabet=st.sampled_from("ab,.?करी中"), min_size=1, max_size=60)
    for text in draw(st.lists(texts, max_size=30)):
        at_s += draw(st.sampled_from([0.0, 0.1, 2.0]))
        length_s = draw(st.sampled_from([0.0, 0.3, 1.0, 9.0]))
        found.append(Word(text, at_s, at_s + length_s, speaker=draw(st.sampled_from([None, 0, 1]))))
        at_s += length_s
    return found


@given(speech(), st.sampled_from(["en", "zh"]))
def test_what_holds_of_any_words(words: list[Word], language: str) -> None:
    found = cues(words, language)
    assert "".join("".join(cue.lines) for cue in found).replace(" ", "") == "".join(word.text for word in words)
    for cue in found:
        assert 1 <= len(cue.lines) <= MOST_LINES
        assert all(len(line) <= LINE_WIDTH for line in cue.lines if line.isascii())
        assert 0 <= cue.end_s - cue.start_s <= LONGEST_S + 1e-9
    assert all(one.end_s <= two.start_s for one, two in pairwise(found))
