"""Whole sounds, with the recogniser that hears whistled words."""

import asyncio
import math
import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledWorkError, EngineError
from openwaves.scheduler import Scheduler
from openwaves.stt.engines.alignment import token_starts
from openwaves.stt.engines.bias import Bias
from openwaves.stt.engines.tone import WORDS, ToneRecogniser, whistle
from openwaves.stt.hearing import ToneHearing
from openwaves.stt.languages import SERVED
from openwaves.stt.recognition import Heard, Task, recognise
from openwaves.stt.sentences import utterances
from openwaves.stt.speakers import Window, with_speakers
from openwaves.stt.transcript import Keyword, Transcript, Word
from openwaves.types import Samples
from tests.stt.sounds import silence

ENGLISH = Task(("en",))


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler(2, 8)
    yield made
    made.close()


async def heard(parts: Sequence[Samples], scheduler: Scheduler, task: Task = ENGLISH) -> Heard:
    return await recognise(iter(parts), task, ToneHearing(SERVED), scheduler)


async def test_words_of_all_pieces_come_in_order_with_times_of_the_whole_sound(scheduler: Scheduler) -> None:
    parts = [silence(1), whistle("hello my name is John"), silence(2), whistle("please call"), silence(1.5)]
    found = await heard(parts, scheduler)
    assert " ".join(word.text for word in found.words) == "hello my name is John please call"
    assert found.n_pieces == 2
    assert abs(found.words[0].start_s - 1.0) < 0.05
    assert abs(found.words[5].start_s - (1 + 5 * 0.2 + 2)) < 0.05
    assert abs(found.duration_s - (1 + 1 + 2 + 0.4 + 1.5)) < 0.01
    assert all(a.start_s <= a.end_s <= b.start_s for a, b in zip(found.words, found.words[1:], strict=False))


async def test_the_chunks_in_which_sound_comes_change_nothing(scheduler: Scheduler) -> None:
    sound = np.concatenate([silence(0.3), whistle("one two three four"), silence(1.2), whistle("yes no"), silence(0.1)])
    whole = await heard([sound], scheduler)
    for step in (97, 1600, 5000):
        cut = await heard([sound[begin : begin + step] for begin in range(0, len(sound), step)], scheduler)
        assert cut.words == whole.words


async def test_no_speech_is_no_word(scheduler: Scheduler) -> None:
    for parts in ([silence(3)], [silence(0)], []):
        found = await heard(parts, scheduler, Task(("es", "en")))
        assert (found.words, found.language) == ((), "es")


async def test_an_automatic_language_is_found_and_told(scheduler: Scheduler) -> None:
    found = await heard([whistle("good morning"), silence(1)], scheduler, Task(("es", "en", "fr")))
    assert found.language == "en"
    assert [word.text for word in found.words] == ["good", "morning"]


async def test_speakers_are_numbered_by_first_appearance(scheduler: Scheduler) -> None:
    loud = 2 * whistle("yes please call my number thank you")
    soft = 0.5 * whistle("no ten twenty dollars for the book")
    parts = [soft, silence(1), loud, silence(1), soft, silence(1)]
    found = await heard(parts, scheduler, Task(("en",), tells_speakers=True))
    speakers = [word.speaker for word in found.words]
    assert speakers == [0] * 7 + [1] * 7 + [0] * 7
    assert all(0 <= word.speaker_confidence <= 1 for word in found.words)


async def test_an_error_of_the_source_comes_through_and_closes_it(scheduler: Scheduler) -> None:
    closed = threading.Event()

    def chunks() -> Iterator[Samples]:
        try:
            yield whistle("hello")
            raise EngineError("broken")
        finally:
            closed.set()

    with pytest.raises(EngineError, match="broken"):
        await recognise(chunks(), ENGLISH, ToneHearing(SERVED), scheduler)
    assert closed.is_set()


async def test_cancelling_closes_the_source_even_while_it_is_read(scheduler: Scheduler) -> None:
    closed = threading.Event()

    def chunks() -> Iterator[Samples]:
        try:
            while True:
                time.sleep(0.05)
                yield whistle("hello there" if False else "hello") * 1
        finally:
            closed.set()

    running = asyncio.create_task(recognise(chunks(), ENGLISH, ToneHearing(SERVED), scheduler))
    await asyncio.sleep(0.3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert closed.is_set()


async def test_a_long_sound_is_heard_as_it_comes_and_not_kept(scheduler: Scheduler) -> None:
    n_read = 0
    reported: list[float] = []

    def chunks() -> Iterator[Samples]:
        nonlocal n_read
        for _ in range(120):
            n_read += 1
            assert not reported or n_read * 5.4 - reported[-1] < 60  # no reader runs far ahead
            yield np.concatenate([whistle("hello my name is John Smith please"), silence(4)])

    found = await recognise(chunks(), ENGLISH, ToneHearing(SERVED), scheduler, report=reported.append)
    assert len(found.words) == 7 * 120
    assert reported == sorted(reported)


def test_sureness_counts_the_tokens_behind_what_stays() -> None:
    heard = Transcript((Word("so", 0.0, 0.2, 0.1), Word("it", 0.2, 0.4, 0.5), Word("seems", 0.4, 0.9, 0.8, 3)), "en")
    assert heard.sureness(1) == pytest.approx((math.log(0.5) + 3 * math.log(0.8)) / 4)
    assert heard.sureness(2) > heard.sureness(1) > heard.sureness(0)
    assert heard.sureness(5) < heard.sureness(0)
    sooner = heard.sooner(0.3).words
    assert [word.start_s for word in sooner] == pytest.approx([0, 0, 0.1])
    assert [word.end_s for word in sooner] == pytest.approx([0, 0.1, 0.6])


def test_the_tone_recogniser_hears_every_word_and_keeps_a_prefix() -> None:
    tone = ToneRecogniser()
    sound = whistle(" ".join(WORDS[:40]))
    whole = tone.transcribe(sound, "en")
    assert whole.text == " ".join(WORDS[:40])
    for n_words in (0, 1, 7, 40):
        prefix = whole.prefix_of(n_words)
        assert len(prefix) == n_words
        again = tone.transcribe(sound, "en", prefix=prefix)
        assert again.tokens == whole.tokens
    kept = tone.transcribe(whistle("yes no"), "en", prefix=(5, 6))
    assert kept.tokens[:2] == (5, 6)


def test_the_tone_recogniser_can_be_cancelled_and_has_a_limit() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledWorkError):
        ToneRecogniser().transcribe(silence(1), "en", cancel=cancel)
    with pytest.raises(EngineError, match="61"):
        ToneRecogniser().transcribe(silence(61), "en")


def test_token_starts_are_those_of_the_cheapest_path() -> None:
    random = np.random.default_rng(3)
    for n_tokens, n_frames in ((1, 1), (1, 5), (3, 3), (4, 9), (6, 20)):
        attention = random.random((2, n_tokens, n_frames)).astype(np.float32)
        starts = token_starts(attention)
        assert starts is not None
        mean, deviation = attention.mean(1, keepdims=True), attention.std(1, keepdims=True)
        cost = -((attention - mean) / (deviation + 1e-6)).mean(axis=0)

        def price(begins: Sequence[int], cost: Samples = cost, n_frames: int = n_frames) -> float:
            ends = [*begins[1:], n_frames]
            return float(sum(cost[n, begin:end].sum() for n, (begin, end) in enumerate(zip(begins, ends, strict=True))))

        assert starts[0] == 0
        assert (np.diff(starts) > 0).all()
        assert (
            price(list(starts))
            <= min(
                price([0, *sorted(random.choice(np.arange(1, n_frames), n_tokens - 1, replace=False))])
                for _ in range(50)
            )
            + 1e-4
            if n_frames > n_tokens
            else True
        )
    assert token_starts(np.zeros((1, 4, 3), np.float32)) is None


def test_keywords_raise_what_begins_and_continues_them() -> None:
    bias = Bias([Keyword("ab", 2.0), Keyword(" ", 5.0)], lambda text: [ord(char) for char in text])
    logits = np.zeros(128, np.float32)
    raised = bias.add(logits, [])
    assert raised[ord("a")] > 0
    assert raised.sum() == raised[ord("a")]
    after = bias.add(logits, [ord("x"), ord("a")])
    assert after[ord("b")] >= after[ord("a")] > 0
    assert not logits.any()


def test_a_keyword_is_begun_whole_or_none() -> None:
    bias = Bias([Keyword("abc"), Keyword("x"), Keyword("no", -1.0)], lambda text: [ord(char) for char in text])
    assert bias.begins(ord("a"))
    assert not bias.begins(ord("x"))  # one token: nothing to go on with
    assert not bias.begins(ord("n"))  # nobody wants it
    assert [bias.progress(list(map(ord, text))) for text in ("a", "ab", "abc", "b", "abd")] == [
        "begun",
        "begun",
        "whole",
        "none",
        "none",
    ]


def test_utterances_end_with_sentences_pauses_and_speakers() -> None:
    words = [
        Word("Hello,", 0, 0.4, speaker=0),
        Word("Mr.", 0.5, 0.7, speaker=0),
        Word("Hale.", 0.8, 1, speaker=0),
        Word("Yes", 1.1, 1.3, speaker=0),
        Word("no", 3, 3.2, speaker=0),
        Word("why", 3.3, 3.5, speaker=1),
    ]
    assert [found.text for found in utterances(words, "en")] == ["Hello, Mr. Hale.", "Yes", "no", "why"]
    assert list(utterances([], "en")) == []


def test_speakers_without_a_window_are_one() -> None:
    words = [Word("a", 0, 1), Word("b", 1, 2)]
    assert [word.speaker for word in with_speakers(words, [])] == [0, 0]
    one = Window(0.5, np.array([1, 0], np.float32))
    assert [word.speaker for word in with_speakers(words, [one])] == [0, 0]
