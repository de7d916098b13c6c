"""The decodes of one live session: from what the state machine wants to what was heard."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from openwaves.cancellation import CancelToken
from openwaves.errors import LateWorkError, OpenWavesError, OverloadedError
from openwaves.scheduler import Work
from openwaves.stt.ear import Tape
from openwaves.stt.engines.base import SAMPLE_RATE, Recogniser
from openwaves.stt.listening import AskTurn, Decoded, Event, Skipped, StartDecode, Turn
from openwaves.stt.messages import ListenOptions
from openwaves.stt.room import Room
from openwaves.stt.transcript import Keyword, Transcript
from openwaves.types import Samples

IDENTIFY_S = 1.5
"""Sound that tells its language."""
FINAL_TRIES = 4
RETRY_S = 0.3
LEAD_S = 0.1
"""Silence before what is heard for the second time; twice as much for the third time."""
MOST_AGAIN_S = 15.0
"""Longer speech is heard once: work that has begun keeps a worker from others."""
REPEATED = frozenset({"en"})
"""Languages in which several hearings were measured to help."""
TURN_DUE_S = 0.1
TURN_IS_OVER = 0.5
"""Probability over which a speaker has finished."""


def hear(
    recogniser: Recogniser,
    decode: StartDecode,
    samples: Samples,
    language: str,
    number: int = 0,
    keywords: Sequence[Keyword] = (),
    cancel: CancelToken | None = None,
) -> Transcript:
    """Do a decode; for ``keywords``, ``cancel`` and errors see ``Recogniser``.

    Args:
        recogniser: Who hears.
        decode: What is wanted.
        samples: Those that it names.
        language: In which language.
        number: Of the hearing, from 0: each has more silence before the samples, and often a few other words.
        keywords: Terms that are likelier than usual.
        cancel: Stops it.
    """
    lead_s = number * LEAD_S
    transcript = recogniser.transcribe(
        np.pad(samples, (round(lead_s * SAMPLE_RATE), 0)),
        language,
        prefix=decode.prefix,
        draft=decode.draft,
        keywords=keywords,
        is_final=decode.is_final,
        with_times=decode.with_times,
        cancel=cancel,
    )
    return transcript.sooner(lead_s) if number else transcript


def most_hearings(decode: StartDecode) -> int:
    """How often it may be heard."""
    return decode.hearings if decode.end - decode.start <= MOST_AGAIN_S * SAMPLE_RATE else 1


def surest(decode: StartDecode, first: Transcript, again: Sequence[Transcript]) -> Transcript:
    """Which of several hearings counts: where the first has no new word, none is made of it by asking again."""
    n_tokens = len(decode.prefix)
    if math.isinf(first.sureness(n_tokens)):
        return first
    return max((first, *again), key=lambda transcript: transcript.sureness(n_tokens))


class Decodes:
    """Does what it is told on the workers of the room; what comes of it are events. Used from one event loop.

    Attributes:
        language: Code of the language that is heard.
        n_skipped: Interim decodes that were left out under load.
        failure: What went wrong, if anything did: nothing more is to be expected then.
    """

    def __init__(self, room: Room, options: ListenOptions, tape: Tape, ended: Callable[[Event | None], None]) -> None:
        """Do nothing yet.

        Args:
            room: Has the recognisers and the workers.
            options: What the client wants.
            tape: The sound.
            ended: Told of each event; of None after a failure.
        """
        self.language = options.languages[0]
        self.n_skipped = 0
        self.failure: BaseException | None = None
        self._room, self._options, self._tape, self._ended = room, options, tape, ended
        self._language_of = -1
        self._decode: asyncio.Task[None] | None = None
        self._question: asyncio.Task[None] | None = None
        self._may_repeat, self._is_wanted, self._is_outdated = True, False, False
        self._others: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        self._ahead: asyncio.Task[Transcript] | None = None

    def start(self, decode: StartDecode) -> None:
        """Begin a decode."""
        self._may_repeat, self._is_wanted, self._is_outdated = True, False, False
        self._begun, self._ahead = asyncio.Event(), None
        self._decode = asyncio.create_task(self._run(decode))

    def hurry(self, *, is_wanted: bool) -> None:
        """Wait for no other hearing of what is under way, nor for spare time.

        Args:
            is_wanted: Its words are; else speech has gone on, and what was not begun is left out.
        """
        self._may_repeat = False
        self._is_wanted, self._is_outdated = is_wanted, not is_wanted
        if self._others is not None:
            self._others.cancel()
        if self._ahead is not None and not self._begun.is_set():
            self._ahead.cancel()

    def stop(self) -> None:
        """Give up the decode under way."""
        if self._decode is not None:
            self._decode.cancel()

    def ask(self, question: AskTurn) -> None:
        """Find out whether the speaker has finished."""
        self._question = asyncio.create_task(self._judge(question))

    def close(self) -> None:
        """Give up everything."""
        for task in (self._decode, self._question):
            if task is not None:
                task.cancel()

    async def _run(self, decode: StartDecode) -> None:
        samples = self._tape.part(decode.start, decode.end)
        started = time.monotonic()
        try:
            language = await self._language_for(decode, samples)
            transcript = await self._surest(decode, samples, language)
        except LateWorkError:
            self.n_skipped += not decode.is_final
            self._ended(Skipped(decode.id))
        except Exception as error:  # noqa: BLE001 - raised again by whoever reads the messages
            self.failure = error
            self._ended(None)
        else:
            self._ended(Decoded(decode.id, transcript, time.monotonic() - started))

    async def _surest(self, decode: StartDecode, samples: Samples, language: str) -> Transcript:
        """The surest hearing of those that are there when the words are wanted; the first one is waited for."""
        again: list[Transcript] = []
        others: asyncio.Task[None] | None = None
        if self._may_repeat and language in REPEATED and most_hearings(decode) > 1:
            others = self._others = asyncio.create_task(self._hear_again(decode, samples, language, again))
        try:
            first = await self._transcribe(decode, samples, language)
            if others is not None:
                await asyncio.wait([others], timeout=decode.due_s)
        finally:
            if others is not None:  # by now another decode may have others of its own
                others.cancel()
        return surest(decode, first, again)

    async def _hear_again(self, decode: StartDecode, samples: Samples, language: str, heard: list[Transcript]) -> None:
        """One hearing after another: others may need the rest of the cores."""
        with suppress(OpenWavesError):
            await self._begun.wait()
            for number in range(1, decode.hearings):
                heard.append(await self._transcribe(decode, samples, language, number))

    async def _transcribe(self, decode: StartDecode, samples: Samples, language: str, number: int = 0) -> Transcript:
        """Hear it for the first time, or, with a number, again if there is time."""
        recogniser = self._room.hearing.recogniser(language)

        begun, loop = self._begun, asyncio.get_running_loop()

        def run(cancel: CancelToken) -> Transcript:
            if not number:
                loop.call_soon_threadsafe(begun.set)
            return hear(recogniser, decode, samples, language, number, self._options.keywords, cancel)

        work = Work(run, ("stt", recogniser.name), len(samples) / SAMPLE_RATE)
        if decode.kind == "interim" or number:
            return await self._in_spare_time(work, decode.due_s)
        asked = time.monotonic()
        if decode.ahead_s and not self._is_wanted:
            try:
                return await self._ahead_of_time(work, decode.ahead_s)
            except LateWorkError:
                if self._is_outdated:
                    raise
        due_s = max(0.0, asked + decode.due_s - time.monotonic())
        for _ in range(FINAL_TRIES - 1):
            try:
                return await self._room.workers.run(work, due_s=due_s)
            except OverloadedError:
                await asyncio.sleep(RETRY_S)
        return await self._room.workers.run(work, due_s=due_s)

    async def _ahead_of_time(self, work: Work[Transcript], due_s: float) -> Transcript:
        """Do what may be wanted soon.

        Raises:
            LateWorkError: It was not begun so far, and is wanted now, or not any more.
        """
        ahead = self._ahead = asyncio.create_task(self._in_spare_time(work, due_s))
        try:
            await asyncio.wait([ahead])
        finally:
            ahead.cancel()  # by now another decode may have one of its own
        if ahead.cancelled():
            raise LateWorkError("it can be told now whether it is wanted")
        return ahead.result()

    async def _in_spare_time(self, work: Work[Transcript], due_s: float) -> Transcript:
        """Do it if nobody else needs the time.

        Raises:
            LateWorkError: Somebody does.
        """
        try:
            return await self._room.workers.run(work, due_s=due_s, late="yield")
        except OverloadedError as error:
            raise LateWorkError("the server is busy") from error

    async def _language_for(self, decode: StartDecode, samples: Samples) -> str:
        """The language of a segment; it stays once it is known or a word of it was sent."""
        among = self._options.languages
        if len(among) == 1 or self._language_of == decode.start:
            return self.language
        if decode.prefix:
            self._language_of = decode.start
        elif decode.is_final or len(samples) >= IDENTIFY_S * SAMPLE_RATE:
            identifier = await asyncio.to_thread(self._room.hearing.identifier)
            work = Work(lambda cancel: identifier.identify(samples, among, cancel), "stt-language", 1.0)
            language = await self._room.workers.run(work, due_s=decode.due_s)
            await asyncio.to_thread(self._room.hearing.recogniser, language)
            self.language, self._language_of = language, decode.start
        return self.language

    async def _judge(self, question: AskTurn) -> None:
        """Ask once; who is too busy to answer has not heard an end."""
        samples = self._tape.part(question.start, question.end)
        judge = self._room.hearing.end_of_turn()
        work = Work(lambda _: judge.probability(samples), "end-of-turn", 1.0)
        try:
            likely = await self._room.workers.run(work, due_s=TURN_DUE_S, late="drop")
        except (LateWorkError, OverloadedError):
            likely = 0.0
        except Exception as error:  # noqa: BLE001 - raised again by whoever reads the messages
            self.failure = error
            self._ended(None)
            return
        self._ended(Turn(question.at, is_over=likely > TURN_IS_OVER))
