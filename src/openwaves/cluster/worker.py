"""A worker: networks, and calls that come one by one. It keeps no connection and no state that anybody would miss."""

import asyncio
import logging
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

import ray

from openwaves import memory
from openwaves.assembly import make_desk
from openwaves.cancellation import CancelToken
from openwaves.cluster.messages import Answered, Asked
from openwaves.cluster.queue import DueQueue
from openwaves.cluster.scaling import BUSY, WAIT
from openwaves.errors import EngineError, OpenWavesError
from openwaves.settings import Settings

log = logging.getLogger(__name__)

WINDOW_S = 5.0  # over which waits are told to the autoscaler


class Worker:
    """One replica."""

    def __init__(self, settings: Settings) -> None:
        """Load the networks.

        Args:
            settings: The options, without secrets.
        """
        self._slots = slots_here()
        self._limit_s = settings.worker_limit_s
        self._desk = make_desk(settings, self._slots)
        memory.keep_giving_back()
        memory.settle()
        self._queue = DueQueue(self._slots)
        self._figures = Figures(self._slots)

    async def do(self, asked: Asked) -> Answered:
        """Do a call. Cancelling the call stops it."""
        token = CancelToken()
        doing: Future[Answered] = self._queue.submit(asked.due_in_s, partial(self._do, asked, token))
        try:
            answered = await asyncio.wrap_future(doing)
        except asyncio.CancelledError:
            token.cancel()
            raise
        self._figures.add(asked.waited_s + answered.waited_s)
        return answered

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What ``scaling`` decides by."""
        return self._figures.told(self._queue.busy_s)

    def check_health(self) -> None:
        """Have a worker replaced whose native code does not return.

        Raises:
            RuntimeError: It does not.
        """
        if (longest_s := self._queue.longest_s) > self._limit_s:
            raise RuntimeError(f"a piece of work has run for {longest_s:.0f} s")

    def _do(self, asked: Asked, token: CancelToken, waited_s: float) -> Answered:
        try:
            token.raise_if_cancelled()
            return Answered(asked.call.do(self._desk, token), None, waited_s)
        except OpenWavesError as error:
            return Answered(None, error, waited_s)
        except Exception as error:
            log.exception("a piece of work failed")
            return Answered(None, EngineError(f"work failed: {type(error).__name__}: {error}"), waited_s)


def slots_here() -> int:
    """Calls that this worker does at once: a thread for each of the processors that Ray gave it."""
    return max(1, int(ray.get_runtime_context().get_assigned_resources().get("CPU", 1)))


@dataclass(slots=True)
class Figures:
    """How busy a worker is. Used from one event loop.

    Attributes:
        slots: Calls that it does at once.
    """

    slots: int
    _waits: deque[tuple[float, float]] = field(default_factory=deque)
    _busy_before: tuple[float, float] = field(default_factory=lambda: (time.monotonic(), 0.0))

    def add(self, waited_s: float) -> None:
        """A call was done."""
        self._waits.append((time.monotonic(), waited_s))

    def told(self, busy_s: float) -> dict[str, float]:
        """For the autoscaler.

        Args:
            busy_s: Sum of the times for which threads were busy so far.
        """
        now = time.monotonic()
        while self._waits and self._waits[0][0] < now - WINDOW_S:
            self._waits.popleft()
        wait_s = sum(wait for _, wait in self._waits) / len(self._waits) if self._waits else 0.0
        before_at, before_s = self._busy_before
        self._busy_before = now, busy_s
        return {WAIT: wait_s, BUSY: (busy_s - before_s) / max(1e-3, now - before_at) / self.slots}
