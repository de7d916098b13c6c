"""Behind a proxy: a path of its own, forwarded headers from those who may send them, every address that is told."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from click.testing import CliRunner
from websockets.sync.client import connect

from openwaves.cli import cli
from tests.forked import ForkedServer
from tests.operations.proxies import NGINX, nginx, small_proxy
from tests.recordings import voice_wav
from tests.servers import KEY

HEADERS = {"Authorization": f"Bearer {KEY}"}
BODY: dict[str, Any] = {"text": "Hello from behind the proxy.", "voice_id": "magnus", "sample_rate": 8000}
ROOT = "/apps/voice"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedServer]:
    options = ("--root-path", ROOT, "--trusted-proxies", "127.0.0.0/8")
    with ForkedServer(tmp_path_factory.mktemp("proxied"), "", *options) as forked:
        forked.start()
        yield forked


@pytest.fixture(
    scope="module",
    params=["small", pytest.param("nginx", marks=pytest.mark.skipif(NGINX is None, reason="no nginx here"))],
)
def outside(request: pytest.FixtureRequest, running: ForkedServer) -> Iterator[str]:
    """The address at which clients ask: of a proxy that takes the path off, and of one that leaves it."""
    proxy: AbstractContextManager[str] = {"small": small_proxy, "nginx": nginx}[request.param](running.url, ROOT)
    with proxy as url:
        yield url


def test_every_way_to_speak_works_behind_it(outside: str) -> None:
    whole = requests.post(outside + "/waves/v1/tts", json=BODY, headers=HEADERS, timeout=30)
    assert whole.status_code == 200
    events = requests.post(outside + "/waves/v1/tts/live", json=BODY, headers=HEADERS, timeout=30)
    assert events.text.endswith('data: {"status": "200", "done": true}\n\n')
    with connect(outside.replace("http", "ws", 1) + "/waves/v1/tts/live", additional_headers=HEADERS) as socket:
        socket.send(json.dumps(BODY))
        while (frame := json.loads(socket.recv(20)))["status"] != "complete":
            assert frame["status"] == "chunk"
    assert requests.post(outside + "/waves/v1/tts", json=BODY, timeout=30).status_code == 401
    assert requests.get(outside + "/v1/models", timeout=30).status_code == 401
    assert requests.get(outside + "/v1/models", headers=HEADERS, timeout=30).status_code == 200


def test_addresses_in_answers_lead_back_through_it(outside: str) -> None:
    voices = requests.get(outside + "/waves/v1/voice/get-all-models", headers=HEADERS, timeout=30).json()["voices"]
    form: dict[str, Any] = {"displayName": (None, "Me"), "file": ("me.wav", voice_wav())}
    made = requests.post(outside + "/waves/v1/voice-cloning", files=form, headers=HEADERS, timeout=60).json()["data"]
    clone = requests.get(f"{outside}/waves/v1/voice-cloning/{made['voiceId']}", headers=HEADERS, timeout=30)
    for link in (voices[0]["audioPreview"], clone.json()["data"]["samples"][0]["audioUrl"]):
        assert link.startswith(outside.replace("http:", "https:") + "/waves/v1/")  # as the proxy said
        answer = requests.get(link.replace("https:", "http:"), timeout=30)
        assert answer.headers["content-type"] == "audio/mpeg"


def test_the_reference_names_where_it_is(outside: str) -> None:
    document = requests.get(outside + "/openapi.json", timeout=30).json()
    assert [server["url"] for server in document["servers"]] == [ROOT]
    sockets = requests.get(outside + "/asyncapi.json", timeout=30).json()
    assert f"{ROOT}/waves/v1/tts/live" in [channel["address"] for channel in sockets["channels"].values()]
    page = requests.get(outside + "/reference", timeout=30)
    for link in re.findall(r"href='([^'#]+)'", page.text):
        assert requests.get(urljoin(page.url, link), timeout=30).status_code == 200
    assert f"{ROOT}/openapi.json" in requests.get(outside + "/llms.txt", timeout=30).text


def test_all_that_the_page_loads_is_there(outside: str) -> None:
    page = requests.get(outside, timeout=30)  # without the slash that its names need
    assert urlsplit(page.url).path == ROOT + "/"
    seen, todo = set(), [page.url]
    while todo:
        url = todo.pop()
        answer = requests.get(url, timeout=30)
        assert answer.status_code == 200, url
        seen.add(url)
        named = re.findall(r'(?:href|src)="([^"#]+)"|(?:from |import\()"(\./[^"]+)"|url\("?([^)"]+)"?\)', answer.text)
        text_like = answer.headers["content-type"].split(";")[0] in ("text/html", "text/css", "text/javascript")
        todo += [
            found for names in named if text_like and (found := urljoin(url, "".join(names))) not in seen | set(todo)
        ]
    assert len(seen) > 30
    assert all(urlsplit(url).path.startswith(ROOT) for url in seen)


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium is installed")
async def test_the_page_speaks_behind_it(outside: str) -> None:
    from tests.playground.browsing import browsing, until

    async with browsing(outside) as (page, seen):
        await page.get_by_label("Text to speak").fill("Hello.")
        await page.get_by_role("button", name="Speak", exact=True).click()
        await until(page, "document.querySelector('.figures div:nth-child(3) dd').textContent !== '–'")
        seen.check()
        assert all(urlsplit(url).path.startswith(ROOT) for url in seen.urls if not url.startswith("blob:"))
        assert seen.sockets


def test_probes_ask_the_server_itself(running: ForkedServer) -> None:
    assert requests.get(running.url + "/ready", timeout=30).status_code == 200
    assert requests.get(running.url + ROOT + "/ready", timeout=30).status_code == 200
    assert requests.get(running.url + ROOT + "y", timeout=30).status_code == 404
    found = re.search(r"playground: (\S+)#sign-in", running.said())
    assert found
    assert found[1] == f"{running.url}{ROOT}/"


def test_nobody_else_is_believed(tmp_path: Path) -> None:
    forged = {**HEADERS, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}
    for options in ((), ("--trusted-proxies", "192.0.2.1")):
        with ForkedServer(tmp_path, "", *options) as running:
            running.start()
            url = running.url + "/waves/v1/voice/get-all-models"
            told = requests.get(url, headers=forged, timeout=30).json()["voices"][0]["audioPreview"]
            assert told.startswith(running.url)


@pytest.mark.parametrize(
    ("option", "value"),
    [("root-path", "voice"), ("root-path", "/voice/"), ("root-path", "/a b"), ("trusted-proxies", "proxy.example")],
)
def test_wrong_values_are_named(option: str, value: str) -> None:
    result = CliRunner().invoke(cli, ["serve", f"--{option}", value])
    assert result.exit_code == 2
    assert option.replace("-", "_") in result.output


def test_a_path_that_is_the_servers_own_is_refused(tmp_path: Path) -> None:
    command = ["serve", "--engine", "tone", "--port", "0", "--root-path", "/waves", "--data-dir", str(tmp_path)]
    environment = {**os.environ, "OPENWAVES_API_KEY": KEY}
    ran = subprocess.run(
        [sys.executable, "-m", "openwaves", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1
    assert "root_path: /waves begins as paths of the server itself do" in ran.stderr
