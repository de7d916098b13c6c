"""Two real servers on one PostgreSQL: what one learns the other knows soon; with Redis they count together."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.api.test_dictionaries import LONG
from tests.databases import Postgres
from tests.forked import ForkedServer
from tests.live_sockets import live_socket, status_of_socket
from tests.recordings import voice_wav
from tests.redises import RunningRedis, redis
from tests.servers import ADMIN_KEY, KEY

KNOWN_S = 5.0
PATH = "/waves/v1"
Pair = tuple[ForkedServer, ForkedServer]


@pytest.fixture(scope="module")
def running_redis() -> Iterator[RunningRedis]:
    with redis() as running:
        yield running


def start(stack: ExitStack, postgres: Postgres, folder: Path, **environment: str) -> Pair:
    name = "t" + uuid.uuid4().hex
    postgres.run(f"CREATE DATABASE {name}")
    shared = {"OPENWAVES_BLOB_URL": (folder / "blobs").as_uri(), **environment}
    one, other = (
        stack.enter_context(ForkedServer(folder / which, postgres.url(name), **shared)) for which in ("one", "other")
    )
    one.start()
    other.start()
    return one, other


def ask(
    server: ForkedServer, method: str, path: str, body: Any = None, key: str = KEY, **options: Any
) -> requests.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return requests.request(method, server.url + path, json=body, headers=headers, timeout=30, **options)


def speak(server: ForkedServer, key: str = KEY, **fields: Any) -> int:
    body = {"text": "Hi.", "voice_id": "magnus", "sample_rate": 8000, **fields}
    return ask(server, "POST", PATH + "/tts", body, key).status_code


def within(condition: Callable[[], bool], limit_s: float = KNOWN_S) -> float:
    """Seconds until it was true."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + limit_s, f"not within {limit_s:g} s"
        time.sleep(0.05)
    return time.monotonic() - began


def account(server: ForkedServer, **limits: int) -> tuple[str, str, str]:
    """Id of a new account; its key, and the key's id."""
    made = ask(server, "POST", "/admin/v1/accounts", {"name": uuid.uuid4().hex, **limits}, ADMIN_KEY).json()["id"]
    key = ask(server, "POST", "/admin/v1/keys", {"account": made}, ADMIN_KEY).json()
    return made, key["key"], key["id"]


@pytest.mark.parametrize("shares", [False, True], ids=["without Redis", "with Redis"])
def test_what_changes_on_one_is_known_on_the_other(
    postgres_server: Postgres, tmp_path: Path, request: pytest.FixtureRequest, *, shares: bool
) -> None:
    url = request.getfixturevalue("running_redis").url if shares else ""
    with ExitStack() as stack:
        one, other = start(stack, postgres_server, tmp_path, OPENWAVES_REDIS_URL=url)
        _, key, key_id = account(one)
        within(lambda: speak(one, key) == speak(other, key) == 200)
        word = {"items": [{"word": "SQL", "pronunciation": LONG}]}
        dictionary = ask(one, "POST", PATH + "/pronunciation-dicts", word, key).json()["id"]
        assert speak(other, key, pronunciation_dicts=[dictionary]) == 200
        form: dict[str, Any] = {"displayName": (None, "Me"), "file": ("me.wav", voice_wav())}
        made = requests.post(
            one.url + PATH + "/voice-cloning", files=form, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )
        assert made.status_code == 200, made.text
        voice = made.json()["data"]["voiceId"]
        assert speak(other, key, voice_id=voice) == 200
        ask(one, "DELETE", PATH + "/pronunciation-dicts", {"id": dictionary}, key)
        ask(one, "POST", PATH + "/voice-cloning/delete", {"voiceId": voice}, key)
        within(lambda: speak(other, key, voice_id=voice) >= 400)
        within(lambda: speak(other, key, pronunciation_dicts=[dictionary]) == 400)
        assert ask(one, "DELETE", f"/admin/v1/keys/{key_id}", key=ADMIN_KEY).status_code in (200, 204)
        within(lambda: speak(other, key) == 401)


def test_limits_hold_over_both_and_a_killed_one_gives_its_slots_up(
    postgres_server: Postgres, tmp_path: Path, running_redis: RunningRedis
) -> None:
    with ExitStack() as stack:
        settings = {"OPENWAVES_REDIS_URL": running_redis.url, "OPENWAVES_REDIS_LEASE_S": "1"}
        one, other = start(stack, postgres_server, tmp_path, **settings)
        _, key, _ = account(one, sockets=1, requests_per_minute=3)
        within(lambda: ask(other, "GET", PATH + "/voice/get-all-models", key=key).status_code == 200)
        with live_socket(one.url, key):
            assert status_of_socket(other.url, key) == 429
            one.end()
            assert within(lambda: status_of_socket(other.url, key) == 101, 10) < 10
        one.start()
        assert status_of_socket(one.url, key) == 101
        assert [speak(server, key) for server in (one, other, one, other, one)] == [200, 200, 200, 429, 429]
        running_redis.stop()
        assert speak(other, key) == 200  # each counts for itself: this one has begun one of the three
        assert "openwaves_shared_state_up 0.0" in requests.get(other.url + "/metrics", timeout=10).text
        running_redis.start()
        assert other.said().count("Redis does not answer") == 1
