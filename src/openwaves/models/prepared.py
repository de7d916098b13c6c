"""Folders of derived files that are made once and appear all at once."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError

_LOOK_AGAIN_S = 0.2
_CONTENT_NAME = re.compile(r"[0-9a-f]{16}")


def made_before(folder: Path) -> list[Path]:
    """The folders beside a derived one that other versions of this program made."""
    beside = sorted(folder.parent.iterdir()) if folder.parent.is_dir() else []
    return [other for other in beside if other != folder and _CONTENT_NAME.fullmatch(other.name) and other.is_dir()]


@contextmanager
def locked(path: Path, cancel: CancelToken, tell: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a folder that processes share.

    Args:
        path: The lock's file.
        cancel: Ends the waiting for it.
        tell: Called once if it has to be waited for.

    Raises:
        CancelledWorkError: ``cancel`` was cancelled.
    """
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell()
    while not lock.is_locked:
        cancel.raise_if_cancelled()
        try:
            lock.acquire(timeout=_LOOK_AGAIN_S)
        except Timeout:
            continue
    try:
        yield
    finally:
        lock.release()


def made_once(folder: Path, make: Callable[[Path], None], named: str, cancel: CancelToken) -> None:
    """Make a folder unless it is there. Several processes may call this at once: one works, the others wait.

    Args:
        folder: Named by the content that it is made from; left-overs of broken attempts beside it are removed.
        make: Fills the empty folder that it is given.
        named: What is made, for the message of an error.
        cancel: Ends the waiting for another process; ``make`` must heed it itself. Nothing half-made stays.

    Raises:
        ModelFileError: The place is not writable.
        CancelledWorkError: ``cancel`` was cancelled.
    """
    if folder.is_dir():
        return
    target = folder.parent
    try:
        target.mkdir(parents=True, exist_ok=True)
        with locked(target / ".lock", cancel):
            if folder.is_dir():
                return
            for leftover in target.glob(".making-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=target, prefix=".making-", ignore_cleanup_errors=True) as work:
                made = Path(work) / "made"
                made.mkdir()
                make(made)
                made.rename(folder)
    except OSError as error:
        raise ModelFileError(f"cannot write the {named} to {target}: {error}") from error
