"""Sound in parts: with an engine in tones that streams, through the speaker, the scheduler and the path."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.cancellation import CancelToken
from openwaves.scheduler import Scheduler
from openwaves.scheduler.costs import Estimate
from openwaves.tts.engines import Engine, Outline, StreamingEngine
from openwaves.tts.engines.tone import ToneEngine
from openwaves.tts.pacing import GAP_S
from openwaves.tts.parts import PART_S, SpokenSegment, SpokenUtterance, outline_of
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.synthesis import Synthesizer
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import EncodedChunk, Samples, Segment, SpeechJob, SpeechRequest, Style, WordTiming

TEXT = "The parcel left the warehouse this morning, and it should reach you on Friday before noon. Is that all?"
SLACK_S = 0.2  # for a machine that is busy with other tests
Sent = list[tuple[float, EncodedChunk]]


@dataclass
class Streaming(ToneEngine):
    """The tones, in pieces, each after a while."""

    first_s: float = 0.0
    each_s: float = 0.0
    made: list[int] = field(default_factory=list)
    segment_chars: tuple[int, ...] = (200,)

    def begin(
        self, phonemes: str, style: Style, speed: float = 1.0, *, seed: int = 0, cancel: CancelToken | None = None
    ) -> Outline:
        whole = outline_of(self.synthesize(phonemes, style, speed, seed=seed, cancel=cancel))
        samples = whole.more(0, CancelToken())
        time.sleep(self.first_s)
        at = 0

        def more(n_samples: int, cancel: CancelToken) -> Samples:
            nonlocal at
            cancel.raise_if_cancelled()
            time.sleep(self.each_s)
            piece = samples[at : at + n_samples + 7]
            at += len(piece)
            self.made.append(len(piece))
            return piece

        return Outline(whole.n_samples, whole.sample_rate, whole.timings, whole.heard, whole.hop, more)


def speaker(engine: Engine) -> LocalSpeaker:
    return LocalSpeaker({"hibari": engine, "kokoro": engine}, None)


def job(text: str = TEXT, speed: float = 1.0) -> SpeechJob:
    (segment,) = split(text, (300,))[:1]
    return SpeechJob(segment, Catalogue.load().get("magnus"), speed, "en", None, math_notation=False, seed=0)


def utterances(engine: StreamingEngine, texts: list[str]) -> list[SpokenUtterance]:
    return [
        SpokenUtterance(engine.begin(text, Style()), text, seam_before=bool(number), seam_after=number < len(texts) - 1)
        for number, text in enumerate(texts)
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["a.", " bˈat, ɪt ", "ˈɔl ðə nˈuz.", " "]), min_size=1, max_size=3), st.floats(0.001, 2)
)
def test_parts_of_any_length_are_the_whole(texts: list[str], part_s: float) -> None:
    engine = Streaming()
    whole = SpokenSegment(utterances(engine, texts), -3.0, engine.sample_rate).more(CancelToken(), sound_s=1e3)
    assert whole.go_on is None
    segment = SpokenSegment(utterances(engine, texts), -3.0, engine.sample_rate)
    parts = [segment.more(CancelToken(), sound_s=part_s)]
    while parts[-1].go_on is not None:
        assert parts[-1].duration_s >= part_s
        parts.append(segment.more(CancelToken(), sound_s=part_s))
    assert np.array_equal(np.concatenate([part.samples for part in parts]), whole.samples)


@pytest.mark.parametrize("speed", [0.7, 1.0, 1.6])
def test_an_engine_that_streams_speaks_as_one_that_does_not(speed: float) -> None:
    streams, plain = speaker(Streaming()), speaker(ToneEngine())
    whole = plain.speak(job(speed=speed), CancelToken())
    first = streams.begin(job(speed=speed), CancelToken())
    assert first.go_on is not None
    assert first.duration_s < 0.6
    assert first.words == whole.words  # all are known before the sound
    assert np.array_equal(streams.speak(job(speed=speed), CancelToken()).samples, whole.samples)


def test_what_is_expected_of_parts_is_the_whole() -> None:
    estimate = Estimate(work_s=0.1, lasts_s=6.0, cores=1.0, first_work_s=0.05, first_lasts_s=0.4)
    assert estimate.parts[0] == Estimate(0.05, 0.4)
    assert sum(part.work_s for part in estimate.parts) == pytest.approx(0.1)
    assert sum(part.lasts_s for part in estimate.parts) == pytest.approx(6.0)
    assert 3 < len(estimate.parts) < 8
    assert Estimate(0.1, 6.0).parts == [Estimate(0.1, 6.0)]


async def spoken(engine: Engine, scheduler: Scheduler, text: str = TEXT, *, live: bool = True) -> Sent:
    """What goes out, and when."""
    synthesizer = Synthesizer(Catalogue.load(), speaker(engine), scheduler, 10_000)
    request = SpeechRequest(text, "magnus", sample_rate=24000)

    async def segments() -> AsyncIterator[Segment]:
        for segment in split(text, (200,)):
            yield segment

    stream = synthesizer.stream(request, synthesizer.voice(request), segments(), live=live)
    sent: Sent = []
    async with aclosing(stream) as chunks:
        async for chunk in chunks:
            sent.append((time.monotonic(), chunk))
    return sent


def sound(sent: Sent) -> bytes:
    return b"".join(chunk.data for _, chunk in sent)


def words(sent: Sent) -> list[WordTiming]:
    return [word for _, chunk in sent for word in chunk.words]


async def test_a_stream_in_parts_is_the_answer_in_one_piece_with_the_same_words() -> None:
    scheduler = Scheduler(2, 100)
    try:
        plain = await spoken(ToneEngine(), scheduler)
        for engine, live in ((Streaming(), True), (Streaming(each_s=0.05), True), (Streaming(), False)):
            sent = await spoken(engine, scheduler, live=live)
            assert sound(sent) == sound(plain)
            assert words(sent) == words(plain)
        length_s = 0.0
        for _, chunk in sent:  # every word is in the chunk in which it begins
            begin_s, length_s = length_s, length_s + chunk.duration_s
            assert all(begin_s - 1e-6 <= word.start_s for word in chunk.words)
    finally:
        scheduler.close()


async def test_the_first_sound_leaves_after_one_part_and_frames_go_on() -> None:
    scheduler = Scheduler(1, 100)
    try:
        began = time.monotonic()
        sent = [(at, chunk) for at, chunk in await spoken(Streaming(first_s=0.1, each_s=0.2), scheduler) if chunk.data]
        assert sent[0][0] - began < 0.3 + 2 * SLACK_S
        assert sent[-1][0] - began > 1.0
        assert max(np.diff([at for at, _ in sent])) <= GAP_S + SLACK_S
    finally:
        scheduler.close()


async def test_a_newcomer_is_heard_between_the_parts_of_another() -> None:
    scheduler = Scheduler(1, 100)
    engine = Streaming(each_s=0.15)
    long = "This sentence goes on and on, and it has so many words in it that nobody knows when it will ever end. "
    try:
        await spoken(engine, scheduler)  # what it costs is known
        other = asyncio.create_task(spoken(engine, scheduler, long * 3))
        await asyncio.sleep(0.4)
        began = time.monotonic()
        sent = await spoken(engine, scheduler, "I am new.")
        assert sent[0][0] - began < 0.3 + 2 * SLACK_S
        assert not other.done()
        await other
        assert scheduler.load.underruns == 0
    finally:
        scheduler.close()


async def test_who_hangs_up_leaves_one_part_to_be_made() -> None:
    scheduler = Scheduler(1, 100)
    engine = Streaming(each_s=0.1)
    synthesizer = Synthesizer(Catalogue.load(), speaker(engine), scheduler, 10_000)
    plan = synthesizer.plan(SpeechRequest(TEXT, "magnus", sample_rate=24000))
    try:
        async with aclosing(synthesizer.live(plan)) as chunks:
            await anext(chunks)
        made = len(engine.made)
        await asyncio.sleep(0.4)
        assert len(engine.made) <= made + 1
        assert max(engine.made) < 1.6 * PART_S * engine.sample_rate
        assert (scheduler.load.running, scheduler.load.waiting) == (0, 0)
    finally:
        scheduler.close()


async def test_closing_fails_what_waits_between_two_parts() -> None:
    scheduler = Scheduler(1, 100)
    tasks = [asyncio.create_task(spoken(Streaming(each_s=0.1), scheduler)) for _ in range(3)]
    await asyncio.sleep(0.35)
    scheduler.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, Exception) for result in results)
