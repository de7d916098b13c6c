"""A real Redis for tests, on a free port."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from redis import Redis
from redis.exceptions import RedisError

MISSING = "no Redis here: install Debian's package `redis-server`"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@dataclass
class RunningRedis:
    """A Redis server that can be ended and started again, empty."""

    program: str
    port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> "Redis":
        return Redis.from_url(self.url, decode_responses=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([self.program, *options], stdout=subprocess.DEVNULL, cwd="/")
        end = time.monotonic() + 20
        while True:
            try:
                self.client.ping()
            except (RedisError, OSError):
                assert time.monotonic() < end, "Redis did not start"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


@contextmanager
def redis() -> Iterator[RunningRedis]:
    """A server until the block ends; skips the test where Redis is not installed."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip(MISSING)
    running = RunningRedis(program)
    running.start()
    try:
        yield running
    finally:
        running.stop()
