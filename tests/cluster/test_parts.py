"""The parts of a cluster that need no Ray."""

import threading
from concurrent.futures import wait

import pytest

from openwaves.cluster.queue import DueQueue
from openwaves.cluster.roster import GONE_S, Roster
from openwaves.cluster.scaling import LONG_WAIT_S, wanted


async def test_the_roster_sums_up_what_others_need() -> None:
    now = 0.0
    roster = Roster(lambda: now)
    assert await roster.need("one", 1.5) == 0
    assert await roster.need("two", 0.5) == 1.5
    now = GONE_S - 0.1
    assert await roster.need("three", 2.0) == 2.0
    now = GONE_S + 0.1
    assert await roster.need("two", 0.5) == 2.0, "who is silent is gone"


def test_a_worker_does_what_is_due_first() -> None:
    queue, begin, order = DueQueue(1), threading.Event(), list[str]()
    doing = [queue.submit(0, lambda _: begin.wait(10))]
    for name, due_s in (("late", 9.0), ("soon", 1.0), ("next", 5.0)):
        doing.append(queue.submit(due_s, lambda _, name=name: order.append(name)))  # type: ignore[misc]
    dropped = queue.submit(0.5, lambda _: order.append("dropped"))
    assert dropped.cancel()
    begin.set()
    wait(doing, 10)
    assert order == ["soon", "next", "late"]
    assert queue.busy_s > 0
    assert queue.longest_s == 0 or queue.longest_s < 5


def test_an_error_reaches_who_asked() -> None:
    def fail(_: float) -> None:
        raise ZeroDivisionError

    queue = DueQueue(1)
    with pytest.raises(ZeroDivisionError):
        queue.submit(0, fail).result(10)
    assert queue.submit(0, lambda waited_s: waited_s).result(10) >= 0


@pytest.mark.parametrize(
    ("workers", "wait_s", "busy", "expected"),
    [
        (4, 0.0, 0.7, 4),  # busy, and nobody waits: it is large enough
        (4, LONG_WAIT_S * 1.1, 1.0, 5),
        (4, LONG_WAIT_S * 9, 1.0, 8),  # not more than doubled at once
        (8, 0.0, 0.1, 2),
        (1, 0.0, 0.0, 1),
        (4, LONG_WAIT_S / 2, 0.1, 4),  # something still waits
    ],
)
def test_the_fleet_grows_by_waits_and_shrinks_when_idle(
    workers: int, wait_s: float, busy: float, expected: int
) -> None:
    assert wanted(workers, wait_s, busy) == expected


def test_the_fleet_of_a_scheduler_changes() -> None:
    from openwaves.scheduler import Scheduler

    scheduler = Scheduler(1, 10)
    scheduler.fit(4)
    assert scheduler.workers == 4
    scheduler.fit(2, elsewhere=1.0)
    assert scheduler.workers == 2
    scheduler.close()
