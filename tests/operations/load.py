"""Steady load of every kind of client on one address, which notes whatever any of them sees go wrong."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.servers import KEY

HEADERS = {"Authorization": f"Bearer {KEY}"}
BODY: dict[str, Any] = {
    "text": "Nobody hears that the server was restarted.",
    "voice_id": "magnus",
    "sample_rate": 8000,
}
RESTARTS = 1012
TIMEOUT_S = 60


@dataclass
class Load:
    """What the clients saw.

    Attributes:
        done: Requests that were answered, by kind.
        problems: What went wrong.
    """

    done: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    ends: threading.Event = field(default_factory=threading.Event)

    def wait_for_more(self, number: int = 3) -> None:
        """Wait until each kind of client has got so many more answers."""
        before = dict(self.done)
        end = time.monotonic() + TIMEOUT_S
        while any(self.done[kind] < before[kind] + number for kind in before) and not self.problems:
            assert time.monotonic() < end, f"stuck: {self.done}, before {before}"
            time.sleep(0.02)
        assert self.problems == []


@contextmanager
def load(url: str) -> Iterator[Load]:
    """Clients ask without a pause while the block runs; afterwards nothing may have gone wrong."""
    seen, expected = Load(), len(_ask(requests.post, url))
    session = requests.Session()
    kinds: dict[str, Callable[[], int]] = {
        "new connections": lambda: len(_ask(requests.post, url)),
        "kept connection": lambda: len(_ask(session.post, url)),
        "events": partial(_events, url),
        "sockets": partial(_socket, url),
        "kept socket": _KeptSocket(url).speak,
    }
    seen.done = dict.fromkeys(kinds, 0)
    threads = [threading.Thread(target=_repeat, args=(seen, kind, kinds[kind], expected)) for kind in kinds]
    for thread in threads:
        thread.start()
    try:
        seen.wait_for_more()
        yield seen
        seen.wait_for_more()
    finally:
        seen.ends.set()
        for thread in threads:
            thread.join(TIMEOUT_S)
    assert seen.problems == []


def _repeat(seen: Load, kind: str, ask: Callable[[], int], expected: int) -> None:
    while not seen.ends.is_set():
        try:
            got = ask()
            assert got == expected, f"{got} bytes instead of {expected}"
            seen.done[kind] += 1
        except Exception as error:  # noqa: BLE001 - whatever a client sees
            seen.problems.append(f"{kind}: {type(error).__name__}: {error}")
            return
        time.sleep(0.01)


def _ask(post: Callable[..., requests.Response], url: str) -> bytes:
    answer = post(url + "/waves/v1/tts", json=BODY, headers=HEADERS, timeout=TIMEOUT_S)
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:200]}"
    return answer.content


def _events(url: str) -> int:
    answer = requests.post(url + "/waves/v1/tts/live", json=BODY, headers=HEADERS, timeout=TIMEOUT_S)
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:200]}"
    told = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert told[-1]["done"]
    return sum(len(base64.b64decode(event["audio"])) for event in told[:-1])


def _open(url: str) -> ClientConnection:
    address = url.replace("http", "ws", 1) + "/waves/v1/tts/live"
    return connect(address, additional_headers=HEADERS, open_timeout=TIMEOUT_S)


def _socket(url: str) -> int:
    socket = _open(url)
    try:
        socket.send(json.dumps(BODY))
        return _sound(socket, json.loads(socket.recv(TIMEOUT_S)))
    finally:
        socket.close()


def _sound(socket: ClientConnection, frame: dict[str, Any]) -> int:
    """Bytes of an answer, of which the first frame has come."""
    n_bytes = 0
    while frame["status"] != "complete":
        assert frame["status"] == "chunk", frame
        n_bytes += len(base64.b64decode(frame["data"]["audio"]))
        frame = json.loads(socket.recv(TIMEOUT_S))
    return n_bytes


class _KeptSocket:
    """As voice agents do: one socket for many utterances, another when the server says between two that it restarts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._socket = _open(url)

    def speak(self) -> int:
        while True:
            try:
                self._socket.send(json.dumps(BODY))
                first = json.loads(self._socket.recv(TIMEOUT_S))
            except ConnectionClosed as closed:
                if closed.rcvd is None or closed.rcvd.code != RESTARTS:
                    raise
                self._socket = _open(self._url)
            else:
                return _sound(self._socket, first)
