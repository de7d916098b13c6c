"""A server whose networks run in processes of their own, which die: no client hears of it."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from openwaves.audio.encode import encoder
from openwaves.stt.engines.tone import whistle
from tests.load import TEXTS, ask, load
from tests.servers import RunningServer, server

N_CLIENTS = 4


@contextmanager
def workers(folder: Path, *options: str) -> Iterator[RunningServer]:
    with server(folder, *options) as running:
        yield running
        started = psutil.Process(running.process.pid).children(recursive=True)
        assert running.stop() == 0
        _, alive = psutil.wait_procs(started, 10)
        assert not alive


def processes(running: RunningServer) -> list[psutil.Process]:
    """The worker processes."""
    found = []
    for child in psutil.Process(running.process.pid).children():
        with suppress(psutil.NoSuchProcess):  # or a zombie
            if "multiprocessing.spawn" in " ".join(child.cmdline()):
                found.append(child)
    return found


def kill_under_load(running: RunningServer, expected: dict[str, bytes], number: signal.Signals, times: int) -> None:
    """Speak all texts over and over while workers get a signal; every answer is as expected."""
    with load(running, expected, N_CLIENTS):
        for _ in range(times):
            time.sleep(0.5)
            before = processes(running)
            before[0].send_signal(number)
            end = time.monotonic() + 60
            while before[0].is_running() and before[0].status() != psutil.STATUS_ZOMBIE:
                assert time.monotonic() < end, "the worker was not ended"
                time.sleep(0.02)


def test_samples_are_the_same_whoever_dies(tone_server: RunningServer, tmp_path: Path) -> None:
    expected = {text: ask(tone_server, text) for text in TEXTS}
    with workers(tmp_path, "--engine", "tone", "--worker-processes", "2") as running:
        kill_under_load(running, expected, signal.SIGKILL, 2)
        assert not [line for line in running.log if "Traceback" in line]


@pytest.mark.slow
@pytest.mark.alone
def test_a_frozen_worker_is_replaced_and_cancelled_requests_free_theirs(
    tone_server: RunningServer, tmp_path: Path
) -> None:
    expected = {text: ask(tone_server, text) for text in TEXTS}
    options = ("--engine", "tone", "--worker-processes", "1", "--worker-limit-s", "1")
    with workers(tmp_path, *options) as running:
        kill_under_load(running, expected, signal.SIGSTOP, 1)


@pytest.mark.slow
@pytest.mark.alone
def test_recognition_runs_there_too(tone_server: RunningServer, tmp_path: Path) -> None:
    sound = encoder("wav", 16000, 16000)
    data = sound.encode(np.tile(whistle("hello John Smith call order"), 3)) + sound.finish()
    headers = {"Content-Type": "audio/wav", "Authorization": "Bearer sk_test_0123456789"}
    import requests

    def heard(running: RunningServer) -> str:
        url = running.url + "/waves/v1/stt?model=pulse&language=en"
        answer = requests.post(url, data=data, headers=headers, timeout=60)
        assert answer.ok, answer.text
        return str(answer.json()["transcription"])

    expected = heard(tone_server)
    assert "hello" in expected.lower()
    with workers(tmp_path, "--engine", "tone", "--worker-processes", "1") as running:
        assert heard(running) == expected
        processes(running)[0].kill()
        assert heard(running) == expected


@pytest.mark.slow
@pytest.mark.alone
def test_real_networks_make_the_same_samples_whoever_dies(voice_server: RunningServer, tmp_path: Path) -> None:
    expected = {text: ask(voice_server, text) for text in TEXTS}
    with workers(tmp_path, "--worker-processes", "2") as running:
        kill_under_load(running, expected, signal.SIGKILL, 1)
