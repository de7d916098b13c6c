"""Mixed load for a long time: does the server keep its memory and serve everybody?

    python -m bench.soak [--minutes 60] [--load 0.7] [--json FILE]

Starts a server on a free port and sends it requests of every kind: both engines, all languages of the catalogue,
three words to a page, every route, format and rate, texts in fragments, clients who leave or cancel, dictionaries that
change. New requests come at the rate that keeps the server at ``--load`` of the machine's cores, which is corrected
every second by the CPU time that the server has used. Resident memory of the server and its children is read every
5 s. The status is 0 if memory drifts by no more than 5 % from its value after ten minutes and no request failed.
"""

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from bench.mixed import Ask, Mix, ask
from bench.serving import KEY, Served, serve
from openwaves.bench.machine import machine
from openwaves.bench.monitor import Usage, usage
from openwaves.bench.outcome import Outcome
from openwaves.bench.report import spread
from openwaves.bench.run import KEEP_ALIVE_S
from openwaves.scheduler import available_cores

REFERENCE_MINUTES = 10.0
MOST_DRIFT = 0.05
MEMORY_EVERY_S = 5.0
TICK_S = 0.05
CORRECT_EVERY_S = 1.0
CORRECTION = 0.05  # of the gain, each second, for a load that is wholly off
SMOOTH_S = 20.0  # over which the measured load is averaged for the correction
MOST_OPEN = 16  # requests at once: beyond, the machine does not give the server its share, and none begins
FEW_OPEN = 8  # with more, the server has work enough, and the load is not below for want of requests
MOST_CREDIT_S = 1.0
PAGE_SHARE = 0.25  # of the work
DRAIN_S = 90.0
DICTIONARY_EVERY_S = 20.0
DICTIONARY_PATH = "/waves/v1/pronunciation-dicts"
N_DICTIONARIES = 5
TIME_LIMIT_S = aiohttp.ClientTimeout(total=None)


@dataclass(slots=True)
class Lane:
    """Work that may be begun: it grows with time and shrinks with each request.

    Attributes:
        is_page: Which requests it begins.
        share: Of the whole work.
        credit_s: CPU time that may be begun now; below zero while the last request is still being paid for.
    """

    is_page: bool
    share: float
    credit_s: float = 0.0


@dataclass(slots=True)
class Soak:
    """One run and what it finds.

    Attributes:
        server: The server.
        load: Share of all cores that it shall use.
        memory: Its processes every ``MEMORY_EVERY_S``.
        outcomes: What became of the requests, with how each was asked.
        gain: Correction of the guessed work.
    """

    server: Served
    load: float
    memory: list[Usage] = field(default_factory=list)
    outcomes: list[tuple[Ask, Outcome]] = field(default_factory=list)
    gain: float = 1.0
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _smooth: float = 0.0
    _began: float = field(default_factory=time.perf_counter)

    async def run(self, minutes: float) -> None:
        """Load the server, and wait for the last answers."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
        headers = {"Authorization": f"Bearer {KEY}"}
        self._began = time.perf_counter()
        async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=TIME_LIMIT_S) as session:
            mix = Mix(1, [await self._new_dictionary(session, n) for n in range(N_DICTIONARIES)])
            watchers = [
                asyncio.create_task(part)
                for part in (self._watch_memory(), self._correct(), self._tell(), self._edit(session, mix.dictionaries))
            ]
            work = asyncio.create_task(self._begin_requests(session, mix, minutes * 60))
            loop = asyncio.get_running_loop()
            for name in (signal.SIGINT, signal.SIGTERM):
                with suppress(NotImplementedError):
                    loop.add_signal_handler(name, work.cancel)
            done, _ = await asyncio.wait([work, *watchers], return_when=asyncio.FIRST_COMPLETED)
            for task in watchers:
                task.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            if self._open:
                await asyncio.wait(self._open, timeout=DRAIN_S)
            for request in self._open:
                request.cancel()
            for task in done:
                if not task.cancelled():
                    task.result()  # what broke the run, if anything
        self.memory.append(usage(self.server.pid))

    async def _begin_requests(self, session: aiohttp.ClientSession, mix: Mix, seconds: float) -> None:
        lanes = (Lane(False, 1 - PAGE_SHARE), Lane(True, PAGE_SHARE))
        cores = available_cores()
        before = time.perf_counter()
        while (now := time.perf_counter()) < self._began + seconds:
            for lane in lanes:
                lane.credit_s = min(
                    MOST_CREDIT_S, lane.credit_s + (now - before) * self.load * cores * self.gain * lane.share
                )
                while lane.credit_s > 0 and len(self._open) < MOST_OPEN:
                    request = mix.draw(lane.is_page)
                    lane.credit_s -= request.work_s
                    task = asyncio.create_task(self._ask(session, request))
                    self._open.add(task)
                    task.add_done_callback(self._open.discard)
            before = now
            await asyncio.sleep(TICK_S)

    async def _ask(self, session: aiohttp.ClientSession, request: Ask) -> None:
        self.outcomes.append((request, await ask(session, self.server.url, request)))

    async def _correct(self) -> None:
        """Begin more or less work, as the server is below or above the load."""
        before, cpu_s = time.perf_counter(), cpu_time_s(self.server.pid)
        while True:
            await asyncio.sleep(CORRECT_EVERY_S)
            now, cpu_now_s = time.perf_counter(), cpu_time_s(self.server.pid)
            measured = (cpu_now_s - cpu_s) / (now - before) / available_cores()
            weight = min(1.0, max((now - before) / SMOOTH_S, 1 / (1 + now - self._began)))
            self._smooth += weight * (measured - self._smooth)
            change = 1 + CORRECTION * max(-1.0, min(1.0, (self.load - self._smooth) / self.load))
            if change < 1 or len(self._open) < FEW_OPEN:
                self.gain = max(0.1, min(10.0, self.gain * change))
            before, cpu_s = now, cpu_now_s

    async def _watch_memory(self) -> None:
        while True:
            self.memory.append(await asyncio.to_thread(usage, self.server.pid))
            await asyncio.sleep(MEMORY_EVERY_S)

    async def _tell(self) -> None:
        """A line each minute."""
        cpu_s, n_before, minute = cpu_time_s(self.server.pid), 0, 0
        while True:
            minute += 1
            await asyncio.sleep(max(0.0, self._began + 60 * minute - time.perf_counter()))
            cpu_now_s, n_now = cpu_time_s(self.server.pid), len(self.outcomes)
            failed = sum(outcome.state != "ok" for _, outcome in self.outcomes)
            share = (cpu_now_s - cpu_s) / 60 / available_cores()
            print(
                f"minute {minute}: load {share:.0%}, {n_now - n_before} requests, {len(self._open)} open, "
                f"RSS {self.memory[-1].rss_mb:.0f} MB, not served so far {failed}",
                flush=True,
            )
            cpu_s, n_before = cpu_now_s, n_now

    async def _edit(self, session: aiohttp.ClientSession, ids: list[str]) -> None:
        """Change a dictionary that is used, and make and delete one that is not."""
        number = 0
        while True:
            await asyncio.sleep(DICTIONARY_EVERY_S)
            number += 1
            body = {"id": ids[number % len(ids)], "items": _items(number)}
            async with session.put(self.server.url + DICTIONARY_PATH, json=body) as answer:
                answer.raise_for_status()
            made = await self._new_dictionary(session, number)
            async with session.delete(self.server.url + DICTIONARY_PATH, json={"id": made}) as answer:
                answer.raise_for_status()

    async def _new_dictionary(self, session: aiohttp.ClientSession, number: int) -> str:
        async with session.post(self.server.url + DICTIONARY_PATH, json={"items": _items(number)}) as answer:
            answer.raise_for_status()
            return str((await answer.json())["id"])


def _items(number: int) -> list[dict[str, str]]:
    names = ("order", "station", "dentist", "airport", f"word{number}")
    return [{"word": name, "pronunciation": f"{name[::-1]} zee"} for name in names]


def cpu_time_s(pid: int) -> float:
    """CPU time of a process and its children so far."""
    root = psutil.Process(pid)
    total_s = 0.0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.Error):
            times = process.cpu_times()
            total_s += times.user + times.system
    return total_s


def report(soak: Soak, minutes: float, idle_mb: float) -> dict[str, Any]:
    """All figures."""
    began = soak.memory[0].at
    loaded = soak.memory[:-1]
    reference_s = 60 * min(REFERENCE_MINUTES, minutes / 2)
    then_mb = statistics.median([m.rss_mb for m in loaded if abs(m.at - began - reference_s) <= 30])
    now_mb = statistics.median([m.rss_mb for m in loaded if loaded[-1].at - m.at <= 60])
    answers = [outcome for _, outcome in soak.outcomes]
    share = (loaded[-1].cpu_s - loaded[0].cpu_s) / max(1e-9, loaded[-1].at - began) / available_cores()
    return {
        "machine": machine(),
        "minutes": minutes,
        "load": {"asked": soak.load, "measured": round(share, 3)},
        "rss_mb": {
            "idle": round(idle_mb, 1),
            "reference": round(then_mb, 1),
            "reference_minute": reference_s / 60,
            "end": round(now_mb, 1),
            "max": round(max(m.rss_mb for m in soak.memory), 1),
            "after": round(soak.memory[-1].rss_mb, 1),
        },
        "drift": round(now_mb / then_mb - 1, 4),
        "requests": {"sent": len(answers), **Counter(outcome.state for outcome in answers)},
        "by_transport": Counter(f"{asked.transport} {asked.ending}" for asked, _ in soak.outcomes),
        "not_served": dict(_not_served(soak)),
        "first_audio_ms": {
            engine: spread(_first_s(soak, engine), 1000) for engine in sorted({a.engine for a, _ in soak.outcomes})
        },
        "underruns": {
            "streams": sum(outcome.playback.ends_at is not None for outcome in answers),
            "streams_with_any": sum(outcome.playback.stalls > 0 for outcome in answers),
            "worst_s": round(max((outcome.playback.worst_s for outcome in answers), default=0.0), 3),
        },
        "memory": [{**asdict(m), "at": round(m.at - began, 1)} for m in soak.memory],
        "server_log": list(soak.server.log)[-50:],
    }


def _first_s(soak: Soak, engine: str) -> Iterator[float | None]:
    for asked, outcome in soak.outcomes:
        if asked.engine == engine and asked.transport != "sync" and asked.ending == "whole":
            yield outcome.first_audio_s


def _not_served(soak: Soak) -> Iterator[tuple[str, Any]]:
    kinds: dict[str, list[tuple[Ask, Outcome]]] = {}
    for asked, outcome in soak.outcomes:
        if outcome.state != "ok":
            kinds.setdefault(f"{outcome.state}: {outcome.error}", []).append((asked, outcome))
    for kind, found in kinds.items():
        asked, outcome = found[0]
        yield kind, {"count": len(found), "message": outcome.message, "transport": asked.transport, "body": asked.body}


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    rss, load = found["rss_mb"], found["load"]
    lines = [
        f"{found['minutes']:g} minutes, load {load['measured']:.0%} of {available_cores()} cores",
        f"RSS: idle {rss['idle']:.0f} MB, after {rss['reference_minute']:g} minutes {rss['reference']:.0f} MB, "
        f"at the end {rss['end']:.0f} MB, most {rss['max']:.0f} MB, without load {rss['after']:.0f} MB",
        f"drift {found['drift']:+.1%} (bar: within {MOST_DRIFT:.0%})",
        f"requests: {found['requests']}",
        f"underruns: {found['underruns']}",
    ]
    for engine, times in found["first_audio_ms"].items():
        if times["n"]:
            lines.append(f"first sound of {engine} streams, ms: p50 {times['p50']:.0f}, p95 {times['p95']:.0f}")
    lines += [f"not served: {kind}: {what['count']} × {what['message']}" for kind, what in found["not_served"].items()]
    return "\n".join(lines)


def main() -> None:
    """Load, watch, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long requests begin")
    parser.add_argument("--load", type=float, default=0.7, help="share of the cores that the server uses, 0.05 to 0.95")
    parser.add_argument("--engine", choices=("auto", "tone"), default="auto", help="of the server")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    if not 0.05 <= options.load <= 0.95:
        parser.error("--load must be 0.05 to 0.95")
    if options.minutes <= 0:
        parser.error("--minutes must be above 0")
    with tempfile.TemporaryDirectory() as data, serve(data, "--engine", options.engine) as server:
        idle_mb = usage(server.pid).rss_mb
        print(f"server ready: process {server.pid}, RSS {idle_mb:.0f} MB", flush=True)
        soak = Soak(server, options.load)
        asyncio.run(soak.run(options.minutes))
        found = report(soak, options.minutes, idle_mb)
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.exit(abs(found["drift"]) > MOST_DRIFT or "failed" in found["requests"])


if __name__ == "__main__":
    main()
