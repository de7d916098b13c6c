"""A hundred kills under load: what was acknowledged is there, nothing is half-written, the next start needs no help."""

import random
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from signal import SIGTERM
from threading import Event
from typing import Any, Protocol

import pytest
import requests

from openwaves.storage.blobs import UNFINISHED
from tests.databases import Postgres
from tests.forked import ForkedServer
from tests.recordings import voice_wav
from tests.servers import ADMIN_KEY, KEY

N_KILLS = 25  # of each of two servers on each database: a hundred in all
STARTING = 0.2  # share of kills that come while the server starts
MOST_WRITES = 6  # of one kind, before a kill
MOST_CLONES = 2  # a new process takes a second or two for its first
MOST_S = 30.0
N_ITEMS = 20
TEXT = "Hello."

Answer = requests.Response


class Ask:
    """Asks one server; an answer that is not 2xx fails the test, unless another is expected."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()

    def __call__(self, method: str, path: str, body: Any = None, key: str = ADMIN_KEY) -> Any:
        answer = self.answer(method, path, body, key)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def upload(self, path: str, **parts: Any) -> Any:
        """Send a form; a server that is too busy is asked again."""
        while True:
            headers = {"Authorization": f"Bearer {KEY}"}
            answer = self._session.post(self._url + path, headers=headers, files=parts, timeout=60)
            if answer.status_code not in (429, 503):
                assert answer.ok, answer.text
                return answer.json()
            time.sleep(0.2)

    def answer(self, method: str, path: str, body: Any = None, key: str = KEY) -> Answer:
        headers = {"Authorization": f"Bearer {key}"}
        return self._session.request(method, self._url + path, json=body, headers=headers, timeout=30)


class Kind(Protocol):
    """One kind of state that a load writes. A new kind joins by a line in ``kinds``.

    Attributes:
        n_writes: How many were acknowledged.
    """

    n_writes: int

    def write(self, ask: Ask) -> None:
        """Write once; a server that dies meanwhile raises an error of `requests`."""

    def check(self, ask: Ask) -> None:
        """Compare what is there with what was acknowledged."""


class Objects:
    """State made of objects that have versions: 1 is made, higher ones are changes, 0 is not there.

    A write that was not acknowledged may have happened or not, but wholly. Subclasses tell how an object is put into
    a version and how all versions are read; both fail on anything half-written.
    """

    last_version = 4

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sure: dict[str, int] = {}
        self._trying: tuple[str, int] | None = None
        self.n_writes = 0

    def write(self, ask: Ask) -> None:
        """Make an object, or change one."""
        changeable = [name for name, version in self._sure.items() if 0 < version < self.last_version]
        if changeable and self._random.random() < 0.6:
            name = self._random.choice(changeable)
            version = self._sure[name] + 1
        else:
            name, version = f"{type(self).__name__}{len(self._sure)}x{self._random.randrange(10**9)}", 1
        self._trying = name, version
        self.put(ask, name, version)
        self._sure[name] = version
        self._trying = None
        self.n_writes += 1

    def check(self, ask: Ask) -> None:
        """Every object has the version that was acknowledged, or the one that was under way."""
        there = self.read(ask)
        for name in self._sure.keys() | there.keys():
            allowed = {self._sure.get(name, 0)}
            if self._trying is not None and self._trying[0] == name:
                allowed.add(self._trying[1])
            assert there.get(name, 0) in allowed, f"{name}: {there.get(name, 0)}, not one of {allowed}"
        self._sure = {**dict.fromkeys(self._sure, 0), **there}
        self._trying = None

    def put(self, ask: Ask, name: str, version: int) -> None:
        """Bring one object from the version before to this one."""
        raise NotImplementedError

    def read(self, ask: Ask) -> dict[str, int]:
        """The version of every object that is there."""
        raise NotImplementedError


class Accounts(Objects):
    """Accounts, whose limits are changed."""

    def put(self, ask: Ask, name: str, version: int) -> None:
        limits = {"concurrency": version, "sockets": 10 * version}
        if version == 1:
            ask("POST", "/admin/v1/accounts", {"name": name, **limits})
        else:
            ask("PATCH", f"/admin/v1/accounts/{name}", limits)

    def read(self, ask: Ask) -> dict[str, int]:
        rows = [row for row in ask("GET", "/admin/v1/accounts") if row["name"] != "default"]
        assert all(row["sockets"] == 10 * row["concurrency"] for row in rows)
        return {row["name"]: row["concurrency"] for row in rows}


class Keys(Objects):
    """Keys: made, rotated twice, revoked. A name has as many keys as versions; one of them is valid until the end."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._ids: dict[str, str] = {}
        self._secrets: dict[str, tuple[str, bool]] = {}

    def put(self, ask: Ask, name: str, version: int) -> None:
        if version == 1:
            made = ask("POST", "/admin/v1/keys", {"account": "default", "name": name})
        elif version < self.last_version:
            made = ask("POST", f"/admin/v1/keys/{self._ids[name]}/rotate")
            self._secrets[self._ids[name]] = self._secrets.get(self._ids[name], ("", False))[0], False
        else:
            ask("DELETE", f"/admin/v1/keys/{self._ids[name]}")
            self._secrets[self._ids[name]] = self._secrets.get(self._ids[name], ("", False))[0], False
            return
        self._ids[name] = made["id"]
        self._secrets[made["id"]] = made["key"], True

    def read(self, ask: Ask) -> dict[str, int]:
        valid: dict[str, list[str]] = {}
        n_rows: dict[str, int] = {}
        for row in ask("GET", "/admin/v1/keys"):
            n_rows[row["name"]] = n_rows.get(row["name"], 0) + 1
            valid.setdefault(row["name"], []).extend([] if row["revokedAt"] else [row["id"]])
        self._ids = {name: ids[0] for name, ids in valid.items() if ids}
        assert all(len(ids) <= 1 for ids in valid.values())
        unsure = self._trying[0] if self._trying else None
        names = {key_id: name for name, ids in valid.items() for key_id in ids}
        for key_id, (secret, is_valid) in self._secrets.items():
            if secret and (names.get(key_id) != unsure or unsure is None) and (is_valid == (key_id in names)):
                status = ask.answer("GET", "/waves/v1/pronunciation-dicts", key=secret).status_code
                assert status == (200 if is_valid else 401)
        self._secrets = {key_id: kept for key_id, kept in self._secrets.items() if kept[1] and key_id in names}
        return {name: count + (not valid[name]) for name, count in n_rows.items()}


class Dictionaries(Objects):
    """Dictionaries: made, replaced twice, deleted. All entries of one tell the same version."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._ids: dict[str, str] = {}

    def put(self, ask: Ask, name: str, version: int) -> None:
        path = "/waves/v1/pronunciation-dicts"
        items = [{"word": f"{name}-{n}", "pronunciation": f"version-{version}"} for n in range(N_ITEMS)]
        if version == 1:
            self._ids[name] = ask("POST", path, {"items": items}, KEY)["id"]
        elif version < self.last_version:
            ask("PUT", path, {"id": self._ids[name], "items": items}, KEY)
        else:
            ask("DELETE", path, {"id": self._ids[name]}, KEY)

    def check(self, ask: Ask) -> None:
        self._sure = {name: version % self.last_version for name, version in self._sure.items()}
        if self._trying is not None:
            self._trying = self._trying[0], self._trying[1] % self.last_version
        super().check(ask)

    def read(self, ask: Ask) -> dict[str, int]:
        there: dict[str, int] = {}
        for row in ask("GET", "/waves/v1/pronunciation-dicts", key=KEY):
            (name,) = {item["word"].rpartition("-")[0] for item in row["items"]}
            (version,) = {int(item["pronunciation"].removeprefix("version-")) for item in row["items"]}
            assert len(row["items"]) == N_ITEMS
            assert name not in there
            there[name] = version
            self._ids[name] = row["id"]
        return there


class Clones(Objects):
    """Cloned voices: made, deleted. One that is there has its samples; it is whole or not at all."""

    last_version = 2

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._ids: dict[str, str] = {}

    def write(self, ask: Ask) -> None:
        if ask.answer("GET", "/ready").status_code == 200:
            super().write(ask)

    def put(self, ask: Ask, name: str, version: int) -> None:
        if version == 1:
            made = ask.upload("/waves/v1/voice-cloning", displayName=(None, name), file=("me.wav", voice_wav()))
            self._ids[name] = made["data"]["voiceId"]
        else:
            ask("POST", "/waves/v1/voice-cloning/delete", {"voiceId": self._ids[name]}, KEY)

    def check(self, ask: Ask) -> None:
        self._sure = {name: version % self.last_version for name, version in self._sure.items()}
        if self._trying is not None:
            self._trying = self._trying[0], self._trying[1] % self.last_version
        super().check(ask)

    def read(self, ask: Ask) -> dict[str, int]:
        rows = ask("GET", "/waves/v1/voice-cloning", key=KEY)["data"]
        for row in rows:
            self._ids[row["displayName"]] = row["voiceId"]
            whole = ask("GET", f"/waves/v1/voice-cloning/{row['voiceId']}", key=KEY)["data"]
            for sample in whole["samples"]:
                answer = requests.get(sample["audioUrl"], timeout=30)
                assert answer.status_code == 200
                assert len(answer.content) > 1000
        return {row["displayName"]: 1 for row in rows}


class Speech:
    """Usage: every answer that came to its end is counted wholly, none is counted twice."""

    def __init__(self) -> None:
        self._least = {"requests": 0, "characters": 0}
        self._most = dict(self._least)
        self._audio_s = self._one_s = 0.0
        self.n_writes = 0

    def write(self, ask: Ask) -> None:
        if ask.answer("GET", "/ready").status_code == 503:
            return
        self._add(self._most)
        speech = {"text": TEXT, "voice_id": "magnus", "sample_rate": 8000}
        answer = ask.answer("POST", "/waves/v1/tts", speech)
        assert answer.status_code == 200, answer.text
        self._one_s = len(answer.content) / 2 / 8000
        self._audio_s += self._one_s
        self._add(self._least)
        self.n_writes += 1

    def check(self, ask: Ask) -> None:
        rows = ask("GET", "/admin/v1/usage?account=default")
        assert sum(row["errors"] for row in rows) == 0
        for name in self._least:
            counted = sum(row[name] for row in rows)
            assert self._least[name] <= counted <= self._most[name], name
            self._least[name] = self._most[name] = counted
        audio_s = sum(row["audio_s"] for row in rows)
        assert audio_s >= self._audio_s - 0.01
        assert audio_s <= self._one_s * self._most["requests"] + 0.01 or not self._one_s
        self._audio_s = audio_s

    def _add(self, counts: dict[str, int]) -> None:
        counts["requests"] += 1
        counts["characters"] += len(TEXT)


def kinds(seed: int) -> list[Kind]:
    """Everything that is written at the same time, each by a client of its own."""
    return [Accounts(seed), Keys(seed), Dictionaries(seed), Clones(seed), Speech()]


@contextmanager
def load(url: str, written: list[Kind], pool: ThreadPoolExecutor) -> Iterator[None]:
    """Write every kind, until the server dies and the block ends."""
    ended = Event()

    def write(kind: Kind) -> None:
        ask = Ask(url)
        while not ended.is_set():
            try:
                kind.write(ask)
            except requests.RequestException:
                return

    writing = [pool.submit(write, kind) for kind in written]
    try:
        yield
    finally:
        ended.set()
        for one in writing:
            one.result(60)


def killed_again_and_again(running: ForkedServer, seed: int) -> list[Kind]:
    """Load, kill, start, check."""
    rng = random.Random(seed)
    written = kinds(seed)
    with running, ThreadPoolExecutor(len(written)) as pool:
        for _ in range(N_KILLS):
            running.begin()
            if rng.random() < STARTING:
                time.sleep(rng.uniform(0, 0.3))
                running.end()
                continue
            running.wait(ready=False)
            check_all(running, written)
            with load(running.url, written, pool):
                awaited = rng.choice(written)
                enough = awaited.n_writes + rng.randrange(MOST_CLONES if isinstance(awaited, Clones) else MOST_WRITES)
                end = time.monotonic() + MOST_S
                while awaited.n_writes < enough and time.monotonic() < end:
                    time.sleep(0.001)
                time.sleep(rng.uniform(0, 0.01))
                running.end()
        for _ in range(2):
            running.start()
            check_all(running, written)
            assert running.end(SIGTERM) == 0
    return written


def check_all(running: ForkedServer, written: list[Kind]) -> None:
    ask = Ask(running.url)
    for kind in written:
        kind.check(ask)


def run_two(running: list[ForkedServer], seeds: tuple[int, int]) -> None:
    with ThreadPoolExecutor(2) as pool:
        for kinds_written in pool.map(killed_again_and_again, running, seeds):
            n_writes = {type(kind).__name__: kind.n_writes for kind in kinds_written}
            print(f"\n{N_KILLS} kills; acknowledged: {n_writes}")
            n_clones = n_writes.pop("Clones")
            assert min(n_writes.values()) >= N_KILLS, "too few writes to tell"
            assert n_clones >= 1, "too few clones to tell"
    for one in running:
        folder = one.data_dir
        assert not [path for path in folder.rglob("*") if path.suffix in (UNFINISHED, ".journal")], "something is left"


@pytest.mark.slow
def test_kills_on_sqlite(tmp_path: Path) -> None:
    run_two([ForkedServer(tmp_path / str(number)) for number in range(2)], (1, 2))
    for number in range(2):
        with closing(sqlite3.connect(tmp_path / str(number) / "openwaves.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.slow
def test_kills_on_postgresql(postgres_server: Postgres, tmp_path: Path) -> None:
    for number in range(2):
        postgres_server.run(f"CREATE DATABASE killed_{number}")
    run_two([ForkedServer(tmp_path / str(n), postgres_server.url(f"killed_{n}")) for n in range(2)], (3, 4))
