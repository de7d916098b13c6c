"""Speaks the pieces of one request ahead of whoever takes them."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar

from openwaves.scheduler import Listener, Work

T = TypeVar("T")
R = TypeVar("R")

LOOKAHEAD = 3  # pieces of one request that are made or wait to be taken


@dataclass(slots=True)
class _Begun(Generic[T, R]):
    """A piece that was handed in."""

    piece: T
    parts: deque[R]
    task: asyncio.Task[R]
    since: float

    @property
    def is_ready(self) -> bool:
        return bool(self.parts) or self.task.done()


class Ahead(Generic[T, R]):
    """Pieces in order, each with its result, or the parts of it as they are made.

    An async context manager; leaving it stops all work.

    The scheduler is told of every piece as soon as it is known; ``LOOKAHEAD`` of them are handed in. A caller that
    does not take the next result holds that much sound and no core.
    """

    def __init__(self, pieces: AsyncIterator[tuple[T, Work[R]]], listener: Listener) -> None:
        """Prepare.

        Args:
            pieces: What to do, in order; may still be growing.
            listener: Whose sound it is.
        """
        self._pieces = pieces
        self._listener = listener
        self._known: asyncio.Queue[tuple[T, Work[R]] | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(LOOKAHEAD)
        self._begun: deque[_Begun[T, R]] = deque()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._learn()), asyncio.create_task(self._feed())]
        for task in self._tasks:
            task.add_done_callback(lambda _: self._changed.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks: list[asyncio.Task[R] | asyncio.Task[None]] = [*self._tasks, *(begun.task for begun in self._begun)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def is_ready(self) -> bool:
        """Whether ``take`` returns at once: the next result is there, or nothing more will come."""
        return self._begun[0].is_ready if self._begun else self._tasks[1].done()

    async def wait(self, timeout_s: float) -> None:
        """Return when ``take`` would return at once, or after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._ready()

    async def take(self) -> tuple[T, R, float] | None:
        """The next piece, its result or a part of that, and when the piece was handed in; None after the last.

        Raises:
            OverloadedError: The request was refused.
            OpenWavesError: What the work raised.
        """
        await self._ready()
        if not self._begun:
            await asyncio.gather(*self._tasks)
            return None
        begun = self._begun[0]
        if begun.parts:
            return begun.piece, begun.parts.popleft(), begun.since
        result = await begun.task
        self._begun.popleft()
        self._room.release()
        return begun.piece, result, begun.since

    async def _ready(self) -> None:
        while not self.is_ready:
            self._changed.clear()
            await self._changed.wait()

    async def _learn(self) -> None:
        """Take in what is to be done, as it becomes known."""
        try:
            async for piece, work in self._pieces:
                self._listener.announce(work)
                self._known.put_nowait((piece, work))
            self._listener.announce_end()
        finally:
            self._known.put_nowait(None)

    async def _feed(self) -> None:
        """Hand in what there is room for."""
        while (known := await self._known.get()) is not None:
            await self._room.acquire()
            piece, work = known
            parts: deque[R] = deque()
            task = asyncio.create_task(self._listener.run(work, partial(self._add, parts)))
            task.add_done_callback(lambda _: self._changed.set())
            self._begun.append(_Begun(piece, parts, task, time.monotonic()))
            self._changed.set()

    def _add(self, parts: deque[R], part: R) -> None:
        parts.append(part)
        self._changed.set()
