"""Starts a real server on a free loopback port, for a measurement."""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

KEY = "sk_bench_0123456789"
STOP_WAIT_S = 20.0
LISTENS = re.compile(r"listens on http://[^:]+:(\d+)")


SENTENCES = "Your parcel left the warehouse this morning. Please keep the door open for the driver."


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs.

    Attributes:
        url: Its base URL, without a slash at the end; it takes ``KEY``.
        pid: Its process.
        log: The last lines that it wrote.
    """

    url: str
    pid: int
    log: deque[str]

    @property
    def socket_url(self) -> str:
        """URL of its WebSocket, key included."""
        return f"ws{self.url.removeprefix('http')}/waves/v1/tts/live?token={KEY}"


def headers() -> dict[str, str]:
    """Of every request."""
    return {"Authorization": f"Bearer {KEY}"}


def first_sound_ms(url: str, voice: str = "sophia") -> float:
    """How long it takes to the first bytes of a stream, of which no more is taken."""
    body: dict[str, Any] = {"text": SENTENCES, "voice_id": voice, "sample_rate": 8000, "output_format": "pcm"}
    began = time.perf_counter()
    with requests.post(url + "/waves/v1/tts/live", json=body, headers=headers(), stream=True, timeout=60) as answer:
        answer.raise_for_status()
        next(answer.iter_content(64))
        return 1000 * (time.perf_counter() - began)


def load(url: str, voices: Sequence[str], n_clients: int, *options: str, texts: Sequence[str] = ()) -> dict[str, Any]:
    """Let clients listen over WebSockets, all of whom begin within a second; the JSON of ``openwaves bench load``.

    Args:
        url: Of the server.
        voices: Who speaks.
        n_clients: How many listen at once.
        options: Further options of the command.
        texts: What is spoken; none: what the command takes by itself.
    """
    with tempfile.TemporaryDirectory() as folder:
        target, lines = Path(folder) / "load.json", Path(folder) / "texts.txt"
        command = [sys.executable, "-m", "openwaves", "bench", "load", "--url", url, "--key", KEY, "--mode", "ws"]
        command += ["--clients", str(n_clients), "--ramp", "1", "--arrivals", "burst", "--sample-rate", "24000"]
        command += ["--json", str(target), *options]
        for voice in voices:
            command += ["--voice", voice]
        if texts:
            lines.write_text("\n".join(texts), encoding="utf-8")
            command += ["--texts", str(lines)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
        return result


@contextmanager
def serve(data_dir: str | Path, *options: str) -> Iterator[Served]:
    """Run ``openwaves serve`` until the block ends.

    Args:
        data_dir: Folder of its database.
        options: Further options of the command.

    Raises:
        SystemExit: It ended before it was ready; the message is what it said.
    """
    command = [sys.executable, "-m", "openwaves", "serve", "--port", "0", "--data-dir", str(data_dir), *options]
    environment = {**os.environ, "OPENWAVES_API_KEY": KEY, "OPENWAVES_LOG_LEVEL": "warning"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        pipe = process.stderr
        log: deque[str] = deque(maxlen=200)
        port = ""
        for line in pipe:
            log.append(line)
            if found := LISTENS.search(line):
                port = found[1]
            if line.strip() == "ready":
                break
        else:
            raise SystemExit("the server did not start:\n" + "".join(log))
        reader = threading.Thread(target=lambda: log.extend(pipe), daemon=True)  # a full pipe would stop the server
        reader.start()
        try:
            yield Served(f"http://127.0.0.1:{port}", process.pid, log)
        finally:
            process.terminate()
            try:
                process.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
            reader.join(5)
