"""What the rest of the program sees of the scheduler."""

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from openwaves.types import Speech, SpeechJob


class Listener(Protocol):
    """One request's place in the pool, from its first job to its last. A context manager; used from one event loop."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def synthesize(self, job: SpeechJob) -> Speech:
        """Speak one job; the jobs of a listener are called in the order of playback. Cancelling the call stops it.

        Raises:
            OverloadedError: Too much is waiting, or this listener would leave others without sound.
            EngineError: The network failed.
        """
        ...

    def delivered(self, sound_s: float) -> None:
        """So much sound went out to be played."""
        ...


class EnginePool(Protocol):
    """Where jobs are spoken."""

    def listener(self, *, live: bool) -> Listener:
        """A new request; ``live`` is played while it is made."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the scheduler is: counts since its start, except the first four.

    Attributes:
        waiting: Jobs that wait for a worker now.
        running: Jobs on a worker now.
        listeners: Live listeners who await sound now.
        held: Live listeners who wait to begin now.
        spoken: Jobs that ended with sound.
        cancelled: Jobs dropped or stopped because the listener left.
        failed: Jobs that ended with an error.
        refused: Jobs turned away because too much waited.
        underruns: Times at which a live listener ran dry.
        wait_s: Sum of the times between arrival and start.
        busy_s: Sum of the times on a worker.
    """

    waiting: int
    running: int
    listeners: int
    held: int
    spoken: int
    cancelled: int
    failed: int
    refused: int
    underruns: int
    wait_s: float
    busy_s: float
