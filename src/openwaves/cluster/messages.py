"""What travels between gateways and workers."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from openwaves.errors import OpenWavesError
from openwaves.remote import Call


@dataclass(frozen=True, slots=True)
class Asked:
    """A call on its way.

    Attributes:
        call: What to do.
        due_in_s: Seconds until somebody misses it; workers do what is due first.
        waited_s: How long work waits at the gateway for a worker, of late.
        number: Its own, among those of the gateway.
    """

    call: Call[Any]
    due_in_s: float
    waited_s: float
    number: int


class Answered(NamedTuple):
    """What became of it.

    Attributes:
        result: What the call returned.
        error: What it raised, if it did.
        waited_s: How long it waited at the worker.
    """

    result: Any
    error: OpenWavesError | None
    waited_s: float
