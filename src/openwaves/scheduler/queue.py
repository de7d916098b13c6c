"""Work that waits, by due time, and which of it a worker may take."""

import heapq
import itertools
import math
from collections.abc import Callable, Collection, Iterator

from openwaves.scheduler.listener import Entry

LIVE_MEMORY_S = 10.0  # how long after the last live listener a worker is still kept for the next
LONG_S = 0.1  # what runs longer keeps a newcomer waiting; parts after the first never do
ASK_AGAIN_S = 0.03  # after which time may be found for what yields; to look for it takes a while with many listeners
SPARE_S = 0.1  # what is due so much later than it would be done has time


class Queue:
    """Not thread-safe.

    Attributes:
        workers: How many take from it.
    """

    def __init__(self, workers: int) -> None:
        """Begin empty.

        Args:
            workers: How many take from it.
        """
        self.workers = workers
        self._heap: list[tuple[float, int, Entry]] = []
        self._order = itertools.count()
        self._live_until = -math.inf
        self._ask_at = -math.inf

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[Entry]:
        return (entry for _, _, entry in self._heap)

    def push(self, entry: Entry) -> None:
        """Add a piece of work."""
        heapq.heappush(self._heap, (entry.due, next(self._order), entry))

    def sort(self) -> None:
        """Take in that entries are due at other times than when they were added."""
        self._heap[:] = [(entry.due, order, entry) for _, order, entry in self._heap]
        heapq.heapify(self._heap)

    def clear(self) -> list[Entry]:
        """Take everything out."""
        entries, self._heap = list(self), []
        return entries

    def drop_cancelled(self) -> int:
        """Forget what nobody wants any more; how many pieces that are."""
        kept = [item for item in self._heap if not item[2].result.cancelled()]
        n_dropped = len(self._heap) - len(kept)
        self._heap[:] = kept
        heapq.heapify(self._heap)
        return n_dropped

    def pop(
        self,
        now: float,
        running: Collection[Entry],
        *,
        is_awaited: bool,
        is_light: bool,
        is_spare: Callable[[Entry], bool],
    ) -> tuple[Entry | None, float]:
        """The most urgent work that one more worker may take.

        Args:
            now: The time.
            running: What the other workers do.
            is_awaited: Live listeners await sound.
            is_light: They need so little that an idle worker costs nobody anything.
            is_spare: Whether there is time for a piece that yields; after a No it is not asked for a while.

        Returns:
            The work, or None and the seconds after which to ask again.
        """
        if is_awaited:
            self._live_until = now + LIVE_MEMORY_S
        wait_s = LIVE_MEMORY_S
        is_kept = self.workers > 1 and now <= self._live_until
        for_files = sum(not entry.live for entry in running) + 1 < self.workers
        is_last = len(running) + 1 >= self.workers
        skipped = []
        found = None
        while self._heap:
            item = heapq.heappop(self._heap)
            entry = item[2]
            if is_kept and not entry.live and not for_files and entry.due >= now:
                skipped.append(item)
            elif is_light and is_last and (idle_s := spare_s(entry, now)) > 0:
                skipped.append(item)
                wait_s = min(wait_s, idle_s)
            elif entry.late == "yield" and entry.begin_by > now and not self._is_spare(entry, now, is_spare):
                skipped.append(item)
                wait_s = min(wait_s, entry.begin_by - now, self._ask_at - now)
            else:
                found = entry
                break
        for item in skipped:
            heapq.heappush(self._heap, item)
        return found, wait_s

    def _is_spare(self, entry: Entry, now: float, is_spare: Callable[[Entry], bool]) -> bool:
        if now >= self._ask_at and not is_spare(entry):
            self._ask_at = now + ASK_AGAIN_S
        return now >= self._ask_at


def spare_s(entry: Entry, now: float) -> float:
    """How long a long piece of sound can still wait, with something to spare; 0 for what is short or no such piece."""
    listener = entry.listener
    if listener is None or entry.has_sounded or entry.estimate.work_s < LONG_S:
        return 0.0
    if listener.dry_at is None and entry in listener.unfinished[:1]:
        return 0.0  # nothing is heard yet
    return entry.due - now - entry.estimate.work_s - SPARE_S  # another may leave it one core by then
