"""From sound of any length to words: cut by voice activity, recognised piece by piece, in bounded memory."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from openwaves.audio.pitch import pitch_curve
from openwaves.cancellation import CancelToken
from openwaves.scheduler import Scheduler, Work
from openwaves.stt.engines.base import SAMPLE_RATE, LanguageIdentifier, Recogniser
from openwaves.stt.hearing import Hearing
from openwaves.stt.pieces import LONGEST_S, Cutter, Piece
from openwaves.stt.speakers import Encoder, Window, windows_of, with_speakers
from openwaves.stt.transcript import Keyword, Transcript, Word
from openwaves.types import Samples

Made = TypeVar("Made")

PIECE_DUE_S = 5.0
PITCH_S = 30.0
"""How far into the sound the pitch is looked at."""
TOLD_PIECES = 3
"""Pieces whose language is found out; the one of most decides for all."""
TELLING_S = 1.0
"""Least speech of a piece whose language is asked for, if there is a longer one."""


class Found(Protocol):
    """Told the words of a piece, in order, and the code of their language."""

    def __call__(self, words: Sequence[Word], language: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Task:
    """What to find out about a sound.

    Attributes:
        languages: Served codes: one, or several of which the sound decides.
        keywords: Terms that are likelier than usual.
        tells_speakers: Find out who speaks.
        tells_pitch: Find out how high the voices are.
    """

    languages: tuple[str, ...]
    keywords: tuple[Keyword, ...] = ()
    tells_speakers: bool = False
    tells_pitch: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said.

    Attributes:
        words: In order, with times from the beginning of the sound.
        language: Code of its language; the first that was allowed if nobody spoke.
        duration_s: Length of the sound.
        n_pieces: Pieces that it was cut into.
        pitch_hz: Median pitch of the first half minute of speech; None if nobody asked or spoke.
    """

    words: tuple[Word, ...]
    language: str
    duration_s: float
    n_pieces: int
    pitch_hz: float | None = None


@dataclass(slots=True)
class _Result:
    words: list[Word] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    pitches: list[NDArray[np.float32]] = field(default_factory=list)
    n_pieces: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of one piece."""

    transcript: Transcript
    windows: list[Window]
    pitch: NDArray[np.float32]


async def recognise(
    chunks: Iterable[Samples],
    task: Task,
    hearing: Hearing,
    scheduler: Scheduler,
    at_once: int = 2,
    report: Callable[[float], None] = lambda seconds: None,
    found: Found | None = None,
) -> Heard:
    """Recognise a whole sound.

    Cancelling it stops the work on pieces and closes ``chunks``.

    Args:
        chunks: The sound at 16 kHz, piece by piece; may block, is read in threads.
        task: What to find out.
        hearing: Who recognises.
        scheduler: Whose workers do it.
        at_once: Pieces under way at once.
        report: Told how many seconds of the sound are recognised.
        found: Told the words of each piece; who speaks is known at the end only.

    Raises:
        OpenWavesError: What reading ``chunks`` or recognising raises.
    """
    reader = _Reader(chunks)
    result = _Result()
    waiting: deque[tuple[Piece, asyncio.Task[_Told]]] = deque()
    try:
        cutter = await reader.begin(hearing)
        encoder = await reader.do(hearing.speaker_encoder) if task.tells_speakers else None
        first, language = await _language(reader, task, hearing, scheduler)
        take = partial(_take, waiting, result, report, partial(found or _nobody, language=language))
        while piece := first.popleft() if first else await reader.next():
            recogniser = await reader.do(hearing.recogniser, language)  # nobody loads one for silence
            work = partial(_work, piece, recogniser, language, task, encoder)
            job = Work(run=work, kind=("stt", recogniser.name), size=piece.length_s)
            waiting.append((piece, asyncio.ensure_future(scheduler.run(job, due_s=PIECE_DUE_S, live=False))))
            if len(waiting) > at_once:
                await take()
        while waiting:
            await take()
        words = await reader.do(with_speakers, result.words, result.windows) if task.tells_speakers else result.words
    finally:
        for _, running in waiting:
            running.cancel()
        await asyncio.gather(*(running for _, running in waiting), return_exceptions=True)
        await reader.close()
    pitches = np.concatenate([np.zeros(0, np.float32), *result.pitches])
    pitch_hz = float(np.median(pitches)) if len(pitches) else None
    return Heard(tuple(words), language, cutter.n_samples / SAMPLE_RATE, result.n_pieces, pitch_hz)


class _Reader:
    """Reads and cuts one sound, in a thread of its own: what blocks here keeps nobody else waiting."""

    def __init__(self, chunks: Iterable[Samples]) -> None:
        self._chunks = chunks
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="openwaves-file")
        self._stop = threading.Event()
        self._pieces: Iterator[Piece] = iter(())

    async def begin(self, hearing: Hearing) -> Cutter:
        """Get ready to cut."""
        cutter = Cutter(await self.do(hearing.activity), LONGEST_S)
        self._pieces = self._cut(cutter)
        return cutter

    async def do(self, call: Callable[..., Made], *arguments: object) -> Made:
        """Call something that may block."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)

    async def next(self) -> Piece | None:
        """The next piece; None at the end."""
        return await self.do(next, self._pieces, None)

    async def close(self) -> None:
        """Close the source, once the thread has let go of it."""
        self._stop.set()
        try:
            await asyncio.shield(self.do(self._close))
        finally:
            self._thread.shutdown(wait=False)

    def _cut(self, cutter: Cutter) -> Iterator[Piece]:
        for samples in self._chunks:
            if self._stop.is_set():
                return
            yield from cutter.feed(samples)
        yield from cutter.finish()

    def _close(self) -> None:
        for source in (self._pieces, self._chunks):
            close = getattr(source, "close", None)
            if close is not None:
                close()


async def _language(reader: _Reader, task: Task, hearing: Hearing, scheduler: Scheduler) -> tuple[deque[Piece], str]:
    """The language, and the pieces that were read to find it out."""
    read: deque[Piece] = deque()
    if len(task.languages) == 1:
        return read, task.languages[0]
    while len(read) < TOLD_PIECES:
        piece = await reader.next()
        if piece is None:
            break
        read.append(piece)
    if not read:
        return read, task.languages[0]
    identifier = await reader.do(hearing.identifier)
    telling = [piece for piece in read if piece.speech_s >= TELLING_S] or [max(read, key=lambda piece: piece.speech_s)]
    votes = dict.fromkeys(task.languages, 0.0)
    for piece in telling:
        work = partial(_identify, piece, identifier, task.languages)
        job = Work(run=work, kind=("stt", "language"), size=piece.length_s)
        votes[await scheduler.run(job, due_s=PIECE_DUE_S, live=False)] += piece.speech_s
    return read, max(votes, key=lambda code: votes[code])


def _identify(piece: Piece, identifier: LanguageIdentifier, among: tuple[str, ...], cancel: CancelToken) -> str:
    return identifier.identify(piece.samples, among, cancel)


def _work(
    piece: Piece,
    recogniser: Recogniser,
    language: str,
    task: Task,
    encoder: Encoder | None,
    cancel: CancelToken,
) -> _Told:
    transcript = recogniser.transcribe(piece.samples, language, keywords=task.keywords, cancel=cancel)
    is_said = bool(transcript.words)
    windows = windows_of(piece.samples, piece.start_s, encoder) if encoder and is_said else []
    looks = task.tells_pitch and is_said and piece.start_s < PITCH_S
    return _Told(transcript, windows, pitch_curve(piece.samples) if looks else np.zeros(0, np.float32))


async def _take(
    waiting: deque[tuple[Piece, asyncio.Task[_Told]]],
    result: _Result,
    report: Callable[[float], None],
    tell: Callable[[Sequence[Word]], None],
) -> None:
    piece, running = waiting[0]
    told = await running
    waiting.popleft()
    words = [word.later(piece.start_s) for word in told.transcript.words]
    result.words += words
    result.windows += told.windows
    result.pitches.append(told.pitch[told.pitch > 0])
    result.n_pieces += 1
    report(piece.start_s + piece.length_s)
    tell(words)


def _nobody(words: Sequence[Word], language: str) -> None:
    """Stands for ``found`` where nobody listens."""
