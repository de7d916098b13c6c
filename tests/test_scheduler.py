"""The scheduler with real threads and the real tone engine's kind of job."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledSynthesisError, EngineError, OverloadedError
from openwaves.scheduler import Scheduler
from openwaves.types import Segment, Speech, SpeechJob, Voice

VOICE = Voice("v", "V", "tone", ("en",), "american", "female", "adult", (), "", ())


def job(text: str) -> SpeechJob:
    return SpeechJob(Segment(text, 0, len(text), 0.0), VOICE, 1.0, "en", None, math_notation=False, seed=0)


@contextmanager
def running(
    speak: Callable[[SpeechJob, CancelToken], Speech], workers: int = 1, max_pending: int = 64
) -> Iterator[Scheduler]:
    scheduler = Scheduler(speak, workers, max_pending)
    try:
        yield scheduler
    finally:
        scheduler.close()


def sound(text: str) -> Speech:
    return Speech(np.full(len(text), 0.5, np.float32), 24000)


async def test_a_job_comes_back_as_its_sound() -> None:
    with running(lambda job, _cancel: sound(job.segment.text)) as scheduler:
        audio = await scheduler.synthesize(job("four"), 0.0)
        assert len(audio.samples) == 4
        assert scheduler.load.spoken == 1


async def test_the_earliest_deadline_goes_first_whatever_the_order_of_arrival() -> None:
    gate = threading.Event()
    order: list[str] = []

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        gate.wait(5)
        order.append(job.segment.text)
        return sound(job.segment.text)

    with running(speak) as scheduler:
        first = asyncio.create_task(scheduler.synthesize(job("first"), 0.0))
        await asyncio.sleep(0.05)
        deadlines = {"late": 9.0, "soon": 1.0, "later": 20.0, "next": 2.0}
        rest = [asyncio.create_task(scheduler.synthesize(job(text), at)) for text, at in deadlines.items()]
        await asyncio.sleep(0.05)
        assert scheduler.load.waiting == 4
        gate.set()
        await asyncio.gather(first, *rest)
    assert order == ["first", "soon", "next", "late", "later"]


async def test_cancelling_stops_running_work_and_drops_waiting_work() -> None:
    started = threading.Event()
    stopped = threading.Event()
    spoken: list[str] = []

    def speak(job: SpeechJob, cancel: CancelToken) -> Speech:
        started.set()
        spoken.append(job.segment.text)
        for _ in range(500):
            time.sleep(0.01)
            if cancel.cancelled:
                stopped.set()
            cancel.raise_if_cancelled()
        return sound("x")

    with running(speak) as scheduler:
        tasks = [asyncio.create_task(scheduler.synthesize(job(f"job {n}"), float(n))) for n in range(3)]
        await asyncio.to_thread(started.wait, 5)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        assert await asyncio.to_thread(stopped.wait, 0.3)
        for _ in range(100):
            if scheduler.load.cancelled == 3:
                break
            await asyncio.sleep(0.01)
        assert scheduler.load.cancelled == 3
    assert spoken == ["job 0"]


async def test_a_failure_reaches_its_caller_and_the_worker_goes_on() -> None:
    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        if job.segment.text == "bad":
            raise EngineError("broken")
        return sound(job.segment.text)

    with running(speak) as scheduler:
        with pytest.raises(EngineError, match="broken"):
            await scheduler.synthesize(job("bad"), 0.0)
        assert len((await scheduler.synthesize(job("good"), 0.0)).samples) == 4
        assert (scheduler.load.failed, scheduler.load.spoken) == (1, 1)


async def test_a_full_queue_refuses_and_says_when_to_come_back() -> None:
    gate = threading.Event()

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        gate.wait(5)
        return sound(job.segment.text)

    with running(speak, max_pending=2) as scheduler:
        tasks = [asyncio.create_task(scheduler.synthesize(job("a"), 0.0))]
        await asyncio.sleep(0.05)
        tasks += [asyncio.create_task(scheduler.synthesize(job("a"), 0.0)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(OverloadedError) as refused:
            await scheduler.synthesize(job("a"), 0.0)
        assert refused.value.retry_after_s >= 1
        tasks[1].cancel()  # its listener left: there is room again
        await asyncio.sleep(0.05)
        tasks.append(asyncio.create_task(scheduler.synthesize(job("a"), 0.0)))
        await asyncio.sleep(0.05)
        gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [Speech, asyncio.CancelledError, Speech, Speech]
        assert scheduler.load.refused == 1


async def test_close_stops_the_running_job_and_fails_the_waiting_one() -> None:
    started = threading.Event()

    def speak(_job: SpeechJob, cancel: CancelToken) -> Speech:
        started.set()
        while True:
            time.sleep(0.005)
            cancel.raise_if_cancelled()

    scheduler = Scheduler(speak, 1, 8)
    tasks = [asyncio.create_task(scheduler.synthesize(job("a"), 0.0)) for _ in range(2)]
    await asyncio.to_thread(started.wait, 5)
    await asyncio.to_thread(scheduler.close)
    running_result, waiting_result = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(running_result, CancelledSynthesisError)
    assert isinstance(waiting_result, OverloadedError)
    with pytest.raises(OverloadedError):
        await scheduler.synthesize(job("a"), 0.0)


async def test_workers_run_side_by_side() -> None:
    together = threading.Barrier(3)

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        together.wait(5)  # passes only if three jobs run at once
        return sound(job.segment.text)

    with running(speak, workers=3) as scheduler:
        assert scheduler.workers == 3
        await asyncio.gather(*(scheduler.synthesize(job("a"), 0.0) for _ in range(3)))
