"""Spreads speech jobs over this machine's cores, the most urgent first.

One worker thread per core: engines release the interpreter lock while they compute, so threads share one copy of
each network. A job's deadline is the moment at which its listener would run dry; the earliest goes first, so a new
listener (deadline: now) passes streams that have sound in hand, and a long file is overtaken but, as its deadline
draws nearer than that of ever newer requests, never starved.
"""

import asyncio
import heapq
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledSynthesisError, EngineError, OpenWavesError, OverloadedError
from openwaves.types import Speech, SpeechJob

log = logging.getLogger(__name__)

Speak = Callable[[SpeechJob, CancelToken], Speech]


class EnginePool(Protocol):
    """Where jobs are spoken."""

    async def synthesize(self, job: SpeechJob, deadline: float) -> Speech:
        """Speak one job; cancelling the call stops the work.

        Args:
            job: What to speak.
            deadline: When its listener runs dry, in ``time.monotonic`` seconds.

        Raises:
            OverloadedError: Too much is waiting.
            EngineError: The network failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the scheduler is: counts since its start, except the first two.

    Attributes:
        waiting: Jobs that wait for a worker now.
        running: Jobs on a worker now.
        spoken: Jobs that ended with sound.
        cancelled: Jobs dropped or stopped because the listener left.
        failed: Jobs that ended with an error.
        refused: Jobs turned away because too many waited.
        wait_s: Sum of the times between arrival and start.
        busy_s: Sum of the times on a worker.
    """

    waiting: int
    running: int
    spoken: int
    cancelled: int
    failed: int
    refused: int
    wait_s: float
    busy_s: float


@dataclass(slots=True, eq=False)
class _Entry:
    job: SpeechJob
    arrival: float
    cancel: CancelToken = field(default_factory=CancelToken)
    result: Future[Speech] = field(default_factory=Future)


class Scheduler:
    """The engine pool of one machine: a heap by deadline, one thread per core.

    Thread-safe. ``close`` must be called; afterwards no job is taken.
    """

    def __init__(self, speak: Speak, workers: int, max_pending: int) -> None:
        """Start the workers.

        Args:
            speak: Does a job on the calling thread; safe from several threads.
            workers: Number of threads.
            max_pending: Most jobs that may wait.
        """
        self._speak = speak
        self._max_pending = max_pending
        self._heap: list[tuple[float, int, _Entry]] = []
        self._order = itertools.count()
        self._condition = threading.Condition()
        self._closed = False
        self._counts = dict.fromkeys(("spoken", "cancelled", "failed", "refused"), 0)
        self._running: set[_Entry] = set()
        self._wait_s = 0.0
        self._busy_s = 0.0
        self._threads = [
            threading.Thread(target=self._work, name=f"openwaves-worker-{n}", daemon=True) for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def workers(self) -> int:
        """Number of worker threads."""
        return len(self._threads)

    @property
    def load(self) -> Load:
        """A snapshot."""
        with self._condition:
            return Load(
                waiting=len(self._heap),
                running=len(self._running),
                wait_s=self._wait_s,
                busy_s=self._busy_s,
                **self._counts,
            )

    async def synthesize(self, job: SpeechJob, deadline: float) -> Speech:
        """See ``EnginePool``."""
        entry = self._submit(job, deadline)
        try:
            return await asyncio.wrap_future(entry.result)
        except asyncio.CancelledError:
            entry.cancel.cancel()
            raise

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop running jobs, fail waiting ones and end the threads."""
        with self._condition:
            self._closed = True
            waiting = [entry for _, _, entry in self._heap]
            self._heap.clear()
            for entry in self._running:
                entry.cancel.cancel()
            self._condition.notify_all()
        for entry in waiting:
            if entry.result.set_running_or_notify_cancel():
                entry.result.set_exception(OverloadedError("the server is shutting down", retry_after_s=5))
        for thread in self._threads:
            thread.join(timeout_s)

    def _submit(self, job: SpeechJob, deadline: float) -> _Entry:
        entry = _Entry(job, arrival=time.monotonic())
        with self._condition:
            if self._closed:
                raise OverloadedError("the server is shutting down", retry_after_s=5)
            self._drop_cancelled()
            if len(self._heap) >= self._max_pending:
                self._counts["refused"] += 1
                raise OverloadedError(
                    f"the server is busy: {len(self._heap)} pieces of speech are waiting",
                    self._retry_after_s(),
                )
            heapq.heappush(self._heap, (deadline, next(self._order), entry))
            self._condition.notify()
        return entry

    def _drop_cancelled(self) -> None:
        """Forget jobs whose listener left, once they could crowd out others. Call with the lock held."""
        if len(self._heap) < self._max_pending:
            return
        kept = [item for item in self._heap if not item[2].result.cancelled()]
        self._counts["cancelled"] += len(self._heap) - len(kept)
        self._heap[:] = kept
        heapq.heapify(self._heap)

    def _retry_after_s(self) -> int:
        """Seconds until the queue is worked off at the pace seen so far. Call with the lock held."""
        done = self._counts["spoken"]
        mean_s = self._busy_s / done if done else 1.0
        return max(1, round(mean_s * len(self._heap) / len(self._threads)))

    def _work(self) -> None:
        while (entry := self._take()) is not None:
            started = time.monotonic()
            result = self._run(entry)
            with self._condition:
                self._running.discard(entry)
                self._counts[_outcome(result)] += 1
                self._wait_s += started - entry.arrival
                self._busy_s += time.monotonic() - started
            if isinstance(result, Speech):
                entry.result.set_result(result)
            else:
                entry.result.set_exception(result)

    def _run(self, entry: _Entry) -> Speech | OpenWavesError:
        try:
            entry.cancel.raise_if_cancelled()
            return self._speak(entry.job, entry.cancel)
        except OpenWavesError as error:
            return error
        except Exception as error:
            log.exception("a job failed: voice %s, %d characters", entry.job.voice.id, len(entry.job.segment.text))
            return EngineError(f"speaking failed: {type(error).__name__}: {error}")

    def _take(self) -> _Entry | None:
        """The most urgent job whose listener is still there; None when closed."""
        with self._condition:
            while True:
                while not self._heap and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return None
                entry = heapq.heappop(self._heap)[2]
                if not entry.result.set_running_or_notify_cancel():
                    self._counts["cancelled"] += 1
                    continue
                self._running.add(entry)
                return entry


def _outcome(result: Speech | OpenWavesError) -> str:
    if isinstance(result, Speech):
        return "spoken"
    return "cancelled" if isinstance(result, CancelledSynthesisError) else "failed"


def available_cores() -> int:
    """Cores that this process may use: its affinity, further limited by a Linux control group's CPU quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):
        pass
    return cores
