"""The process that decodes one file: limited, used once, and started before it is needed where there was one before."""

import atexit
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import IO

YOUNG_S = 300.0
"""Age up to which a waiting process is trusted to be there; it ends by itself at twice that."""
LONGEST_START_S = 10.0
"""Longest that it may take to say that it has its file."""
WAITS = hasattr(socket, "send_fds")
"""Whether a file can be handed to a process that runs already: POSIX only."""


def command(*arguments: str) -> list[str]:
    """What starts a process; see ``decode_worker`` for its arguments."""
    return [sys.executable, "-P", "-m", "openwaves.audio.decode_worker", *arguments]


class _Waiting:
    """A process that has everything but its file. It ends by itself after a while, or with this process."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self.process = _started(command(), theirs)
        self._born_s = time.monotonic()

    @property
    def is_there(self) -> bool:
        """Whether it can be given something to do."""
        return self.process.poll() is None and time.monotonic() - self._born_s < YOUNG_S

    def hand(self, file: IO[bytes], arguments: Sequence[str]) -> bool:
        """Give it its file; false if it has ended. Waits until it has it."""
        if not self.is_there:
            return False
        try:
            with self._ours:
                self._ours.settimeout(LONGEST_START_S)
                socket.send_fds(self._ours, [json.dumps(arguments).encode()], [file.fileno()])
                return bool(self._ours.recv(1))
        except OSError:
            return False

    def end(self) -> None:
        self._ours.close()
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _started(line: Sequence[str], stdin: "IO[bytes] | socket.socket") -> "subprocess.Popen[bytes]":
    return subprocess.Popen(line, stdin=stdin.fileno(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


class Decoders:
    """Starts processes, and keeps one waiting. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: _Waiting | None = None
        atexit.register(self.close)

    def begin(self, file: IO[bytes], arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        """A process that decodes a file; its output is the sound.

        Args:
            file: Of the operating system, at its beginning.
            arguments: See ``decode_worker``.
        """
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            if waiting.hand(file, arguments):
                return waiting.process
            waiting.end()
        return _started(command(*arguments), file)

    def prepare(self) -> None:
        """Let a process wait for the next file, unless one does; takes milliseconds."""
        with self._lock:
            if not WAITS or (self._waiting is not None and self._waiting.is_there):
                return
            old, self._waiting = self._waiting, _Waiting()
        if old is not None:
            old.end()

    def close(self) -> None:
        """End the process that waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.end()
