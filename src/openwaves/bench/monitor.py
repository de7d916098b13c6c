"""What is watched while the load runs: /health, /metrics, the server's process and this generator itself."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count

import aiohttp
import psutil

from openwaves.errors import OpenWavesError

HEALTH_PATHS = ("/health", "/waves/v1/health")
HEALTH_EVERY_S = 0.1
HEALTH_TIMEOUT_S = 5.0
PROCESS_EVERY_S = 0.5
LAG_EVERY_S = 0.02


@dataclass(slots=True)
class Health:
    """Asks for the server's health every 100 ms, whether the last answer is there or not.

    Attributes:
        path: The route that answers; None if none does.
        latencies_s: Of the good answers.
        failed: Questions without a good answer in time.
    """

    path: str | None = None
    latencies_s: list[float] = field(default_factory=list)
    failed: int = 0

    async def find(self, session: aiohttp.ClientSession, url: str) -> None:
        """Find the route.

        Raises:
            OpenWavesError: No server answers at ``url``.
        """
        for path in HEALTH_PATHS:
            try:
                async with session.get(url + path, timeout=aiohttp.ClientTimeout(HEALTH_TIMEOUT_S)) as answer:
                    if answer.status == 200:
                        self.path = path
                        return
            except (aiohttp.ClientError, OSError) as error:
                problem = str(error) or type(error).__name__
                raise OpenWavesError(f"no server answers at {url}: {problem}; name it with --url") from error

    async def watch(self, session: aiohttp.ClientSession, url: str) -> None:
        """Ask until cancelled."""
        if self.path is None:
            return
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in count():
                tasks.create_task(self._ask(session, url + self.path))
                await asyncio.sleep(max(0, began + (number + 1) * HEALTH_EVERY_S - time.perf_counter()))

    async def _ask(self, session: aiohttp.ClientSession, url: str) -> None:
        began = time.perf_counter()
        try:
            async with session.get(url, timeout=aiohttp.ClientTimeout(HEALTH_TIMEOUT_S)) as answer:
                await answer.read()
                good = answer.status == 200
        except (aiohttp.ClientError, OSError):
            good = False
        if good:
            self.latencies_s.append(time.perf_counter() - began)
        else:
            self.failed += 1


@dataclass(frozen=True, slots=True)
class Usage:
    """A process and its children at one moment.

    Attributes:
        at: ``time.perf_counter()``.
        cpu_s: CPU time so far, ended children included.
        rss_mb: Resident memory, pages that processes share counted for each.
        pss_mb: The same, shared pages counted once; None where the system does not tell.
    """

    at: float
    cpu_s: float
    rss_mb: float
    pss_mb: float | None


def usage(pid: int) -> Usage:
    """Look at a process and its children.

    Raises:
        OpenWavesError: There is no such process.
    """
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.Error as error:
        raise OpenWavesError(f"--server-pid {pid}: {error}") from error
    cpu_s = rss = pss = 0.0
    has_pss = True
    for process in processes:
        try:
            times = process.cpu_times()
            cpu_s += (
                times.user + times.system + getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
            )
            rss += process.memory_info().rss
        except psutil.Error:
            continue  # it has just ended; its parent counts its time
        try:
            pss += process.memory_full_info().pss
        except (psutil.Error, AttributeError):
            has_pss = False
    return Usage(time.perf_counter(), cpu_s, rss / 1e6, pss / 1e6 if has_pss else None)


async def watch_process(pid: int, found: list[Usage]) -> None:
    """Look at the process every half second until cancelled or until it ends."""
    while True:
        try:
            found.append(await asyncio.to_thread(usage, pid))  # reading the memory map takes milliseconds
        except OpenWavesError:
            return
        await asyncio.sleep(PROCESS_EVERY_S)


async def watch_lag(lags_s: list[float]) -> None:
    """How late this process's own event loop wakes up: what it adds to every time that it measures."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(LAG_EVERY_S)
        lags_s.append(time.perf_counter() - began - LAG_EVERY_S)


async def read_metrics(session: aiohttp.ClientSession, url: str) -> dict[str, float]:
    """The server's Prometheus metrics; nothing if it shows none."""
    try:
        async with session.get(url + "/metrics", timeout=aiohttp.ClientTimeout(HEALTH_TIMEOUT_S)) as answer:
            text = await answer.text() if answer.status == 200 else ""
    except (aiohttp.ClientError, OSError):
        return {}
    values = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if name and not line.startswith("#") and not name.endswith("_created"):
            try:
                values[name] = float(value)
            except ValueError:
                continue  # not Prometheus text
    return values
