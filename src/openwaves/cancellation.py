"""Stopping work that nobody waits for any more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openwaves.errors import CancelledWorkError


class CancelToken:
    """Tells running work, in another thread, that its result is no longer wanted.

    Thread-safe. Work either calls ``raise_if_cancelled`` between steps or, around one long native call,
    registers how to interrupt that call with ``interrupting``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._interrupt: Callable[[], None] | None = None

    @property
    def cancelled(self) -> bool:
        """True once ``cancel`` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """Ask the work to stop; interrupts the native call in progress, if any."""
        with self._lock:
            self._cancelled = True
            interrupt = self._interrupt
            if interrupt is not None:
                interrupt()

    def raise_if_cancelled(self) -> None:
        """Leave the work.

        Raises:
            CancelledWorkError: ``cancel`` was called.
        """
        if self._cancelled:
            raise CancelledWorkError("synthesis was cancelled")

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Let ``cancel`` call ``interrupt`` while the block runs.

        The block's own error is replaced by ``CancelledWorkError`` if the token was cancelled meanwhile.

        Raises:
            CancelledWorkError: The token was cancelled before or during the block.
        """
        with self._lock:
            self.raise_if_cancelled()
            self._interrupt = interrupt
        try:
            yield
        except Exception as error:
            if self._cancelled:
                raise CancelledWorkError("synthesis was cancelled") from error
            raise
        finally:
            with self._lock:
                self._interrupt = None
        self.raise_if_cancelled()
