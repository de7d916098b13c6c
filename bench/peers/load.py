"""Clients in a closed loop: each asks again as soon as its answer is whole."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp

from bench.peers.peers import Running, Wire
from bench.serving import KEY
from openwaves.bench.callers import CALLERS, Caller
from openwaves.bench.monitor import Usage, usage, watch_process
from openwaves.bench.options import LoadOptions
from openwaves.bench.outcome import Outcome
from openwaves.bench.run import KEEP_ALIVE_S

SAMPLE_BYTES = 2
TIMEOUT_S = 120.0
MOST_WAIT_S = 2.0  # after a refusal, if it names a longer time


@dataclass(frozen=True, slots=True)
class Load:
    """What one load found.

    Attributes:
        outcomes: Every request.
        began: ``time.perf_counter()``.
        ended: When the last answer was whole.
        usage: The server's processes before, while, after.
    """

    outcomes: list[Outcome]
    began: float
    ended: float
    usage: list[Usage]


class WireCaller(Caller):
    """A POST whose answer is samples."""

    def __init__(self, session: aiohttp.ClientSession, options: LoadOptions, wire: Wire) -> None:
        super().__init__(session, options)
        self._wire = wire

    async def _exchange(self, body: dict[str, Any], outcome: Outcome) -> None:
        wire = self._wire
        sent = {**wire.fields, wire.text_field: body["text"]}
        async with self._session.post(self._options.url + wire.path, json=sent) as answer:
            if answer.status != 200:
                message = await answer.text(errors="replace")
                outcome.refuse_or_fail(answer.status, "", message[:200], answer.headers.get("Retry-After"))
                return
            n_bytes = 0
            async for part in answer.content.iter_any():
                before = max(0, n_bytes - wire.header_bytes)
                n_bytes += len(part)
                outcome.sound((max(0, n_bytes - wire.header_bytes) - before) / SAMPLE_BYTES / wire.sample_rate)
        outcome.complete()


class PipeCaller(Caller):
    """A process that is asked over its standard input."""

    def __init__(self, session: aiohttp.ClientSession, options: LoadOptions, running: Running) -> None:
        super().__init__(session, options)
        self._running = running

    async def _exchange(self, body: dict[str, Any], outcome: Outcome) -> None:
        process = self._running.process
        if process is None or process.stdin is None or process.stdout is None:
            raise OSError("the process has not started")
        process.stdin.write(json.dumps({"text": body["text"]}) + "\n")
        process.stdin.flush()
        while chunk := json.loads(await asyncio.to_thread(process.stdout.readline)):
            outcome.sound(chunk["n_bytes"] / SAMPLE_BYTES / self._running.peer.wire.sample_rate)
        outcome.complete()


async def closed_loop(running: Running, n_clients: int, seconds: float, texts: tuple[str, ...]) -> Load:
    """Ask for ``seconds``, each client at least once, and wait for the last answer.

    Args:
        running: Who is asked.
        n_clients: Clients at once.
        seconds: No request begins later.
        texts: In turn.
    """
    options = _options(running, n_clients, texts)
    outcomes: list[Outcome] = []
    numbers = count()
    found = [usage(running.pid)]
    watching = asyncio.create_task(watch_process(running.pid, found))
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
    headers = {"Authorization": f"Bearer {KEY}"} if running.peer.command is None else {}
    no_limit = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=no_limit) as session:
        new = _caller(running, session, options)
        callers = [new() for _ in range(n_clients)]
        began = time.perf_counter()

        async def client(caller: Caller) -> None:
            is_first = True
            while is_first or time.perf_counter() < began + seconds:
                is_first = False
                outcome = Outcome()
                await caller.call(options.body(next(numbers)), outcome)
                outcomes.append(outcome)
                if outcome.state == "refused":
                    await asyncio.sleep(min(MOST_WAIT_S, outcome.retry_after_s or 1.0))

        await asyncio.gather(*(client(caller) for caller in callers))
        ended = max(outcome.ended or 0.0 for outcome in outcomes)
        await asyncio.gather(*(caller.close() for caller in callers))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    found.append(usage(running.pid))
    return Load(outcomes, began, ended, found)


def _caller(running: Running, session: aiohttp.ClientSession, options: LoadOptions) -> Callable[[], Caller]:
    peer = running.peer
    if peer.mode == "wire":
        return lambda: WireCaller(session, options, peer.wire)
    if peer.mode == "pipe":
        return lambda: PipeCaller(session, options, running)
    mode = peer.mode
    return lambda: CALLERS[mode](session, options)


def _options(running: Running, n_clients: int, texts: tuple[str, ...]) -> LoadOptions:
    return LoadOptions(
        url=running.url,
        key=KEY,
        mode="sync" if running.peer.mode != "ws" else "ws",
        clients=n_clients,
        duration_s=None,
        requests=None,
        arrivals="burst",
        ramp_s=0.0,
        rate=0.0,
        voices=(running.peer.voice,),
        language="en",
        texts=texts,
        sample_rate=24000,
        output_format="pcm",
        paced=False,
        timeout_s=TIMEOUT_S,
        server_pid=None,
    )
