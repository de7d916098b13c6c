"""Keys and passwords are in no log, no answer, no metric, no file, and in no crash dump."""

import json
import os
import re
import secrets
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import connect

from tests.databases import Postgres
from tests.forked import ForkedServer
from tests.servers import ADMIN_KEY, KEY
from tests.test_isolation import DICTIONARIES, ITEMS, ROUTES, SAID, UNKNOWN, ask, fill, fill_path, paths

ANSWERED_ONCE = re.compile(r'"key":"sk_[\w-]+"')


class Seen:
    """Everything that came out of a server, and what must not be in it."""

    def __init__(self) -> None:
        self.secrets = {KEY, ADMIN_KEY}
        self.answers: list[str] = []

    def keep(self, answer: requests.Response) -> requests.Response:
        """Note an answer, but not the one place where a key is shown."""
        self.answers += [ANSWERED_ONCE.sub("", answer.text), repr(answer.headers), answer.url.partition("?")[0]]
        return answer

    def check(self, *texts: bytes | str) -> None:
        """No secret is in the answers, nor in the texts."""
        for text in (*self.answers, *texts):
            data = text if isinstance(text, bytes) else text.encode(errors="replace")
            assert not [secret for secret in self.secrets if secret.encode() in data], data[:2000]


def files(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def make_keys(running: ForkedServer, seen: Seen) -> list[str]:
    """A valid key, a revoked one, one that was rotated, and its successor."""
    kept = []
    for _ in range(3):
        made = ask(running, "POST", "/admin/v1/keys", ADMIN_KEY, json={"account": "default"})
        kept.append(seen.keep(made).json())
    seen.keep(ask(running, "DELETE", f"/admin/v1/keys/{kept[1]['id']}", ADMIN_KEY))
    renewed = seen.keep(ask(running, "POST", f"/admin/v1/keys/{kept[2]['id']}/rotate", ADMIN_KEY)).json()
    seen.keep(ask(running, "GET", "/admin/v1/keys", ADMIN_KEY))
    return [made["key"] for made in (*kept, renewed)]


def drive(running: ForkedServer, seen: Seen, key: str) -> None:
    """Every route, with the key wherever a client may put it."""
    for (verb, pattern), uses in ROUTES.items():
        path, use = paths(pattern)[0], fill(uses[-1], UNKNOWN)
        path = fill_path(path, use.pop("path", {}))
        query = urlencode({"token": key, "api_key": key})
        if verb == "WS":
            for address, headers in ((f"{path}?{query}", {}), (path, {"Authorization": f"Bearer {key}"})):
                try:
                    with connect(running.url.replace("http", "ws", 1) + address, additional_headers=headers) as socket:
                        socket.send(json.dumps({**use["json"], "token": key}))
                        seen.answers.append(str(socket.recv(20)))
                except (InvalidHandshake, WebSocketException) as error:
                    seen.answers.append(str(error))
            continue
        params = {**use.pop("params", {}), "token": key, "api_key": key}
        seen.keep(ask(running, verb, path, key, params=params, **use))
    for scheme in ("", "Bearer", "Token ", "Basic ", "Bearer  Bearer "):
        headers = {"Authorization": f"{scheme}{key}"}
        seen.keep(requests.get(running.url + "/waves/v1" + DICTIONARIES, headers=headers, timeout=20))
    for place in (f"/waves/v1/{key}", f"/{key}", f"/admin/v1/keys/{key}"):
        answer = ask(running, "GET", place, key)
        assert answer.status_code in (401, 404, 405)


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForkedServer]:
    """A server that says all it can. PostgreSQL lets the user in with any password."""
    url = ""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres_server")
        postgres.run(f"CREATE DATABASE {tmp_path.name.lower().replace('-', '_')}")
        url = postgres.url(tmp_path.name.lower().replace("-", "_")).replace("tests@", f"tests:{PASSWORD}@")
    with ForkedServer(tmp_path, url, "--log-level", "debug") as forked:
        forked.start()
        yield forked


PASSWORD = "pw" + secrets.token_hex(12)


def test_no_secret_comes_out_anywhere(running: ForkedServer, request: pytest.FixtureRequest) -> None:
    seen = Seen()
    seen.secrets.add(PASSWORD)
    keys = [KEY, ADMIN_KEY, *make_keys(running, seen), "sk_" + secrets.token_urlsafe(24)]
    seen.secrets |= set(keys)
    for key in keys:
        drive(running, seen, key)
    ask(running, "POST", "/waves/v1" + DICTIONARIES, KEY, json={"items": ITEMS})
    shutil.rmtree(running.data_dir / "previews")
    (running.data_dir / "previews").write_text("in the way of the folder")
    failed = seen.keep(ask(running, "GET", "/waves/v1/voice/preview/sophia.mp3", KEY))
    assert failed.status_code == 500
    assert "Traceback" in running.said()
    assert "DEBUG" in running.said()
    if running.database_url:
        postgres: Postgres = request.getfixturevalue("postgres_server")
        postgres.stop()
        try:
            assert seen.keep(ask(running, "GET", "/waves/v1" + DICTIONARIES, KEY)).status_code == 503
        finally:
            postgres.start()
    metrics = requests.get(running.url + "/metrics", timeout=20).text
    limits = Path(f"/proc/{running.pid}/limits")
    if limits.exists():
        assert re.search(r"^Max core file size +0 ", limits.read_text(), re.MULTILINE)
    assert ask(running, "POST", "/waves/v1/tts", KEY, json=SAID).status_code == 200
    assert running.end(signal.SIGABRT) == -signal.SIGABRT
    kept = list(files(running.data_dir))
    assert len(kept) >= (2 if running.database_url else 4)
    assert not list(Path.cwd().glob("core*"))
    seen.check(running.said(), metrics, *kept)


@pytest.mark.parametrize(
    "environment",
    [
        {"OPENWAVES_DATABASE_URL": f"postgresql://u:{PASSWORD}@127.0.0.1:1/none"},
        {"OPENWAVES_DATABASE_URL": f"mysql://u:{PASSWORD}@127.0.0.1:1/none"},
        {"OPENWAVES_DATABASE_URL": f"u:{PASSWORD}@127.0.0.1"},
        {"OPENWAVES_REDIS_URL": f"http://u:{PASSWORD}@127.0.0.1"},
        {"OPENWAVES_API_KEY": PASSWORD[:7]},
        {"OPENWAVES_ADMIN_KEY": PASSWORD[:15]},
    ],
    ids=["no server", "another database", "no URL", "no Redis", "a short key", "a short admin key"],
)
def test_a_start_that_fails_tells_no_secret(tmp_path: Path, environment: dict[str, str]) -> None:
    with ForkedServer(tmp_path, "", "--log-level", "debug", **environment) as running:
        running.begin()
        assert running.wait_end() != 0
        said = running.said()
        assert said
        assert PASSWORD[:7] not in said


def test_a_log_line_of_any_library_is_blanked(tmp_path: Path) -> None:
    from openwaves.cli.logs import Blanked, secrets_of
    from openwaves.settings import Settings

    url = f"postgresql://user:{PASSWORD}@host/name"
    settings = Settings.model_validate({"data_dir": tmp_path, "database_url": url, "admin_key": ADMIN_KEY})
    import logging

    record = logging.LogRecord("x", logging.INFO, "", 1, "GET /?token=%s %s %s", (KEY, ADMIN_KEY, url), None)
    line = Blanked(secrets_of(settings)).format(record)
    assert line.endswith("GET /?token=[secret] [secret] [secret]")
    assert os.linesep not in line
