"""The figures of all peers: from loads to numbers, to a Markdown table, to the bars."""

import statistics
from dataclasses import dataclass
from typing import Any

from bench.peers.load import Load
from bench.peers.peers import Peer
from openwaves.bench.report import spread

THROUGHPUT_BAR = 2.0
BAR_CLIENTS = (4, 16)
FIRST_CLIENTS = 16


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one peer under one load.

    Attributes:
        first_ms: Median time to the first sound.
        factor: Median time until the answer was whole, per second of its sound.
        throughput: Seconds of sound of whole answers per second.
        cpu: CPU time of the server per second of sound.
        peak_mb: Most resident memory of the server.
        refused: Share of requests that were refused.
        failed: Number of requests that failed.
    """

    first_ms: float | None
    factor: float | None
    throughput: float
    cpu: float | None
    peak_mb: float
    refused: float
    failed: int


def figures(load: Load) -> Figures:
    """The numbers of one load."""
    served = [outcome for outcome in load.outcomes if outcome.state == "ok"]
    audio_s = sum(outcome.playback.audio_s for outcome in served)
    n_sent = len(load.outcomes)
    return Figures(
        spread((outcome.first_audio_s for outcome in served), 1000)["p50"],
        spread(outcome.real_time_factor for outcome in served)["p50"],
        audio_s / (load.ended - load.began),
        (load.usage[-1].cpu_s - load.usage[0].cpu_s) / audio_s if audio_s else None,
        max(moment.rss_mb for moment in load.usage),
        sum(outcome.state == "refused" for outcome in load.outcomes) / n_sent,
        sum(outcome.state == "failed" for outcome in load.outcomes),
    )


Found = dict[str, dict[int, list[Figures]]]
"""By peer and number of clients, one for each round."""


def table(found: Found, peers: tuple[Peer, ...], counts: tuple[int, ...], versions: dict[str, str]) -> str:
    """A Markdown table: medians over the rounds, and in brackets the least and the most."""
    firsts = [n for n in (1, FIRST_CLIENTS) if n in counts]
    heads = [
        "server",
        *(f"first sound, {n} client{'s' * (n > 1)}, ms" for n in firsts),
        "real-time factor, 1 client",
        *(f"s of sound a second, {n}" for n in counts),
        "CPU s per s of sound",
        "peak memory, MB",
        "MB for each s of sound a second",
    ]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for peer in peers:
        rows = found[peer.name]
        most = max(rows, key=lambda n: statistics.median([f.throughput for f in rows[n]]))
        best = statistics.median([f.throughput for f in rows[most]])
        peak = max(f.peak_mb for all_figures in rows.values() for f in all_figures)
        cells = [
            f"{peer.name} {versions.get(peer.name, '')}".strip(),
            *(_cell([f.first_ms for f in rows.get(n, [])], 0) for n in firsts),
            _cell([f.factor for f in rows.get(1, [])], 3),
            *(_cell([f.throughput for f in rows.get(n, [])], 1) + _refused(rows.get(n, [])) for n in counts),
            _cell([f.cpu for f in rows[most]], 3),
            f"{peak:.0f}",
            f"{peak / best:.1f}" if best else "–",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(values: list[float | None], digits: int) -> str:
    there = [value for value in values if value is not None]
    if not there:
        return "–"
    middle = f"{statistics.median(there):.{digits}f}"
    return middle if len(there) == 1 else f"{middle} ({min(there):.{digits}f}–{max(there):.{digits}f})"


def _refused(rows: list[Figures]) -> str:
    share = statistics.median([f.refused for f in rows]) if rows else 0.0
    failed = sum(f.failed for f in rows)
    return (f", {share:.0%} refused" if share else "") + (f", {failed} failed" if failed else "")


def bars(found: Found, peers: tuple[Peer, ...]) -> list[str]:
    """What was hoped for and what came, a line each."""
    ours = [peer for peer in peers if peer.command is None]
    others = [peer for peer in peers if peer.command is not None]
    lines = []
    for n_clients in BAR_CLIENTS:
        mine = _most(found, [peer for peer in ours if peer.weights == "kokoro"], n_clients)
        theirs = _most(found, [peer for peer in others if peer.weights == "kokoro"], n_clients)
        if mine and theirs:
            ratio = mine[0] / theirs[0]
            lines.append(
                f"Kokoro, {n_clients} clients: {mine[1]} gives {ratio:.2f} times the sound of the best peer with the "
                f"same weights, {theirs[1]} (hoped for: {THROUGHPUT_BAR:g})"
            )
    firsts = {peer.name: _median_first(found, peer, 1) for peer in others}
    there = {name: value for name, value in firsts.items() if value is not None}
    for peer in ours:
        first = _median_first(found, peer, FIRST_CLIENTS)
        if first is None or not there:
            continue
        sooner = [f"{name} by {first - value:.0f} ms" for name, value in there.items() if value < first]
        lines.append(
            f"{peer.name}, {FIRST_CLIENTS} clients: first sound after {first:.0f} ms; "
            + (f"with 1 client sooner: {', '.join(sooner)}" if sooner else "no peer is sooner with 1 client")
        )
    return lines


def _most(found: Found, peers: list[Peer], n_clients: int) -> tuple[float, str] | None:
    """The highest median throughput and whose it is."""
    rates = [
        (statistics.median([f.throughput for f in found[peer.name][n_clients]]), peer.name)
        for peer in peers
        if n_clients in found[peer.name]
    ]
    return max(rates, default=None)


def _median_first(found: Found, peer: Peer, n_clients: int) -> float | None:
    values = [f.first_ms for f in found[peer.name].get(n_clients, []) if f.first_ms is not None]
    return statistics.median(values) if values else None


def as_json(found: Found) -> dict[str, Any]:
    """For a file."""
    return {
        name: {
            str(n): [{key: getattr(f, key) for key in Figures.__slots__} for f in all_figures]
            for n, all_figures in rows.items()
        }
        for name, rows in found.items()
    }
