"""The workers: a heap of jobs by deadline, one thread per core.

Engines release the interpreter lock while they compute, so threads share one copy of each network. A job's deadline
is the moment at which its listener would run dry. A new live listener begins at once, before all others, as soon as
that leaves nobody else without sound; until then it waits, and if that takes ``START_WAIT_S`` it is refused. Pieces
of whole files are due ``WHOLE_FILE_DUE_S`` after they came: live work passes them until then, and no longer. While
there are live listeners, one worker is kept free of whole files, so that a new one need not wait for a long piece. The
first piece for a listener runs alone: a second one beside it would share the memory bus and delay the first sound.
"""

import asyncio
import heapq
import itertools
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledSynthesisError, EngineError, OpenWavesError, OverloadedError
from openwaves.scheduler.admission import Due, can_begin
from openwaves.scheduler.meter import CoreMeter, Reading, cores
from openwaves.scheduler.pace import Estimate, Pace
from openwaves.scheduler.protocol import Listener, Load
from openwaves.types import Speech, SpeechJob

log = logging.getLogger(__name__)

START_WAIT_S = 5.0
WHOLE_FILE_DUE_S = 5.0
LIVE_MEMORY_S = 10.0  # how long after the last live listener a worker is still kept for the next
UNDERRUN_S = 0.02  # shorter gaps are within what clients buffer

Speak = Callable[[SpeechJob, CancelToken], Speech]


@dataclass(slots=True, eq=False)
class _Entry:
    """A job in the pool; ``due`` is None until its listener has begun."""

    job: SpeechJob
    listener: "_Listener"
    estimate: Estimate
    arrival: float
    due: float | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    result: Future[Speech] = field(default_factory=Future)


class _Listener:
    """See ``Listener``. Its fields are guarded by the scheduler's lock."""

    def __init__(self, scheduler: "Scheduler", live: bool) -> None:
        self.live = live
        self.has_begun = not live
        self.dry_at: float | None = None
        self.unfinished: list[_Entry] = []
        self.parked: list[_Entry] = []
        self._scheduler = scheduler

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.forget(self)

    async def synthesize(self, job: SpeechJob) -> Speech:
        entry = self._scheduler.submit(job, self)
        timer = None
        if not self.has_begun:
            timer = asyncio.get_running_loop().call_later(self._scheduler.start_wait_s, self._scheduler.refuse, entry)
        try:
            return await asyncio.wrap_future(entry.result)
        except asyncio.CancelledError:
            entry.cancel.cancel()
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def delivered(self, sound_s: float) -> None:
        self._scheduler.deliver(self, sound_s)

    def due(self, now: float) -> float:
        """When the listener runs dry unless the next job is spoken."""
        return (self.dry_at or now) + sum(entry.estimate.sound_s for entry in self.unfinished)


class Scheduler:
    """The engine pool of one machine. Thread-safe. ``close`` must be called; afterwards no job is taken."""

    def __init__(self, speak: Speak, workers: int, max_pending: int, start_wait_s: float = START_WAIT_S) -> None:
        """Start the workers.

        Args:
            speak: Does a job on the calling thread; safe from several threads.
            workers: Number of threads.
            max_pending: Most jobs that may wait.
            start_wait_s: Longest time that a live listener waits to begin.
        """
        self.start_wait_s = start_wait_s
        self._speak = speak
        self._max_pending = max_pending
        self._heap: list[tuple[float, int, _Entry]] = []
        self._held: deque[_Listener] = deque()
        self._listeners: set[_Listener] = set()
        self._live_until = -math.inf
        self._order = itertools.count()
        self._condition = threading.Condition()
        self._closed = False
        self._counts = dict.fromkeys(("spoken", "cancelled", "failed", "refused", "underruns"), 0)
        self._running: dict[_Entry, float] = {}
        self._wait_s = 0.0
        self._busy_s = 0.0
        self._pace = Pace()
        self._meter = CoreMeter()
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
            held = sum(len(listener.unfinished) for listener in self._held)
            return Load(
                waiting=len(self._heap) + held + sum(len(listener.parked) for listener in self._listeners),
                running=len(self._running),
                listeners=len(self._active(time.monotonic())),
                held=len(self._held),
                wait_s=self._wait_s,
                busy_s=self._busy_s,
                **self._counts,
            )

    def listener(self, *, live: bool) -> Listener:
        """See ``EnginePool``."""
        return _Listener(self, live)

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop running jobs, fail waiting ones and end the threads."""
        with self._condition:
            self._closed = True
            waiting = [entry for _, _, entry in self._heap]
            waiting += [entry for listener in self._held for entry in listener.unfinished]
            waiting += [entry for listener in self._listeners for entry in listener.parked]
            self._heap.clear()
            self._held.clear()
            for entry in self._running:
                entry.cancel.cancel()
            self._condition.notify_all()
        for entry in waiting:
            _fail(entry, OverloadedError("the server is shutting down", retry_after_s=5))
        for thread in self._threads:
            thread.join(timeout_s)

    def submit(self, job: SpeechJob, listener: _Listener) -> _Entry:
        """Take a job.

        Raises:
            OverloadedError: Too much is waiting.
        """
        now = time.monotonic()
        with self._condition:
            if self._closed:
                raise OverloadedError("the server is shutting down", retry_after_s=5)
            self._drop_cancelled()
            n_waiting = len(self._heap) + len(self._held)
            if n_waiting >= self._max_pending:
                self._counts["refused"] += 1
                message = f"the server is busy: {n_waiting} pieces of speech are waiting"
                raise OverloadedError(message, self._retry_after_s())
            entry = _Entry(job, listener, self._pace.estimate(job), now)
            if listener.has_begun:
                self._push(entry, now)
            elif not listener.unfinished:
                self._held.append(listener)
            listener.unfinished.append(entry)
            self._listeners.add(listener)
            self._begin_held(now)
        return entry

    def refuse(self, entry: _Entry) -> None:
        """Turn a listener away who still could not begin."""
        with self._condition:
            listener = entry.listener
            if listener.has_begun or listener not in self._held:
                return
            self._held.remove(listener)
            self._listeners.discard(listener)
            self._counts["refused"] += 1
            retry_after_s = self._retry_after_s()
            refused, listener.unfinished = listener.unfinished, []
        message = "the server is busy: one listener more would leave others without sound"
        for waiting in refused:
            _fail(waiting, OverloadedError(message, retry_after_s))

    def deliver(self, listener: _Listener, sound_s: float) -> None:
        """Move the moment at which the listener runs dry."""
        now = time.monotonic()
        with self._condition:
            if listener.dry_at is None:
                listener.dry_at = now
            elif now > listener.dry_at + UNDERRUN_S and listener.live:
                self._counts["underruns"] += 1
            listener.dry_at = max(listener.dry_at, now) + sound_s

    def forget(self, listener: _Listener) -> None:
        """The request is over, one way or another."""
        with self._condition:
            if listener in self._held:
                self._held.remove(listener)
                self._counts["cancelled"] += len(listener.unfinished)
            self._listeners.discard(listener)
            self._begin_held(time.monotonic())

    def _push(self, entry: _Entry, now: float) -> None:
        """Queue a job by its deadline. Call with the lock held."""
        listener = entry.listener
        entry.due = listener.due(now) if listener.live else entry.arrival + WHOLE_FILE_DUE_S
        if listener.live and listener.dry_at is None and listener.unfinished:
            listener.parked.append(entry)
        else:
            self._queue(entry, entry.due)

    def _queue(self, entry: _Entry, due: float) -> None:
        heapq.heappush(self._heap, (due, next(self._order), entry))
        self._condition.notify()

    def _finish(self, entry: _Entry) -> None:
        """A job is over; those that waited for it come next. Call with the lock held."""
        listener = entry.listener
        if entry in listener.unfinished:
            listener.unfinished.remove(entry)
        parked, listener.parked = listener.parked, []
        for waiting in parked:
            self._queue(waiting, waiting.due or 0.0)

    def _active(self, now: float) -> list[_Listener]:
        """Live listeners who await sound. Call with the lock held."""
        return [
            listener
            for listener in self._listeners
            if listener.live and listener.has_begun and (listener.unfinished or (listener.dry_at or 0) > now)
        ]

    def _begin_held(self, now: float) -> None:
        """Let those who wait begin, in order, as long as nobody suffers. Call with the lock held.

        Who cannot begin yet lets pass whoever needs less work for each second of sound: a light voice does not wait
        for a heavy one.
        """
        least_refused = math.inf
        for listener in list(self._held):
            if all(entry.result.cancelled() for entry in listener.unfinished):
                self._held.remove(listener)
                continue
            ratio = listener.unfinished[-1].estimate.ratio
            if ratio >= least_refused:
                continue
            if not self._can_begin(listener, now):
                least_refused = ratio
                continue
            self._held.remove(listener)
            listener.has_begun = True
            entries, listener.unfinished = listener.unfinished, []
            for entry in entries:
                self._push(entry, now)
                listener.unfinished.append(entry)

    def _can_begin(self, new: _Listener, now: float) -> bool:
        active = self._active(now)
        if not active:
            return True
        load = 0.0
        for listener in (*active, new):
            if listener.unfinished:
                load += listener.unfinished[-1].estimate.ratio
        waiting = [entry for _, _, entry in self._heap]
        waiting += [entry for listener in active for entry in listener.parked]
        under_way = [Due((entry.due or now) - now, entry.estimate.work_s, entry.listener.live) for entry in waiting]
        for entry, started in self._running.items():
            under_way.append(Due(0.0, max(0.0, entry.estimate.work_s - (now - started)), is_promised=False))
        first, *rest = (entry.estimate for entry in new.unfinished)
        sums = itertools.accumulate((estimate.sound_s for estimate in rest), initial=first.sound_s)
        later = [Due(due_s, estimate.work_s) for due_s, estimate in zip(sums, rest, strict=False)]
        return can_begin(len(self._threads), under_way, first.work_s, later, load)

    def _drop_cancelled(self) -> None:
        """Forget jobs whose listener left, once they could crowd out others. Call with the lock held."""
        if len(self._heap) < self._max_pending:
            return
        kept = [item for item in self._heap if not item[2].result.cancelled()]
        self._counts["cancelled"] += len(self._heap) - len(kept)
        self._heap[:] = kept
        heapq.heapify(self._heap)

    def _retry_after_s(self) -> int:
        """Seconds until what waits and what is being heard is worked off. Call with the lock held."""
        waiting_s = sum(entry.estimate.work_s for _, _, entry in self._heap) / len(self._threads)
        now = time.monotonic()
        first_end_s = min(((listener.dry_at or now) - now for listener in self._active(now)), default=0.0)
        return max(1, math.ceil(max(waiting_s, first_end_s)))

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            entry, before = taken
            started = time.monotonic()
            result = self._run(entry)
            ended = time.monotonic()
            with self._condition:
                self._running.pop(entry, None)
                n_cores = cores(before, self._meter.running(len(self._running)), len(self._threads))
                self._finish(entry)
                self._counts[_outcome(result)] += 1
                self._wait_s += started - entry.arrival
                self._busy_s += ended - started
                if isinstance(result, Speech):
                    self._pace.learn(entry.job, result.duration_s, (ended - started) * n_cores)
                self._begin_held(ended)
                self._condition.notify()
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
        except BaseException as error:  # even SystemExit: a worker outlives every job
            log.exception("a job failed: voice %s, %d characters", entry.job.voice.id, len(entry.job.segment.text))
            return EngineError(f"speaking failed: {type(error).__name__}: {error}")

    def _take(self) -> tuple[_Entry, Reading] | None:
        """The most urgent job that this worker may do and whose listener is still there; None when closed."""
        with self._condition:
            while True:
                if self._closed:
                    return None
                entry = self._pop()
                if entry is None:
                    self._condition.wait(LIVE_MEMORY_S)
                elif entry.result.set_running_or_notify_cancel():
                    self._running[entry] = time.monotonic()
                    return entry, self._meter.running(len(self._running))
                else:
                    self._counts["cancelled"] += 1
                    self._finish(entry)

    def _pop(self) -> _Entry | None:
        """The most urgent job, passing over whole files while the last worker is kept for live listeners."""
        now = time.monotonic()
        if self._active(now) or self._held:
            self._live_until = now + LIVE_MEMORY_S
        n_whole = sum(not entry.listener.live for entry in self._running)
        if now > self._live_until or n_whole + 1 < len(self._threads) or len(self._threads) == 1:
            return heapq.heappop(self._heap)[2] if self._heap else None
        live = [item for item in self._heap if item[2].listener.live or item[0] < now]
        if not live:
            return None
        chosen = min(live)
        self._heap.remove(chosen)
        heapq.heapify(self._heap)
        return chosen[2]


def _fail(entry: _Entry, error: OpenWavesError) -> None:
    if entry.result.set_running_or_notify_cancel():
        entry.result.set_exception(error)


def _outcome(result: Speech | OpenWavesError) -> str:
    if isinstance(result, Speech):
        return "spoken"
    return "cancelled" if isinstance(result, CancelledSynthesisError) else "failed"
