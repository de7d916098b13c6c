"""Who is told how a request fares: the watch that its task and all tasks made by it carry with them.

The parts below the wire tell it what only they know (what a piece of work took, that a listener ran dry), and know
neither metrics nor traces. Without a watch, as for a warm-up, nobody is told.
"""

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work, or a part of one, that a worker did. Moments are of the monotonic clock, in seconds.

    Attributes:
        kind: What it was like, see ``scheduler.Work``.
        size: How much of it there was, in the kind's own unit.
        lasts_s: Seconds of its sound, if it is played.
        arrived: When it came; None for a part after the first.
        began: When a worker took it.
        ended: When it was done.
        error: Code of what went wrong; empty if nothing did.
    """

    kind: Hashable
    size: float
    lasts_s: float
    arrived: float | None
    began: float
    ended: float
    error: str = ""


class Watch(Protocol):
    """Told how one request fares. Thread-safe, quick, and never fails."""

    def worked(self, piece: Piece) -> None:
        """A worker did something for it."""
        ...

    def ran_dry(self) -> None:
        """Its listener had nothing left to hear."""
        ...

    def paused(self) -> None:
        """Frames of its sound paused although more was being made."""
        ...


class Unwatched:
    """Tells nobody."""

    def worked(self, piece: Piece) -> None:
        """See ``Watch``."""

    def ran_dry(self) -> None:
        """See ``Watch``."""

    def paused(self) -> None:
        """See ``Watch``."""


NOBODY = Unwatched()
watching: ContextVar[Watch] = ContextVar("watching", default=NOBODY)
"""The watch of the request that this task works for."""


class Loads:
    """Networks that this process has loaded: how often, and how long it took the last time. Thread-safe."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, float]] = {}
        self._lock = Lock()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count a loading, if the block ends well."""
        began = time.monotonic()
        yield
        self.add(name, time.monotonic() - began)

    def add(self, name: str, seconds: float) -> None:
        """Count a loading that took so long."""
        with self._lock:
            self._known[name] = self._known.get(name, (0, 0.0))[0] + 1, seconds

    def known(self) -> dict[str, tuple[int, float]]:
        """Times loaded and seconds of the last time, by name."""
        with self._lock:
            return dict(self._known)


loads = Loads()
