"""Accounts, keys, limits and usage over the wire, on SQLite and on PostgreSQL."""

import asyncio
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest
import requests
from websockets.sync.client import connect

from openwaves.storage import Store
from tests.forked import ForkedServer
from tests.servers import ADMIN_KEY, KEY, RunningServer, server
from tests.waiting import until

SPEECH: dict[str, Any] = {"text": "Hello from Waves.", "voice_id": "magnus", "sample_rate": 8000}


def admin(running: RunningServer, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = running.ask(method, "/admin/v1" + path, body, ADMIN_KEY)
    assert answer.status_code == status, answer.text
    return answer.json()


def account_with_key(running: RunningServer, **limits: int) -> tuple[str, str, str]:
    """Id and key of a new account, and the id of the key."""
    account = admin(running, "POST", "/accounts", {"name": uuid.uuid4().hex, **limits}, 201)["id"]
    made = admin(running, "POST", "/keys", {"account": account}, 201)
    return account, made["key"], made["id"]


def used(running: RunningServer, account: str) -> dict[str, Any]:
    rows = admin(running, "GET", f"/usage?account={account}")
    assert len(rows) <= 1
    return rows[0] if rows else {}


def test_the_admin_api_is_not_there_unless_a_key_is_set(tone_server: RunningServer) -> None:
    for path in ("/admin/v1/accounts", "/admin/v1/keys", "/admin/v1/usage"):
        assert tone_server.ask("GET", path).status_code == 404
        assert tone_server.ask("GET", path, key="").status_code == 404


@pytest.mark.parametrize("key", ["", KEY, ADMIN_KEY + "x", ADMIN_KEY[:-1]])
def test_the_admin_api_needs_its_own_key(state_server: RunningServer, key: str) -> None:
    for method, path in (("GET", "/accounts"), ("POST", "/keys"), ("DELETE", "/keys/x"), ("GET", "/usage")):
        answer = state_server.ask(method, "/admin/v1" + path, key=key)
        assert answer.status_code == 401
        assert answer.json()["error"] == "Unauthorized"
    assert state_server.ask("GET", "/waves/v1/pronunciation-dicts", key=ADMIN_KEY).status_code == 401


def test_a_key_is_made_listed_without_its_secret_rotated_and_revoked(state_server: RunningServer) -> None:
    account, key, key_id = account_with_key(state_server)

    def speaks(key: str) -> bool:
        return state_server.ask("POST", "/waves/v1/tts", SPEECH, key).status_code == 200

    assert speaks(key)
    listed = admin(state_server, "GET", f"/keys?account={account}")
    assert [row["id"] for row in listed] == [key_id]
    assert key not in json.dumps(listed)
    renewed = admin(state_server, "POST", f"/keys/{key_id}/rotate", status=201)
    assert not speaks(key)
    assert speaks(renewed["key"])
    assert admin(state_server, "DELETE", f"/keys/{renewed['id']}")["revokedAt"] is not None
    assert not speaks(renewed["key"])
    admin(state_server, "POST", f"/keys/{renewed['id']}/rotate", status=404)
    admin(state_server, "DELETE", "/keys/nothing", status=404)
    assert not [line for line in state_server.log if key in line or renewed["key"] in line]


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("POST", "/accounts", {}, "name"),
        ("POST", "/accounts", {"name": ""}, "name"),
        ("POST", "/accounts", {"name": "default"}, "name"),
        ("POST", "/accounts", {"name": "x", "sockets": -1}, "sockets"),
        ("POST", "/accounts", {"name": "x", "colour": 1}, "colour"),
        ("PATCH", "/accounts/default", {"concurrency": "many"}, "concurrency"),
        ("POST", "/keys", {}, "account"),
        ("POST", "/keys", {"account": "default", "name": 5}, "name"),
        ("GET", "/usage?since=yesterday", None, "since"),
    ],
)
def test_a_wrong_field_is_named(state_server: RunningServer, method: str, path: str, body: Any, named: str) -> None:
    assert named in admin(state_server, method, path, body, 400)["message"]


def test_a_revoked_key_stops_on_every_process_and_on_open_sockets(database_url: str, tmp_path: Path) -> None:
    async def make() -> tuple[str, str]:
        async with await Store.open(database_url or None, tmp_path) as store:
            key, secret = await store.accounts.create_key("default")
            return key.id, secret

    async def revoke(key_id: str) -> None:
        async with await Store.open(database_url or None, tmp_path) as store:
            await store.accounts.revoke_key(key_id)

    with server(tmp_path, "--engine", "tone", OPENWAVES_DATABASE_URL=database_url) as running:
        key_id, key = asyncio.run(make())
        until(lambda: running.ask("POST", "/waves/v1/tts", SPEECH, key).status_code == 200)
        with connect(running.url.replace("http", "ws") + f"/waves/v1/tts/live?token={key}") as socket:
            asyncio.run(revoke(key_id))
            until(lambda: running.ask("POST", "/waves/v1/tts", SPEECH, key).status_code == 401)
            socket.send(json.dumps(SPEECH))
            frame = json.loads(socket.recv(timeout=10))
            assert frame["error"]["code"] == "unauthorized"


def test_requests_per_minute_are_honoured_over_all_transports(state_server: RunningServer) -> None:
    account, key, _ = account_with_key(state_server, requests_per_minute=3)
    for path in ("/waves/v1/tts", "/waves/v1/tts/live"):
        assert state_server.ask("POST", path, SPEECH, key).status_code == 200
    with connect(state_server.url.replace("http", "ws") + f"/waves/v1/tts/live?token={key}") as socket:
        socket.send(json.dumps(SPEECH))
        while json.loads(socket.recv(timeout=10))["status"] != "complete":
            pass
        socket.send(json.dumps(SPEECH))
        assert json.loads(socket.recv(timeout=10))["error"]["code"] == "too_many_requests"
    refused = state_server.ask("POST", "/waves/v1/tts", SPEECH, key)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    admin(state_server, "PATCH", f"/accounts/{account}", {"requests_per_minute": None})
    assert state_server.ask("POST", "/waves/v1/tts", SPEECH, key).status_code == 200


def test_characters_per_day_are_honoured_over_all_transports(state_server: RunningServer) -> None:
    n = len(SPEECH["text"])
    account, key, _ = account_with_key(state_server, characters_per_day=2 * n + 1)
    assert state_server.ask("POST", "/waves/v1/tts", SPEECH, key).status_code == 200
    assert state_server.ask("POST", "/waves/v1/tts/live", SPEECH, key).status_code == 200
    refused = state_server.ask("POST", "/waves/v1/tts", SPEECH, key)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    with connect(state_server.url.replace("http", "ws") + f"/waves/v1/tts/live?token={key}") as socket:
        socket.send(json.dumps(SPEECH))
        assert json.loads(socket.recv(timeout=10))["error"]["code"] == "too_many_requests"
    assert used(state_server, account)["characters"] == 2 * n


def test_sockets_and_requests_at_once_are_honoured(state_server: RunningServer) -> None:
    _, key, _ = account_with_key(state_server, concurrency=1, sockets=1)
    url = state_server.url.replace("http", "ws") + f"/waves/v1/tts/live?token={key}"
    with connect(url), pytest.raises(Exception, match="429"), connect(url):
        pass
    long = {**SPEECH, "text": "Hello from Waves. " * 400}
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: state_server.ask("POST", "/waves/v1/tts", long, key).status_code, range(4)))
    assert 429 in statuses
    assert 200 in statuses


def test_usage_is_counted_once_also_of_refused_and_cancelled_requests(state_server: RunningServer) -> None:
    account, key, key_id = account_with_key(state_server)
    n = len(SPEECH["text"])
    whole = state_server.ask("POST", "/waves/v1/tts", SPEECH, key)
    length_s = len(whole.content) / 2 / 8000
    state_server.ask("POST", "/waves/v1/tts/live", {**SPEECH, "output_format": "mp3"}, key)
    state_server.ask("POST", "/waves/v1/tts", {**SPEECH, "voice_id": "nobody"}, key)
    with connect(state_server.url.replace("http", "ws") + f"/waves/v1/tts/live?token={key}") as socket:
        socket.send(json.dumps({**SPEECH, "text": SPEECH["text"][:5], "continue": True}))
        socket.send(json.dumps({**SPEECH, "text": SPEECH["text"][5:]}))
        while json.loads(socket.recv(timeout=10))["status"] != "complete":
            pass
    row = used(state_server, account)
    assert (row["requests"], row["characters"], row["errors"], row["key"]) == (4, 3 * n, 1, key_id)
    assert row["audio_s"] == pytest.approx(3 * length_s, abs=0.1)
    long = {**SPEECH, "text": "Hello from Waves. " * 1000}
    headers = {"Authorization": f"Bearer {key}"}
    url = state_server.url + "/waves/v1/tts/live"
    with requests.post(url, json=long, headers=headers, stream=True, timeout=30) as answer:
        next(answer.iter_content(100))
    time.sleep(0.5)
    row = used(state_server, account)
    assert (row["requests"], row["errors"]) == (5, 1)
    assert row["characters"] == 3 * n + len(long["text"])


def test_usage_outlives_a_stop_and_a_crash(database_url: str, tmp_path: Path) -> None:
    long = {**SPEECH, "text": "Hello from Waves. " * 1000}
    headers = {"Authorization": f"Bearer {KEY}"}
    with ForkedServer(tmp_path, database_url) as running:
        for outcome in ("stop", "kill", "kill amid an answer"):
            running.start()
            requests.post(running.url + "/waves/v1/tts", json=SPEECH, headers=headers, timeout=30).raise_for_status()
            if outcome == "stop":
                assert running.end(SIGTERM) == 0
            elif outcome == "kill":
                running.end()
            else:
                url = running.url + "/waves/v1/tts/live"
                with requests.post(url, json=long, headers=headers, stream=True, timeout=30) as answer:
                    next(answer.iter_content(100))
                    time.sleep(0.3)
                    running.end()

    async def read() -> tuple[int, int]:
        async with await Store.open(database_url or None, tmp_path) as store:
            (row,) = await store.usage.rows()
            return row.counts.requests, row.counts.characters

    assert asyncio.run(read()) == (4, 3 * len(SPEECH["text"]) + len(long["text"]))
