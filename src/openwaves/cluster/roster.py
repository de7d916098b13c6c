"""What each gateway's listeners need: all tell every second; who is silent for a while is gone.

It keeps nothing that matters: after a crash everybody tells again, and meanwhile gateways go on with what they know.
"""

import time
from collections.abc import Callable

EVERY_S = 1.0
GONE_S = 3.5


class Roster:
    """Sums up needs. Used from one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._needs: dict[str, tuple[float, float]] = {}

    async def need(self, name: str, cores: float) -> float:
        """A gateway is there; what all others need.

        Args:
            name: Its own.
            cores: What its listeners need.
        """
        now = self._clock()
        self._needs[name] = now, cores
        self._needs = {key: value for key, value in self._needs.items() if now - value[0] < GONE_S}
        return sum(cores for other, (_, cores) in self._needs.items() if other != name)
