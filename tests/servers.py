"""Starts real servers for tests, as their own processes on free ports."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import requests

from tests import forking

KEY = "sk_test_0123456789"
PATIENCE_S = 240  # many requests at once on a slow machine
ADMIN_KEY = "admin_test_0123456789"


@dataclass
class RunningServer:
    """A server process and how to reach it."""

    process: subprocess.Popen[str] | forking.Forked
    url: str
    log: list[str] = field(default_factory=list)
    data_dir: Path = Path()
    database_url: str = ""

    def ask(self, method: str, path: str, body: Any = None, key: str = KEY) -> requests.Response:
        """Any request with a JSON body, with any key."""
        headers = {"Authorization": f"Bearer {key}"}
        return requests.request(method, self.url + path, json=body, headers=headers, timeout=60)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of `openwaves` on the same database."""
        environment = {
            **os.environ,
            "OPENWAVES_DATA_DIR": str(self.data_dir),
            "OPENWAVES_DATABASE_URL": self.database_url,
        }
        return forking.run_text(*arguments, environment=environment)

    def post(self, path: str, body: object, **kwargs: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {KEY}", **kwargs.pop("headers", {})}  # type: ignore[dict-item]
        return requests.post(self.url + path, json=body, headers=headers, timeout=PATIENCE_S, **kwargs)  # type: ignore[arg-type]

    def get(self, path: str, key: str | None = KEY) -> requests.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return requests.get(self.url + path, headers=headers, timeout=60)

    def stop(self) -> int:
        """Ask it to end and wait; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def server(
    data_dir: Path, *options: str, wait_ready: bool = True, forks: bool = True, **environment: str
) -> Iterator[RunningServer]:
    """Run `openwaves serve` until the block ends; one that needs no network may be forked."""
    arguments = ["--port", "0", "--data-dir", str(data_dir), *options]
    variables = {**os.environ, "OPENWAVES_API_KEY": KEY, **environment}
    forks &= "tone" in options and "--worker-processes" not in options
    start = forking.serve if forks else _started
    process, pipe = start(arguments, variables)
    running = RunningServer(process, "")
    for line in pipe:
        running.log.append(line)
        if found := re.search(r"listens on (http://\S+)", line):
            running.url = found[1]
            break
    reader = threading.Thread(target=lambda: running.log.extend(pipe), daemon=True)
    reader.start()
    try:
        assert running.url, "the server did not start:\n" + "".join(running.log)
        if wait_ready:
            _wait_ready(running)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        reader.join(5)
        pipe.close()


def _started(arguments: list[str], environment: dict[str, str]) -> tuple[subprocess.Popen[str], IO[str]]:
    command = [sys.executable, "-m", "openwaves", "serve", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    return process, process.stderr


def _wait_ready(running: RunningServer, limit_s: float = 240) -> None:
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        assert running.process.poll() is None, "the server ended:\n" + "".join(running.log)
        if requests.get(running.url + "/ready", timeout=10).status_code == 200:
            return
        time.sleep(0.05)
    raise AssertionError("not ready in time:\n" + "".join(running.log))
