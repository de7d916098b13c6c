"""What worker processes cost: memory and first sound, beside the threads that are the default.

    python -m bench.worker_processes [--engine tone] [--requests 30]

Starts one server after another, with each number of worker processes. Memory is the proportional share (PSS) of the
server and all its children after the load. First sound is that of one client alone over a WebSocket, and of several who
begin within a second. Then a worker process is killed, and the time until all are there again is taken.
"""

import argparse
import statistics
import tempfile
import time
from contextlib import suppress

import psutil

from bench.latency import run
from bench.serving import Served, first_sound_ms, serve
from bench.speed import processor
from openwaves.scheduler import available_cores

COUNTS = (0, 1, 2)
VOICES = {"sophia": 8, "magnus": 4}
COLUMNS = (
    "processes", "memory, MB", "idle first sound p50, ms", "p95, ms", "clients", "first sound p50, ms", "p95, ms",
    "ran dry", "server's own CPU, ms for 1 s of sound", "back after a kill, s",
)  # fmt: skip
MARK = "multiprocessing.spawn"


def main() -> None:
    """Measure and print a table for each voice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=30, help="of one client alone")
    parser.add_argument("--engine", default="auto", choices=("auto", "tone"))
    parser.add_argument("--processes", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--voices", nargs="+", default=list(VOICES))
    options = parser.parse_args()
    rows: dict[str, list[tuple[object, ...]]] = {voice: [] for voice in options.voices}
    for count in options.processes:
        with (
            tempfile.TemporaryDirectory() as data,
            serve(data, "--engine", options.engine, "--worker-processes", str(count)) as server,
        ):
            for voice in options.voices:
                alone = [first_sound_ms(server.url, voice) for _ in range(options.requests + 5)][5:]
                before_s = own_cpu_s(server)
                many = run(server.url, voice, VOICES[voice], 2)
                cpu_ms = 1000 * (own_cpu_s(server) - before_s) / max(1e-3, many["audio_s"])
                crowd, p95 = many["first_audio_ms"], sorted(alone)[int(0.95 * len(alone))]
                rows[voice].append((
                    count, memory_mb(server), f"{statistics.median(alone):.1f}", f"{p95:.1f}", VOICES[voice],
                    f"{crowd['p50']:.0f}", f"{crowd['p95']:.0f}", many["underruns"]["streams_with_any"],
                    f"{cpu_ms:.1f}",
                ))  # fmt: skip
            back = f"{back_after_kill_s(server):.1f}" if count else ""
            for voice in options.voices:
                rows[voice][-1] += (back,)
                print(voice, *rows[voice][-1], flush=True)
    print(f"{available_cores()} cores, {processor()}, engine {options.engine}")
    for voice, lines in rows.items():
        print("", voice, "", "| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|", sep="\n")
        print("\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines))


def memory_mb(server: Served) -> int:
    """Of the server and all that it started."""
    process = psutil.Process(server.pid)
    return round(sum(one.memory_full_info().pss for one in (process, *process.children(recursive=True))) / 1e6)


def own_cpu_s(server: Served) -> float:
    """Processor time of the server, without its children."""
    times = psutil.Process(server.pid).cpu_times()
    return float(times.user + times.system)


def workers(server: Served) -> list[psutil.Process]:
    """Its worker processes."""
    found = []
    for child in psutil.Process(server.pid).children():
        with suppress(psutil.NoSuchProcess):  # or a zombie
            if MARK in " ".join(child.cmdline()):
                found.append(child)
    return found


def back_after_kill_s(server: Served) -> float:
    """Kill one, and wait until there are as many that have loaded as much."""
    before = workers(server)
    loaded = min(one.memory_info().rss for one in before)
    began = time.monotonic()
    before[0].kill()
    while True:
        now = workers(server)
        if (
            before[0] not in now
            and len(now) == len(before)
            and min(one.memory_info().rss for one in now) > 0.7 * loaded
        ):
            return time.monotonic() - began
        time.sleep(0.05)


if __name__ == "__main__":
    main()
