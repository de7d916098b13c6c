"""Work of one worker by due time, whichever gateway it came from."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class DueQueue:
    """Threads that do what is due first. Thread-safe."""

    def __init__(self, threads: int) -> None:
        """Start the threads, which live as long as the process.

        Args:
            threads: How many.
        """
        self._waiting: list[tuple[float, int, Callable[[float], Any], Future[Any], float]] = []
        self._numbers = itertools.count()
        self._condition = threading.Condition()
        self._since: dict[int, float] = {}
        self._busy_s = 0.0
        for number in range(threads):
            threading.Thread(target=self._work, args=(number,), name=f"openwaves-call-{number}", daemon=True).start()

    def submit(self, due_in_s: float, do: Callable[[float], Any]) -> Future[Any]:
        """Do something in its turn.

        Args:
            due_in_s: Seconds until it is due.
            do: Given the seconds for which it has waited.
        """
        now, result = time.monotonic(), Future[Any]()
        with self._condition:
            heapq.heappush(self._waiting, (now + due_in_s, next(self._numbers), do, result, now))
            self._condition.notify()
        return result

    @property
    def longest_s(self) -> float:
        """For how long the oldest of what is being done has run; 0 if there is nothing."""
        with self._condition:
            return time.monotonic() - min(self._since.values()) if self._since else 0.0

    @property
    def busy_s(self) -> float:
        """Sum of the times for which threads were busy so far."""
        now = time.monotonic()
        with self._condition:
            return self._busy_s + sum(now - since for since in self._since.values())

    def _work(self, number: int) -> None:
        while True:
            with self._condition:
                while not self._waiting:
                    self._condition.wait()
                _, _, do, result, came = heapq.heappop(self._waiting)
                now = self._since[number] = time.monotonic()
            if result.set_running_or_notify_cancel():
                try:
                    result.set_result(do(now - came))
                except Exception as error:  # noqa: BLE001 - raised again by who asked
                    result.set_exception(error)
            with self._condition:
                self._busy_s += time.monotonic() - self._since.pop(number)
