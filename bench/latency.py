"""First sound over load: a plot, and the table behind it.

    python -m bench.latency [--plot docs/first-sound.png] [--json FILE]

Starts a server and lets more and more WebSocket clients speak at once; all begin within one second. Listeners: every
client asks for a sentence of about twelve words, plays it to its end, and asks for the next. Replies: every client asks
once, for two sentences without commas; factors are of the idle median of the same run.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.serving import load, serve
from bench.speed import processor
from openwaves.scheduler import available_cores

CLIENTS = {"sophia": (1, 20, 40, 80, 120, 160), "magnus": (1, 2, 4, 8, 12, 16, 20)}
ENGINES = {"sophia": "hibari", "magnus": "Kokoro"}
REPLIES = {"sophia": (4, 8, 16, 40), "magnus": (4, 8, 16)}
REPLY = [
    "Your parcel left the warehouse this morning. Please keep the door open for the driver.",
    "The old bridge survived the flood of that spring. It still carries two lanes of traffic today.",
    "Your table for four is booked for this evening. We look forward to seeing you there again.",
]
N_IDLE = 6
COLUMNS = (
    "clients",
    "first sound p50, ms",
    "p95, ms",
    "refused",
    "streams that ran dry",
    "largest gap, ms",
    "health p99, ms",
)


def main() -> None:
    """Measure, print and plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=3, help="sentences of each client")
    parser.add_argument("--plot", type=Path, help="PNG to write")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {}
    replies: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as data, serve(data) as server:
        for voice, counts in CLIENTS.items():
            run(server.url, voice, 2, 1)  # warms up
            found[voice] = [run(server.url, voice, n_clients, options.requests) for n_clients in counts]
            run(server.url, voice, 1, N_IDLE, REPLY)
            idle = run(server.url, voice, 1, N_IDLE, REPLY)
            replies[voice] = [idle, *(run(server.url, voice, n_clients, 1, REPLY) for n_clients in REPLIES[voice])]
    print(report(found))
    print(report(replies, "replies of two sentences"))
    if options.json:
        options.json.write_text(json.dumps({"listeners": found, "replies": replies}, indent=1), encoding="utf-8")
    if options.plot:
        plot(found, options.plot)


def run(url: str, voice: str, n_clients: int, n_requests: int, texts: Sequence[str] = ()) -> dict[str, Any]:
    """One load, in which each client asks so often."""
    found = load(url, [voice], n_clients, "--requests", str(n_requests), "--paced", texts=texts)
    return {"clients": n_clients, **found}


def report(found: dict[str, list[dict[str, Any]]], what: str = "listeners") -> str:
    """A Markdown table for each voice; factors are of the first row's median."""
    lines = [f"{available_cores()} cores, {processor()}"]
    for voice, results in found.items():
        lines += [
            "",
            f"{voice} ({ENGINES[voice]}), {what}",
            "",
            "| " + " | ".join(COLUMNS) + " |",
            "|---" * len(COLUMNS) + "|",
        ]
        lines += ["| " + " | ".join(str(value) for value in row(result, results[0])) + " |" for result in results]
    return "\n".join(lines)


def row(result: dict[str, Any], idle: dict[str, Any]) -> tuple[object, ...]:
    """The figures of ``COLUMNS``."""
    first, once = result["first_audio_ms"], idle["first_audio_ms"]["p50"]
    return (
        result["clients"],
        f"{first['p50']:.0f} ({first['p50'] / once:.1f} ×)",
        f"{first['p95']:.0f} ({first['p95'] / once:.1f} ×)",
        f"{result['refused']['count']} of {result['requests']['sent']}",
        result["underruns"]["streams_with_any"],
        round(result["gaps"]["largest_ms"]["max"] or 0),
        round(result["health_ms"]["p99"], 1),
    )


def plot(found: dict[str, list[dict[str, Any]]], path: Path) -> None:
    """Median and 95th percentile over the number of clients."""
    from matplotlib import pyplot  # noqa: PLC0415 - only here

    figure, axes = pyplot.subplots(1, len(found), figsize=(9, 3.6), layout="constrained")
    for place, (voice, results) in zip(axes, found.items(), strict=True):
        clients = [result["clients"] for result in results]
        for name, style in (("p95", "--o"), ("p50", "-o")):
            place.plot(clients, [result["first_audio_ms"][name] for result in results], style, label=name, markersize=4)
        place.set(title=f"{voice} ({ENGINES[voice]})", xlabel="clients who listen at once", ylim=(0, None))
        place.grid(alpha=0.3)
        place.legend()
    axes[0].set_ylabel("first sound, ms")
    figure.suptitle(f"Time to first sound over a WebSocket, {available_cores()} cores, {processor()}")
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
