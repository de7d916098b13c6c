"""The fast decoder of Kokoro beside the full one, as a server speaks with them.

    python -m bench.fast [--rounds 2] [--counts 20 40] [--json FILE]

Starts a server with each decoder, both at once, and asks one after the other: clients who take sound as fast as it
comes, one client after another, and listeners of mixed voices who arrive within a second and ask once, for two
sentences, which they play. Round after round, so that a busy moment of the machine touches both.
"""

import argparse
import json
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.latency import REPLY
from bench.serving import Served, load, serve
from bench.speed import processor
from openwaves.bench.monitor import usage
from openwaves.scheduler import available_cores

VOICES = ("magnus", "olivia", "daniel", "meher", "brooke", "jordan", "robert", "zorin", "sunidhi", "silvia")
N_LOUD = 16
N_ALONE = 12
DECODERS = ("full", "fast")

Found = dict[str, dict[str, list[Any]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="times that everything is measured")
    parser.add_argument("--counts", type=int, nargs="*", default=[20, 40], help="listeners who arrive within a second")
    parser.add_argument("--loud-s", type=float, default=8.0, help="seconds for which clients take all they can get")
    parser.add_argument("--engine", default="auto", help="of the servers; 'tone' tries the measurement itself")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    found = measure(options.rounds, options.counts, options.loud_s, options.engine)
    print(report(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def measure(rounds: int, counts: Sequence[int], loud_s: float, engine: str) -> Found:
    """Every figure of each decoder, ``rounds`` times."""
    found: Found = {decoder: defaultdict(list) for decoder in DECODERS}
    with ExitStack() as stack:
        servers: dict[str, Served] = {}
        for decoder in DECODERS:
            data = stack.enter_context(tempfile.TemporaryDirectory())
            servers[decoder] = stack.enter_context(serve(data, "--decoder", decoder, "--engine", engine))
            found[decoder]["MB at start"].append(usage(servers[decoder].pid).rss_mb)
            _load(servers[decoder], 1, "--requests", str(len(VOICES)))  # reads every style once
        for _ in range(rounds):
            for decoder, server in servers.items():
                take(found[decoder], server, counts, loud_s)
    return found


def take(found: dict[str, list[Any]], server: Served, counts: Sequence[int], loud_s: float) -> None:
    """One round of one decoder."""
    loud = _load(server, N_LOUD, "--duration", str(loud_s))
    found[f"s of sound a second, {N_LOUD} clients"].append(loud["audio_s_per_s"])
    alone = _load(server, 1, "--requests", str(N_ALONE))
    found["first sound, one client, p50 ms"].append(alone["first_audio_ms"]["p50"])
    for count in counts:
        many = _load(server, count, "--requests", "1", "--paced")
        found[f"first sound, {count} arrive, p50 ms"].append(many["first_audio_ms"]["p50"])
        found[f"first sound, {count} arrive, p95 ms"].append(many["first_audio_ms"]["p95"])
        found[f"refused, {count} arrive"].append(many["refused"]["count"])
        found[f"ran dry, {count} arrive"].append(many["underruns"]["streams_with_any"])
        found[f"largest pause, {count} arrive, ms"].append(many["gaps"]["largest_ms"]["max"])


def _load(server: Served, n_clients: int, *options: str) -> dict[str, Any]:
    return load(server.url, VOICES, n_clients, *options, texts=REPLY)


def report(found: Mapping[str, Mapping[str, Sequence[Any]]]) -> str:
    """Medians, with least and most, as a Markdown table."""
    lines = [f"{available_cores()} cores, {processor()}", "", "| | full | fast |", "|---|---|---|"]
    for name in found["fast"]:
        lines.append(f"| {name} | " + " | ".join(_spread(found[decoder][name]) for decoder in DECODERS) + " |")
    return "\n".join(lines)


def _spread(values: Sequence[float | None]) -> str:
    there = [value for value in values if value is not None]
    if not there:
        return "–"
    middle = f"{statistics.median(there):.0f}"
    return middle if len(there) == 1 else f"{middle} ({min(there):.0f} to {max(there):.0f})"


if __name__ == "__main__":
    main()
