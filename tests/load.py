"""Clients who speak the same texts over and over, and know what each must sound like."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any, Protocol

import requests

TEXTS = (
    "Hello there. How are you today? This is a longer text, with several sentences in it.",
    "The letter came late. Nobody had expected it, and yet everybody was glad.",
    "नमस्ते दुनिया। आप कैसे हैं?",
)


class Answers(Protocol):
    """A server, or a fleet of them."""

    def post(self, path: str, body: Any, /) -> requests.Response: ...


def ask(running: Answers, text: str, route: str = "/waves/v1/tts") -> bytes:
    """A text as samples."""
    body = {"text": text, "voice_id": "sophia", "language": "auto", "sample_rate": 24000, "output_format": "pcm"}
    answer = running.post(route, body)
    assert answer.status_code == 200, answer.text
    return answer.content


@contextmanager
def load(running: Answers, expected: dict[str, bytes], n_clients: int, around_s: float = 0.0) -> Iterator[None]:
    """Clients at work while the block runs, and a while before and after; every answer must be as expected."""
    over = Event()

    def client(name: int) -> int:
        n_asked = 0
        while not over.is_set():
            text = TEXTS[(name + n_asked) % len(TEXTS)]
            assert ask(running, text) == expected[text]
            n_asked += 1
        return n_asked

    with ThreadPoolExecutor(n_clients) as pool:
        clients = [pool.submit(client, name) for name in range(n_clients)]
        try:
            time.sleep(around_s)
            yield
            time.sleep(around_s)
        finally:
            over.set()
        assert all(one.result() > 0 for one in clients)
