"""How far a long command is: a bar on a terminal, lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Meter(Protocol):
    """Shows progress."""

    def advance(self, amount: float, label: str) -> None:
        """So much more is done."""
        ...


class _Bar:
    def __init__(self, bars: Progress, total: float, label: str) -> None:
        self._bars = bars
        self._task = bars.add_task(label, total=total)

    def advance(self, amount: float, label: str) -> None:
        self._bars.update(self._task, advance=amount, description=label)


class _Lines:
    """A line whenever another tenth is done."""

    def __init__(self, total: float) -> None:
        self._total = total
        self._done = 0.0
        self._told = 0

    def advance(self, amount: float, label: str) -> None:
        self._done += amount
        tenths = int(10 * self._done / self._total + 1e-9) if self._total else 10
        if tenths > self._told:
            self._told = tenths
            click.echo(f"{10 * tenths} %: {label}", err=True)


@contextmanager
def metered(total: float, label: str) -> Iterator[Meter]:
    """Progress on stderr while the block runs.

    Args:
        total: All that is to be done.
        label: What is being done at first.
    """
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bar(bars, total, label)
