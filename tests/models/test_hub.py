"""Recognisers of a model hub, with the hub's own client and a server on this machine."""

import threading
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from openwaves.errors import ModelFileError
from openwaves.models.hub import HUB_RECOGNISERS, HubRecogniser
from openwaves.models.progress import SilentProgress
from openwaves.models.store import WHISPER, ModelStore
from openwaves.settings import load_settings
from openwaves.stt.hearing import ModelHearing

NAME = "large-v3-turbo"
PATH = f"/{HUB_RECOGNISERS[NAME]}/resolve/main/"
FILES = {"config.json": b"{}", "model.bin": b"weights" * 9999, "tokenizer.json": b"{}", "vocabulary.json": b"[]"}


class Mirror(BaseHTTPRequestHandler):
    """Answers as a hub does."""

    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self._head()

    def do_GET(self) -> None:
        self.wfile.write(self._head())

    def _head(self) -> bytes:
        self.asked.append(self.path)
        content = self.files.get(self.path.removeprefix(PATH), b"")
        self.send_response(200 if content else 404)
        if not content:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("ETag", f'"{sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return content

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Mirror]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Mirror))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub-home"))
    Mirror.files, Mirror.asked = dict(FILES), []
    yield Mirror
    server.shutdown()
    server.server_close()


def test_one_is_fetched_once_and_whole(mirror: type[Mirror], tmp_path: Path) -> None:
    recogniser = HubRecogniser(NAME, tmp_path / "models")
    folder = recogniser.pull(SilentProgress())
    assert folder == tmp_path / "models" / "whisper" / NAME
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    mirror.asked.clear()
    assert recogniser.pull(SilentProgress()) == folder
    assert not mirror.asked


def test_an_older_vocabulary_is_taken_too(mirror: type[Mirror], tmp_path: Path) -> None:
    mirror.files["vocabulary.txt"] = mirror.files.pop("vocabulary.json")
    assert (HubRecogniser(NAME, tmp_path).pull(SilentProgress()) / "vocabulary.txt").is_file()


@pytest.mark.parametrize("missing", ["model.bin", "vocabulary.json"])
def test_nothing_stays_of_one_that_is_not_complete(mirror: type[Mirror], tmp_path: Path, missing: str) -> None:
    del mirror.files[missing]
    recogniser = HubRecogniser(NAME, tmp_path)
    with pytest.raises(ModelFileError):
        recogniser.pull(SilentProgress())
    assert not recogniser.folder.exists()
    assert not list(tmp_path.rglob("*.bin"))


@pytest.mark.slow
def test_the_real_weights_are_heard_with_from_a_mirror(mirror: type[Mirror], tmp_path: Path) -> None:
    store = ModelStore(load_settings().model_dir)
    store.pull(SilentProgress(), bundles=("whisper-base",))
    base = store.root / WHISPER / "base"
    mirror.files = {path.name: path.read_bytes() for path in base.iterdir() if path.is_file()}
    hearing = ModelHearing(ModelStore(tmp_path), others=NAME)
    assert {"ko", "ru", "gu", "en"} <= hearing.languages
    recogniser = hearing.recogniser("ko")
    assert recogniser.name == NAME
    assert "ko" in recogniser.languages
    assert "yue" not in recogniser.languages  # the network says so once it is loaded
    assert ModelHearing(ModelStore(tmp_path), others=str(base)).languages >= {"ko", "ru"}


def test_a_name_that_nobody_knows_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="large-v3-turbo"):
        ModelHearing(ModelStore(tmp_path), english="large-v9").recogniser("en")
