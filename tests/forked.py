"""Real servers that start in a tenth of a second: forked from a process that has loaded the program's modules."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

import requests

from tests.forking import become, context
from tests.servers import ADMIN_KEY, KEY

NEW_MOUNTS = 0x00020000  # CLONE_NEWNS, <linux/sched.h>


def _serve(arguments: list[str], environment: dict[str, str], log: str, disk: tuple[str, str] | None) -> None:
    """The child: becomes `openwaves serve` with its errors in a file, perhaps with a small disk of its own."""
    if disk:
        size, folder = disk
        if ctypes.CDLL(None, use_errno=True).unshare(NEW_MOUNTS):
            raise OSError(ctypes.get_errno(), "unshare")
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    become(["serve", *arguments], {**os.environ, **environment})


class ForkedServer:
    """A server in tones on a data folder; `start` may follow each `kill`.

    Attributes:
        url: Where the last start listens.
        log: File with everything that the last start has said.
        disk_size: Such as ``4m``: the data folder is a file system of that size that ends with the server.
    """

    def __init__(self, data_dir: Path, database_url: str = "", *options: str, **environment: str) -> None:
        self.data_dir = data_dir
        self.database_url = database_url
        self.url = ""
        self.log = Path(tempfile.mkdtemp(prefix="server")) / "log"
        self.disk_size = ""
        self._options = options
        self._environment = environment
        self._process: ForkServerProcess | None = None

    @property
    def pid(self) -> int:
        """Id of the process."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    @property
    def disk(self) -> Path:
        """The data folder as the server sees it."""
        return Path(f"/proc/{self.pid}/root{self.data_dir}")

    def begin(self) -> None:
        """Start the process, and wait for nothing."""
        environment = {
            "OPENWAVES_API_KEY": KEY,
            "OPENWAVES_ADMIN_KEY": ADMIN_KEY,
            "OPENWAVES_DATABASE_URL": self.database_url,
            **self._environment,
        }
        arguments = ["--port", "0", "--data-dir", str(self.data_dir), "--engine", "tone", *self._options]
        self.log.write_text("")
        disk = (self.disk_size, str(self.data_dir)) if self.disk_size else None
        self._process = context.Process(target=_serve, args=(arguments, environment, str(self.log), disk), daemon=True)
        self._process.start()

    def wait(self, *, ready: bool = True, limit_s: float = 60) -> None:
        """Wait until it listens, and is ready to speak."""
        end = time.monotonic() + limit_s
        while not (found := re.search(r"listens on (https?://\S+)\n", self.log.read_text())):
            self._check(end)
            time.sleep(0.005)
        self.url = found[1]
        while ready and requests.get(self.url + "/ready", timeout=10).status_code != 200:
            self._check(end)
            time.sleep(0.01)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.begin()
        self.wait()

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """End it by a signal and wait; its exit status, negative for a signal."""
        os.kill(self.pid, number)
        return self.wait_end()

    def wait_end(self) -> int:
        """Wait until it has ended; its exit status."""
        assert self._process is not None
        self._process.join(30)
        assert self._process.exitcode is not None, "it did not end"
        return self._process.exitcode

    def __enter__(self) -> Self:
        """The server, ended with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.is_alive():
            self.end()
        shutil.rmtree(self.log.parent)

    def said(self) -> str:
        """What this start has said so far."""
        return self.log.read_text()

    def _check(self, end: float) -> None:
        assert self._process is not None
        assert self._process.is_alive(), "the server ended:\n" + self.said()
        assert time.monotonic() < end, "not ready in time:\n" + self.said()
