"""Disks that are full or read-only, and a database that goes away: clear errors, nothing lost, no restart needed."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.databases import Postgres
from tests.forked import ForkedServer
from tests.servers import ADMIN_KEY, KEY

PATH = "/waves/v1/pronunciation-dicts"
SPEECH: dict[str, Any] = {"text": "Hello.", "voice_id": "magnus", "sample_rate": 8000}


def ask(running: ForkedServer, verb: str, path: str, body: Any = None, key: str = KEY) -> requests.Response:
    return requests.request(verb, running.url + path, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def speak(running: ForkedServer, *dictionaries: str) -> None:
    body = {**SPEECH, "pronunciation_dicts": list(dictionaries)}
    answer = ask(running, "POST", "/waves/v1/tts", body)
    assert answer.status_code == 200, answer.text


def create(running: ForkedServer, n_items: int = 1) -> requests.Response:
    return ask(
        running, "POST", PATH, {"items": [{"word": f"w{n}", "pronunciation": "engine-x"} for n in range(n_items)]}
    )


def refused(answer: requests.Response) -> bool:
    """Told as a failure of the server that passes, without a word of its inner parts."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json() == {
        "error": "ServiceUnavailable",
        "message": "the server's database does not answer; nothing was changed",
    }
    return True


def counted(running: ForkedServer) -> int:
    return sum(row["requests"] for row in ask(running, "GET", "/admin/v1/usage", key=ADMIN_KEY).json())


def until(condition: Callable[[], bool], limit_s: float = 30) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


@pytest.fixture
def on_small_disk(tmp_path: Path) -> Iterator[ForkedServer]:
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)]
    if not shutil.which("unshare") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk here (unshare -m; mount -t tmpfs)")
    with ForkedServer(tmp_path) as running:
        running.disk_size = "3m"
        running.start()
        yield running


def fill(running: ForkedServer) -> Path:
    ballast = running.disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (65536, 4096):
                while True:
                    try:
                        file.write(bytes(size))
                    except OSError:
                        break
    except OSError:
        pass
    return ballast


def test_a_full_disk_is_told_and_survived(on_small_disk: ForkedServer) -> None:
    running = on_small_disk
    kept = create(running).json()["id"]
    speak(running, kept)
    ballast = fill(running)
    assert refused(create(running, 5000))
    assert "full" in running.said()
    speak(running)
    speak(running, kept)
    assert [row["id"] for row in ask(running, "GET", PATH).json()] == [kept]
    assert ask(running, "GET", "/waves/v1/voice/preview/sophia.mp3").status_code == 500
    assert "No space left on device" in running.said()
    assert not list(running.disk.rglob("*.part"))
    time.sleep(1.5)  # usage is written at least once meanwhile, or tried
    assert ask(running, "GET", "/health").status_code == 200
    ballast.unlink()
    assert create(running, 5000).status_code == 200
    assert ask(running, "GET", "/waves/v1/voice/preview/sophia.mp3").status_code == 200
    until(lambda: counted(running) == 3)


def test_a_disk_that_turns_read_only_is_told_and_survived(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    def freeze(sign: str) -> bool:
        """Forbid all changes, except to SQLite's shared memory, where Linux would end the process instead."""
        paths = [str(path) for path in (folder, *folder.rglob("*")) if not path.name.endswith("-shm")]
        command = ["chattr", sign + "i", *paths]
        return bool(shutil.which("chattr")) and not subprocess.run(command, capture_output=True, check=False).returncode

    with ForkedServer(folder) as running:
        running.start()
        kept = create(running).json()["id"]
        speak(running, kept)
        try:
            if not freeze("+"):
                pytest.skip("no right to make files unchangeable here (chattr +i)")
            assert refused(create(running))
            speak(running, kept)
            speak(running)
            assert [row["id"] for row in ask(running, "GET", PATH).json()] == [kept]
            until(lambda: "kept in memory only" in running.said())
            assert refused(ask(running, "GET", "/admin/v1/usage", key=ADMIN_KEY))
        finally:
            freeze("-")
        assert create(running).status_code == 200
        until(lambda: counted(running) == 3)
        running.end()
        running.start()
        assert counted(running) == 3


def test_a_start_on_a_read_only_disk_is_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (Path("/proc/openwaves"), tmp_path / "file" / "data"):  # root may write everywhere else
        with ForkedServer(folder) as running:
            running.begin()
            assert running.wait_end() == 1
            assert f"the data folder {folder} cannot be used" in running.said()
            assert "OPENWAVES_DATA_DIR" in running.said()
            assert "Traceback" not in running.said()


def test_a_database_that_goes_away_and_returns(postgres_server: Postgres, tmp_path: Path) -> None:
    postgres_server.run("CREATE DATABASE away")
    with ForkedServer(tmp_path, postgres_server.url("away")) as running:
        running.start()
        kept = create(running).json()["id"]
        speak(running, kept)
        postgres_server.stop()
        try:
            for verb, path, body, key in (
                ("GET", PATH, None, KEY),
                ("DELETE", PATH, {"id": kept}, KEY),
                ("POST", "/admin/v1/accounts", {"name": "x"}, ADMIN_KEY),
                ("GET", "/admin/v1/usage", None, ADMIN_KEY),
                ("POST", "/waves/v1/tts", {**SPEECH, "pronunciation_dicts": ["65f0c0ffee0000000000beef"]}, KEY),
            ):
                assert refused(ask(running, verb, path, body, key))
            assert refused(create(running))
            speak(running)
            speak(running, kept)
            running.end()  # what was acknowledged meanwhile is in the journal
            running.begin()
            assert running.wait_end() == 1
            assert "the database failed" in running.said()
        finally:
            postgres_server.start()
        running.start()
        until(lambda: counted(running) == 4)  # three that were heard, and one that was refused
        postgres_server.stop()
        postgres_server.start()
        until(lambda: create(running).status_code == 200)
        assert kept in [row["id"] for row in ask(running, "GET", PATH).json()]
