"""What a client sent and nobody has listened to yet."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

MOST_KEPT_BYTES = 1 << 18
"""Sound that is kept; then the sender has to wait."""

Wish = Literal["finalize", "close", "end"]


class Inbox:
    """Sound and wishes in the order in which they came, each with the time of ``time.monotonic``."""

    def __init__(self, told: Callable[[], None], frame_bytes: int, piece_bytes: int | None) -> None:
        """Begin empty.

        Args:
            told: Called when there is something to listen to.
            frame_bytes: Sound that is worth listening to.
            piece_bytes: Most that is taken in one go; None: what came in one piece is taken as one.
        """
        self._told = told
        self._frame_bytes = frame_bytes
        self._piece_bytes = piece_bytes
        self._items: deque[tuple[bytes | Wish, float]] = deque()
        self._n_bytes = 0
        self._kept_bytes = 0
        self._room_made = asyncio.Event()

    def __bool__(self) -> bool:
        return bool(self._items)

    async def put(self, data: bytes) -> None:
        """Take sound; waits while too much of it is kept."""
        while self._kept_bytes > MOST_KEPT_BYTES:
            self._room_made.clear()
            await self._room_made.wait()
        if not data:
            return
        self._items.append((data, time.monotonic()))
        self._kept_bytes += len(data)
        n_frames = self._n_bytes // self._frame_bytes
        self._n_bytes += len(data)
        if self._n_bytes // self._frame_bytes > n_frames:
            self._told()

    def ask(self, wish: Wish, at: float | None = None) -> None:
        """Take a wish, which comes true behind all sound before it; ``at`` if it is older than now."""
        self._items.append((wish, time.monotonic() if at is None else at))
        self._told()

    def take(self) -> tuple[bytes | Wish, float]:
        """The next piece of sound, or the next wish."""
        what, at = self._items.popleft()
        if not isinstance(what, bytes):
            return what, at
        if self._piece_bytes is not None and len(what) > self._piece_bytes:
            self._items.appendleft((what[self._piece_bytes :], at))
            what = what[: self._piece_bytes]
        self._kept_bytes -= len(what)
        if self._kept_bytes <= MOST_KEPT_BYTES:
            self._room_made.set()
        return what, at

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
        self._kept_bytes = 0
        self._room_made.set()
