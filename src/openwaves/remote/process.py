"""One worker process, as its parent sees it."""

import itertools
import multiprocessing
import pickle
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from openwaves.cancellation import CancelToken
from openwaves.errors import OpenWavesError
from openwaves.remote.calls import Call
from openwaves.remote.working import READY, work

_spawning = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang


class LostError(Exception):
    """The process ended before the call did."""


@dataclass(slots=True)
class _Running:
    until: float
    answer: Future[Any] = field(default_factory=Future)


class WorkerProcess:
    """A process and what it is asked. Thread-safe.

    Attributes:
        pid: Its process id.
        is_ready: Its networks are loaded, and it lives.
        was_ready: They were loaded once.
        is_lost: It has ended, or its pipe has.
        problem: Why its networks could not be loaded; None if it did not say.
    """

    def __init__(self, make_desk: Callable[[], Any], threads: int, name: str, changed: Callable[[], None]) -> None:
        """Start it.

        Args:
            make_desk: Loads the networks; picklable.
            threads: Most calls at once.
            name: For people.
            changed: Called on another thread when it is ready, and when it is lost.

        Raises:
            OSError: It cannot be started.
        """
        self.is_ready = self.was_ready = False
        self.is_lost = False
        self.problem: OpenWavesError | None = None
        self._changed = changed
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._calls: dict[int, _Running] = {}
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._pipe, theirs = _spawning.Pipe()
        self._process = _spawning.Process(target=work, args=(theirs, make_desk, threads), name=name, daemon=True)
        try:
            self._process.start()
        finally:
            theirs.close()
        self.pid: int = self._process.pid or 0
        for target in (self._read, self._write):
            threading.Thread(target=target, name=f"{name}-{target.__name__}", daemon=True).start()

    @property
    def n_running(self) -> int:
        """Calls under way."""
        return len(self._calls)

    @property
    def exit_status(self) -> int | None:
        """As ``multiprocessing`` tells it: negative for a signal; None while it runs."""
        return self._process.exitcode

    def is_stuck(self, now: float) -> bool:
        """Whether a call takes longer than it may."""
        with self._lock:
            return any(running.until < now for running in self._calls.values())

    def run(self, call: Call[Any], cancel: CancelToken) -> Any:
        """Do a call; blocks.

        Raises:
            LostError: The process ended meanwhile.
            OpenWavesError: What the call raised.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        number = next(self._numbers)
        message = pickle.dumps((number, call), pickle.HIGHEST_PROTOCOL)
        running = _Running(time.monotonic() + call.limit_s)
        with self._lock:
            if self.is_lost:
                raise LostError
            self._calls[number] = running
        self._outbox.put(message)
        with cancel.interrupting(lambda: self._outbox.put(pickle.dumps((number, None)))):
            return running.answer.result()

    def kill(self) -> None:
        """End it now; what it does is lost."""
        self._process.kill()

    def close(self, timeout_s: float) -> None:
        """End it: at once if it does nothing, after ``timeout_s`` in any case."""
        end = time.monotonic() + timeout_s
        while self._calls and time.monotonic() < end:
            time.sleep(0.01)
        self.kill()
        self._process.join()

    def _write(self) -> None:
        while (message := self._outbox.get()) is not None:
            with suppress(OSError):  # the reader sees the end
                self._pipe.send_bytes(message)

    def _read(self) -> None:
        while True:
            try:
                message = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 - from our own process
            except (EOFError, OSError, pickle.UnpicklingError):
                break
            if message == READY:
                self.is_ready = self.was_ready = True
                self._changed()
            elif isinstance(message, OpenWavesError):
                self.problem = message
            else:
                self._take(*message)
        self._end()

    def _take(self, number: int, result: Any, error: OpenWavesError | None) -> None:
        with self._lock:
            running = self._calls.pop(number)
        if error is None:
            running.answer.set_result(result)
        else:
            running.answer.set_exception(error)

    def _end(self) -> None:
        self._process.kill()  # a pipe that broke by itself leaves nothing behind
        self._process.join()
        with self._lock:
            self.is_lost, self.is_ready = True, False
            lost, self._calls = list(self._calls.values()), {}
        for running in lost:
            running.answer.set_exception(LostError())
        self._outbox.put(None)
        self._pipe.close()
        self._changed()
