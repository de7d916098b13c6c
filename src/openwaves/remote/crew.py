"""Worker processes on this machine: a call that is lost with its process is done again, and the process started again.

A call goes to the process that does least. One whose process was lost is done again alone in a process, so that what
kills its worker takes nobody with it twice; after ``MOST_LOST`` workers it is given up. Processes that end before they
are ready, again and again, are started ever more seldom; while there is no other, calls are refused.
"""

import atexit
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError, OpenWavesError, WorkerLostError
from openwaves.remote.calls import Call, Done
from openwaves.remote.clock import cpu_time_of
from openwaves.remote.process import LostError, WorkerProcess

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_LOST = 3
MOST_STARTS = 3  # that fail one after another before calls are refused
PAUSES_S = (0.0, 0.2, 1.0, 5.0, 15.0)  # before a start, by the number of starts that failed before it
WATCH_S = 0.2
LONGEST_WAIT_S = 120.0  # of a call for a process that is ready
USUAL_WAIT_S = 0.05
REMEMBERED = 1024  # names of calls that belong together


@dataclass(slots=True)
class _Seat:
    """Room for one process.

    Attributes:
        process: Who sits there.
        n_calls: What it does, or is just being asked to.
        owner: A call that was lost before and is done alone, or waits to be; None if there is none.
        n_failed: Starts that failed one after another.
        start_at: When to start the next, if nobody sits there.
        error: Why the last start failed.
    """

    process: WorkerProcess | None = None
    n_calls: int = 0
    owner: object | None = None
    n_failed: int = 0
    start_at: float = 0.0
    error: OpenWavesError | None = None

    @property
    def is_ready(self) -> bool:
        return self.process is not None and self.process.is_ready


class Crew:
    """The worker processes. See ``Place``; ``close`` must be called.

    Attributes:
        n_lost: Processes that ended though nobody asked them to, so far.
    """

    def __init__(self, make_desk: Callable[[], Any], processes: int, threads: int) -> None:
        """Start them.

        Args:
            make_desk: Loads the networks, in each process; picklable.
            processes: How many.
            threads: Most calls at once in each of them.
        """
        self.n_lost = 0
        self._make_desk, self._threads = make_desk, threads
        self._changed = threading.Condition()
        self._seats = [_Seat() for _ in range(processes)]
        self._near: OrderedDict[str, WorkerProcess] = OrderedDict()
        self._closed = False
        self._cpu_s = 0.0
        self._cpu_of: dict[int, float] = {}
        atexit.register(self.close, 0.0)
        self._watcher = threading.Thread(target=self._watch, name="openwaves-crew", daemon=True)
        self._watcher.start()

    def wait_ready(self, cancel: CancelToken) -> None:
        """Return when all processes are ready.

        Raises:
            OpenWavesError: Why one cannot be.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        with self._changed:
            while not all(seat.is_ready for seat in self._seats):
                cancel.raise_if_cancelled()
                self._check()
                for seat in self._seats:
                    if seat.error is not None and not isinstance(seat.error, EngineError):
                        raise seat.error  # such as a file that is missing: it will be no better the next time
                    if seat.n_failed >= MOST_STARTS:
                        raise WorkerLostError(f"no worker process can be started: {seat.error}")
                self._changed.wait(WATCH_S)

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that are ready."""
        with self._changed:
            return [seat.process.pid for seat in self._seats if seat.process is not None and seat.is_ready]

    def cpu_time(self) -> float:
        """CPU time of all processes so far, in seconds; 0 where the system does not tell."""
        for seat in self._seats:
            if (process := seat.process) is not None and (now_s := cpu_time_of(process.pid)) is not None:
                self._cpu_of[process.pid] = now_s
        return self._cpu_s + sum(self._cpu_of.values())

    def run(self, call: Call[T], cancel: CancelToken) -> Done[T]:
        """See ``Place``."""
        n_lost = 0
        began = time.monotonic()
        while True:
            with self._seat_for(call.near, cancel, alone=n_lost > 0) as process:
                is_usual = time.monotonic() - began < USUAL_WAIT_S
                try:
                    result: T = process.run(call, cancel)
                    return Done(result, is_usual and not n_lost)
                except LostError:
                    n_lost += 1
            cancel.raise_if_cancelled()
            if n_lost >= MOST_LOST:
                raise WorkerLostError(f"a piece of work was given up: {n_lost} worker processes ended over it")

    def close(self, timeout_s: float = 5.0) -> None:
        """End all processes; what is still being done is waited for, for ``timeout_s`` at most."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        atexit.unregister(self.close)
        self._watcher.join()
        end = time.monotonic() + timeout_s
        for seat in self._seats:
            if seat.process is not None:
                seat.process.close(max(0.0, end - time.monotonic()))

    @contextmanager
    def _seat_for(self, near: str, cancel: CancelToken, *, alone: bool) -> Iterator[WorkerProcess]:
        """Who does a call, for as long as the block runs. Waits while nobody can.

        Raises:
            WorkerLostError: Nobody can, and nobody will soon.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        owner = object() if alone else None
        end = time.monotonic() + LONGEST_WAIT_S
        taken: _Seat | None = None
        try:
            with self._changed:
                while (seat := self._free(near, owner)) is None or seat.process is None:
                    cancel.raise_if_cancelled()
                    self._check()
                    if time.monotonic() > end:
                        raise WorkerLostError(f"no worker process was ready within {LONGEST_WAIT_S:g} s")
                    self._changed.wait(WATCH_S)
                taken, process = seat, seat.process
                seat.n_calls += 1
                if near:
                    self._remember(near, process)
            yield process
        finally:
            with self._changed:
                if taken is not None:
                    taken.n_calls -= 1
                for seat in self._seats:
                    if owner is not None and seat.owner is owner:
                        seat.owner = None
                self._changed.notify_all()

    def _free(self, near: str, owner: object | None) -> _Seat | None:
        """A seat for a call, if there is one. Call with the lock held."""
        if owner is None:
            ready = [seat for seat in self._seats if seat.is_ready and seat.owner is None]
            known = self._near.get(near)
            return next(
                (seat for seat in ready if seat.process is known),
                min(ready, key=lambda seat: seat.n_calls, default=None),
            )
        own = next((seat for seat in self._seats if seat.owner is owner), None)
        if own is not None and not own.is_ready:
            own.owner = None
            own = None
        if own is None:
            ready = [seat for seat in self._seats if seat.is_ready and seat.owner is None]
            own = min(ready, key=lambda seat: seat.n_calls, default=None)
        if own is None:
            return None
        own.owner = owner
        return None if own.n_calls else own

    def _remember(self, near: str, process: WorkerProcess) -> None:
        self._near[near] = process
        self._near.move_to_end(near)
        while len(self._near) > REMEMBERED:
            self._near.popitem(last=False)

    def _check(self) -> None:
        """Whether it is worth while to wait. Call with the lock held.

        Raises:
            WorkerLostError: It is not.
        """
        if self._closed:
            raise WorkerLostError("the worker processes are being ended")
        if all(seat.n_failed >= MOST_STARTS for seat in self._seats):
            raise WorkerLostError(f"no worker process can be started: {self._seats[0].error}")

    def _watch(self) -> None:
        """Start processes, and end those that are stuck."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for seat in self._seats:
                    self._tend(seat, now)
                self._changed.wait(WATCH_S)

    def _tend(self, seat: _Seat, now: float) -> None:
        process = seat.process
        if process is None:
            if now >= seat.start_at:
                self._start(seat)
        elif process.is_lost:
            self._cpu_s += self._cpu_of.pop(process.pid, 0.0)
            self._clear(seat, process, now)
        elif process.is_ready:
            seat.n_failed, seat.error = 0, None
            if process.is_stuck(now):
                log.warning("worker process %d does not answer: it is ended", process.pid)
                process.kill()

    def _start(self, seat: _Seat) -> None:
        try:
            seat.process = WorkerProcess(self._make_desk, self._threads, "openwaves-worker", self._notify)
        except OSError as error:
            self._fail(seat, EngineError(f"a worker process cannot be started: {error}"))

    def _clear(self, seat: _Seat, process: WorkerProcess, now: float) -> None:
        """A process has ended."""
        seat.process = None
        for near in [near for near, other in self._near.items() if other is process]:
            del self._near[near]
        status = process.exit_status
        if process.was_ready:
            self.n_lost += 1
            log.warning("worker process %d ended with status %s; it is started again", process.pid, status)
            seat.start_at = now
        else:
            self._fail(seat, process.problem or EngineError(f"it ended with status {status} before it was ready"))
        self._changed.notify_all()

    def _fail(self, seat: _Seat, error: OpenWavesError) -> None:
        """A start has failed."""
        seat.n_failed, seat.error = seat.n_failed + 1, error
        seat.start_at = time.monotonic() + PAUSES_S[min(seat.n_failed, len(PAUSES_S) - 1)]
        log.error("worker process: %s", error)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()
