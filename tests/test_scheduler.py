"""The scheduler with real threads and real work."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledWorkError, EngineError, LateWorkError, OverloadedError
from openwaves.scheduler import Listener, Scheduler, Work
from openwaves.scheduler.admission import Due, Newcomer, Rest, can_begin
from openwaves.scheduler.costs import Costs, Estimate
from openwaves.scheduler.floor import HURRY_S, Floor
from openwaves.scheduler.listener import Entry, LiveListener
from openwaves.scheduler.queue import Queue

Speak = Callable[[str, CancelToken], float]
"""Does what a text says; seconds of sound."""


class Room:
    """A scheduler, and work for it."""

    def __init__(self, scheduler: Scheduler, speak: Speak) -> None:
        self.scheduler = scheduler
        self._speak = speak

    def work(self, text: str, kind: str = "heavy") -> Work[float]:
        return Work(partial(self._speak, text), kind, float(len(text)), lambda sound_s: sound_s)

    def listener(self, *, live: bool = True) -> Listener:
        return self.scheduler.listener(live=live)

    async def one(self, text: str, kind: str = "heavy", *, live: bool = False) -> float:
        """A request of one piece."""
        with self.listener(live=live) as listener:
            return await listener.run(self.work(text, kind))

    async def listen(self, n_pieces: int, *, whole: bool = False) -> int:
        """A live request of several pieces, three of them ahead; ``whole`` if all are announced."""
        works = [self.work("some text") for _ in range(n_pieces)]
        with self.listener() as listener:
            if whole:
                for work in works:
                    listener.announce(work)
                listener.announce_end()
            ahead = [asyncio.create_task(listener.run(work)) for work in works[:3]]
            try:
                for number in range(n_pieces):
                    listener.delivered(await ahead.pop(0))
                    if number < n_pieces - 3:
                        ahead.append(asyncio.create_task(listener.run(works[number + 3])))
            finally:
                await asyncio.gather(*ahead, return_exceptions=True)
        return n_pieces


@contextmanager
def running(speak: Speak, workers: int = 1, max_pending: int = 64, start_wait_s: float = 2.5) -> Iterator[Room]:
    scheduler = Scheduler(workers, max_pending, start_wait_s)
    try:
        yield Room(scheduler, speak)
    finally:
        scheduler.close()


def busily(seconds: float, sound_s: float) -> Speak:
    """Keeps a worker for a while, or until it is stopped."""

    def speak(_text: str, cancel: CancelToken) -> float:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            cancel.raise_if_cancelled()
            time.sleep(0.002)
        return sound_s

    return speak


async def test_work_comes_back_with_its_result() -> None:
    with running(lambda text, _cancel: float(len(text))) as room:
        assert await room.one("four") == 4.0
        assert room.scheduler.load.done == 1


async def test_live_work_passes_whole_files_and_the_driest_listener_goes_first() -> None:
    gate = threading.Event()
    order: list[str] = []

    def speak(text: str, _cancel: CancelToken) -> float:
        gate.wait(5)
        order.append(text)
        return float(len(text))

    with running(speak) as room, room.listener() as full, room.listener() as dry:
        gate.set()
        await asyncio.gather(full.run(room.work("warm 1")), dry.run(room.work("warm 2")))
        full.delivered(60.0)
        dry.delivered(0.5)
        gate.clear()
        order.clear()
        first = asyncio.create_task(room.one("file 1"))
        await asyncio.sleep(0.05)
        rest = [
            asyncio.create_task(work)
            for work in (
                room.one("file 2"),
                full.run(room.work("full")),
                dry.run(room.work("dry")),
            )
        ]
        await asyncio.sleep(0.05)
        assert room.scheduler.load.waiting == 3
        gate.set()
        await asyncio.gather(first, *rest)
    assert order == ["file 1", "dry", "file 2", "full"]


async def test_what_waits_is_due_by_the_sound_that_was_made_not_by_what_was_expected() -> None:
    gates = {"brief": threading.Event(), "dry": threading.Event()}
    order: list[str] = []

    def speak(text: str, _cancel: CancelToken) -> float:
        if text in gates:
            gates[text].wait(5)
        order.append(text)
        return 0.2 if text == "brief" else 2.0

    with running(speak) as room, room.listener() as one, room.listener() as other, room.listener() as dry:
        for listener, sound_s in ((one, 0.4), (other, 1.5), (dry, 0.0)):
            await listener.run(room.work("usual"))
            listener.delivered(sound_s)
        brief = asyncio.create_task(one.run(room.work("brief")))
        await asyncio.sleep(0.05)
        rest = [
            asyncio.create_task(listener.run(room.work(text)))
            for listener, text in ((one, "second"), (other, "third"), (dry, "dry"))
        ]
        await asyncio.sleep(0.05)
        gates["brief"].set()
        one.delivered(await brief)
        gates["dry"].set()
        await asyncio.gather(*rest)
    assert order[3:] == ["brief", "dry", "second", "third"]


@pytest.mark.parametrize("is_sent", [True, False])
async def test_other_work_begins_once_a_first_sound_has_gone_out_or_soon_after(is_sent: bool) -> None:
    sent, found = threading.Event(), list[bool]()

    def speak(_text: str, _cancel: CancelToken) -> float:
        found.append(sent.is_set())
        return 1.0

    with running(speak, workers=2) as room, room.listener() as listener:
        pieces = [asyncio.create_task(listener.run(room.work("piece"))) for _ in range(3)]
        await pieces[0]
        if is_sent:
            sent.set()
            listener.delivered(1.0)
        await asyncio.gather(*pieces)
    assert found == [False, is_sent, is_sent]


def test_sound_of_later_pieces_does_not_delay_those_before() -> None:
    now = 1000.0
    listener = LiveListener(None, live=True, wait_s=5.0)  # type: ignore[arg-type]
    listener.dry_at = now + 0.5
    work = Work(lambda _cancel: 1.0, "kind", 10.0)
    first, second, third = (Entry(work, listener, Estimate(0.2, 1.0), now, now, live=True) for _ in range(3))
    for entry in (first, second, third):
        listener.add(entry)
    listener.finish(second, 6.0)
    assert listener.set_dues(now)
    assert (first.due, third.due) == (now + 0.5, now + 7.5)
    assert listener.rest(now, ()).dry_s == 0.5
    listener.finish(first, 0.9)
    listener.hear()
    listener.dry_at = now + 1.4
    listener.set_dues(now)
    assert third.due == listener.due(now) - third.estimate.lasts_s == pytest.approx(now + 7.4)
    listener.hear()
    listener.finish(third, 0.0)  # silent
    assert not listener.unheard


def test_long_work_that_can_wait_is_not_left_until_others_make_it_late() -> None:
    now = time.monotonic()
    queue = Queue(2)
    work = Work(lambda _cancel: 1.0, "kind", 10.0)
    listener = LiveListener(None, live=True, wait_s=5.0)  # type: ignore[arg-type]
    listener.dry_at = now
    alone = Estimate(0.4, 1.0, cores=2.0)  # 0.2 s with both cores, 0.4 where another piece begins beside it
    queue.push(Entry(work, listener, alone, now, now + 0.45, live=True))
    running = [Entry(work, None, alone, now, now, live=True)]
    assert queue.pop(now, running, is_awaited=True, is_light=True, is_spare=bool)[0] is not None


def test_what_yields_leaves_running_sound_its_time_and_one_worker_free() -> None:
    now = time.monotonic()
    sound, words = (Work(lambda _cancel: 1.0, kind, 10.0) for kind in ("sound", "words"))
    decode = Entry(words, None, Estimate(0.2, 0.0), now, now + 0.5, live=True, late="yield")

    def floor(dry_s: float, *running: Entry, reserved: float = 0.0) -> Floor:
        """One who hears something, the next of which is being made and takes half a second of both workers."""
        listener = LiveListener(None, live=True, wait_s=5.0)  # type: ignore[arg-type]
        listener.has_begun, listener.dry_at = True, now + dry_s
        piece = Entry(sound, listener, Estimate(1.0, 2.0, cores=2.0), now, now + dry_s, live=True)
        listener.add(piece)
        made = Floor(2, Queue(2), reserved=reserved)
        made.listeners.add(listener)
        made.running = dict.fromkeys((piece, *running), now)
        return made

    assert Floor(2, Queue(2)).has_time_for(decode)
    assert floor(1.0).has_time_for(decode)
    assert not floor(0.7).has_time_for(decode), "0.6 s and something to spare"
    assert not floor(1.0, reserved=0.6).has_time_for(decode), "others may need a core meanwhile"
    assert not floor(1.0, decode).has_time_for(decode)
    many = floor(0.7)
    many.workers = many.queue.workers = 8
    assert many.has_time_for(decode), "there are cores for both"


async def test_what_yields_is_done_while_nobody_listens_and_else_dropped_in_time() -> None:
    def words(_cancel: CancelToken) -> str:
        return "words"

    with running(busily(0.3, 0.31), workers=2) as room:
        decode = partial(room.scheduler.run, Work(words, "words", 1.0), late="yield")
        assert await decode(due_s=0.5) == "words"
        assert await room.one("sound", live=True) == 0.31  # learnt: just in time
        with room.listener() as listener:
            ahead = asyncio.create_task(listener.run(room.work("sound")))
            await asyncio.sleep(0.05)
            with pytest.raises(LateWorkError):
                await decode(due_s=0.1)
            held = asyncio.create_task(decode(due_s=1.0))
            await asyncio.sleep(0.05)
            assert not held.done()
            await ahead
        assert await held == "words", "nobody listens any more"


async def test_one_of_two_workers_is_kept_for_live_listeners() -> None:
    gate = threading.Event()

    def speak(text: str, _cancel: CancelToken) -> float:
        if text == "file":
            gate.wait(5)
        return float(len(text))

    with running(speak, workers=2) as room:
        await room.one("live", live=True)
        files = [asyncio.create_task(room.one("file")) for _ in range(4)]
        await asyncio.sleep(0.05)
        assert room.scheduler.load.running == 1
        async with asyncio.timeout(1):
            await room.one("live", live=True)
        gate.set()
        await asyncio.gather(*files)


async def test_without_live_listeners_files_use_every_worker() -> None:
    together = threading.Barrier(2)

    def speak(text: str, _cancel: CancelToken) -> float:
        together.wait(5)
        return float(len(text))

    with running(speak, workers=2) as room:
        await asyncio.gather(*(room.one("file") for _ in range(2)))


async def test_a_listener_who_would_spoil_the_others_waits_and_is_refused() -> None:
    speak = busily(0.06, 0.1)  # takes 0.6 s of work for each second of sound: there is room for one
    with running(speak, start_wait_s=0.4) as room:
        await room.listen(6)  # learns the pace
        first = asyncio.create_task(room.listen(25))
        await asyncio.sleep(0.3)
        with pytest.raises(OverloadedError, match="without sound") as refused:
            await room.listen(6)
        assert refused.value.retry_after_s >= 1
        assert await first == 25
        assert room.scheduler.load.underruns == 0
        assert room.scheduler.load.refused == 1
        assert await room.listen(6) == 6  # there is room again


async def test_a_light_voice_does_not_wait_behind_a_heavy_one() -> None:
    def speak(text: str, cancel: CancelToken) -> float:
        return busily(0.06 if text == "some text" else 0.001, 0.1)(text, cancel)

    with running(speak, start_wait_s=0.5) as room:
        await room.listen(6)
        for _ in range(6):
            await room.one("easy text", "light")
        first = asyncio.create_task(room.listen(25))
        await asyncio.sleep(0.2)
        heavy = asyncio.create_task(room.one("some text", live=True))
        await asyncio.sleep(0.05)
        await room.one("easy text", "light", live=True)
        assert not heavy.done()
        with pytest.raises(OverloadedError, match="without sound"):
            await heavy
        await first


async def test_an_underrun_is_counted() -> None:
    with running(lambda text, _cancel: float(len(text))) as room:
        with room.listener() as listener:
            await listener.run(room.work("a"))
            listener.delivered(0.05)
            await asyncio.sleep(0.2)
            listener.delivered(0.05)
        assert room.scheduler.load.underruns == 1


async def test_a_worker_survives_whatever_a_job_does() -> None:
    def speak(text: str, _cancel: CancelToken) -> float:
        if text == "bad":
            raise SystemExit
        return float(len(text))

    with running(speak) as room:
        with pytest.raises(EngineError, match="SystemExit"):
            await room.one("bad")
        assert await room.one("good") == 4


SHORT, LONG = Estimate(0.5, 1.0), Estimate(0.2, 1.0)


@pytest.mark.parametrize(
    ("n_workers", "under_way", "heard", "new", "expected"),
    [
        (1, [], [], Rest(0.0, [SHORT]), True),
        (1, [], [Rest(1.0, [LONG])], Rest(0.0, [SHORT]), True),
        (1, [], [Rest(0.6, [LONG])], Rest(0.0, [SHORT]), False),
        (2, [], [Rest(0.6, [LONG])], Rest(0.0, [SHORT]), True),
        (1, [Due(0.6, 0.2, 0.2, is_promised=False)], [], Rest(0.0, [SHORT]), True),
        (1, [Due(0.0, 0.8, 0.8, is_promised=False)], [Rest(1.0, [LONG])], Rest(0.0, [Estimate(0.1, 1.0)]), False),
        (1, [], [], Rest(0.0, [SHORT] * 20), True),  # everything is known, and each piece plays while the next is made
        (1, [], [Rest(1.0, [SHORT] * 20)], Rest(0.0, [SHORT] * 20), False),
        (1, [], [Rest(5.0, [SHORT] * 3)], Rest(0.0, [SHORT] * 5), True),  # the other one has an end
        (1, [], [Rest(5.0, [SHORT] * 3, more=SHORT)], Rest(0.0, [SHORT] * 5, more=SHORT), False),  # neither has one
    ],
)
def test_admission(n_workers: int, under_way: list[Due], heard: list[Rest], new: Rest, expected: bool) -> None:
    assert can_begin(n_workers, under_way, heard, [Newcomer(0.0, new)]) == expected


async def test_whole_texts_are_judged_by_their_end() -> None:
    with running(busily(0.06, 0.1)) as room:
        await room.listen(6)
        first = asyncio.create_task(room.listen(4, whole=True))
        await asyncio.sleep(0.05)
        assert await room.listen(4, whole=True) == 4  # waits for the first to end, which is soon
        assert await first == 4
        assert (room.scheduler.load.refused, room.scheduler.load.underruns) == (0, 0)


def test_a_newcomer_leaves_room_for_the_next_until_it_has_waited_for_long() -> None:
    with running(lambda _text, _cancel: 1.0, workers=2) as room:
        now = time.monotonic()

        def entry(work_s: float, lasts_s: float, waited_s: float) -> Entry:
            estimate = Estimate(work_s, lasts_s, cores=2.0)
            return Entry(room.work("some text"), None, estimate, now - waited_s, now, live=True)

        def newcomer(waited_s: float) -> LiveListener:
            listener = LiveListener(room.scheduler, live=True, wait_s=5.0)
            listener.unfinished = [entry(0.4, 1.0, waited_s), entry(0.4, 2.0, waited_s)]
            return listener

        floor = Floor(2, Queue(2))
        assert floor.may_begin(newcomer(0.0), now)  # nobody else is there
        heard = LiveListener(room.scheduler, live=True, wait_s=5.0)
        heard.has_begun, heard.dry_at, heard.unfinished = True, now + 1.2, [entry(1.2, 3.0, 0.0)]
        floor.listeners.add(heard)
        assert floor.can_begin([Newcomer(0.0, newcomer(0.0).rest(now, ()))])
        assert not floor.may_begin(newcomer(0.0), now)
        assert floor.may_begin(newcomer(HURRY_S + 0.1), now)
        heard.dry_at = now + 0.6
        assert not floor.may_begin(newcomer(HURRY_S + 0.1), now)  # who listens would run dry


async def test_who_certainly_cannot_be_served_is_told_at_once() -> None:
    with running(busily(0.06, 0.1), start_wait_s=0.5) as room:
        await room.listen(6)
        first = asyncio.create_task(room.listen(40, whole=True))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        with pytest.raises(OverloadedError, match="without sound"):
            await room.listen(40, whole=True)
        assert time.monotonic() - began < 0.3
        assert await first == 40


async def test_long_work_that_has_time_makes_way_for_a_newcomer_and_is_done_all_the_same() -> None:
    begun: list[str] = []

    def speak(text: str, cancel: CancelToken) -> float:
        begun.append(text)
        return busily(0.4 if text.startswith("long") else 0.01, 20.0)(text, cancel)

    with running(speak, workers=2) as room:
        for _ in range(2):
            await room.one("long text", "long")
            await room.one("brief", "brief")
        begun.clear()
        with room.listener() as listener:
            listener.delivered(await listener.run(room.work("brief", "brief")))
            long = asyncio.create_task(listener.run(room.work("long text", "long")))
            await asyncio.sleep(0.1)
            await room.one("brief", "brief", live=True)
            assert not long.done()
            assert await long == 20.0
    assert begun == ["brief", "long text", "brief", "long text"]


async def test_single_work_is_done_by_due_time_and_late_work_is_dropped() -> None:
    order: list[str] = []
    gate = threading.Event()

    def do(name: str, _cancel: CancelToken) -> str:
        gate.wait(5)
        order.append(name)
        return name

    def work(name: str) -> Work[str]:
        return Work(partial(do, name), "single", 1.0)

    with running(busily(0, 1)) as room:
        run = room.scheduler.run
        first = asyncio.create_task(run(work("first"), due_s=0.0))
        await asyncio.sleep(0.05)
        later = asyncio.create_task(run(work("later"), due_s=2.0))
        sooner = asyncio.create_task(run(work("sooner"), due_s=1.0))
        interim = asyncio.create_task(run(work("interim"), due_s=0.05, late="drop"))
        await asyncio.sleep(0.1)
        gate.set()
        assert [await task for task in (first, later, sooner)] == ["first", "later", "sooner"]
        with pytest.raises(LateWorkError):
            await interim
        assert room.scheduler.load.late == 1
    assert order == ["first", "sooner", "later"]


async def test_sessions_reserve_cores_as_long_as_there_are_some() -> None:
    with running(busily(0, 1)) as room:
        with room.scheduler.reserve(0.6):
            assert room.scheduler.load.reserved == 0.6
            with pytest.raises(OverloadedError, match="session"), room.scheduler.reserve(0.6):
                pass
        with room.scheduler.reserve(0.6):
            pass
        assert room.scheduler.load.reserved == 0.0


def test_costs_are_learnt_for_each_class_of_size() -> None:
    costs = Costs()

    def work(size: float) -> Work[float]:
        return Work(lambda _cancel: 0.0, "kind", size)

    costs.learn(work(10), Estimate(1.0, 2.0))
    costs.learn(work(100), Estimate(5.0, 20.0, cores=2.0))
    assert costs.estimate(work(12)).lasts_s == pytest.approx(2.4)
    assert costs.estimate(work(100)).wall_s == 2.5
    assert costs.usual(work(10)).lasts_s > 10  # the pieces to come are long ones


async def test_cancelling_stops_running_work_and_drops_waiting_work() -> None:
    started = threading.Event()
    stopped = threading.Event()
    spoken: list[str] = []

    def speak(text: str, cancel: CancelToken) -> float:
        started.set()
        spoken.append(text)
        for _ in range(500):
            time.sleep(0.01)
            if cancel.cancelled:
                stopped.set()
            cancel.raise_if_cancelled()
        return 1.0

    with running(speak) as room:
        tasks = [asyncio.create_task(room.one(f"job {n}")) for n in range(3)]
        await asyncio.to_thread(started.wait, 5)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        assert await asyncio.to_thread(stopped.wait, 0.3)
        for _ in range(100):
            if room.scheduler.load.cancelled == 3:
                break
            await asyncio.sleep(0.01)
        assert room.scheduler.load.cancelled == 3
    assert spoken == ["job 0"]


async def test_a_failure_reaches_its_caller_and_the_worker_goes_on() -> None:
    def speak(text: str, _cancel: CancelToken) -> float:
        if text == "bad":
            raise EngineError("broken")
        return float(len(text))

    with running(speak) as room:
        with pytest.raises(EngineError, match="broken"):
            await room.one("bad")
        assert await room.one("good") == 4
        assert (room.scheduler.load.failed, room.scheduler.load.done) == (1, 1)


async def test_a_full_queue_refuses_and_says_when_to_come_back() -> None:
    gate = threading.Event()

    def speak(text: str, _cancel: CancelToken) -> float:
        gate.wait(5)
        return float(len(text))

    with running(speak, max_pending=2) as room:
        tasks = [asyncio.create_task(room.one("a"))]
        await asyncio.sleep(0.05)
        tasks += [asyncio.create_task(room.one("a")) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(OverloadedError) as refused:
            await room.one("a")
        assert refused.value.retry_after_s >= 1
        tasks[1].cancel()  # its listener left: there is room again
        await asyncio.sleep(0.05)
        tasks.append(asyncio.create_task(room.one("a")))
        await asyncio.sleep(0.05)
        gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [float, asyncio.CancelledError, float, float]
        assert room.scheduler.load.refused == 1


async def test_close_stops_the_running_job_and_fails_the_waiting_one() -> None:
    started = threading.Event()

    def speak(_text: str, cancel: CancelToken) -> float:
        started.set()
        while True:
            time.sleep(0.005)
            cancel.raise_if_cancelled()

    scheduler = Scheduler(1, 8)
    room = Room(scheduler, speak)
    tasks = [asyncio.create_task(room.one("a")) for _ in range(2)]
    await asyncio.to_thread(started.wait, 5)
    await asyncio.to_thread(scheduler.close)
    running_result, waiting_result = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(running_result, CancelledWorkError)
    assert isinstance(waiting_result, OverloadedError)
    with pytest.raises(OverloadedError):
        await room.one("a")


async def test_workers_run_side_by_side() -> None:
    together = threading.Barrier(3)

    def speak(text: str, _cancel: CancelToken) -> float:
        together.wait(5)  # passes only if three jobs run at once
        return float(len(text))

    with running(speak, workers=3) as room:
        assert room.scheduler.workers == 3
        await asyncio.gather(*(room.one("a") for _ in range(3)))
