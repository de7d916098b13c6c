"""The one path from a request to sound: plan, speak, encode.

``Synthesizer.plan`` raises every error that is the caller's. ``Synthesizer.stream`` then yields encoded sound as it is
made; an answer in one piece is that stream, collected.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice

import numpy as np

from openwaves.audio.encode import Encoder, encoder
from openwaves.audio.loudness import gain
from openwaves.audio.trim import trim
from openwaves.cancellation import CancelToken
from openwaves.engines import Engine
from openwaves.errors import EngineError, TextTooLongError
from openwaves.scheduler import EnginePool, Listener
from openwaves.text.analyze import analyze, check_language, check_scripts, check_speakable
from openwaves.text.segments import Cutter, split
from openwaves.text.timing import time_words
from openwaves.types import (
    Audio,
    EncodedChunk,
    Segment,
    Speech,
    SpeechJob,
    SpeechPlan,
    SpeechRequest,
    Style,
    Voice,
    WordTiming,
)
from openwaves.voices.catalogue import Catalogue
from openwaves.voices.styles import StyleLibrary

LOOKAHEAD = 2  # segments of one request that are spoken ahead of the one being sent
CHUNK_S = 0.13  # sound that goes into one chunk; with what resamplers and codecs hold back, at most 0.2 s come out
ENGINE_LANGUAGES = {"hibari": frozenset({"en"})}  # of engines that do not speak every language
FALLBACK_ENGINE = "kokoro"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Speaks jobs on the calling thread. Thread-safe.

    Attributes:
        engines: By the name that catalogue rows use.
        styles: The styles of voices that are mixed from packs; None if no engine needs them.
    """

    engines: Mapping[str, Engine]
    styles: StyleLibrary | None

    def speak(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        """Analyze one segment, speak it, cut its silent ends and bring it to the common loudness.

        Returns:
            The sound without any pause around it; no samples if nothing in the segment can be spoken.

        Raises:
            EngineError: The network failed.
            CancelledSynthesisError: ``cancel`` was cancelled.
        """
        engine = self.engine(job.voice)
        fallback = self.engines.get(FALLBACK_ENGINE, engine)
        speed = job.speed * job.voice.speed
        most = min(engine.max_phonemes, fallback.max_phonemes)  # the languages that are found decide who speaks
        utterances = analyze(job, int(most * min(1.0, speed)))
        if any(
            utterance.languages - ENGINE_LANGUAGES.get(engine.name, utterance.languages) for utterance in utterances
        ):
            engine = fallback
        style = self.style(job.voice)
        spoken: list[Audio] = []
        for utterance in utterances:
            cancel.raise_if_cancelled()
            audio = engine.synthesize(utterance.phonemes, style, speed, seed=job.seed, cancel=cancel)
            seam_before = job.segment.is_seam or bool(spoken)
            seam_after = not job.segment.pause_s or utterance is not utterances[-1]
            spoken.append(trim(audio, utterance.phonemes, seam_before=seam_before, seam_after=seam_after))
        samples = np.concatenate([audio.samples for audio in spoken]) if spoken else np.zeros(0, np.float32)
        words = time_words(job.segment, utterances, spoken)
        return Speech(gain(samples, job.voice.gain_db), engine.sample_rate, words)

    def style(self, voice: Voice) -> Style:
        """How an engine sounds as ``voice``.

        Raises:
            ModelFileError: A style pack is missing or damaged.
        """
        if self.styles is None:
            return Style(pitch=voice.pitch)
        if voice.style is not None:
            return Style(self.styles.of_clone(voice.style), voice.pitch)
        if not voice.timbre:
            return Style(pitch=voice.pitch)
        return Style(self.styles.pack(voice.timbre, voice.prosody), voice.pitch)

    def engine(self, voice: Voice) -> Engine:
        """The engine that speaks ``voice``.

        Raises:
            EngineError: It is not loaded.
        """
        try:
            return self.engines[voice.engine]
        except KeyError:
            raise EngineError(f"engine {voice.engine!r} of voice {voice.id!r} is not loaded") from None


class Synthesizer:
    """Plans requests and streams their sound. Safe to use from one event loop."""

    def __init__(self, catalogue: Catalogue, speaker: Speaker, pool: EnginePool, max_text_chars: int) -> None:
        """Wire the stages together.

        Args:
            catalogue: The voices.
            speaker: What ``pool`` runs.
            pool: Where jobs are spoken.
            max_text_chars: Longest text of a request.
        """
        self.catalogue = catalogue
        self.max_text_chars = max_text_chars
        self._speaker = speaker
        self._pool = pool

    def plan(self, request: SpeechRequest) -> SpeechPlan:
        """Check what only the whole server can check, and cut the text.

        Computes for up to a few milliseconds per 10 000 characters: call it off the event loop.

        Raises:
            VoiceNotFoundError: The voice does not exist.
            TextTooLongError: The text exceeds the limit.
            FieldError: Nothing in the text can be spoken.
        """
        voice = self.voice(request)
        self.check_length(len(request.text))
        check_speakable(request.text, request.language)
        sizes = self._speaker.engine(voice).segment_chars
        return SpeechPlan(request, voice, tuple(split(request.text, sizes, request.dictionaries)))

    def cutter(self, request: SpeechRequest, voice: Voice) -> Cutter:
        """Cuts a text that is still growing as ``plan`` cuts a whole one."""
        return Cutter(self._speaker.engine(voice).segment_chars, request.dictionaries)

    def voice(self, request: SpeechRequest) -> Voice:
        """The voice of a request.

        Raises:
            VoiceNotFoundError: It does not exist.
            FieldError: The language is not spoken.
        """
        check_language(request.language)
        return request.clone or self.catalogue.get(request.voice_id)

    def check_more(self, request: SpeechRequest, text: str, total: int) -> None:
        """Refuse text that arrives later, if it cannot be spoken.

        Args:
            request: The request that it continues.
            text: The new text.
            total: Length of all text of the request, the new included.

        Raises:
            TextTooLongError: It is too much.
            FieldError: A script is not spoken.
        """
        self.check_length(total)
        check_scripts(text, request.language)

    def check_length(self, total: int) -> None:
        """Refuse a text of ``total`` characters if that is over the limit.

        Raises:
            TextTooLongError: It is.
        """
        if total > self.max_text_chars:
            raise TextTooLongError(f"text: {total} characters; this server takes at most {self.max_text_chars}")

    def collect(self, plan: SpeechPlan) -> AsyncGenerator[EncodedChunk]:
        """``stream`` for an answer that is not played while it is made: live streams may pass it."""
        return self.stream(plan.request, plan.voice, _each(plan.segments), live=False)

    async def whole(self, request: SpeechRequest) -> bytes:
        """All of ``collect``, for what this server says of its own accord; for ``plan``'s errors see there."""
        plan = await asyncio.to_thread(self.plan, request)
        return b"".join([chunk.data async for chunk in self.collect(plan)])

    def live(self, plan: SpeechPlan) -> AsyncGenerator[EncodedChunk]:
        """``stream`` for an answer that is played while it is made."""
        return self.stream(plan.request, plan.voice, _each(plan.segments))

    async def stream(
        self, request: SpeechRequest, voice: Voice, segments: AsyncIterator[Segment], *, live: bool = True
    ) -> AsyncGenerator[EncodedChunk]:
        """Speak segments in the format and at the rate that the request asks for.

        ``LOOKAHEAD`` further segments are spoken while the caller is busy with a chunk; a caller that does not ask
        for the next chunk holds that much sound and no core. Closing the generator stops all work.

        Args:
            request: Pace, language, format and rate.
            voice: Who speaks.
            segments: What to say; may still be growing.
            live: The answer is played while it is made; what is not lets such answers pass for a while.

        Raises:
            OverloadedError: Too much is waiting.
            EngineError: The network failed.
        """
        encode = encoder(request.output_format, request.sample_rate, self._speaker.engine(voice).sample_rate)
        length_s = pause_s = 0.0
        with self._pool.listener(live=live) as listener:
            async with aclosing(self._spoken(_jobs(request, voice, segments), listener)) as spoken:
                async for job, speech in spoken:
                    lead_s = pause_s if len(speech.samples) else 0.0
                    chunks = _encode(encode, speech, lead_s, length_s)
                    # The first sound leaves before the rest of its segment is encoded.
                    steps = (None,) if length_s else (1, None)
                    if len(speech.samples):
                        listener.delivered(lead_s + speech.duration_s)
                        length_s += lead_s + speech.duration_s
                        pause_s = job.segment.pause_s / request.speed
                    for n_chunks in steps:
                        for chunk in await asyncio.to_thread(list, islice(chunks, n_chunks)):
                            yield chunk
                            await asyncio.sleep(0)  # sending seldom waits: other listeners get their turn
        if data := await asyncio.to_thread(encode.finish):
            yield EncodedChunk(data)

    async def _spoken(
        self, jobs: AsyncIterator[SpeechJob], listener: Listener
    ) -> AsyncGenerator[tuple[SpeechJob, Speech]]:
        """Each job with its sound, in order, ``LOOKAHEAD`` jobs ahead of the caller."""
        room = asyncio.Semaphore(LOOKAHEAD + 1)
        ahead: asyncio.Queue[tuple[SpeechJob, asyncio.Task[Speech]] | None] = asyncio.Queue()
        started: list[asyncio.Task[Speech]] = []

        async def feed() -> None:
            async for job in jobs:
                await room.acquire()
                task = asyncio.create_task(listener.synthesize(job))
                started.append(task)
                ahead.put_nowait((job, task))

        feeder = asyncio.create_task(feed())
        feeder.add_done_callback(lambda _: ahead.put_nowait(None))
        try:
            while (item := await ahead.get()) is not None:
                job, task = item
                yield job, await task
                started.remove(task)
                room.release()
            await feeder
        finally:
            for unfinished in (feeder, *started):
                unfinished.cancel()
            await asyncio.gather(feeder, *started, return_exceptions=True)


async def _each(segments: tuple[Segment, ...]) -> AsyncIterator[Segment]:
    for segment in segments:
        yield segment


async def _jobs(request: SpeechRequest, voice: Voice, segments: AsyncIterator[Segment]) -> AsyncIterator[SpeechJob]:
    number = 0
    async for segment in segments:
        yield SpeechJob(
            segment=segment,
            voice=voice,
            speed=request.speed,
            language=request.language,
            number_language=request.number_language,
            math_notation=request.math_notation,
            seed=number,
            dictionaries=request.dictionaries,
        )
        number += 1


def _encode(encode: Encoder, speech: Speech, lead_s: float, start_s: float) -> Iterator[EncodedChunk]:
    """One segment in chunks of at most ``CHUNK_S``, after ``lead_s`` of silence.

    Args:
        encode: The request's encoder.
        speech: The segment's sound.
        lead_s: Pause before it, seconds.
        start_s: Sound of the request that went before, seconds.

    Yields:
        The chunks; a word is in the chunk in which it begins.
    """
    n_lead = round(lead_s * speech.sample_rate)
    samples = np.concatenate([np.zeros(n_lead, np.float32), speech.samples]) if n_lead else speech.samples
    words = [word.shifted(start_s + n_lead / speech.sample_rate) for word in speech.words]
    step = round(CHUNK_S * speech.sample_rate)
    begun: list[WordTiming] = []
    held_s = 0.0
    for begin in range(0, max(len(samples), 1), step):
        piece = samples[begin : begin + step]
        held_s += len(piece) / speech.sample_rate
        is_last = begin + step >= len(samples)
        end_s = start_s + (begin + step) / speech.sample_rate
        while words and (is_last or words[0].start_s < end_s):
            begun.append(words.pop(0))
        if data := encode.encode(piece):
            yield EncodedChunk(data, tuple(begun), held_s)
            begun, held_s = [], 0.0
    if begun or held_s:
        yield EncodedChunk(b"", tuple(begun), held_s)
