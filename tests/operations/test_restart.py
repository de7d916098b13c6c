"""A rolling restart under load loses no request: by a successor, a shared port, a socket that outlives the server."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.forked import ForkedServer
from tests.operations.load import load
from tests.servers import KEY, server

pytestmark = pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="not on this system")
LIMIT_S = 60


@pytest.mark.slow
@pytest.mark.alone
def test_a_server_hands_its_socket_to_a_successor(tmp_path: Path) -> None:
    config = tmp_path / "openwaves.toml"
    config.write_text("max_pending = 64")
    options = ("--engine", "tone", "--shutdown-grace-s", "30", "--config", str(config))
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
        server(tmp_path, *options, forks=False, NOTIFY_SOCKET=f"{folder}/notify") as running,
    ):
        # what it tells before somebody listens is lost
        manager.bind(f"{folder}/notify")
        manager.setblocking(False)
        config.write_text("max_pending = 0")
        running.process.send_signal(signal.SIGUSR2)  # one that cannot start changes nothing
        end = time.monotonic() + LIMIT_S
        while "this server goes on" not in "".join(running.log):
            assert time.monotonic() < end
            time.sleep(0.05)
        config.write_text("max_pending = 64")
        successor = 0
        try:
            with load(running.url) as seen:
                running.process.send_signal(signal.SIGUSR2)
                assert running.process.wait(LIMIT_S) == 0
                found = re.search(r"process (\d+) goes on", "".join(running.log))
                assert found
                successor = int(found[1])
                seen.wait_for_more()
                assert told_to(manager) == ["READY=1", f"MAINPID={successor}\nREADY=1"]
        finally:
            if successor:
                os.kill(successor, signal.SIGTERM)
                wait_gone(successor)
                assert told_to(manager) == ["STOPPING=1"]


def test_servers_share_a_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    options = ("--port", port, "--reuse-port", "true", "--shutdown-grace-s", "30")
    with ForkedServer(tmp_path, "", *options) as old, ForkedServer(tmp_path, "", *options) as new:
        old.begin()
        wait_said(old, "\nready\n")
        with load(f"http://127.0.0.1:{port}"):
            new.begin()
            wait_said(new, "\nready\n")
            assert old.end(signal.SIGTERM) == 0


@pytest.mark.slow
@pytest.mark.alone
def test_a_socket_outlives_the_server(tmp_path: Path) -> None:
    """As under systemd's socket activation: what comes between two servers waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as given:
        url = f"http://127.0.0.1:{given.getsockname()[1]}"
        first = start_on(given, tmp_path)
        try:
            with load(url):
                first.send_signal(signal.SIGTERM)
                assert first.wait(LIMIT_S) == 0
                first = start_on(given, tmp_path)
        finally:
            first.send_signal(signal.SIGTERM)
            assert first.wait(LIMIT_S) == 0


def start_on(given: socket.socket, data_dir: Path) -> subprocess.Popen[bytes]:
    """A server on a socket that it finds open, as systemd's protocol says."""
    command = [sys.executable, "-m", "openwaves", "serve", "--engine", "tone", "--data-dir", str(data_dir)]
    script = f'exec 3<&{given.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
    return subprocess.Popen(
        ["bash", "-c", script, "bash", *command],
        pass_fds=[given.fileno()],
        env={**os.environ, "OPENWAVES_API_KEY": KEY},
        stderr=subprocess.DEVNULL,
    )


def told_to(manager: socket.socket) -> list[str]:
    """What a service manager was told."""
    told = []
    with suppress(BlockingIOError):
        while True:
            told.append(manager.recv(4096).decode())
    return told


def wait_said(running: ForkedServer, words: str) -> None:
    end = time.monotonic() + LIMIT_S
    while words not in running.said():
        assert time.monotonic() < end, running.said()
        time.sleep(0.02)


def wait_gone(pid: int) -> None:
    end = time.monotonic() + LIMIT_S
    while (stat := Path(f"/proc/{pid}/stat")).exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < end, "it did not end"
        time.sleep(0.05)
