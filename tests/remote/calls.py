"""Calls for worker processes: small, harmful and slow ones."""

import ctypes
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from openwaves.cancellation import CancelToken
from openwaves.errors import FieldError, ModelFileError

Desk = dict[str, int]


def make_desk() -> Desk:
    return {"calls": 0}


def crash_at_start() -> Desk:
    ctypes.string_at(0)
    return {}


def fail_at_start() -> Desk:
    raise ModelFileError("voices.bin is missing")


@dataclass(frozen=True)
class Base:
    near: str = ""
    limit_s: float = 60.0


@dataclass(frozen=True)
class Pid(Base):
    """Tells who does it."""

    seconds: float = 0.0

    def do(self, desk: Desk, cancel: CancelToken) -> int:
        time.sleep(self.seconds)
        return os.getpid()


@dataclass(frozen=True)
class Crash(Base):
    """Ends its worker with a segmentation fault, as often as a file has letters: each time one less."""

    counter: Path = Path()

    def do(self, desk: Desk, cancel: CancelToken) -> str:
        left = self.counter.read_text()
        if not left:
            return "done"
        self.counter.write_text(left[1:])
        ctypes.string_at(0)
        raise AssertionError


@dataclass(frozen=True)
class Wait(Base):
    """Ends when it is cancelled."""

    begun: Path = Path()

    def do(self, desk: Desk, cancel: CancelToken) -> None:
        self.begun.touch()
        while True:
            cancel.raise_if_cancelled()
            time.sleep(0.005)


@dataclass(frozen=True)
class Freeze(Base):
    """Stops its worker, threads and all, the first time."""

    frozen: Path = Path()

    def do(self, desk: Desk, cancel: CancelToken) -> int:
        if not self.frozen.exists():
            self.frozen.touch()
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(60)  # another thread may take the signal, a moment later
        return os.getpid()


@dataclass(frozen=True)
class Fail(Base):
    """Fails, by intention or not."""

    on_purpose: bool = True

    def do(self, desk: Desk, cancel: CancelToken) -> None:
        if self.on_purpose:
            raise FieldError("speed", "3 is more than 2")
        raise ZeroDivisionError("oh")
