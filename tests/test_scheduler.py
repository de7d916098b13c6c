"""The scheduler with real threads and the real tone engine's kind of job."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledSynthesisError, EngineError, OverloadedError
from openwaves.scheduler import Scheduler
from openwaves.scheduler.admission import Due, can_begin
from openwaves.types import Segment, Speech, SpeechJob, Voice

VOICE = Voice("v", "V", "tone", ("en",), "american", "female", "adult", (), "", ())


def job(text: str, voice: Voice = VOICE) -> SpeechJob:
    return SpeechJob(Segment(text, 0, len(text), 0.0), voice, 1.0, "en", None, math_notation=False, seed=0)


@contextmanager
def running(
    speak: Callable[[SpeechJob, CancelToken], Speech],
    workers: int = 1,
    max_pending: int = 64,
    start_wait_s: float = 2.5,
) -> Iterator[Scheduler]:
    scheduler = Scheduler(speak, workers, max_pending, start_wait_s)
    try:
        yield scheduler
    finally:
        scheduler.close()


def sound(text: str, seconds: float = 0.0) -> Speech:
    return Speech(np.full(round(24000 * seconds) or len(text), 0.5, np.float32), 24000)


async def one(scheduler: Scheduler, job: SpeechJob, *, live: bool = False) -> Speech:
    """A request of one job."""
    with scheduler.listener(live=live) as listener:
        return await listener.synthesize(job)


async def listen(scheduler: Scheduler, n_jobs: int) -> int:
    """A live request of several jobs, three of them ahead."""
    with scheduler.listener(live=True) as listener:
        ahead = [asyncio.create_task(listener.synthesize(job("some text"))) for _ in range(3)]
        try:
            for number in range(n_jobs):
                speech = await ahead.pop(0)
                listener.delivered(speech.duration_s)
                if number < n_jobs - 3:
                    ahead.append(asyncio.create_task(listener.synthesize(job("some text"))))
        finally:
            await asyncio.gather(*ahead, return_exceptions=True)
    return n_jobs


async def test_a_job_comes_back_as_its_sound() -> None:
    with running(lambda job, _cancel: sound(job.segment.text)) as scheduler:
        audio = await one(scheduler, job("four"))
        assert len(audio.samples) == 4
        assert scheduler.load.spoken == 1


async def test_live_work_passes_whole_files_and_the_driest_listener_goes_first() -> None:
    gate = threading.Event()
    order: list[str] = []

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        gate.wait(5)
        order.append(job.segment.text)
        return sound(job.segment.text)

    with running(speak) as scheduler, scheduler.listener(live=True) as full, scheduler.listener(live=True) as dry:
        gate.set()
        await asyncio.gather(full.synthesize(job("warm 1")), dry.synthesize(job("warm 2")))
        full.delivered(60.0)
        dry.delivered(0.5)
        gate.clear()
        order.clear()
        first = asyncio.create_task(one(scheduler, job("file 1")))
        await asyncio.sleep(0.05)
        rest = [
            asyncio.create_task(work)
            for work in (
                one(scheduler, job("file 2")),
                full.synthesize(job("full")),
                dry.synthesize(job("dry")),
            )
        ]
        await asyncio.sleep(0.05)
        assert scheduler.load.waiting == 3
        gate.set()
        await asyncio.gather(first, *rest)
    assert order == ["file 1", "dry", "file 2", "full"]


async def test_one_of_two_workers_is_kept_for_live_listeners() -> None:
    gate = threading.Event()

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        if job.segment.text == "file":
            gate.wait(5)
        return sound(job.segment.text)

    with running(speak, workers=2) as scheduler:
        await one(scheduler, job("live"), live=True)
        files = [asyncio.create_task(one(scheduler, job("file"))) for _ in range(4)]
        await asyncio.sleep(0.05)
        assert scheduler.load.running == 1
        async with asyncio.timeout(1):
            await one(scheduler, job("live"), live=True)
        gate.set()
        await asyncio.gather(*files)


async def test_without_live_listeners_files_use_every_worker() -> None:
    together = threading.Barrier(2)

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        together.wait(5)
        return sound(job.segment.text)

    with running(speak, workers=2) as scheduler:
        await asyncio.gather(*(one(scheduler, job("file")) for _ in range(2)))


async def test_a_listener_who_would_spoil_the_others_waits_and_is_refused() -> None:
    def speak(job: SpeechJob, cancel: CancelToken) -> Speech:
        end = time.monotonic() + 0.06
        while time.monotonic() < end:
            cancel.raise_if_cancelled()
            time.sleep(0.002)
        return sound(job.segment.text, 0.1)  # takes 0.6 s of work for each second of sound: there is room for one

    with running(speak, start_wait_s=0.4) as scheduler:
        await listen(scheduler, 6)  # learns the pace
        first = asyncio.create_task(listen(scheduler, 25))
        await asyncio.sleep(0.3)
        with pytest.raises(OverloadedError, match="without sound") as refused:
            await listen(scheduler, 6)
        assert refused.value.retry_after_s >= 1
        assert await first == 25
        assert scheduler.load.underruns == 0
        assert scheduler.load.refused == 1
        assert await listen(scheduler, 6) == 6  # there is room again


async def test_a_light_voice_does_not_wait_behind_a_heavy_one() -> None:
    light = replace(VOICE, engine="light")

    def speak(job: SpeechJob, cancel: CancelToken) -> Speech:
        end = time.monotonic() + (0.06 if job.voice is VOICE else 0.001)
        while time.monotonic() < end:
            cancel.raise_if_cancelled()
            time.sleep(0.001)
        return sound(job.segment.text, 0.1)

    with running(speak, start_wait_s=0.5) as scheduler:
        await listen(scheduler, 6)
        for _ in range(6):
            await one(scheduler, job("some text", light))
        first = asyncio.create_task(listen(scheduler, 25))
        await asyncio.sleep(0.2)
        heavy = asyncio.create_task(one(scheduler, job("some text"), live=True))
        await asyncio.sleep(0.05)
        await one(scheduler, job("some text", light), live=True)
        assert not heavy.done()
        with pytest.raises(OverloadedError, match="without sound"):
            await heavy
        await first


async def test_an_underrun_is_counted() -> None:
    with running(lambda job, _cancel: sound(job.segment.text)) as scheduler:
        with scheduler.listener(live=True) as listener:
            await listener.synthesize(job("a"))
            listener.delivered(0.05)
            await asyncio.sleep(0.2)
            listener.delivered(0.05)
        assert scheduler.load.underruns == 1


async def test_a_worker_survives_whatever_a_job_does() -> None:
    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        if job.segment.text == "bad":
            raise SystemExit
        return sound(job.segment.text)

    with running(speak) as scheduler:
        with pytest.raises(EngineError, match="SystemExit"):
            await one(scheduler, job("bad"))
        assert len((await one(scheduler, job("good"))).samples) == 4


@pytest.mark.parametrize(
    ("n_workers", "under_way", "first_work_s", "load", "expected"),
    [
        (1, [], 0.5, 0.5, True),
        (1, [], 0.5, 0.95, False),
        (2, [], 0.5, 1.4, True),
        (1, [Due(1.0, 0.2)], 0.5, 0.5, True),
        (1, [Due(0.6, 0.2)], 0.5, 0.5, False),
        (2, [Due(0.6, 0.2)], 0.5, 0.5, True),
        (1, [Due(0.6, 0.2, is_promised=False)], 0.5, 0.5, True),
        (1, [Due(0.0, 0.8, is_promised=False), Due(1.0, 0.2)], 0.1, 0.5, False),
    ],
)
def test_admission(n_workers: int, under_way: list[Due], first_work_s: float, load: float, expected: bool) -> None:
    assert can_begin(n_workers, under_way, first_work_s, [], load) == expected


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
        tasks = [asyncio.create_task(one(scheduler, job(f"job {n}"))) for n in range(3)]
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
            await one(scheduler, job("bad"))
        assert len((await one(scheduler, job("good"))).samples) == 4
        assert (scheduler.load.failed, scheduler.load.spoken) == (1, 1)


async def test_a_full_queue_refuses_and_says_when_to_come_back() -> None:
    gate = threading.Event()

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        gate.wait(5)
        return sound(job.segment.text)

    with running(speak, max_pending=2) as scheduler:
        tasks = [asyncio.create_task(one(scheduler, job("a")))]
        await asyncio.sleep(0.05)
        tasks += [asyncio.create_task(one(scheduler, job("a"))) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(OverloadedError) as refused:
            await one(scheduler, job("a"))
        assert refused.value.retry_after_s >= 1
        tasks[1].cancel()  # its listener left: there is room again
        await asyncio.sleep(0.05)
        tasks.append(asyncio.create_task(one(scheduler, job("a"))))
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
    tasks = [asyncio.create_task(one(scheduler, job("a"))) for _ in range(2)]
    await asyncio.to_thread(started.wait, 5)
    await asyncio.to_thread(scheduler.close)
    running_result, waiting_result = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(running_result, CancelledSynthesisError)
    assert isinstance(waiting_result, OverloadedError)
    with pytest.raises(OverloadedError):
        await one(scheduler, job("a"))


async def test_workers_run_side_by_side() -> None:
    together = threading.Barrier(3)

    def speak(job: SpeechJob, _cancel: CancelToken) -> Speech:
        together.wait(5)  # passes only if three jobs run at once
        return sound(job.segment.text)

    with running(speak, workers=3) as scheduler:
        assert scheduler.workers == 3
        await asyncio.gather(*(one(scheduler, job("a")) for _ in range(3)))
