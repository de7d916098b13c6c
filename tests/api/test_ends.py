"""Who has been told of the end may begin again at once, on an account that may do one thing at a time."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests
from websockets.sync.client import connect

from openwaves.stt.engines.tone import whistle
from tests.listening import LIVE, pcm
from tests.live_sockets import live_socket
from tests.redises import redis
from tests.servers import ADMIN_KEY, KEY, RunningServer, server

N_TIMES = 40
HEADERS = {"Authorization": f"Bearer {KEY}"}
BODY: dict[str, str | int] = {"text": "Hi.", "voice_id": "magnus", "sample_rate": 8000}
ORDER = pcm(whistle("nine"))


@pytest.fixture(scope="module", params=["alone", "with Redis"])
def narrow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that serves one request of an account at a time."""
    limits = ("--engine", "tone", "--concurrency", "1")
    with ExitStack() as stack:
        shared = stack.enter_context(redis()).url if request.param == "with Redis" else ""
        folder = tmp_path_factory.mktemp("ends")
        one_at_a_time = server(folder, *limits, "--redis-url", shared, OPENWAVES_ADMIN_KEY=ADMIN_KEY)
        yield stack.enter_context(one_at_a_time)


def whole(running: RunningServer) -> None:
    assert running.post("/waves/v1/tts", BODY).status_code == 200


def events(running: RunningServer) -> None:
    url = running.url + "/waves/v1/tts/live"
    with requests.post(url, json=BODY, headers=HEADERS, stream=True, timeout=30) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            if line.startswith(b"data:") and json.loads(line[5:])["done"]:
                return  # what follows is not waited for
    raise AssertionError("no end")


def file(running: RunningServer) -> None:
    url = running.url + "/waves/v1/stt?model=pulse&language=en&encoding=linear16&sample_rate=16000"
    assert requests.post(url, data=ORDER, headers=HEADERS, timeout=30).status_code == 200


def live(running: RunningServer) -> None:
    with connect(running.url.replace("http", "ws") + LIVE, additional_headers=HEADERS) as socket:
        socket.send(ORDER)
        socket.send('{"type": "close_stream"}')
        while True:
            frame = json.loads(socket.recv(30))
            assert frame["type"] != "error", frame
            if frame.get("is_last"):
                return


def utterance(running: RunningServer) -> None:
    with live_socket(running.url) as socket:
        socket.send(json.dumps(BODY))
        while True:
            frame = json.loads(socket.recv(30))
            assert frame["status"] != "error", frame
            if frame["status"] == "complete":
                return


@pytest.mark.parametrize("once", [whole, events, file, live, utterance], ids=lambda once: once.__name__)
def test_the_next_is_never_refused(narrow: RunningServer, once: Callable[[RunningServer], None]) -> None:
    for _ in range(N_TIMES):
        once(narrow)


def test_what_was_used_is_told_at_the_end(narrow: RunningServer) -> None:
    def heard_s() -> float:
        return sum(float(row["heard_s"]) for row in narrow.get("/admin/v1/usage", ADMIN_KEY).json())

    before = heard_s()
    live(narrow)
    assert heard_s() == pytest.approx(before + len(ORDER) / 32000, abs=0.01)
