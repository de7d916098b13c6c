"""The workers: work by due time, one thread per core.

Networks release the interpreter lock while they compute, so threads share one copy of each. Live sound is due when its
listener would run dry. A new live listener begins at once, before all others, as soon as that leaves nobody else
without sound; until then it waits. Who cannot begin within ``start_wait_s`` is refused, at once if that is already
certain. What nobody waits for, such as pieces of whole files, is passed by live work until it is due, and no longer;
while somebody listens, one worker is kept free of it. Under light load the last idle worker takes nothing long that
has time, and what runs long and has time makes way for a newcomer's first piece. The first piece for a listener runs
alone: a second one beside it would share the memory bus and delay the first sound; when it is done, other work begins
once it has gone out. What may be left out is begun only while nobody would hear later of it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledWorkError, LateWorkError, OpenWavesError, OverloadedError
from openwaves.observing import Piece
from openwaves.scheduler import outcomes
from openwaves.scheduler.costs import Costs, Estimate
from openwaves.scheduler.floor import Floor
from openwaves.scheduler.listener import Entry, LiveListener
from openwaves.scheduler.meter import CoreMeter, Reading, cores
from openwaves.scheduler.protocol import Listener, Load
from openwaves.scheduler.queue import Queue
from openwaves.scheduler.work import Late, Work

T = TypeVar("T")

START_WAIT_S = 5.0
FILE_DUE_S = 5.0  # of pieces of sound that is not played while it is made
FIRST_GOES_S = 0.01  # longest wait until a first sound has gone out: threads that begin other work would delay it
UNDERRUN_S = 0.02  # shorter gaps are within what clients buffer


class Scheduler:
    """The workers of one machine. Thread-safe. ``close`` must be called; afterwards no work is taken."""

    def __init__(
        self,
        workers: int,
        max_pending: int,
        start_wait_s: float = START_WAIT_S,
        cpu_time: Callable[[], float] = time.process_time,
    ) -> None:
        """Start the workers.

        Args:
            workers: Number of threads.
            max_pending: Most pieces of work that may wait.
            start_wait_s: Longest time that a live listener waits to begin.
            cpu_time: CPU time of what does the work so far, in seconds.
        """
        self._start_wait_s = start_wait_s
        self._max_pending = max_pending
        self._floor = Floor(workers, Queue(workers))
        self._condition = threading.Condition()
        self._closed = False
        self._counts = dict.fromkeys(outcomes.COUNTED, 0)
        self._wait_s = 0.0
        self._busy_s = 0.0
        self._costs = Costs()
        self._meter = CoreMeter(cpu_time)
        self._threads: list[threading.Thread] = []
        self._start_threads(workers)

    @property
    def workers(self) -> int:
        """Number of worker threads."""
        return self._floor.workers

    def fit(self, workers: int, elsewhere: float = 0.0) -> None:
        """Have so many workers from now on, which others use as well.

        Args:
            workers: Number of threads; those that are too many end with what they do.
            elsewhere: Cores that others need of the same workers: nobody begins on these.
        """
        with self._condition:
            self._floor.workers = self._floor.queue.workers = workers
            self._floor.elsewhere = elsewhere
            n_more = workers - len(self._threads)
            self._begin_held(time.monotonic())
            self._condition.notify_all()
        self._start_threads(n_more)

    @property
    def demand(self) -> float:
        """Cores that those who listen need, or that are busy, if that is more."""
        with self._condition:
            return max(self._floor.demand(self._floor.active(time.monotonic())), float(len(self._floor.running)))

    def _start_threads(self, number: int) -> None:
        for _ in range(number):
            thread = threading.Thread(target=self._work, name="openwaves-worker", daemon=True)
            self._threads.append(thread)
            thread.start()

    @property
    def load(self) -> Load:
        """A snapshot."""
        with self._condition:
            return Load(
                waiting=len(self._floor.queue) + len(self._floor.kept_back()),
                running=len(self._floor.running),
                listeners=len(self._floor.active(time.monotonic())),
                held=len(self._floor.held),
                reserved=self._floor.reserved,
                wait_s=self._wait_s,
                busy_s=self._busy_s,
                **self._counts,
            )

    def listener(self, *, live: bool, wait_s: float | None = None) -> Listener:
        """See ``Workers``."""
        return LiveListener(self, live, self._start_wait_s if wait_s is None else wait_s)

    async def run(self, work: Work[T], *, due_s: float, live: bool = True, late: Late = "run") -> T:
        """See ``Workers``."""
        now = time.monotonic()
        with self._condition:
            self._check_room()
            entry = Entry(work, None, self._costs.estimate(work), now, now + due_s, live, late)
            self._floor.queue.push(entry)
            self._condition.notify()
        result: T = await entry.outcome()
        return result

    @contextmanager
    def reserve(self, n_cores: float) -> Iterator[None]:
        """See ``Workers``."""
        with self._condition:
            total = self._floor.reserved + n_cores
            if total > self._floor.workers or not self._floor.can_begin([], more_reserved=n_cores):
                self._counts["refused"] += 1
                message = "the server is busy: one session more would leave others without sound"
                raise OverloadedError(message, self._floor.retry_after_s())
            self._floor.reserved += n_cores
        try:
            yield
        finally:
            with self._condition:
                self._floor.reserved = max(0.0, self._floor.reserved - n_cores)
                self._begin_held(time.monotonic())

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop running work, fail what waits and end the threads."""
        with self._condition:
            self._closed = True
            waiting = self._floor.queue.clear() + self._floor.kept_back()
            self._floor.held.clear()
            for entry in self._floor.running:
                entry.cancel.cancel()
            self._condition.notify_all()
        for entry in waiting:
            outcomes.fail(entry, outcomes.shutting_down())
        for thread in list(self._threads):
            thread.join(timeout_s)

    def announce(self, listener: LiveListener, work: Work[Any] | None) -> None:
        """See ``ListenersHome``."""
        with self._condition:
            if work is None:
                listener.is_whole, listener.more = True, None
                self._begin_held(time.monotonic())
            else:
                self._foresee(listener, work)

    def submit(self, work: Work[Any], listener: LiveListener, on_part: Callable[[Any], None] | None = None) -> Entry:
        """See ``ListenersHome``.

        Raises:
            OverloadedError: Too much is waiting, or the listener certainly cannot begin in time.
        """
        now = time.monotonic()
        with self._condition:
            if listener.is_refused:
                raise outcomes.no_place(self._floor.retry_after_s())
            self._check_room()
            if not listener.announced:
                self._foresee(listener, work)
            due = now + FILE_DUE_S
            entry = Entry(work, listener, listener.announced.popleft(), now, due, listener.live, on_part=on_part)
            is_new = not listener.has_begun and not listener.unfinished
            if is_new:
                self._floor.held.append(listener)
            elif listener.has_begun:
                self._push(entry, now)
            listener.add(entry)
            self._floor.listeners.add(listener)
            self._begin_held(now)
            waits = is_new and not listener.has_begun
            if waits and self._costs.knows(work) and not self._floor.may_begin_in_time(listener, now):
                self._turn_away(listener)
                raise outcomes.no_place(self._floor.retry_after_s())
        return entry

    def refuse(self, listener: LiveListener) -> None:
        """See ``ListenersHome``."""
        with self._condition:
            if listener.has_begun or listener not in self._floor.held:
                return
            refused = self._turn_away(listener)
            error = outcomes.no_place(self._floor.retry_after_s())
        for waiting in refused:
            outcomes.fail(waiting, error)

    def deliver(self, listener: LiveListener, sound_s: float) -> None:
        """See ``ListenersHome``: move the moment at which the listener runs dry."""
        now = time.monotonic()
        with self._condition:
            if listener.dry_at is None:
                listener.dry_at = now
                self._condition.notify_all()
            elif now > listener.dry_at + UNDERRUN_S and listener.live:
                self._counts["underruns"] += 1
                listener.watch.ran_dry()
            listener.dry_at = max(listener.dry_at, now) + sound_s
            listener.hear()
            if listener.live and listener.set_dues(now):  # it was only expected how long the sound would be
                self._floor.queue.sort()
                self._condition.notify_all()

    def forget(self, listener: LiveListener) -> None:
        """See ``ListenersHome``: the request is over, one way or another."""
        with self._condition:
            if listener in self._floor.held:
                self._floor.held.remove(listener)
                self._counts["cancelled"] += len(listener.unfinished)
            self._floor.listeners.discard(listener)
            self._begin_held(time.monotonic())

    def _foresee(self, listener: LiveListener, work: Work[Any]) -> None:
        """Note what will come for a listener. Call with the lock held."""
        listener.announced.append(self._costs.estimate(work))
        listener.more = None if listener.is_whole else self._costs.usual(work)

    def _check_room(self) -> None:
        """Whether one more piece may wait. Call with the lock held.

        Raises:
            OverloadedError: It may not.
        """
        if self._closed:
            raise outcomes.shutting_down()
        if len(self._floor.queue) >= self._max_pending:
            self._counts["cancelled"] += self._floor.queue.drop_cancelled()
        n_waiting = len(self._floor.queue) + len(self._floor.held)
        if n_waiting >= self._max_pending:
            self._counts["refused"] += 1
            message = f"the server is busy: {n_waiting} pieces of work are waiting"
            raise OverloadedError(message, self._floor.retry_after_s())

    def _push(self, entry: Entry, now: float) -> None:
        """Queue a listener's piece by its due time. Call with the lock held."""
        listener = entry.listener
        if listener is not None and listener.live:
            entry.due = listener.due(now)
            if listener.dry_at is None and listener.unfinished:
                listener.parked.append(entry)
                return
        self._floor.queue.push(entry)
        self._condition.notify()

    def _finish(self, entry: Entry, now: float, lasts_s: float = 0.0) -> None:
        """A piece is over; those that waited for it come next. Call with the lock held."""
        listener = entry.listener
        if listener is None:
            return
        listener.finish(entry, lasts_s)
        self._unpark(listener, now + lasts_s)

    def _unpark(self, listener: LiveListener, due: float) -> None:
        """Queue what waited for a listener's first sound, which is over at ``due``. Call with the lock held."""
        parked, listener.parked = listener.parked, []
        for waiting in parked:
            waiting.due = due
            due += waiting.estimate.lasts_s
            self._floor.queue.push(waiting)

    def _turn_away(self, listener: LiveListener) -> list[Entry]:
        """Forget a listener who cannot begin. Call with the lock held."""
        self._floor.held.remove(listener)
        self._floor.listeners.discard(listener)
        self._counts["refused"] += 1
        listener.is_refused = True
        refused, listener.unfinished = listener.unfinished, []
        return refused

    def _begin_held(self, now: float) -> None:
        """Let those who wait begin, as far as they may. Call with the lock held."""
        for listener in self._floor.beginning(now):
            listener.has_begun = True
            entries, listener.unfinished = listener.unfinished, []
            for entry in entries:
                self._push(entry, now)
                listener.unfinished.append(entry)
            self._floor.make_way(entries[0], now)

    def _goes_on(self, entry: Entry) -> bool:
        """Queue again what made way, unless nobody wants it any more. Call with the lock held."""
        if entry.is_unwanted or self._closed:
            return False
        entry.cancel, entry.is_stopping = CancelToken(), False
        self._floor.queue.push(entry)
        self._condition.notify_all()
        return True

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            entry, before = taken
            began = time.monotonic()
            result, error = outcomes.run(entry)
            ended = time.monotonic()
            step = entry.work.rest(result) if error is None else None
            with self._condition:
                self._floor.running.pop(entry, None)
                n_cores = cores(before, self._meter.running(len(self._floor.running)), self._floor.workers)
                if entry.n_stopped and isinstance(error, CancelledWorkError) and self._goes_on(entry):
                    continue
                self._busy_s += ended - began
                arrived = None if entry.has_sounded else entry.arrival
                if arrived is not None:
                    self._wait_s += began - arrived
                lasts_s = 0.0 if error else entry.work.lasts(result)
                part = Estimate((ended - began) * n_cores, lasts_s, n_cores)
                if step is None or self._closed:
                    self._end(entry, error := error or (outcomes.shutting_down() if step else None), part, ended)
                else:
                    self._part(entry, step, part, ended)
                    entry.give(result)
                self._begin_held(ended)
            told = entry.work.kind, entry.work.size, lasts_s, arrived, began, ended, error.code if error else ""
            entry.watch.worked(Piece(*told))
            if error is not None:
                entry.result.set_exception(error)
            elif step is None:
                entry.result.set_result(result)
            self._let_go(entry.listener)

    def _let_go(self, listener: LiveListener | None) -> None:
        """Wake the other workers, once a first sound is on its way."""
        with self._condition:
            if listener is not None and listener.live:
                self._condition.wait_for(lambda: listener.dry_at is not None, FIRST_GOES_S)
            self._condition.notify_all()

    def _part(self, entry: Entry, step: Callable[[CancelToken], Any], part: Estimate, now: float) -> None:
        """Queue the rest of what has given a part. Call with the lock held."""
        entry.go_on(step, part, now)
        if entry.listener is not None:
            self._unpark(entry.listener, now + part.lasts_s + entry.estimate.lasts_s)
        self._floor.queue.push(entry)

    def _end(self, entry: Entry, error: OpenWavesError | None, last: Estimate, now: float) -> None:
        """A piece of work is over. Call with the lock held."""
        self._finish(entry, now, last.lasts_s)
        self._counts[outcomes.outcome(error)] += 1
        found = entry.spent.and_then(last)
        tells = found.lasts_s > 0 or not entry.work.is_sound  # silence teaches nothing about sound
        if error is None and tells and entry.work.is_usual():
            self._costs.learn(entry.work, found)

    def _take(self) -> tuple[Entry, Reading] | None:
        """The most urgent work that this worker may do and that somebody still wants; None when closed."""
        with self._condition:
            while not self._closed:
                if len(self._threads) > self._floor.workers:
                    self._threads.remove(threading.current_thread())
                    return None
                now = time.monotonic()
                active = self._floor.active(now)
                is_light = self._floor.is_light(active)
                is_awaited = bool(self._floor.held or active)
                entry, wait_s = self._floor.queue.pop(
                    now,
                    self._floor.running,
                    is_awaited=is_awaited,
                    is_light=is_light,
                    is_spare=self._floor.has_time_for,
                )
                if entry is None:
                    self._condition.wait(wait_s)
                elif not entry.begin():
                    self._counts["cancelled"] += 1
                    self._finish(entry, now)
                elif entry.late != "run" and now > entry.begin_by:
                    self._counts["late"] += 1
                    entry.result.set_exception(LateWorkError("it could not be begun in time"))
                else:
                    self._floor.running[entry] = now
                    return entry, self._meter.running(len(self._floor.running))
            return None
