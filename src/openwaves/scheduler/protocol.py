"""What the rest of the program sees of the scheduler."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TypeVar

from openwaves.scheduler.work import Late, Work

T = TypeVar("T")


class Listener(Protocol):
    """One request's place among the workers, from its first piece of sound to its last.

    A context manager; used from one event loop.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def announce(self, work: Work[T]) -> None:
        """This work will come, after all that was announced before."""
        ...

    def announce_end(self) -> None:
        """No further work will come."""
        ...

    async def run(self, work: Work[T], on_part: Callable[[T], None] | None = None) -> T:
        """Do the next announced piece of work. Cancelling the call stops it.

        Args:
            work: What to do.
            on_part: Given the parts of the result as they are made, on the loop.

        Returns:
            The result; of one that came in parts the last.

        Raises:
            OverloadedError: Too much is waiting, or this listener would leave others without sound.
            OpenWavesError: What the work raises.
        """
        ...

    def delivered(self, sound_s: float) -> None:
        """So much sound went out to be played."""
        ...


class Workers(Protocol):
    """Where work is done."""

    def listener(self, *, live: bool, wait_s: float | None = None) -> Listener:
        """A request for sound.

        Args:
            live: It is played while it is made.
            wait_s: Longest wait to begin, in seconds; None is that of every listener.
        """
        ...

    async def run(self, work: Work[T], *, due_s: float, live: bool = True, late: Late = "run") -> T:
        """Do one piece of work. Cancelling the call stops it.

        Args:
            work: What to do.
            due_s: Seconds from now after which somebody misses it.
            live: Somebody waits for it; what is not live leaves a worker free for what is.
            late: ``drop`` what is not begun before it is due; ``yield`` what would keep anybody waiting, until that is
                dropped as well.

        Raises:
            OverloadedError: Too much is waiting.
            LateWorkError: It was dropped.
            OpenWavesError: What the work raises.
        """
        ...

    def reserve(self, cores: float) -> AbstractContextManager[None]:
        """Keep so much of the cores for a session that sends its work bit by bit, while the block runs.

        Raises:
            OverloadedError: It is not free.
        """
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the workers are: counts since their start, except the first five.

    Attributes:
        waiting: Pieces of work that wait for a worker now.
        running: Pieces of work on a worker now.
        listeners: Live listeners who await sound now.
        held: Live listeners who wait to begin now.
        reserved: Cores that sessions keep now.
        done: Pieces of work that ended well.
        cancelled: Pieces dropped or stopped because nobody wanted them any more.
        late: Pieces dropped because they could not be begun in time.
        failed: Pieces that ended with an error.
        refused: Pieces turned away because too much waited.
        underruns: Times at which a live listener ran dry.
        wait_s: Sum of the times between arrival and start.
        busy_s: Sum of the times on a worker.
    """

    waiting: int
    running: int
    listeners: int
    held: int
    reserved: float
    done: int
    cancelled: int
    late: int
    failed: int
    refused: int
    underruns: int
    wait_s: float
    busy_s: float
