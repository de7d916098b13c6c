"""The seam: a call is a value that knows what to do at the desk of a worker, a place is where calls are done."""

from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from openwaves.cancellation import CancelToken

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Call(Protocol[T_co]):
    """A piece of work. Picklable, and so is what it returns; the same call has the same result wherever it is done.

    Attributes:
        near: Calls of the same name, if it has one, are done by the same worker as long as that lives: it may remember
            something of those before.
        limit_s: Longest time that it may take; a worker that takes longer is given up. Infinite for no limit.
    """

    @property
    def near(self) -> str: ...

    @property
    def limit_s(self) -> float: ...

    def do(self, desk: Any, cancel: CancelToken) -> T_co:
        """Do it.

        Args:
            desk: What a worker has: its networks.
            cancel: Stops it.
        """
        ...


class Done(NamedTuple, Generic[T]):
    """What came back.

    Attributes:
        result: What the call returned.
        is_usual: It was done at once, by the first worker: the time that it took tells how long such calls take.
    """

    result: T
    is_usual: bool = True


class Place(Protocol):
    """Where calls are done. Thread-safe."""

    def run(self, call: Call[T], cancel: CancelToken) -> Done[T]:
        """Do a call; blocks. A call whose worker is lost is done again by another.

        Raises:
            OpenWavesError: What the call raised.
            WorkerLostError: Too many workers were lost over it, or there is none.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        ...
