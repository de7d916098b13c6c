"""Which calls of this gateway are under way at which worker.

Its own module, since Ray copies the class of a router with the globals of its module, and this has to be shared.
"""

import threading
from collections import Counter


class UnderWay:
    """Calls by worker. Thread-safe.

    Ray tells the end of a call only after its answer has gone on; who has the answer tells it here at once, so that the
    next call does not take the free worker for a busy one. The first of both counts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: dict[int, str] = {}
        self._calls: Counter[str] = Counter()

    def at(self, worker: str) -> int:
        """How many calls a worker has."""
        with self._lock:
            return self._calls[worker]

    def begins(self, call: int, worker: str) -> None:
        """A call is sent to a worker, perhaps after another one refused it."""
        self.is_over(call)
        with self._lock:
            self._workers[call] = worker
            self._calls[worker] += 1

    def is_over(self, call: int) -> None:
        """A call was answered, lost or cancelled; said again, nothing happens."""
        with self._lock:
            worker = self._workers.pop(call, None)
            if worker is None:
                return
            self._calls[worker] -= 1
            if not self._calls[worker]:
                del self._calls[worker]


UNDER_WAY = UnderWay()
