"""How a fleet grows: sound a second and first sound over the number of workers, on Ray and in one process.

    python -m bench.scaling [--workers 1 2 4 8] [--seconds 12] [--json FILE]

The engine only takes its time (`--engine simulated`), so that this machine's cores do not limit it. Throughput is that
of eight clients a worker who ask for whole files; efficiency is of the same number of threads in one process, and of so
many times one worker. First sound is that of one client alone, over a stream.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import requests
from tests.cluster.fleets import fleet

from bench.serving import KEY, first_sound_ms, headers, serve

FACTOR = 0.5
RATE = 8000
CLIENTS = 8  # a worker: so many that files become due, else one worker is kept free for who comes to listen
SETTLE_S = 11.0  # until gateways know the new workers, and no worker is kept free of files for live requests any more
PAUSE_S = 0.4
TEXT = "The old bridge over the river was closed for repairs in the spring of that year. Nobody had been told."
OPTIONS = {"engine": "simulated", "simulated_factor": FACTOR, "log_level": "warning"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=(1, 2, 4, 8))
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--requests", type=int, default=40, help="for first sound")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--places", nargs="+", default=("threads", "ray"))
    options = parser.parse_args()
    rows: list[dict[str, Any]] = [{"workers": workers} for workers in options.workers]
    for place, servers in (("threads", in_process), ("ray", on_ray)):
        if place not in options.places:
            continue
        with closing(servers(options.workers)) as urls:
            for row, url in zip(rows, urls, strict=True):
                row[place] = measured(url, row["workers"], options.seconds, options.requests)
                print(json.dumps(row), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(table(rows))


def measured(url: str, workers: int, seconds: float, requests_for_first: int) -> dict[str, float]:
    """Throughput, and first sound of one client alone."""
    speak(url, TEXT)
    time.sleep(SETTLE_S)
    made = throughput(url, workers, seconds)
    first = [after_a_pause(url) for _ in range(requests_for_first + 5)][5:]
    return {
        "sound_a_second": made,
        "first_p50_ms": statistics.median(first),
        "first_p95_ms": sorted(first)[int(0.95 * len(first))],
    }


def after_a_pause(url: str) -> float:
    """First sound, once the request before it is over everywhere."""
    time.sleep(PAUSE_S)
    return first_sound_ms(url)


def in_process(counts: Sequence[int]) -> Generator[str]:
    """The in-process pool, of so many threads one after another."""
    for workers in counts:
        arguments = ("--engine", "simulated", "--simulated-factor", str(FACTOR), "--workers", str(workers))
        with tempfile.TemporaryDirectory() as data, serve(data, *arguments) as server:
            yield server.url


def on_ray(counts: Sequence[int]) -> Generator[str]:
    """One cluster of three nodes, with so many workers one after another, one processor each."""
    options = {**OPTIONS, "api_key": KEY}
    with (
        tempfile.TemporaryDirectory() as data,
        fleet(
            Path(data), (2, 8, 8), options=options, workers=counts[0], most_workers=counts[0], worker_cpus=1, drain_s=2
        ) as started,
    ):
        for workers in counts:
            started.resize(workers=workers, most_workers=workers)
            yield started.url


def speak(url: str, text: str) -> float:
    """Ask for a whole file; seconds of its sound."""
    body: dict[str, Any] = {"text": text, "voice_id": "sophia", "sample_rate": RATE, "output_format": "pcm"}
    answer = requests.post(url + "/waves/v1/tts", json=body, headers=headers(), timeout=120)
    answer.raise_for_status()
    return len(answer.content) / 2 / RATE


def throughput(url: str, workers: int, seconds: float) -> float:
    """Seconds of sound made a second, once all clients have begun."""
    end = time.perf_counter() + seconds

    def client(_: int) -> list[tuple[float, float, float]]:
        done = []
        while (began := time.perf_counter()) < end:
            done.append((began, 0.0, speak(url, TEXT)))
            done[-1] = (began, time.perf_counter(), done[-1][2])
        return done

    with ThreadPoolExecutor(CLIENTS * workers) as pool:
        answers = [answer for client_answers in pool.map(client, range(CLIENTS * workers)) for answer in client_answers]
    start = end - 0.75 * seconds
    return sum(sound_s * _share(began, ended, start, end) for began, ended, sound_s in answers) / (end - start)


def _share(began: float, ended: float, start: float, end: float) -> float:
    """Of a request, what lies in the window."""
    return max(0.0, min(ended, end) - max(began, start)) / (ended - began)


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown."""
    lines = [
        "| workers | threads, s of sound/s | Ray | share of threads | share of so many Ray workers "
        "| threads, first sound p50, ms | Ray | added |",
        "|---" * 8 + "|",
    ]
    for row in rows:
        if "threads" not in row or "ray" not in row:
            continue
        here, ray = row["threads"], row["ray"]
        alone = rows[0]["ray"]["sound_a_second"] / rows[0]["workers"]
        lines.append(
            f"| {row['workers']} | {here['sound_a_second']:.2f} | {ray['sound_a_second']:.2f} "
            f"| {ray['sound_a_second'] / here['sound_a_second']:.2f} "
            f"| {ray['sound_a_second'] / row['workers'] / alone:.2f} "
            f"| {here['first_p50_ms']:.1f} | {ray['first_p50_ms']:.1f} "
            f"| {ray['first_p50_ms'] - here['first_p50_ms']:.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
