"""From what the state machine sends to what the client is told: words in their written form, with their voices."""

import asyncio
import time
from functools import partial

import numpy as np

from openwaves.audio.pitch import pitch_curve
from openwaves.scheduler import Work
from openwaves.stt.ear import Tape
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.listening import SendEnded, SendFinal, SendInterim, SendLast, SendStarted
from openwaves.stt.live_speakers import LiveSpeakers
from openwaves.stt.messages import Final, Interim, Last, ListenOptions, Mark, Message
from openwaves.stt.room import Room
from openwaves.stt.transcript import Word
from openwaves.stt.written import Writer

VOICE_DUE_S = 0.2
MOST_PITCHES = 1000

Send = SendInterim | SendFinal | SendStarted | SendEnded | SendLast


class Teller:
    """Writes the messages of one session, in order."""

    def __init__(self, room: Room, options: ListenOptions, tape: Tape) -> None:
        self._room, self._options, self._tape = room, options, tape
        self._writer = Writer(options.text)
        self._speakers: LiveSpeakers | None = None
        self._pitches: list[float] = []
        self._language = ""

    async def messages(self, action: Send, sound_at: float, asked_at: float) -> list[Message]:
        """What the client is told.

        Args:
            action: What the state machine sends.
            sound_at: When the last sound came, by ``time.monotonic``.
            asked_at: When what is told was asked for.
        """
        if isinstance(action, SendInterim | SendFinal):
            self._language = action.language
        match action:
            case SendInterim():
                words = self._writer.interim(action.words, action.language)
                return [Interim(words, action.language, time.monotonic() - sound_at)]
            case SendFinal():
                return await self._final(action, asked_at)
            case SendStarted():
                return [Mark("started", action.at / SAMPLE_RATE)]
            case SendEnded():
                return [*await self._rest(asked_at), Mark("ended", action.at / SAMPLE_RATE)]
            case SendLast():
                return [*await self._rest(asked_at), Last()]

    async def _rest(self, asked_at: float) -> list[Message]:
        """Words that waited for a next final, once none comes."""
        return await self._final(SendFinal((), self._language), asked_at) if self._writer.held else []

    async def _final(self, action: SendFinal, asked_at: float) -> list[Message]:
        words = await self._with_voice(action.words)
        written = self._writer.final(words, action.language, more=action.more)
        if not written.words and not action.from_finalize:
            return []
        pitch_hz = float(np.median(self._pitches)) if self._pitches else None
        after_s = time.monotonic() - asked_at
        return [Final(written.words, action.language, action.from_finalize, after_s, tuple(written.entities), pitch_hz)]

    async def _with_voice(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """The words with what their voice tells, as far as the client wants it."""
        options = self._options
        if not words or not (options.tells_speakers or options.tells_pitch):
            return words
        samples, start_s = self._tape.around(words[0].start_s, words[-1].end_s)
        run, size_s = self._room.workers.run, max(0.1, len(samples) / SAMPLE_RATE)
        if options.tells_pitch:
            pitch = await run(Work(lambda _: pitch_curve(samples), "pitch", size_s), due_s=VOICE_DUE_S)
            self._pitches += [float(value) for value in pitch[pitch > 0]][-MOST_PITCHES:]
            del self._pitches[:-MOST_PITCHES]
        if options.tells_speakers:
            speakers = self._speakers
            if speakers is None:
                encoder = await asyncio.to_thread(self._room.hearing.speaker_encoder)
                self._speakers = speakers = LiveSpeakers(encoder)
            tell = partial(speakers.tell, words, samples, start_s)
            return await run(Work(lambda _: tell(), "speakers", size_s), due_s=VOICE_DUE_S)
        return words
