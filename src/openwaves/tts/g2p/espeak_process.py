"""The server's end of the espeak-ng process."""

import contextlib
import json
import queue
import subprocess
import sys
import threading

from openwaves.errors import EngineError


class DeadWorkerError(Exception):
    """The worker ended before it answered."""


class Worker:
    """One process and the thread that reads its lines."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "openwaves.tts.g2p.espeak_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="espeak-reader", daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101
        with self.process.stdout as stdout:
            for line in stdout:
                self._lines.put(line)
        self._lines.put(b"")

    def send(self, request: object) -> None:
        """Write one request.

        Raises:
            DeadWorkerError: The process has ended.
        """
        assert self.process.stdin is not None  # noqa: S101
        try:
            self.process.stdin.write(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            self.process.stdin.flush()
        except OSError as error:
            raise DeadWorkerError from error

    def receive(self, timeout_s: float) -> dict[str, list[str]]:
        """Read one answer.

        Raises:
            DeadWorkerError: The process ended before it answered.
            EngineError: It refused, or did not answer in ``timeout_s`` seconds.
        """
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty as error:
            raise EngineError(f"espeak-ng did not answer within {timeout_s:g} s") from error
        if not line.endswith(b"\n"):
            raise DeadWorkerError
        answer: dict[str, list[str]] = json.loads(line)
        if "error" in answer:
            raise EngineError(f"espeak-ng: {answer['error']}")
        return answer

    def close(self) -> None:
        """End the process now."""
        self.process.kill()
        assert self.process.stdin is not None  # noqa: S101
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait()
