"""The one path from a request to sound: plan, speak, encode.

``Synthesizer.plan`` raises every error that is the caller's. ``Synthesizer.stream`` then yields encoded sound as it is
made; an answer in one piece is that stream, collected.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Container
from contextlib import aclosing
from dataclasses import replace

from openwaves.audio.encode import encoder
from openwaves.errors import TextTooLongError
from openwaves.observing import watching
from openwaves.scheduler import Listener, Workers
from openwaves.tts.ahead import Ahead
from openwaves.tts.cutting import CutSound
from openwaves.tts.pacing import CHUNK_S, GAP_S, GRAIN_S, INTERVAL_S, Player, frames, held_s, next_s, take
from openwaves.tts.speaker import FAST_ENGINES, Speaker
from openwaves.tts.text.analyze import check_language, check_scripts, check_speakable
from openwaves.tts.text.segments import Cutter, split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import EncodedChunk, Segment, Speech, SpeechJob, SpeechPlan, SpeechRequest, Voice

LEAST_LIKENESS = 0.85
"""Of a clone, to be spoken by the fast decoder; the full one is 0.93 like itself."""


class Synthesizer:
    """Plans requests and streams their sound. Safe to use from one event loop.

    Attributes:
        catalogue: The voices.
        max_text_chars: Longest text of a request.
        frame_gaps: Pauses on the wire that were longer than ``GAP_S``, so far.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        speaker: Speaker,
        workers: Workers,
        max_text_chars: int,
        fast_models: Container[str] = (),
    ) -> None:
        """Wire the stages together.

        Args:
            catalogue: The voices.
            speaker: Speaks the jobs.
            workers: Where they are spoken.
            max_text_chars: Longest text of a request.
            fast_models: Models, by their API names, that speak with a fast decoder where there is one.
        """
        self.catalogue = catalogue
        self._fast_models = fast_models
        self.max_text_chars = max_text_chars
        self._speaker = speaker
        self._workers = workers
        self.frame_gaps = 0

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

    def segment_chars(self, voice: Voice) -> tuple[int, ...]:
        """Most characters of the first, the second, … segment that a voice speaks in one run."""
        return self._speaker.engine(voice).segment_chars

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
        return self._at_its_pace(request.clone or self.catalogue.get(request.voice_id), request.model)

    def _at_its_pace(self, voice: Voice, model: str) -> Voice:
        """A voice with the engine that the model promises; a clone only if it sounds the same there."""
        fast = FAST_ENGINES.get(voice.engine, "")
        is_alike = voice.style is None or (voice.fast_likeness or 0.0) >= LEAST_LIKENESS
        is_fast = model in self._fast_models and fast in self._speaker.engines and is_alike
        return replace(voice, engine=fast) if is_fast else voice

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
        self,
        request: SpeechRequest,
        voice: Voice,
        segments: AsyncIterator[Segment],
        *,
        live: bool = True,
        wait_s: float | None = None,
    ) -> AsyncGenerator[EncodedChunk]:
        """Speak segments in the format and at the rate that the request asks for.

        Further segments are spoken while the caller is busy with a chunk. Live chunks are paced, see ``pacing``.
        Closing the generator stops all work.

        Args:
            request: Pace, language, format and rate.
            voice: Who speaks.
            segments: What to say; may still be growing.
            live: The answer is played while it is made; what is not lets such answers pass for a while.
            wait_s: Longest wait to begin, in seconds; None is that of every request.

        Raises:
            OverloadedError: Too much is waiting.
            EngineError: The network failed.
        """
        encode = encoder(request.output_format, request.sample_rate, self._speaker.engine(voice).sample_rate)
        works = ((job, self._speaker.work(job)) async for job in _jobs(request, voice, segments))
        sound = CutSound(encode, request.speed)
        player = Player()
        sent_at = 0.0
        with self._workers.listener(live=live, wait_s=wait_s) as listener:
            delivery = _Delivery(listener)
            async with Ahead(works, listener) as ahead:
                while (taken := await ahead.take()) is not None:
                    job, speech, since = taken
                    delivery.add(sound.begin(job.segment, speech))
                    async with aclosing(_paced(sound, ahead if live else None, player)) as chunks:
                        async for chunk in chunks:
                            self._watch(chunk, max(since, sent_at), live=live and bool(sent_at))
                            yield chunk
                            delivery.goes()
                            await asyncio.sleep(0)  # sending seldom waits: other listeners get their turn
                            since = sent_at = time.monotonic()
                    delivery.goes()
        yield await asyncio.to_thread(sound.finish)

    def _watch(self, chunk: EncodedChunk, since: float, *, live: bool) -> None:
        """Count a pause on the wire that came from this server."""
        if live and chunk.data and time.monotonic() - since > GAP_S:
            self.frame_gaps += 1
            watching.get().paused()


class _Delivery:
    """Tells of sound that is on its way to a listener.

    The first is on its way once a chunk of it was sent: other work that begins before would delay that.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._has_begun = False
        self._waiting_s = 0.0

    def add(self, sound_s: float) -> None:
        """So much more sound is there."""
        self._waiting_s += sound_s
        if self._has_begun:
            self.goes()

    def goes(self) -> None:
        """What is there is on its way."""
        if self._waiting_s:
            self._has_begun = True
            self._listener.delivered(self._waiting_s)
            self._waiting_s = 0.0


async def _paced(
    sound: CutSound, ahead: Ahead[SpeechJob, Speech] | None, player: Player
) -> AsyncGenerator[EncodedChunk]:
    """What is made of a segment in chunks; live (``ahead``) its last sound is kept back until the next is made."""

    def sent(chunk: EncodedChunk) -> EncodedChunk:
        player.add(time.monotonic(), chunk.duration_s)
        return chunk

    if sound.is_first:  # the first sound leaves before the rest of its segment is encoded
        for chunk in await asyncio.to_thread(sound.chunks, CHUNK_S, CHUNK_S):
            yield sent(chunk)
    keep_s = 0.0
    if ahead is not None and not ahead.is_ready:
        keep_s = held_s(sound.left_s, player.lead_s(time.monotonic()), sound.grain_s)
    for chunk in await asyncio.to_thread(sound.chunks, sound.left_s - keep_s, CHUNK_S):
        yield sent(chunk)
    held = deque(await asyncio.to_thread(sound.chunks, sound.left_s, GRAIN_S) if keep_s else ())
    while held and ahead is not None:
        part_s = next_s(sum(chunk.duration_s for chunk in held), player.lead_s(time.monotonic()))
        await ahead.wait(INTERVAL_S)
        for frame_s in frames(CHUNK_S if ahead.is_ready else part_s):
            if held:
                yield sent(take(held, frame_s))


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
