"""Pronunciation dictionaries over the wire, on SQLite and on PostgreSQL."""

import asyncio
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import numpy as np
import pytest
import requests
from websockets.sync.client import connect

from openwaves.storage import Store
from tests.servers import KEY, RunningServer, server
from tests.waiting import until

PATH = "/waves/v1/pronunciation-dicts"
LONG = "extraordinarily quizzical zebra of the northern mountain plains"
ITEMS = [{"word": "PostgreSQL", "pronunciation": "post-gres"}, {"word": "nginx", "pronunciation": "engine-x"}]
UNKNOWN = "65f0c0ffee0000000000beef"


def speech(text: str, *ids: str, **fields: object) -> dict[str, object]:
    return {"text": text, "voice_id": "magnus", "sample_rate": 8000, "pronunciation_dicts": list(ids), **fields}


def create(running: RunningServer, word: str = "XQZ", said: str = LONG, key: str = KEY) -> str:
    answer = running.ask("POST", PATH, {"items": [{"word": word, "pronunciation": said}]}, key)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def another_key(running: RunningServer, name: str) -> str:
    """The key of a new account, once the server knows it."""

    async def make() -> str:
        async with await Store.open(running.database_url or None, running.data_dir) as store:
            account = await store.accounts.create(name)
            return (await store.accounts.create_key(account.id))[1]

    key = asyncio.run(make())
    until(lambda: running.ask("GET", PATH, key=key).status_code == 200)
    return key


def test_a_dictionary_is_made_listed_changed_and_deleted(state_server: RunningServer) -> None:
    made = state_server.ask("POST", PATH, {"items": ITEMS, "name": "ignored"}).json()
    assert set(made) == {"id", "items", "createdAt"}
    assert re.fullmatch(r"[0-9a-f]{24}", made["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["createdAt"])
    assert made["items"] == ITEMS
    assert made in state_server.ask("GET", PATH + "/").json()
    changed = state_server.ask("PUT", PATH, {"id": made["id"], "items": ITEMS[:1]})
    assert changed.json() == {"id": made["id"], "items": ITEMS[:1]}
    listed = [row for row in state_server.ask("GET", PATH).json() if row["id"] == made["id"]]
    assert listed == [{**made, "items": ITEMS[:1]}]
    assert state_server.ask("DELETE", PATH, {"id": made["id"]}).json() == {"id": made["id"], "deleted": True}
    assert made["id"] not in state_server.ask("GET", PATH).text
    gone = state_server.ask("DELETE", "/api/v1/pronunciation-dicts", {"id": made["id"]})
    assert gone.status_code == 404
    assert made["id"] in gone.json()["details"][0]["message"]


@pytest.mark.parametrize(
    ("method", "body", "path"),
    [
        ("POST", {}, ["items"]),
        ("POST", {"items": []}, ["items"]),
        ("POST", {"items": "x"}, ["items"]),
        ("POST", {"items": [{"word": "x"}]}, ["items", 0, "pronunciation"]),
        ("POST", {"items": [{"word": "", "pronunciation": "y"}]}, ["items", 0, "word"]),
        ("POST", {"items": [{"word": " ", "pronunciation": "y"}]}, ["items", 0, "word"]),
        ("POST", {"items": [{"word": "a\x00b", "pronunciation": "y"}]}, ["items", 0, "word"]),
        ("POST", {"items": [{"word": "\ud800", "pronunciation": "y"}]}, ["items", 0, "word"]),
        ("POST", {"items": [{"word": "x", "pronunciation": 5}]}, ["items", 0, "pronunciation"]),
        ("POST", {"items": [{"word": "x", "pronunciation": "!!"}]}, ["items", 0, "pronunciation"]),
        ("POST", {"items": [{"word": "x", "pronunciation": "ກຂຄ"}]}, ["items", 0, "pronunciation"]),
        ("POST", {"items": [{"word": "w" * 201, "pronunciation": "y"}]}, ["items", 0, "word"]),
        ("POST", {"items": [{"word": "w", "pronunciation": "y"}] * 10_001}, ["items"]),
        ("POST", [1], []),
        ("PUT", {"items": ITEMS}, ["id"]),
        ("PUT", {"id": UNKNOWN, "items": []}, ["items"]),
        ("DELETE", {}, ["id"]),
        ("DELETE", {"id": 5}, ["id"]),
    ],
)
def test_what_is_wrong_is_named_with_its_path(
    state_server: RunningServer, method: str, body: object, path: list[object]
) -> None:
    answer = state_server.ask(method, PATH, body)
    assert answer.status_code == 400, answer.text
    told = answer.json()
    assert told["error"] == "InvalidRequest"
    assert isinstance(told["message"], str)
    assert set(told["details"][0]) == {"code", "path", "message"}
    assert told["details"][0]["path"] == path


@pytest.mark.parametrize("unknown", [UNKNOWN, "x", "a" * 24, "\x00" * 24])
def test_what_does_not_exist_is_a_404(state_server: RunningServer, unknown: str) -> None:
    assert state_server.ask("PUT", PATH, {"id": unknown, "items": ITEMS}).status_code == 404
    assert state_server.ask("DELETE", PATH, {"id": unknown}).status_code == 404


@pytest.mark.parametrize("path", ["/waves/v1/tts", "/waves/v1/tts/live", "/waves/v1/lightning-v2/get_speech"])
def test_speech_follows_a_dictionary_and_its_changes_at_once(state_server: RunningServer, path: str) -> None:
    text = "Say XQZ now."

    def length(*ids: str) -> int:
        answer = state_server.ask("POST", path, speech(text, *ids))
        assert answer.status_code == 200, answer.text
        return len(answer.content)

    plain = length()
    made = create(state_server)
    assert length(made) > 1.4 * plain
    state_server.ask("PUT", PATH, {"id": made, "items": [{"word": "XQZ", "pronunciation": "ex"}]})
    assert length(made) <= plain
    other = create(state_server)
    assert length(other, made) > 1.4 * plain
    assert length(made, other) <= plain
    state_server.ask("DELETE", PATH, {"id": made})
    refused = state_server.ask("POST", path, speech(text, other, made))
    assert refused.status_code == 400
    assert made in refused.json()["message"]


def test_the_socket_follows_dictionaries_and_tells_the_original_words(state_server: RunningServer) -> None:
    made = create(state_server, "New XQZ")
    url = state_server.url.replace("http", "ws") + f"/waves/v1/tts/live?token={KEY}"
    with connect(url) as socket:

        def spoken(message: dict[str, object]) -> tuple[int, list[dict[str, object]], str]:
            socket.send(json.dumps(message))
            size, words = 0, []
            while True:
                frame = json.loads(socket.recv(timeout=20))
                if frame["status"] == "chunk":
                    size += len(frame["data"]["audio"])
                elif frame["status"] == "word_timestamp":
                    words.append(frame["data"])
                else:
                    return size, words, str(frame.get("message", frame["status"]))

        text = "Say New XQZ now."
        plain, _, _ = spoken(speech(text))
        size, words, _ = spoken(speech(text, made, word_timestamps=True))
        assert size > 1.4 * plain
        assert [word["word"] for word in words] == text.split()
        assert all(word["end"] > word["start"] for word in words)  # type: ignore[operator]
        _, _, told = spoken(speech(text, UNKNOWN))
        assert UNKNOWN in told
        assert spoken(speech(text))[2] == "complete"


def test_accounts_do_not_see_each_other(state_server: RunningServer) -> None:
    key = another_key(state_server, "other")
    mine, theirs = create(state_server), create(state_server, key=key)
    assert mine not in state_server.ask("GET", PATH, key=key).text
    assert theirs not in state_server.ask("GET", PATH).text
    for stranger, owner, target in ((key, KEY, mine), (KEY, key, theirs)):
        for warm in (False, True):  # in memory after its owner's use
            if warm:
                assert state_server.ask("POST", "/waves/v1/tts", speech("XQZ", target), owner).status_code == 200
            missing = state_server.ask("POST", "/waves/v1/tts", speech("XQZ", UNKNOWN), stranger)
            refused = state_server.ask("POST", "/waves/v1/tts", speech("XQZ", target), stranger)
            assert refused.status_code == missing.status_code == 400
            assert refused.json()["message"].replace(target, UNKNOWN) == missing.json()["message"]
            for method, body in (("PUT", {"id": target, "items": ITEMS}), ("DELETE", {"id": target})):
                told = state_server.ask(method, PATH, body, stranger)
                assert told.status_code == 404
                unknown = state_server.ask(method, PATH, {**body, "id": UNKNOWN}, stranger)
                assert told.text.replace(target, UNKNOWN) == unknown.text
        assert target in state_server.ask("GET", PATH, key=owner).text


def test_ten_thousand_entries_fit_and_not_one_more(state_server: RunningServer) -> None:
    key = another_key(state_server, "many")
    items = [{"word": f"word{number}", "pronunciation": "engine-x"} for number in range(10_000)]
    made = state_server.ask("POST", PATH, {"items": items}, key).json()["id"]
    more = state_server.ask("POST", PATH, {"items": items[:1]}, key)
    assert more.status_code == 400
    assert more.json()["details"][0]["path"] == ["items"]
    assert state_server.ask("PUT", PATH, {"id": made, "items": items[1:]}, key).status_code == 200
    assert state_server.ask("POST", PATH, {"items": items[:1]}, key).status_code == 200
    assert state_server.ask("POST", PATH, {"items": items[:1]}, key).status_code == 400


def test_another_process_sees_changes_within_five_seconds(database_url: str, tmp_path: Path) -> None:
    options = ("--engine", "tone")
    with (
        server(tmp_path, *options, OPENWAVES_DATABASE_URL=database_url) as one,
        server(tmp_path, *options, OPENWAVES_DATABASE_URL=database_url) as other,
    ):

        def length(*ids: str) -> int:
            return len(other.ask("POST", "/waves/v1/tts", speech("Say XQZ now.", *ids)).content)

        made = create(one)
        plain = length()
        assert length(made) > 1.4 * plain
        one.ask("PUT", PATH, {"id": made, "items": [{"word": "XQZ", "pronunciation": "ex"}]})
        until(lambda: length(made) <= plain)
        one.ask("DELETE", PATH, {"id": made})
        until(lambda: other.ask("POST", "/waves/v1/tts", speech("XQZ", made)).status_code == 400)


def test_what_was_answered_outlives_kill_9(database_url: str, tmp_path: Path) -> None:
    kept: dict[str, str] = {}
    for number in range(3):
        with server(tmp_path, "--engine", "tone", wait_ready=False, OPENWAVES_DATABASE_URL=database_url) as running:
            listed = {row["id"]: row["items"][0]["word"] for row in running.ask("GET", PATH).json()}
            assert listed == kept
            for place in range(5):
                word = f"w{number}-{place}"
                kept[create(running, word)] = word
            running.process.kill()
            running.process.wait()


def test_deleting_by_query_is_understood_too(state_server: RunningServer) -> None:
    made = create(state_server)
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = requests.delete(f"{state_server.url}{PATH}?id={made}", headers=headers, timeout=30)
    assert answer.json() == {"id": made, "deleted": True}


def test_a_request_without_dictionaries_sounds_as_ever(state_server: RunningServer) -> None:
    create(state_server)
    one, two = (state_server.ask("POST", "/waves/v1/tts", speech("Say XQZ.")).content for _ in range(2))
    assert np.array_equal(np.frombuffer(one, "<i2"), np.frombuffer(two, "<i2"))


@pytest.mark.slow
def test_kill_9_under_a_write_load_loses_nothing_that_was_answered(database_url: str, tmp_path: Path) -> None:
    kept: set[str] = set()
    for number in range(8):
        with server(tmp_path, "--engine", "tone", wait_ready=False, OPENWAVES_DATABASE_URL=database_url) as running:
            listed = {row["id"]: row["items"] for row in running.ask("GET", PATH).json()}
            assert kept <= set(listed)
            assert all(len(items) == 30 for items in listed.values())  # never half of one
            Timer(0.3 + number / 10, running.process.kill).start()
            items = [{"word": f"w{place}", "pronunciation": "engine-x"} for place in range(30)]
            with ThreadPoolExecutor(4) as pool:
                for made in pool.map(lambda _: _create_until_killed(running, items), range(4)):  # noqa: B023
                    kept |= made
            running.process.wait()
    assert len(kept) > 20


def _create_until_killed(running: RunningServer, items: list[dict[str, str]]) -> set[str]:
    made: set[str] = set()
    while len(made) < 40:
        try:
            answer = running.ask("POST", PATH, {"items": items})
        except requests.RequestException:
            break
        if answer.status_code == 200:
            made.add(answer.json()["id"])
        else:
            time.sleep(0.01)
    return made
