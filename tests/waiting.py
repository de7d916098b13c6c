"""Waiting for something to become true."""

import time
from collections.abc import Callable


def until(holds: Callable[[], bool], complaint: str = "it did not happen in time", limit_s: float = 10) -> None:
    """Ask again and again; a complaint where it does not hold after `limit_s` seconds."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, complaint
        time.sleep(0.02)
