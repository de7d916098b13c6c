"""One request for sound: what it still awaits, and when it runs dry."""

import asyncio
from collections import deque
from collections.abc import Callable, Container
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from openwaves.cancellation import CancelToken
from openwaves.observing import Watch, watching
from openwaves.scheduler.admission import Rest
from openwaves.scheduler.costs import Estimate
from openwaves.scheduler.work import Late, Work

T = TypeVar("T")

LEAST_MOVE_S = 0.01  # of a due time that changes an order
MOST_FORESEEN = 40  # pieces of a listener that are thought of; more than play within the horizon of admission


@dataclass(slots=True, eq=False)
class Entry:
    """A piece of work on its way.

    Attributes:
        work: What to do.
        listener: Whose sound it is, if it is sound.
        estimate: What it is expected to cost and to give.
        arrival: When it came.
        due: When somebody misses it; of live sound, known once its listener has begun.
        live: Somebody waits for it.
        late: What becomes of it when it is not begun before it is due.
        cancel: Stops it.
        result: What became of it.
        is_unwanted: Nobody waits for the result any more.
        n_stopped: How often it was stopped to make way for others.
        is_stopping: It is being stopped just now, and will be done again.
        step: What is to be done of it now: all, its first part, or another.
        on_part: Given every part of the result but the last, on a worker's thread.
        has_sounded: Its first part is made.
        spent: What its parts cost and gave so far.
        made: Lengths of its sound that was not delivered yet.
        watch: Told how it fares.
    """

    work: Work[Any]
    listener: "LiveListener | None"
    estimate: Estimate
    arrival: float
    due: float
    live: bool
    late: Late = "run"
    cancel: CancelToken = field(default_factory=CancelToken)
    result: Future[Any] = field(default_factory=Future)
    is_unwanted: bool = False
    n_stopped: int = 0
    is_stopping: bool = False
    step: Callable[[CancelToken], Any] = field(init=False)
    on_part: Callable[[Any], None] | None = None
    has_sounded: bool = False
    spent: Estimate = field(default_factory=lambda: Estimate(0.0, 0.0))
    made: deque[float] = field(default_factory=deque)
    watch: Watch = field(default_factory=watching.get)

    def __post_init__(self) -> None:
        self.step = self.work.run

    @property
    def begin_by(self) -> float:
        """When it must be begun: by the time it is due, or so that it is done then, if it yields."""
        return self.due - self.estimate.wall_s if self.late == "yield" else self.due

    async def outcome(self) -> Any:
        """What the work returns; cancelling the call stops the work."""
        try:
            return await asyncio.wrap_future(self.result)
        except asyncio.CancelledError:
            self.is_unwanted = True
            self.cancel.cancel()
            raise

    def begin(self) -> bool:
        """Note that a worker takes it; False if nobody wants it any more."""
        if self.n_stopped or self.has_sounded:
            return not self.is_unwanted
        return self.result.set_running_or_notify_cancel()

    def give(self, part: Any) -> None:
        """Pass a part of the result on, if its loop still runs."""
        if self.on_part is not None:
            with suppress(RuntimeError):
                self.on_part(part)

    def go_on(self, step: Callable[[CancelToken], Any], part: Estimate, now: float) -> None:
        """Take a part as done; the next is due when it has been heard."""
        self.spent = self.spent.and_then(part)
        if not self.has_sounded:
            self.spent = self.spent._replace(first_work_s=part.work_s, first_lasts_s=part.lasts_s)
        self.estimate = self.estimate.after(part).going_on(part.lasts_s)
        self.step, self.has_sounded = step, True
        if self.listener is not None and self.live:
            self.add(part.lasts_s)
            self.due = max(self.due, now) + part.lasts_s

    def add(self, sound_s: float) -> None:
        """Sound of it is made."""
        if sound_s > 0:
            self.made.append(sound_s)

    def make_way(self) -> None:
        """Stop it for a while."""
        self.n_stopped += 1
        self.cancel.cancel()


class ListenersHome(Protocol):
    """What a listener asks of the scheduler."""

    def announce(self, listener: "LiveListener", work: Work[Any] | None) -> None:
        """A work that will come; None: no more will."""
        ...

    def submit(self, work: Work[Any], listener: "LiveListener", on_part: Callable[[Any], None] | None = None) -> Entry:
        """Take the next work of a listener."""
        ...

    def refuse(self, listener: "LiveListener") -> None:
        """Turn a listener away who still could not begin."""
        ...

    def deliver(self, listener: "LiveListener", sound_s: float) -> None:
        """Sound went out."""
        ...

    def forget(self, listener: "LiveListener") -> None:
        """The request is over."""
        ...


class LiveListener:
    """See ``Listener``. Its fields are guarded by the scheduler's lock.

    Attributes:
        live: Its sound is played while it is made.
        wait_s: Longest time that it waits to begin.
        has_begun: It may have work done; one that is not live may at once.
        is_refused: It was turned away.
        dry_at: When it runs dry, with what was delivered; None before its first sound.
        start_at: When it is expected to begin, while it waits.
        announced: Estimates of what is known to come and was not handed in yet.
        is_whole: All of it is known.
        more: The usual piece of a text that may still grow; None if all of it is known.
        unfinished: What was handed in and is not done, in the order of playback.
        unheard: What was handed in and not delivered whole, in this order.
        parked: Those of them that wait for the first one to be done.
        watch: Told how it fares.
    """

    def __init__(self, home: ListenersHome, live: bool, wait_s: float) -> None:
        self.live = live
        self.wait_s = wait_s
        self.has_begun = not live
        self.is_refused = False
        self.dry_at: float | None = None
        self.start_at = 0.0
        self.announced: deque[Estimate] = deque()
        self.is_whole = False
        self.more: Estimate | None = None
        self.unfinished: list[Entry] = []
        self.unheard: list[Entry] = []
        self.parked: list[Entry] = []
        self.watch = watching.get()
        self._home = home

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._home.forget(self)

    def announce(self, work: Work[Any]) -> None:
        """See ``Listener``."""
        self._home.announce(self, work)

    def announce_end(self) -> None:
        """See ``Listener``."""
        self._home.announce(self, None)

    async def run(self, work: Work[T], on_part: Callable[[T], None] | None = None) -> T:
        """See ``Listener``."""
        give = None if on_part is None else partial(_hop, asyncio.get_running_loop(), on_part)
        entry = self._home.submit(work, self, give)
        timer = None
        if not self.has_begun:
            timer = asyncio.get_running_loop().call_later(self.wait_s, self._home.refuse, self)
        try:
            result: T = await entry.outcome()
            return result
        finally:
            if timer is not None:
                timer.cancel()

    def delivered(self, sound_s: float) -> None:
        """See ``Listener``."""
        self._home.deliver(self, sound_s)

    def due(self, now: float) -> float:
        """When the listener runs dry unless the next piece is done."""
        made_s = sum(sum(entry.made) for entry in self.unheard)
        return (self.dry_at or now) + made_s + sum(entry.estimate.lasts_s for entry in self.unfinished)

    def add(self, entry: Entry) -> None:
        """Take in a piece that follows those before it."""
        self.unfinished.append(entry)
        self.unheard.append(entry)

    def finish(self, entry: Entry, sound_s: float) -> None:
        """A piece is done, with so much sound at its end."""
        if entry in self.unfinished:
            self.unfinished.remove(entry)
            entry.add(sound_s)
            if not entry.made:
                self.unheard.remove(entry)

    def hear(self) -> None:
        """The next part of what is made was delivered."""
        entry = next((entry for entry in self.unheard if entry.made), None)
        if entry is None:
            return
        entry.made.popleft()
        if not entry.made and entry not in self.unfinished:
            self.unheard.remove(entry)

    def set_dues(self, now: float) -> bool:
        """Tell what is handed in when it is due, by the sound that plays before it; whether anything moved."""
        is_moved, due = False, self.dry_at or now
        for entry in self.unheard:
            due += sum(entry.made)
            if entry in self.unfinished:
                is_moved |= abs(entry.due - due) > LEAST_MOVE_S
                entry.due = due
                due += entry.estimate.lasts_s
        return is_moved

    def rest(self, now: float, running: Container[Entry]) -> Rest:
        """What it still awaits, without what runs now."""
        dry_s = (self.dry_at or now) - now
        for entry in self.unheard:
            dry_s += sum(entry.made)
            if entry in self.unfinished:
                break  # what is made of later ones cannot be heard before
        waiting: list[Estimate] = []
        for number, entry in enumerate(self.unfinished):
            parts = [entry.estimate] if number else entry.estimate.parts  # later ones have time: they count as whole
            if entry in running and not entry.is_stopping:
                dry_s += parts.pop(0).lasts_s
            waiting += parts
        waiting += islice(self.announced, MOST_FORESEEN)  # a book has thousands
        return Rest(dry_s, waiting, self.more)

    @property
    def rate(self) -> float:
        """Work for each second of sound of what it still awaits."""
        work_s = lasts_s = 0.0
        for estimate in (*(entry.estimate for entry in self.unfinished), *islice(self.announced, MOST_FORESEEN)):
            work_s += estimate.work_s
            lasts_s += estimate.lasts_s
        return work_s / lasts_s if lasts_s > 0 else 0.0


def _hop(loop: asyncio.AbstractEventLoop, give: Callable[[T], None], part: T) -> None:
    loop.call_soon_threadsafe(give, part)
