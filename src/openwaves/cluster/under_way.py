"""Which workers there are, and which calls of this gateway are under way at which.

Its own module, since Ray copies the class of a router with the globals of its module, and this has to be shared.
"""

import math
import threading
from collections import Counter

PROMPT_S = 0.002
"""A call that waited no longer at its worker found it free."""


class UnderWay:
    """Calls by worker, and who did the last one at once. Thread-safe.

    Attributes:
        n_workers: How many workers there are.

    Ray tells the end of a call only after its answer has gone on; who has the answer tells it here at once, so that the
    next call does not take the free worker for a busy one. The first of both counts.
    """

    def __init__(self) -> None:
        self.n_workers = 0
        self._lock = threading.Lock()
        self._workers: dict[int, str] = {}
        self._calls: Counter[str] = Counter()
        self._prompt = ""

    def at(self, worker: str) -> int:
        """How many calls a worker has."""
        with self._lock:
            return self._calls[worker]

    def was_prompt(self, worker: str) -> bool:
        """Whether a worker did the last call at once: what it needs is at hand there, and no other gateway uses it."""
        return worker == self._prompt

    def begins(self, call: int, worker: str) -> None:
        """A call is sent to a worker, perhaps after another one refused it."""
        self.is_over(call)
        with self._lock:
            self._workers[call] = worker
            self._calls[worker] += 1

    def is_over(self, call: int, waited_s: float = math.inf) -> None:
        """A call was answered, lost or cancelled; said again, nothing happens.

        Args:
            call: Its number.
            waited_s: How long it waited at the worker, if it was answered.
        """
        with self._lock:
            worker = self._workers.pop(call, None)
            if worker is None:
                return
            if waited_s <= PROMPT_S:
                self._prompt = worker
            elif self._prompt == worker:
                self._prompt = ""
            self._calls[worker] -= 1
            if not self._calls[worker]:
                del self._calls[worker]


UNDER_WAY = UnderWay()
