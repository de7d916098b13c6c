"""First sound when many clients arrive within a second, on a machine of a known speed.

    python -m bench.arrivals [--speed 7.4] [--clients 4,8,16] [--rounds 2] [--json FILE]

The real scheduler and the real path, with an engine that sleeps as long as Kokoro computes: for each piece a fixed time
and ``0.8 / speed`` of its sound, most of it one call at a time, as its decoder runs. So the rules are measured, not the
machine. Each client asks once, for a reply of two sentences without commas. Factors are of the idle median of the run.
"""

import argparse
import asyncio
import json
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.latency import REPLY
from openwaves.bench.playback import Playback
from openwaves.bench.report import percentile
from openwaves.cancellation import CancelToken
from openwaves.errors import OverloadedError
from openwaves.scheduler import Scheduler
from openwaves.tts.engines.tone import ToneEngine
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.synthesis import Synthesizer
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Audio, SpeechJob, SpeechRequest, Style

CORES = 2
EACH_S = 0.33  # of each piece, at speed 1
RATIO = 0.8
ALONE = 0.85  # share of a piece's time in which it keeps both cores
N_IDLE = 8
NOTICED_GAP_S = 0.2


class SleepingEngine(ToneEngine):
    """The tones, each piece after the time that Kokoro would take.

    Attributes:
        cpu_s: CPU time of the pretended machine so far.
    """

    def __init__(self, speed: float) -> None:
        self.cpu_s = 0.0
        self._speed = speed
        self._decoder = threading.Lock()

    def synthesize(
        self, phonemes: str, style: Style, speed: float = 1.0, *, seed: int = 0, cancel: CancelToken | None = None
    ) -> Audio:
        """See ``Engine``."""
        audio = super().synthesize(phonemes, style, speed, seed=seed, cancel=cancel)
        wall_s = (EACH_S + RATIO * audio.duration_s) / self._speed
        self._sleep(wall_s * (1 - ALONE), 1, cancel)
        with self._decoder:
            self._sleep(wall_s * ALONE, CORES, cancel)
        return audio

    def _sleep(self, seconds: float, n_cores: int, cancel: CancelToken | None) -> None:
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0:
            if cancel is not None:
                cancel.raise_if_cancelled()
            step_s = min(left_s, 0.01)
            time.sleep(step_s)
            self.cpu_s += step_s * n_cores


@dataclass(slots=True)
class Client:
    """What one client saw."""

    playback: Playback
    first_s: float | None = None
    refused_s: float | None = None


async def ask(synthesizer: Synthesizer, text: str, after_s: float) -> Client:
    """One reply."""
    await asyncio.sleep(after_s)
    client, began = Client(Playback()), time.monotonic()
    try:
        async for chunk in synthesizer.live(synthesizer.plan(SpeechRequest(text, "magnus", sample_rate=24000))):
            now = time.monotonic()
            if client.first_s is None:
                client.first_s = now - began
            client.playback.add(now, len(chunk.data) / 48000)
    except OverloadedError:
        client.refused_s = time.monotonic() - began
    return client


async def measure(speed: float, counts: list[int], rounds: int) -> list[dict[str, Any]]:
    """A row for one idle client and one for each number of clients, rounds together."""
    engine = SleepingEngine(speed)
    magnus, speaker = Catalogue.load().get("magnus"), LocalSpeaker({"kokoro": engine}, None)
    for segment in split(REPLY[0]):  # loads what reads English
        job = SpeechJob(segment, magnus, 1.0, "en", None, math_notation=False, seed=0)
        speaker.speak(job, CancelToken())
    scheduler = Scheduler(CORES, 512, cpu_time=lambda: engine.cpu_s)
    synthesizer = Synthesizer(
        Catalogue.load(), LocalSpeaker({"hibari": engine, "kokoro": engine}, None), scheduler, 10_000
    )
    try:
        for number in range(N_IDLE):
            await ask(synthesizer, REPLY[number % len(REPLY)], 0)
        idle = [await ask(synthesizer, text, 0) for text in REPLY for _ in range(2)]
        found = [figures(1, idle, None)]
        for n_clients in counts:
            seen: list[Client] = []
            for _ in range(rounds):
                asking = (ask(synthesizer, REPLY[n % len(REPLY)], n / n_clients) for n in range(n_clients))
                seen += await asyncio.gather(*asking)
                await asyncio.sleep(max((c.playback.ends_at or 0) for c in seen) - time.monotonic() + 0.5)
            found.append(figures(n_clients, seen, found[0]["p50_ms"]))
    finally:
        scheduler.close()
    return found


def figures(n_clients: int, seen: list[Client], idle_ms: float | None) -> dict[str, Any]:
    """The row of one load."""
    firsts = sorted(client.first_s * 1000 for client in seen if client.first_s is not None)
    p50_ms, p95_ms = statistics.median(firsts), percentile(firsts, 95)
    idle_ms = idle_ms or p50_ms
    refused_s = [client.refused_s for client in seen if client.refused_s is not None]
    return {
        "clients": n_clients,
        "p50_ms": round(p50_ms),
        "p95_ms": round(p95_ms),
        "p50_factor": round(p50_ms / idle_ms, 1),
        "p95_factor": round(p95_ms / idle_ms, 1),
        "refused": f"{len(refused_s)} of {len(seen)}",
        "refused_at_once": sum(seconds < 1 for seconds in refused_s),
        "ran_dry": sum(client.playback.stall_s > 0.02 for client in seen),
        "largest_gap_ms": round(1000 * max(client.playback.gap_s for client in seen)),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", type=float, default=7.4, help="seconds of sound a second of the pretended machine")
    parser.add_argument("--clients", default="4,8,16", help="numbers of clients")
    parser.add_argument("--rounds", type=int, default=2, help="times that each number arrives")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    rows = asyncio.run(measure(options.speed, [int(n) for n in options.clients.split(",")], options.rounds))
    print("| " + " | ".join(rows[0]) + " |\n" + "|---" * len(rows[0]) + "|")
    print("\n".join("| " + " | ".join(str(value) for value in row.values()) + " |" for row in rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
