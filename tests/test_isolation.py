"""What belongs to another account does not exist: every route, asked for every kind of another's objects.

The routes come from the application's own table. One that is not listed here fails the test: list it in ``ROUTES``
with every way in which a request to it can name an object. A new kind of object is a line in ``MAKERS`` and one in
``UNKNOWN``.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.routing import Route, WebSocketRoute
from websockets.sync.client import connect

from openwaves.api.app import create_app
from openwaves.api.middleware import API_PREFIXES, OPENAI_PREFIX, SAMPLES_PATH
from openwaves.api.state import State
from openwaves.settings import Settings
from openwaves.storage import Store
from tests.forked import ForkedServer
from tests.recordings import voice_wav
from tests.servers import ADMIN_KEY

ITEMS = [{"word": "nginx", "pronunciation": "engine-x"}]
SAID = {"text": "Hello.", "voice_id": "magnus", "sample_rate": 8000}
SPEECH = [
    {"json": {**SAID, "pronunciation_dicts": ["<dictionary>"]}},
    {"json": {**SAID, "voice_id": "<clone>"}},
]
OPENAI_SAID = {"model": "tts-1", "input": "Hello.", "response_format": "pcm", "sample_rate": 8000}
OPENAI_SPEECH = [
    {"json": {**OPENAI_SAID, "voice": "magnus", "pronunciation_dicts": ["<dictionary>"]}},
    {"json": {**OPENAI_SAID, "voice": "<clone>"}},
    {"json": {**OPENAI_SAID, "voice": {"id": "<clone>"}}},
]
DELETE_CLONE = [{"json": {"voiceId": "<clone>"}}, {"params": {"voiceId": "<clone>"}}]
NOTHING: list[dict[str, Any]] = [{}]
HEARD = [{"data": "\0" * 3200, "params": {"model": "pulse", "language": "en", "encoding": "linear16"}}]
LISTENING = [{"json": {"type": "finalize"}}]
REALTIME = [{"json": {"type": "session.update", "session": {"audio": {"output": {"voice": "<clone>"}}}}}]
DICTIONARIES = "/pronunciation-dicts"
SPECIAL = ("{number:int}.mp3", "/chat/completions", "/transcriptions", "/translations", "/sign-in")
"""Need a signature, a language model, a sound, a code; and what is not served."""
DONE = (200, 201, "chunk", "success", "session.configured", "session.updated")

ROUTES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/health"): NOTHING,
    ("GET", "/health/chat"): NOTHING,
    ("GET", "/ready"): NOTHING,
    ("GET", "/metrics"): NOTHING,
    ("GET", "*/health"): NOTHING,
    ("POST", "*/tts"): SPEECH,
    ("POST", "*/tts/live"): SPEECH,
    ("WS", "*/tts/live"): SPEECH,
    ("POST", "*/lightning-v3.1/get_speech"): SPEECH,
    ("POST", "*/lightning-v3.1/stream"): SPEECH,
    ("WS", "*/lightning-v3.1/get_speech/stream"): SPEECH,
    ("POST", "*/lightning-v2/get_speech"): SPEECH,
    ("POST", "*/lightning-v2/stream"): SPEECH,
    ("WS", "*/lightning-v2/get_speech/stream"): SPEECH,
    ("POST", "*/lightning/get_speech"): SPEECH,
    ("POST", "*/lightning-large/get_speech"): SPEECH,
    ("POST", "*/lightning-large/stream"): SPEECH,
    ("POST", "*/auth/token"): [{"json": {"ttl_seconds": 30}}],
    ("POST", "/stt"): HEARD,
    ("POST", "/stt/"): HEARD,
    ("POST", "*/stt"): HEARD,
    ("POST", "*/pulse/get_text"): HEARD,
    ("POST", "*/lightning/get_text"): HEARD,
    ("WS", "/transcribe"): LISTENING,
    ("WS", "*/stt/live"): LISTENING,
    ("WS", "*/s2s"): [{"json": {"type": "session.configure", "session": {"voice": "<clone>"}}}],
    ("WS", "*/pulse/get_text"): LISTENING,
    ("WS", "*/lightning/get_text"): LISTENING,
    ("POST", "**/chat/completions"): [{"json": {"model": "electron", "messages": []}}],
    ("GET", "**/models"): NOTHING,
    ("GET", "**/models/{model:path}"): [{"path": {"model": "electron"}}],
    ("GET", "*/{model}/get_voices"): [{"path": {"model": "lightning-v3.1"}}],
    ("GET", "*/voice/get-all-models"): NOTHING,
    ("GET", "*/voice/preview/{voice_id}.mp3"): [{"path": {"voice_id": "magnus"}}],
    ("GET", "*" + DICTIONARIES): NOTHING,
    ("POST", "*" + DICTIONARIES): [{"json": {"items": ITEMS}}],
    ("PUT", "*" + DICTIONARIES): [{"json": {"id": "<dictionary>", "items": ITEMS}}],
    ("DELETE", "*" + DICTIONARIES): [{"json": {"id": "<dictionary>"}}, {"params": {"id": "<dictionary>"}}],
    ("GET", "*/voice-cloning"): NOTHING,
    ("POST", "*/voice-cloning"): [{"data": {"displayName": "another"}}],
    ("GET", "*/voice-cloning/{clone_id}"): [{"path": {"clone_id": "<clone>"}}, {"path": {"clone_id": "<record>"}}],
    ("POST", "*/voice-cloning/delete"): DELETE_CLONE,
    ("GET", "*" + SAMPLES_PATH + "{voice_id}/{number:int}.mp3"): [{"path": {"voice_id": "<clone>", "number": "0"}}],
    ("GET", "*/lightning-large/get_cloned_voices"): NOTHING,
    ("POST", "*/lightning-large/add_voice"): [{"data": {"displayName": "another"}}],
    ("DELETE", "*/lightning-large"): DELETE_CLONE,
    **{("GET", path): NOTHING for path in ("/reference", "/openapi.json", "/asyncapi.json", "/llms.txt")},
    ("GET", "/"): NOTHING,
    ("GET", "/playground/{path:path}"): [{"path": {"path": "js/app.js"}}],
    ("POST", "/playground/sign-in"): [{"json": {"code": "none"}}],
    **{("WS", path): REALTIME for path in ("/v1/realtime", "/v1/realtime/")},
    ("POST", "//audio/speech"): OPENAI_SPEECH,
    ("GET", "//audio/voices"): NOTHING,
    ("POST", "//audio/transcriptions"): [{"data": {"model": "whisper-1"}}],
    ("POST", "//audio/translations"): [{"data": {"model": "whisper-1"}}],
    ("POST", "//chat/completions"): [{"json": {"model": "electron", "messages": []}}],
    ("GET", "//models"): NOTHING,
    ("GET", "//models/{model:path}"): [{"path": {"model": "electron"}}],
    ("GET", "/admin/v1/accounts"): NOTHING,
    ("POST", "/admin/v1/accounts"): [{"json": {"name": "another"}}],
    ("GET", "/admin/v1/accounts/{account}"): [{"path": {"account": "<account>"}}],
    ("PATCH", "/admin/v1/accounts/{account}"): [{"path": {"account": "<account>"}, "json": {"concurrency": 1}}],
    ("GET", "/admin/v1/keys"): [{}, {"params": {"account": "<account>"}}],
    ("POST", "/admin/v1/keys"): [{"json": {"account": "<account>"}}],
    ("DELETE", "/admin/v1/keys/{key}"): [{"path": {"key": "<key>"}}],
    ("POST", "/admin/v1/keys/{key}/rotate"): [{"path": {"key": "<key>"}}],
    ("GET", "/admin/v1/usage"): [{}, {"params": {"account": "<account>"}}],
}
"""Verb and path to the requests that can be made; ``*`` is each of the API's prefixes, ``//`` OpenAI's.

``<kind>`` stands for an object's id.
"""

UNKNOWN = {
    "dictionary": "65f0c0ffee0000000000beef",
    "clone": "voice_Unknown000",
    "record": "65f0c0ffee0000000000feed",
    "account": "acc_65f0c0ffee0000000000beef",
    "key": "key_65f0c0ffee00beef",
}
CHANGING_HEADERS = {"date", "x-session-id", "x-request-id"}


@dataclass
class Owner:
    """An account with a key, and the ids of its objects by kind."""

    secret: str
    objects: dict[str, str]


def make_dictionary(running: ForkedServer, owner: Owner) -> None:
    made = ask(running, "POST", "/waves/v1" + DICTIONARIES, owner.secret, json={"items": ITEMS}).json()
    owner.objects["dictionary"] = made["id"]
    spoken = ask(running, "POST", "/waves/v1/tts", owner.secret, **fill(SPEECH[0], owner.objects))
    assert spoken.status_code == 200


def make_clone(running: ForkedServer, owner: Owner) -> None:
    form = {"displayName": (None, "Me"), "file": ("me.wav", voice_wav())}
    made = ask(running, "POST", "/waves/v1/voice-cloning", owner.secret, files=form)
    assert made.status_code == 200, made.text
    owner.objects["clone"] = made.json()["data"]["voiceId"]
    (owner.objects["record"],) = [
        row["_id"]
        for row in ask(running, "GET", "/waves/v1/voice-cloning", owner.secret).json()["data"]
        if row["voiceId"] == owner.objects["clone"]
    ]
    assert ask(running, "POST", "/waves/v1/tts", owner.secret, **fill(SPEECH[1], owner.objects)).status_code == 200


MAKERS = {"<dictionary>": make_dictionary, "<clone>": make_clone}
"""How an account comes to have an object of each kind, in use."""


def ask(running: ForkedServer, verb: str, path: str, secret: str, **parts: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return requests.request(verb, running.url + path, headers=headers, timeout=90, **parts)


def fill(use: dict[str, Any], objects: dict[str, str]) -> dict[str, Any]:
    """A request with ids in the places of ``<kind>``."""
    text = json.dumps(use)
    for kind, name in objects.items():
        text = text.replace(f"<{kind}>", name)
    filled: dict[str, Any] = json.loads(text)
    return filled


def fill_path(path: str, parts: dict[str, str]) -> str:
    """A path with values in the places of its parameters."""
    return re.sub(r"{(\w+)(?::\w+)?}", lambda part: parts[part[1]], path)


def outcome(running: ForkedServer, verb: str, path: str, secret: str, use: dict[str, Any]) -> tuple[object, ...]:
    """All that a client can see of an answer, in words."""
    use = dict(use)
    path = fill_path(path, use.pop("path", {}))
    if verb == "WS":
        with connect(running.url.replace("http", "ws", 1) + path + f"?token={secret}") as socket:
            socket.send(json.dumps(use["json"]))
            frame = json.loads(socket.recv(timeout=20))
            if frame.get("type") == "session.created":  # speech to speech: the answer follows
                frame = json.loads(socket.recv(timeout=20))
                del frame["event_id"]
                return (frame.pop("type"), json.dumps(frame))
        del frame["session_id"]
        return (frame.pop("status"), json.dumps(frame))
    answer = ask(running, verb, path, secret, **use)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    text = answer.text.replace(headers.get("x-request-id") or "no id", "<id>")
    return answer.status_code, text, {k: v for k, v in headers.items() if k not in CHANGING_HEADERS}


def unnamed(seen: tuple[object, ...], objects: dict[str, str]) -> str:
    """An outcome without the ids that the request itself named."""
    text = repr(seen)
    for name in objects.values():
        text = text.replace(name, "<id>")
    return text


def paths(pattern: str) -> list[str]:
    """Every spelling of a path: under each prefix, with and without a slash at its end; of chat also two before."""
    if pattern.startswith("**"):
        doubled = [path for slash in ("*", "*/") for path in paths(slash + pattern[2:])]
        return sorted(doubled)
    if pattern.startswith("//"):
        return [OPENAI_PREFIX + slash + pattern[1:] + end for slash in ("", "/") for end in ("", "/")]
    if not pattern.startswith("*"):
        return [pattern, pattern + "/"] if pattern.startswith("/admin") else [pattern]
    return [prefix + pattern[1:] + slash for prefix in API_PREFIXES for slash in ("", "/")]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedServer]:
    with ForkedServer(tmp_path_factory.mktemp("isolated")) as forked:
        forked.start()
        yield forked


@pytest.fixture(scope="module")
def owners(running: ForkedServer) -> list[Owner]:
    made = []
    for name in ("first", "second"):
        account = ask(running, "POST", "/admin/v1/accounts", ADMIN_KEY, json={"name": name}).json()["id"]
        key = ask(running, "POST", "/admin/v1/keys", ADMIN_KEY, json={"account": account}).json()
        owner = Owner(key["key"], {"account": account, "key": key["id"]})
        for make in MAKERS.values():
            make(running, owner)
        made.append(owner)
    return made


async def test_every_route_is_listed_here(tmp_path: Path) -> None:
    async with await Store.open(None, tmp_path) as store:
        app = create_app(State(Settings.model_validate({"data_dir": tmp_path, "admin_key": ADMIN_KEY}), store))
    found = set()
    for route in app.routes:
        assert isinstance(route, Route | WebSocketRoute)
        verbs = (route.methods or set()) - {"HEAD"} if isinstance(route, Route) else {"WS"}
        found |= {(verb, route.path) for verb in verbs}
    assert found == {(verb, path) for verb, pattern in ROUTES for path in paths(pattern)}


@pytest.mark.parametrize(("verb", "pattern"), ROUTES, ids=lambda value: value)
def test_no_route_tells_of_anothers_objects(
    running: ForkedServer, owners: list[Owner], verb: str, pattern: str
) -> None:
    for asking, other in (owners, owners[::-1]):
        for use in ROUTES[verb, pattern]:
            names_objects = "<" in json.dumps(use)
            for path in paths(pattern):
                seen = outcome(running, verb, path, asking.secret, fill(use, other.objects))
                if names_objects:
                    unknown = outcome(running, verb, path, asking.secret, fill(use, UNKNOWN))
                    assert unnamed(seen, other.objects) == unnamed(unknown, UNKNOWN)
                    assert seen[0] in (400, 401, 403, 404, "error")  # 403: a link without a signature
                else:
                    assert not [name for name in other.objects.values() if name in repr(seen)]
                if pattern.startswith("/admin"):
                    assert seen == outcome(running, verb, path, "", fill(use, other.objects))
                    assert seen[0] == 401


def test_all_the_same_the_owner_reads_uses_changes_and_deletes_them(running: ForkedServer, owners: list[Owner]) -> None:
    """What was refused above is refused for whose it is, and has changed nothing."""
    for owner in owners:
        listed = ask(running, "GET", "/waves/v1" + DICTIONARIES, owner.secret).json()
        assert [row["items"] for row in listed if row["id"] == owner.objects["dictionary"]] == [ITEMS]
        deleting = []
        for (verb, pattern), uses in ROUTES.items():
            for use in uses:
                secret = ADMIN_KEY if pattern.startswith("/admin") else owner.secret
                if verb == "DELETE" or pattern.endswith(("rotate", "/delete")):
                    deleting.append((verb, pattern, use, secret))
                elif "another" not in json.dumps(use) and not pattern.endswith(SPECIAL):
                    seen = outcome(running, verb, paths(pattern)[0], secret, fill(use, owner.objects))
                    assert seen[0] in DONE, (verb, pattern, seen)
        for verb, pattern, use, secret in sorted(deleting, key=lambda row: (row[1].startswith("/admin"), -len(row[1]))):
            for kind, make in MAKERS.items():
                if kind in json.dumps(use):
                    make(running, owner)
            seen = outcome(running, verb, paths(pattern)[0], secret, fill(use, owner.objects))
            assert seen[0] in (200, 201), (verb, pattern, seen)
        assert ask(running, "GET", "/waves/v1" + DICTIONARIES, owner.secret).status_code == 401  # its key is gone


def test_usage_is_counted_to_the_account_that_spoke(running: ForkedServer, owners: list[Owner]) -> None:
    rows = ask(running, "GET", "/admin/v1/usage", ADMIN_KEY).json()
    ids = {row["account"] for row in rows}
    assert {owner.objects["account"] for owner in owners} <= ids
    for owner in owners:
        own = ask(running, "GET", f"/admin/v1/usage?account={owner.objects['account']}", ADMIN_KEY).json()
        assert own == [row for row in rows if row["account"] == owner.objects["account"]]
        assert not [row for row in own if not re.fullmatch(r"key_\w+", row["key"])]
