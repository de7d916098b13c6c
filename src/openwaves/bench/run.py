"""One run: the clients, what watches them, and its end."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from openwaves.bench.clients import Clients
from openwaves.bench.monitor import Health, Usage, read_metrics, usage, watch_lag, watch_process
from openwaves.bench.options import LoadOptions
from openwaves.bench.outcome import Outcome
from openwaves.errors import OpenWavesError

TICK_S = 0.5
KEEP_ALIVE_S = 3.0  # less than servers keep an idle connection, so that none is closed as it is used again

Tick = Callable[[float, list[Outcome]], None]
"""Is told the time since the start and the requests so far."""


@dataclass(slots=True)
class Measured:
    """Everything that a run has found.

    Attributes:
        options: What was asked.
        clients: The requests.
        health: The health route.
        began_at: Time of day, seconds since 1970.
        ended: ``time.perf_counter()`` at the last answer.
        interrupted: Ctrl-C ended it.
        usage: The server's process: before, while, after.
        metrics: The server's metrics, before and after.
        lags_s: Of the generator's own event loop.
        own_cpu_s: CPU time of the generator.
    """

    options: LoadOptions
    clients: Clients
    health: Health
    began_at: float = field(default_factory=time.time)
    ended: float = 0.0
    interrupted: bool = False
    usage: list[Usage] = field(default_factory=list)
    metrics: tuple[dict[str, float], dict[str, float]] = ({}, {})
    lags_s: list[float] = field(default_factory=list)
    own_cpu_s: float = 0.0

    @property
    def wall_s(self) -> float:
        """From the start to the last answer."""
        return self.ended - self.clients.began


def load(options: LoadOptions, tick: Tick) -> Measured:
    """Run it.

    Raises:
        OpenWavesError: No server answers, or there is no such process.
    """
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.run(_load(options, tick))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_load(options, tick))


async def _load(options: LoadOptions, tick: Tick) -> Measured:
    headers = {"Authorization": f"Bearer {options.key}"} if options.key else {}
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
    no_limit = aiohttp.ClientTimeout(total=None, sock_connect=None)
    async with (
        aiohttp.ClientSession(connector=connector, headers=headers, timeout=no_limit) as session,
        aiohttp.ClientSession(headers=headers) as watching,  # its own connections
    ):
        measured = Measured(options, Clients(session, options), Health())
        await measured.health.find(watching, options.url)
        if options.server_pid is not None:
            measured.usage.append(usage(options.server_pid))
        before = await read_metrics(watching, options.url)
        await _run(measured, watching, tick)
        if options.server_pid is not None:
            with suppress(OpenWavesError):  # it may have ended under the load
                measured.usage.append(usage(options.server_pid))
        measured.metrics = (before, await read_metrics(watching, options.url))
    return measured


async def _run(measured: Measured, watching: aiohttp.ClientSession, tick: Tick) -> None:
    """The load itself, with all that watches it; Ctrl-C ends it early."""
    options = measured.options
    gc.collect()
    gc.freeze()  # what is there already need not be looked at again while the clock runs
    own_cpu_s = time.process_time()
    work = asyncio.create_task(measured.clients.run())
    watchers = [
        asyncio.create_task(measured.health.watch(watching, options.url)),
        asyncio.create_task(watch_lag(measured.lags_s)),
        asyncio.create_task(_tick(measured.clients, tick)),
    ]
    if options.server_pid is not None:
        watchers.append(asyncio.create_task(watch_process(options.server_pid, measured.usage)))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        measured.interrupted = True
        loop.remove_signal_handler(signal.SIGINT)  # a second Ctrl-C ends at once
        work.cancel()

    with suppress(NotImplementedError):  # Windows: Ctrl-C ends without a report
        loop.add_signal_handler(signal.SIGINT, stop)
    try:
        await asyncio.wait([work])
    finally:
        for task in watchers:
            task.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
        gc.unfreeze()
    now = time.perf_counter()
    ends = [outcome.ended for outcome in measured.clients.outcomes if outcome.ended is not None]
    measured.ended = now if measured.interrupted or not ends else max(ends)
    measured.own_cpu_s = time.process_time() - own_cpu_s
    tick(now - measured.clients.began, measured.clients.outcomes)
    if not work.cancelled():
        work.result()


async def _tick(clients: Clients, tick: Tick) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        tick(time.perf_counter() - clients.began, clients.outcomes)
