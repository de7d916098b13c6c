"""Worker processes that do what they are asked, and those that do not."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledWorkError, EngineError, FieldError, ModelFileError, WorkerLostError
from openwaves.remote import Call, Crew
from tests.remote.calls import Crash, Fail, Freeze, Pid, Wait, crash_at_start, fail_at_start, make_desk


@contextmanager
def crew(processes: int = 1, threads: int = 2, desk: Callable[[], Any] = make_desk) -> Iterator[Crew]:
    started = Crew(desk, processes, threads)
    try:
        yield started
    finally:
        started.close()


@pytest.fixture
def two() -> Iterator[Crew]:
    with crew(2) as started:
        started.wait_ready(CancelToken())
        yield started


def result(started: Crew, call: Call[Any]) -> Any:
    return started.run(call, CancelToken()).result


def test_calls_are_spread_and_those_of_a_name_stay_together(two: Crew) -> None:
    with ThreadPoolExecutor(4) as pool:
        spread = set(pool.map(lambda _: result(two, Pid(seconds=0.2)), range(4)))
    assert spread == set(two.pids)
    assert len({result(two, Pid(near="a")) for _ in range(5)}) == 1


def test_a_lost_call_is_done_again_and_says_that_its_time_tells_nothing(two: Crew, tmp_path: Path) -> None:
    counter = tmp_path / "crashes"
    counter.write_text("xx")
    done = two.run(Crash(counter=counter), CancelToken())
    assert done.result == "done"
    assert not done.is_usual
    two.wait_ready(CancelToken())
    assert two.n_lost == 2
    assert two.run(Pid(), CancelToken()).is_usual


def test_what_kills_every_worker_is_given_up_and_takes_nobody_with_it(two: Crew, tmp_path: Path) -> None:
    counter = tmp_path / "crashes"
    counter.write_text("x" * 99)
    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(result, two, Pid(seconds=0.1)) for _ in range(3)]
        with pytest.raises(WorkerLostError, match="given up: 3 worker processes"):
            two.run(Crash(counter=counter), CancelToken())
        assert all(other.result(30) for other in others)


def test_errors_are_those_of_the_call(two: Crew) -> None:
    with pytest.raises(FieldError, match="speed: 3 is more") as caught:
        two.run(Fail(), CancelToken())
    assert caught.value.field == "speed"
    with pytest.raises(EngineError, match="ZeroDivisionError: oh"):
        two.run(Fail(on_purpose=False), CancelToken())
    assert two.n_lost == 0


def test_a_cancel_reaches_the_worker(two: Crew, tmp_path: Path) -> None:
    begun, cancel = tmp_path / "begun", CancelToken()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(two.run, Wait(begun=begun), cancel)
        while not begun.exists():
            time.sleep(0.01)
        cancel.cancel()
        with pytest.raises(CancelledWorkError):
            waiting.result(10)
    assert two.n_lost == 0


def test_a_worker_that_is_stuck_is_ended(two: Crew, tmp_path: Path) -> None:
    before = set(two.pids)
    assert result(two, Freeze(frozen=tmp_path / "frozen", limit_s=0.5))
    two.wait_ready(CancelToken())
    assert two.n_lost == 1
    assert len(before & set(two.pids)) == 1


def test_a_crash_at_each_start_is_an_error_and_no_endless_loop() -> None:
    with crew(desk=crash_at_start) as started:
        with pytest.raises(WorkerLostError, match="can be started: it ended with status -11"):
            started.wait_ready(CancelToken())
        with pytest.raises(WorkerLostError, match="can be started"):
            started.run(Pid(), CancelToken())


def test_a_missing_file_is_told_at_once() -> None:
    with crew(desk=fail_at_start) as started, pytest.raises(ModelFileError, match=r"voices\.bin is missing"):
        started.wait_ready(CancelToken())


def test_the_end_leaves_no_process() -> None:
    with crew(2) as started:
        started.wait_ready(CancelToken())
        pids = started.pids
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with pytest.raises(WorkerLostError, match="are being ended"):
        started.run(Pid(), CancelToken())


def test_processor_time_is_that_of_the_workers(two: Crew) -> None:
    before = two.cpu_time()
    for _ in range(300):
        result(two, Pid())
    assert two.cpu_time() > before
