"""openwaves and other servers side by side: first sound, real-time factor, throughput, CPU time, memory.

    python -m bench.peers                 8 minutes on two cores, without the first installation
    python -m bench.peers --short         about 4 minutes

Each peer is installed in an environment of its own in the user's cache folder. All are started, warmed up, and then
measured in rounds, peer after peer in each, by clients who ask again as soon as an answer is whole. A number of
clients above 16 is measured in the first round only; after ``--minutes`` nothing new is begun but the rest of that
round. Every server listens on 127.0.0.1.
"""

import argparse
import asyncio
import json
import math
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from bench.peers.environments import Say, python_of, versions
from bench.peers.load import closed_loop
from bench.peers.peers import PEERS, Peer, Running, started
from bench.peers.report import Found, as_json, bars, figures, table
from openwaves.bench.machine import machine
from openwaves.bench.texts import SENTENCES

CLIENTS = (1, 4, 16, 40)
SHORT_CLIENTS = (1, 4, 16)
EVERY_ROUND = 16  # clients; more are measured once
FLAGS = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimddp", "i8mm")


def main() -> None:
    """Install, start, measure, print."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stops the servers
    peers = _chosen(options.peers)
    began = time.monotonic()

    def say(line: str) -> None:
        if not options.markdown:
            print(f"[{time.monotonic() - began:5.0f} s] {line}", file=sys.stderr, flush=True)

    names = dict(_versions(peers, say))
    ready = time.monotonic()
    with ExitStack() as stack:
        own: dict[str, Running] = {}
        running = [_start(stack, peer, options.engine, own, say) for peer in peers]
        until = ready + 60 * options.minutes
        found = asyncio.run(measure(running, options.clients, options.rounds, options.seconds, say, until=until))
    about = {**machine(), "flags": cpu_flags(), "peers": names}
    print(
        f"{about['usable_cores']} cores, {about['cpu']} ({', '.join(about['flags'])}); medians (least–most) of rounds"
    )
    peers = tuple(peer for peer in peers if peer.name in found)
    print("\n" + table(found, peers, options.clients, names) + "\n")
    print("\n".join(f"- {line}" for line in bars(found, peers)))
    if options.json:
        result = {"machine": about, "rounds": options.rounds, "seconds": options.seconds, "peers": as_json(found)}
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    say("done")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="one round with 1, 4 and 16 clients")
    parser.add_argument("--rounds", type=int, help="times that everything is measured; default 3, short 1")
    parser.add_argument("--minutes", type=float, default=7.5, help="after which no further round goes on")
    parser.add_argument("--clients", type=_counts, help="numbers of clients; default 1,4,16,40")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long clients ask in each measurement")
    parser.add_argument("--peers", default="", help="names or parts of names, with commas; default all")
    parser.add_argument("--engine", choices=("auto", "tone"), default="auto", help="of openwaves")
    parser.add_argument("--markdown", action="store_true", help="print the table only, no progress")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.short else 3)
    options.clients = options.clients or (SHORT_CLIENTS if options.short else CLIENTS)
    if options.rounds < 1 or options.seconds < 0:
        parser.error("--rounds must be at least 1 and --seconds at least 0")
    return options


def _counts(value: str) -> tuple[int, ...]:
    counts = tuple(int(part) for part in value.split(","))
    if min(counts) < 1:
        raise argparse.ArgumentTypeError("numbers of clients are at least 1")
    return counts


def _chosen(names: str) -> tuple[Peer, ...]:
    """The peers whose names hold one of the parts.

    Raises:
        SystemExit: None does.
    """
    parts = [part.strip().lower() for part in names.split(",") if part.strip()]
    chosen = tuple(peer for peer in PEERS if not parts or any(part in peer.name.lower() for part in parts))
    if not chosen:
        raise SystemExit(f"--peers: no peer is called {names!r}; there are: {', '.join(peer.name for peer in PEERS)}")
    return chosen


def _versions(peers: tuple[Peer, ...], say: Say) -> Iterator[tuple[str, str]]:
    """Name and version; installs what is missing."""
    for peer in peers:
        if peer.package:
            yield peer.name, versions(python_of(peer.environment, peer.requirements, say))[peer.package]


def _start(stack: ExitStack, peer: Peer, engine: str, own: dict[str, Running], say: Say) -> Running:
    """Start a peer; the rows of openwaves share one server."""
    if peer.command is not None:
        return stack.enter_context(started(peer, engine, say))
    if not own:
        own[""] = stack.enter_context(started(peer, engine, say))
    return Running(peer, own[""].url, own[""].pid)


async def measure(
    running: list[Running],
    counts: tuple[int, ...],
    rounds: int,
    seconds: float,
    say: Say,
    *,
    until: float = math.inf,
    texts: tuple[str, ...] = SENTENCES,
) -> Found:
    """Warm every peer up, then measure in rounds; those after the first end at ``until`` (``time.monotonic()``)."""
    found: Found = defaultdict(lambda: defaultdict(list))
    with suppress(asyncio.CancelledError):  # Ctrl-C: what has been found so far
        for one in running:
            say(f"{one.peer.name}: warming up")
            for n_clients in (1, 4):
                if n_clients <= min(max(counts), one.peer.most_clients):
                    await closed_loop(one, n_clients, seconds / 2, texts)
        for number in range(rounds):
            await _round(running, counts, number, seconds, say, until, texts, found)
    return found


async def _round(
    running: list[Running],
    counts: tuple[int, ...],
    number: int,
    seconds: float,
    say: Say,
    until: float,
    texts: tuple[str, ...],
    found: Found,
) -> None:
    for n_clients in counts:
        if number and n_clients > EVERY_ROUND:
            continue
        for one in running:
            if n_clients > one.peer.most_clients or (number and time.monotonic() > until):
                continue
            load = await closed_loop(one, n_clients, seconds, texts)
            result = figures(load)
            found[one.peer.name][n_clients].append(result)
            first = "–" if result.first_ms is None else f"{result.first_ms:.0f} ms"
            say(
                f"round {number + 1}, {one.peer.name}, {n_clients} clients: first sound {first}, "
                f"{result.throughput:.1f} s of sound a second"
            )
            for problem in sorted({f"{o.error} {o.message}" for o in load.outcomes if o.state == "failed"}):
                say(f"  failed: {problem}")


def cpu_flags() -> list[str]:
    """Instruction sets that matter for networks."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    flags = next((line.split() for line in lines if line.startswith(("flags", "Features"))), [])
    return [flag for flag in FLAGS if flag in flags]


if __name__ == "__main__":
    main()
