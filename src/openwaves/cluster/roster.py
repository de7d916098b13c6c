"""Who is there: workers and gateways tell every second; who is silent for a while is gone.

It keeps nothing that matters: after a crash everybody tells again, and meanwhile gateways go on with what they know.
"""

import time
from collections.abc import Callable

from openwaves.cluster.messages import Fleet

EVERY_S = 1.0
GONE_S = 3.5


class Roster:
    """Counts slots and needs. Used from one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._slots: dict[str, tuple[float, int]] = {}
        self._needs: dict[str, tuple[float, float]] = {}

    async def work(self, name: str, slots: int) -> None:
        """A worker is there.

        Args:
            name: Its own.
            slots: Calls that it does at once; 0 when it leaves.
        """
        self._slots[name] = self._clock(), slots

    async def need(self, name: str, cores: float) -> Fleet:
        """A gateway is there.

        Args:
            name: Its own.
            cores: What its listeners need.
        """
        now = self._clock()
        self._needs[name] = now, cores
        self._slots = {key: value for key, value in self._slots.items() if now - value[0] < GONE_S}
        self._needs = {key: value for key, value in self._needs.items() if now - value[0] < GONE_S}
        slots = sum(slots for _, slots in self._slots.values())
        return Fleet(slots, sum(cores for other, (_, cores) in self._needs.items() if other != name))
