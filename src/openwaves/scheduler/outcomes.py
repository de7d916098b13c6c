"""What becomes of a piece of work."""

import logging
from contextvars import ContextVar
from typing import Any

from openwaves.errors import CancelledWorkError, EngineError, OpenWavesError, OverloadedError
from openwaves.scheduler.listener import Entry

log = logging.getLogger(__name__)

COUNTED = ("done", "cancelled", "late", "failed", "refused", "underruns")

DUE: ContextVar[float] = ContextVar("due")
"""When the work that this thread does is due, on the monotonic clock: for those who pass it on."""


def run(entry: Entry) -> tuple[Any, OpenWavesError | None]:
    """Do the next step of a piece, on this thread; what it returned, or why it failed."""
    try:
        entry.cancel.raise_if_cancelled()
        DUE.set(entry.due)
        return entry.step(entry.cancel), None
    except OpenWavesError as error:
        return None, error
    except BaseException as error:  # even SystemExit: a worker outlives all work
        log.exception("work of kind %s and size %g failed", entry.work.kind, entry.work.size)
        return None, EngineError(f"work failed: {type(error).__name__}: {error}")


def fail(entry: Entry, error: OpenWavesError) -> None:
    """Tell who waits for a piece that did not begin."""
    if entry.result.running() or entry.result.set_running_or_notify_cancel():
        entry.result.set_exception(error)


def shutting_down() -> OverloadedError:
    """Nothing is taken any more."""
    return OverloadedError("the server is shutting down", retry_after_s=5)


def no_place(retry_after_s: int) -> OverloadedError:
    """A listener cannot begin."""
    return OverloadedError("the server is busy: one listener more would leave others without sound", retry_after_s)


def outcome(error: OpenWavesError | None) -> str:
    """Under which name a piece is counted."""
    if error is None:
        return "done"
    return "cancelled" if isinstance(error, CancelledWorkError) else "failed"
