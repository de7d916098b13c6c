"""Runs the program in a process that is forked from one with its modules loaded: a tenth of a second, not seconds."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import IO, Any

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.preloaded"])


class Forked:
    """A process in the manner of ``subprocess.Popen``."""

    def __init__(self, process: ForkServerProcess) -> None:
        process.start()
        assert process.pid is not None
        self.pid = process.pid
        self._process = process

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("openwaves", timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def become(arguments: Sequence[str], environment: Mapping[str, str], folder: str = ".") -> None:
    """The child, once its input and output are in place: is ``openwaves`` from here on."""
    from openwaves.cli import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.argv = ["openwaves", *arguments]
    main()


def _serve(arguments: Sequence[str], environment: Mapping[str, str], folder: str, errors: Connection) -> None:
    os.dup2(errors.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    errors.close()
    become(arguments, environment, folder)


def serve(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[Forked, IO[str]]:
    """Start a server; also gives what it says on stderr."""
    reading, writing = context.Pipe(duplex=False)
    line = ["serve", *arguments]
    process = Forked(context.Process(target=_serve, args=(line, environment, str(Path.cwd()), writing), daemon=True))
    writing.close()
    with reading:
        said = os.fdopen(os.dup(reading.fileno()), encoding="utf-8")
    return process, said


def _command(arguments: Sequence[str], environment: Mapping[str, str], folder: str, files: str) -> None:
    os.dup2(os.open(f"{files}/in", os.O_RDONLY), 0)
    os.dup2(os.open(f"{files}/out", os.O_WRONLY | os.O_CREAT, 0o600), 1)
    os.dup2(os.open(f"{files}/err", os.O_WRONLY | os.O_CREAT, 0o600), 2)
    become(arguments, environment, folder)


def run(
    *arguments: str,
    data: bytes = b"",
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    limit_s: float = 120,
) -> subprocess.CompletedProcess[bytes]:
    """A command with its input, to its end.

    Args:
        arguments: What follows ``openwaves``.
        data: Its input.
        folder: Where it runs; None: here.
        environment: All variables; None: those of this process.
        limit_s: Longest time.
    """
    with tempfile.TemporaryDirectory() as files:
        Path(files, "in").write_bytes(data)
        told = arguments, dict(environment or os.environ), str(folder or Path.cwd()), files
        process = Forked(context.Process(target=_command, args=told, daemon=True))
        try:
            status = process.wait(limit_s)
        finally:
            process.kill()
        output, errors = (Path(files, name).read_bytes() for name in ("out", "err"))
    return subprocess.CompletedProcess(("openwaves", *arguments), status, output, errors)


def run_text(*arguments: str, text: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    """The same, with text for bytes; see ``run`` for the options."""
    ended = run(*arguments, data=text.encode(), **options)
    return subprocess.CompletedProcess(ended.args, ended.returncode, ended.stdout.decode(), ended.stderr.decode())
