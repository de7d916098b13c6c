"""What the scheduler knows of the things that are done."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from openwaves.cancellation import CancelToken

T = TypeVar("T")
Late = Literal["run", "drop", "yield"]
"""What becomes of work that is not begun before it is due: it is done all the same, or dropped. What yields is begun
only while it takes nobody's time, and dropped once it cannot be done any more before it is due."""


def _lasts_nothing(_result: object) -> float:
    return 0.0


def _ends(_result: object) -> None:
    return None


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Work(Generic[T]):
    """A piece of work for one worker.

    Attributes:
        run: Does it, on a worker's thread; stops soon after its token is cancelled.
        kind: What it is like: works of one kind take as long for their size.
        size: How much of it there is, in the kind's own unit, such as characters or seconds.
        lasts: Seconds of sound that a result plays; 0 for what is not played.
        rest: What is to be done after a result, if that was only a part; None after the last. More urgent work may
            come between the parts.
        is_usual: Whether the time that it took tells how long such work takes; asked once it is done.
    """

    run: Callable[[CancelToken], T]
    kind: Hashable
    size: float
    lasts: Callable[[T], float] = _lasts_nothing
    rest: "Callable[[T], Callable[[CancelToken], T] | None]" = _ends
    is_usual: Callable[[], bool] = _always

    @property
    def is_sound(self) -> bool:
        """Whether its results are played."""
        return self.lasts is not _lasts_nothing
