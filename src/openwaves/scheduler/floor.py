"""What is done, waits and is listened to now, and what that leaves room for."""

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from openwaves.scheduler import admission
from openwaves.scheduler.admission import CAUTION, HOPE, Due, Newcomer
from openwaves.scheduler.costs import Estimate
from openwaves.scheduler.listener import Entry, LiveListener
from openwaves.scheduler.queue import LONG_S, Queue, spare_s

LIGHT = 0.7  # share of the workers that listeners may need for a core to be kept free
MOST_STOPS = 2  # times that a piece of work makes way
PLENTY = 1.8  # factor on the expected work, with which what makes way must still be done in time
HURRY_S = 1.2  # who has waited so long leaves no room for others
NEXT_S = 0.6  # when the next one like a newcomer is taken to begin
ROOM = 1.3  # factor on the expected work, with which there must be room for it
PATIENT = 1.05  # the same, of who has waited long
FEW = 3  # who wait; the workers are full for long where more do, and what was misjudged adds up
CROWDED = 1.2  # factor on the expected work, where more wait
LEAST_LENT = 0.1  # of a core, that a piece must be able to lose for another to delay it
MOST_FORESEEN = 32  # waiting listeners whose chances are looked into when one more comes


@dataclass(slots=True)
class Floor:
    """All that the workers have to think of. Guarded by the scheduler's lock.

    Attributes:
        workers: How many workers there are.
        queue: Work that waits for a worker.
        held: Listeners who wait to begin, in the order in which they came.
        listeners: All listeners whose request is not over.
        running: What the workers do, and since when.
        reserved: Cores that sessions keep for themselves.
        elsewhere: Cores that others need who share the workers.
    """

    workers: int
    queue: Queue
    held: deque[LiveListener] = field(default_factory=deque)
    listeners: set[LiveListener] = field(default_factory=set)
    running: dict[Entry, float] = field(default_factory=dict)
    reserved: float = 0.0
    elsewhere: float = 0.0

    def kept_back(self) -> list[Entry]:
        """Pieces that are not in the queue yet: their listeners wait to begin, or for a first sound."""
        waiting = [entry for listener in self.held for entry in listener.unfinished]
        return waiting + [entry for listener in self.listeners for entry in listener.parked]

    def active(self, now: float) -> list[LiveListener]:
        """Live listeners who await sound."""
        return [
            listener
            for listener in self.listeners
            if listener.live and listener.has_begun and (listener.unfinished or (listener.dry_at or 0) > now)
        ]

    def is_light(self, active: list[LiveListener]) -> bool:
        """Whether those who listen need so little that an idle core costs nobody anything."""
        if self.held or self.workers == 1:
            return False
        return self.demand(active) + self.elsewhere <= LIGHT * self.workers

    def demand(self, active: list[LiveListener]) -> float:
        """Cores that listeners and sessions need."""
        return sum(listener.rate for listener in active) + self.reserved

    def can_begin(
        self,
        new: list[Newcomer],
        *,
        caution: float = CAUTION,
        more_reserved: float = 0.0,
        more_work: Sequence[Estimate] = (),
    ) -> bool:
        """Whether newcomers can begin, or so many more cores be reserved, or work be done, beside everything else."""
        now = time.monotonic()
        under_way = [Due(0.0, work.work_s, work.wall_s, is_promised=False) for work in more_work]
        under_way += [
            Due(0.0, left_s * entry.estimate.cores, left_s, is_promised=False)
            for entry, began in self.running.items()
            if not entry.is_stopping and (left_s := entry.estimate.parts[0].wall_s - (now - began)) > 0
        ]
        under_way += [
            Due(entry.due - now, entry.estimate.work_s, entry.estimate.wall_s, is_promised=False)
            for entry in self.queue
            if (entry.listener is None or not entry.listener.live) and entry.late != "yield"
        ]
        heard, silent = [], []
        for listener in self.active(now):
            rest = listener.rest(now, self.running)
            if listener.dry_at is None and rest.pieces and rest.dry_s <= 0:
                silent.append(Newcomer(0.0, rest))
            else:
                heard.append(rest)
        return admission.can_begin(
            max(0.1, self.workers - self.elsewhere - self.reserved - more_reserved),
            under_way,
            heard,
            [*silent, *new],
            caution,
        )

    def has_time_for(self, entry: Entry) -> bool:
        """Whether a piece that yields may be done now: beside listeners, while one worker is free of such."""
        now = time.monotonic()
        if not self.held and not self.active(now):
            return True
        if self.held or sum(other.late == "yield" for other in self.running) >= max(1, self.workers - 1):
            return False
        work = entry.estimate
        if len(self.running) + 1 >= self.workers:  # else there are idle cores over which others may spread
            for other, began in self.running.items():
                if not self._can_spare(work.work_s, other, now - began):
                    return False
        return self.can_begin([], caution=ROOM, more_work=[work])

    def _can_spare(self, work_s: float, other: Entry, ran_s: float) -> bool:
        """Whether a piece that runs still ends in time if one of its cores does something else for a while.

        Nobody knows how many cores it had so far: one at least.
        """
        part = other.estimate.parts[0]
        lent = min(1.0, part.cores - 1)
        if other.listener is None or not other.listener.live or lent < LEAST_LENT:
            return True
        left_s = (max(0.0, part.work_s - ran_s) + work_s * lent) / part.cores
        share = max(0.1, self.workers - self.elsewhere - self.reserved) / self.workers
        return time.monotonic() + left_s * ROOM / share < other.due

    def beginning(self, now: float) -> Iterator[LiveListener]:
        """Those who wait and may begin now, in order, as long as nobody suffers; asked for one after another.

        Who cannot begin yet lets pass whoever needs less work for each second of sound: a light voice does not wait
        for a heavy one.
        """
        least_refused = math.inf
        for listener in list(self.held):
            if all(entry.result.cancelled() for entry in listener.unfinished):
                self.held.remove(listener)
                continue
            ratio = listener.unfinished[-1].estimate.ratio
            if ratio >= least_refused:
                continue
            if self.may_begin(listener, now):
                self.held.remove(listener)
                yield listener
            else:
                least_refused = ratio

    def may_begin(self, listener: LiveListener, now: float) -> bool:
        """Whether a new listener may begin now.

        Pieces grow, so a listener costs most in its first seconds: whoever comes first could take all the time there
        is, and the last of a crowd would wait until all others have been given their largest pieces. So one who has
        hardly waited leaves room for another one like it.
        """
        if not self.active(now):
            return True
        rest = listener.rest(now, ())
        newcomer = Newcomer(0.0, rest)
        waited_s = now - listener.unfinished[0].arrival
        caution = CROWDED if len(self.held) > FEW else PATIENT if waited_s > HURRY_S else CAUTION
        if not self.can_begin([newcomer], caution=caution):
            return False
        if waited_s > HURRY_S:
            return True
        return self.can_begin([newcomer, Newcomer(NEXT_S, rest._replace(more=None))], caution=ROOM)

    def may_begin_in_time(self, listener: LiveListener, now: float) -> bool:
        """Whether a new listener who has to wait may still begin in time.

        Texts that still grow may end soon, and so leave the question open.
        """
        ahead = [other for other in self.held if other is not listener]
        waiting = [*ahead, listener]
        if len(waiting) > MOST_FORESEEN or any(other.more for other in (*self.active(now), *waiting)):
            return True
        before = [Newcomer(max(0.0, other.start_at - now), other.rest(now, ())) for other in ahead]
        if not self.can_begin(before, caution=HOPE):
            return True  # what was promised is late already; nobody knows how that ends
        rest = listener.rest(now, ())
        for step in range(1, 9):
            wait_s = listener.wait_s * step / 8
            if self.can_begin([*before, Newcomer(wait_s, rest)], caution=HOPE):
                listener.start_at = now + wait_s
                return True
        return False

    def make_way(self, first: Entry, now: float) -> None:
        """Stop long work that has time, for a newcomer's first piece.

        What is stopped is done again from its beginning: only while there is time enough for others to come, too.
        """
        if not self.is_light(self.active(now)):
            return
        first_s = first.estimate.work_s / self.workers
        for entry, began in self.running.items():
            left_s = entry.estimate.parts[0].wall_s - (now - began)
            if entry.n_stopped < MOST_STOPS and left_s > LONG_S and spare_s(entry, now) > first_s:
                entry.is_stopping = True
                if self.can_begin([], caution=PLENTY):
                    entry.make_way()
                else:
                    entry.is_stopping = False

    def retry_after_s(self) -> int:
        """Seconds until what waits and what is being heard is worked off."""
        waiting_s = sum(entry.estimate.work_s for entry in self.queue) / self.workers
        now = time.monotonic()
        first_end_s = min(((listener.dry_at or now) - now for listener in self.active(now)), default=0.0)
        return max(1, math.ceil(max(waiting_s, first_end_s)))
