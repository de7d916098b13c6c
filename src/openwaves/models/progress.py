"""How the fetching of model files is shown: bars on a terminal, lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as RichBars


class Progress(Protocol):
    """Hears how a pull goes. ``update`` may come from another thread than the rest."""

    def begin(self, label: str, total_bytes: int | None) -> None:
        """A download starts; None means that its size is not known."""
        ...

    def update(self, done_bytes: int) -> None:
        """So much of the current download is done."""
        ...

    def end(self) -> None:
        """The current download is over, well or not."""
        ...

    def installed(self, path: str, size_bytes: int) -> None:
        """A file is complete, checked and in its place."""
        ...

    def say(self, message: str) -> None:
        """Something that a person should know."""
        ...


class SilentProgress:
    """Shows nothing."""

    def begin(self, label: str, total_bytes: int | None) -> None:
        """Ignored."""

    def update(self, done_bytes: int) -> None:
        """Ignored."""

    def end(self) -> None:
        """Ignored."""

    def installed(self, path: str, size_bytes: int) -> None:
        """Ignored."""

    def say(self, message: str) -> None:
        """Ignored."""


class LineProgress(SilentProgress):
    """One line on stderr for each download and each file, for logs."""

    def begin(self, label: str, total_bytes: int | None) -> None:
        """Name the download and its size."""
        self.say(f"fetching {label}" + (f" ({_megabytes(total_bytes)})" if total_bytes else ""))

    def installed(self, path: str, size_bytes: int) -> None:
        """Name the file."""
        self.say(f"installed {path} ({_megabytes(size_bytes)})")

    def say(self, message: str) -> None:
        """Print the message."""
        print(message, file=sys.stderr, flush=True)


class BarProgress(SilentProgress):
    """One bar for each download, on a terminal."""

    def __init__(self, bars: RichBars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, label: str, total_bytes: int | None) -> None:
        """Add a bar; without a size it only pulses."""
        self._task = self._bars.add_task(label, total=total_bytes)

    def update(self, done_bytes: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._bars.update(self._task, completed=done_bytes)

    def end(self) -> None:
        """Stop the bar's clock."""
        if self._task is not None:
            self._bars.stop_task(self._task)
            self._task = None

    def say(self, message: str) -> None:
        """Print the message above the bars."""
        self._bars.console.print(message, markup=False, highlight=False)


@contextmanager
def rich_progress() -> Iterator[Progress]:
    """Progress on stderr: bars if it is a terminal, otherwise lines."""
    if not sys.stderr.isatty():
        yield LineProgress()
        return
    with RichBars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bars:
        yield BarProgress(bars)


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
