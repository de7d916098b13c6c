"""A live session: bytes of sound go in, messages come out. Performs what ``listening`` decides."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator

from openwaves.audio.live_decode import LiveDecoder
from openwaves.stt.activity import FRAME_SAMPLES, Activity
from openwaves.stt.decodes import Decodes
from openwaves.stt.ear import Ear, Tape
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.inbox import Inbox
from openwaves.stt.listening import (
    Action,
    AskTurn,
    Close,
    Event,
    Finalize,
    Frame,
    Idle,
    StartDecode,
    State,
    StopDecode,
    step,
)
from openwaves.stt.messages import ListenOptions, Message
from openwaves.stt.room import Room
from openwaves.stt.telling import Send, Teller
from openwaves.types import Samples

PIECE_BYTES = {"opus": None, "ogg_opus": 1 << 10}
"""Sound that is decoded in one go, by encoding: a packet of Opus; little of Ogg, of which few bytes may be seconds."""
OTHER_PIECE_BYTES = 1 << 14
IDLE_EVERY_S = 0.25


class Session:
    """One client who speaks. Used from one event loop; ``messages`` does the work, and whoever reads them paces it."""

    def __init__(self, room: Room, options: ListenOptions) -> None:
        self._room = room
        self._options = options
        self._decoder = LiveDecoder(options.encoding, options.sample_rate)
        frame_bytes = max(1, self._decoder.bytes_per_s * FRAME_SAMPLES // SAMPLE_RATE)
        self._wake = asyncio.Event()
        self._inbox = Inbox(self._wake.set, frame_bytes, PIECE_BYTES.get(options.encoding, OTHER_PIECE_BYTES))
        self._tape = Tape()
        self._judged: deque[float] = deque()
        self._state = State(options.rules)
        self._out: deque[Send] = deque()
        self._ended: deque[Event] = deque()
        self._decodes = Decodes(room, options, self._tape, self._note)
        self._teller = Teller(room, options, self._tape)
        self._asked_at = self._sound_at = time.monotonic()

    @property
    def heard_s(self) -> float:
        """Seconds of sound that were listened to."""
        return self._tape.end / SAMPLE_RATE

    @property
    def n_skipped(self) -> int:
        """Interim texts that were left out under load."""
        return self._decodes.n_skipped

    @property
    def n_decodes(self) -> int:
        """Decodes that were begun."""
        return self._state.next_id - 1

    async def feed(self, data: bytes) -> None:
        """Take sound; waits while too much of it is kept."""
        await self._inbox.put(data)

    def finalize(self) -> None:
        """Ask for a final of everything so far."""
        self._inbox.ask("finalize")

    def close(self) -> None:
        """End the session once everything is heard."""
        self._inbox.ask("close")

    async def messages(self) -> AsyncGenerator[Message]:
        """Everything that the client is to be told, until ``Last``.

        Raises:
            AudioDecodeError: The bytes are not what they were said to be.
            OverloadedError: Too much waits for a worker, for seconds.
            EngineError: A network failed.
            ModelFileError: A file cannot be fetched.
        """
        try:
            ear = Ear(await asyncio.to_thread(self._open))
            while True:
                while self._out:
                    for message in await self._teller.messages(self._out.popleft(), self._sound_at, self._asked_at):
                        yield message
                if self._state.is_over:
                    return
                await self._advance(ear)
        finally:
            self._decodes.close()

    def _open(self) -> Activity:
        hearing = self._room.hearing
        hearing.recogniser(self._decodes.language)
        if self._options.rules.asks_turn:
            hearing.end_of_turn()
        return hearing.activity()

    async def _advance(self, ear: Ear) -> None:
        """Do the next thing there is to do, or wait for one."""
        if self._decodes.failure is not None:
            raise self._decodes.failure
        if self._ended:
            self._step(self._ended.popleft())
        elif self._state.is_waiting:
            await self._wait(None)
        elif self._judged:
            while self._judged and not self._state.is_waiting:
                self._step(Frame(self._judged.popleft()))
            if not self._out:  # else its sound is still needed to tell who spoke
                self._tape.drop(self._state.needed_from)
        elif self._inbox:
            await self._take(ear)
        else:
            is_open = self._state.segment is not None or self._state.is_speaking
            if not await self._wait(IDLE_EVERY_S if is_open else None):
                self._asked_at = time.monotonic()
                self._step(Idle(time.monotonic() - self._sound_at))

    async def _wait(self, timeout_s: float | None) -> bool:
        """Sleep until something has come; False if nothing did."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _take(self, ear: Ear) -> None:
        """Listen to the next thing in the inbox."""
        what, at = self._inbox.take()
        self._asked_at = at
        if isinstance(what, bytes):
            self._sound_at = at
            await self._hear(ear, self._decoder.feed(what))
        elif what == "finalize":
            self._step(Finalize(self._tape.end))
        elif what == "close":
            await self._hear(ear, self._decoder.finish())
            self._inbox.clear()
            self._inbox.ask("end", at)
        else:
            self._step(Close(self._tape.end))

    async def _hear(self, ear: Ear, samples: Samples) -> None:
        self._tape.append(samples)
        frames = ear.frames(samples)
        if not len(frames):
            return
        judged = ear.judge_silence(frames)
        if judged is None:
            loop = asyncio.get_running_loop()
            judged = await loop.run_in_executor(self._room.threads, ear.judge, frames)
        self._judged.extend(judged)

    def _note(self, event: Event | None) -> None:
        """Something has ended."""
        if event is not None:
            self._ended.append(event)
        self._wake.set()

    def _step(self, event: Event) -> None:
        self._state, actions = step(self._state, event)
        for action in actions:
            self._perform(action)
        if self._state.is_in_a_hurry:
            self._decodes.hurry(is_wanted=self._state.is_waiting)

    def _perform(self, action: Action) -> None:
        match action:
            case StartDecode():
                self._decodes.start(action)
            case StopDecode():
                self._decodes.stop()
            case AskTurn():
                self._decodes.ask(action)
            case _:
                self._out.append(action)
