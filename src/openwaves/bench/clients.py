"""N clients and when each of them asks."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from math import inf

import aiohttp

from openwaves.bench.callers import CALLERS, Caller
from openwaves.bench.options import LoadOptions
from openwaves.bench.outcome import Outcome

PAUSE_AFTER_FAILURE_S = 0.5
PAUSE_AFTER_REFUSAL_S = 1.0  # where the server names no time


class Clients:
    """The clients of one run.

    Attributes:
        outcomes: Every request that was started, in that order.
        began: When the first might start; ``time.perf_counter()``.
        delayed: Requests of ``steady`` and ``poisson`` that came due while no client was free.
        retries: Requests that followed a refusal after the time that it named, by how they ended.
    """

    def __init__(self, session: aiohttp.ClientSession, options: LoadOptions) -> None:
        self._options = options
        self._callers = [CALLERS[options.mode](session, options) for _ in range(options.clients)]
        self._free = options.clients
        self.outcomes: list[Outcome] = []
        self.began = 0.0
        self.delayed = 0
        self.retries: Counter[str] = Counter()

    async def run(self) -> None:
        """Until the last answer is there. Cancelled, it leaves what runs unfinished."""
        self.began = time.perf_counter()
        try:
            async with asyncio.TaskGroup() as tasks:
                if self._options.arrivals == "burst":
                    for number, caller in enumerate(self._callers):
                        tasks.create_task(self._repeat(number, caller))
                else:
                    due: asyncio.Queue[bool] = asyncio.Queue()
                    tasks.create_task(self._arrivals(due))
                    for caller in self._callers:
                        tasks.create_task(self._take(due, caller))
        finally:
            await asyncio.gather(*(caller.close() for caller in self._callers), return_exceptions=True)

    @property
    def _deadline(self) -> float:
        return self.began + (inf if self._options.duration_s is None else self._options.duration_s)

    async def _repeat(self, number: int, caller: Caller) -> None:
        """One client of a burst: the next request when the last has ended."""
        options = self._options
        await _sleep_until(self.began + options.ramp_s * number / options.clients)
        n_sent = 0
        waited = False
        while time.perf_counter() < self._deadline and n_sent != options.requests:
            outcome = await self._call(caller)
            n_sent += 1
            if waited:
                self.retries[outcome.state] += 1
            waited = outcome.retry_after_s is not None
            if n_sent != options.requests:
                await self._pause(outcome)

    async def _pause(self, outcome: Outcome) -> None:
        pause_s = 0.0
        if outcome.state == "refused":
            pause_s = PAUSE_AFTER_REFUSAL_S if outcome.retry_after_s is None else outcome.retry_after_s
        elif outcome.state == "failed":
            pause_s = PAUSE_AFTER_FAILURE_S
        await _sleep_until(min(time.perf_counter() + pause_s, self._deadline))

    async def _arrivals(self, due: asyncio.Queue[bool]) -> None:
        """Puts True for each request as it comes due, then False for each client."""
        for offset_s in islice(gaps(self._options), self._options.total):
            if self.began + offset_s >= self._deadline:
                await _sleep_until(self._deadline)
                break
            await _sleep_until(self.began + offset_s)
            self.delayed += due.qsize() >= self._free
            due.put_nowait(True)
        for _ in self._callers:
            due.put_nowait(False)

    async def _take(self, due: asyncio.Queue[bool], caller: Caller) -> None:
        """One client of a fixed rate: whatever comes due while it is free."""
        while await due.get():
            self._free -= 1
            await self._call(caller)
            self._free += 1

    async def _call(self, caller: Caller) -> Outcome:
        outcome = Outcome()
        body = self._options.body(len(self.outcomes))
        self.outcomes.append(outcome)
        await caller.call(body, outcome)
        if self._options.paced and outcome.playback.ends_at is not None:
            await _sleep_until(min(outcome.playback.ends_at, self._deadline))
        return outcome


def gaps(options: LoadOptions) -> Iterator[float]:
    """When the requests of a fixed rate come due, seconds from the start: evenly, or with exponential gaps."""
    chance = random.Random(options.seed)  # noqa: S311 - no secret
    at_s = 0.0
    while True:
        yield at_s
        at_s += 1 / options.rate if options.arrivals == "steady" else chance.expovariate(options.rate)


async def _sleep_until(when: float) -> None:
    delay_s = when - time.perf_counter()
    if delay_s > 0:
        await asyncio.sleep(delay_s)
