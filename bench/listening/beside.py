"""Live sessions beside listeners: how late finals are, what is shown before, and whether listeners' sound has gaps.

    python -m bench.listening.beside FOLDER [--sessions 10] [--clips 4] [--pause 10] [--voice magnus] [--listeners 1]

Starts a server. Each session plays clips with a pause behind each, beginning with another one. They speak in turns: the
sessions begin one after another, evenly over the time of a clip and its pause; with ``--together`` all at once. Each
listener asks for one reply of two sentences after another over a WebSocket, and plays it to its end. FOLDER is as for
``replay``.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import websockets

from bench.latency import REPLY
from bench.listening.clips import RATE, Clip, read_clips
from bench.listening.sockets import Heard, Wanted, in_turn, speak, spread
from bench.serving import KEY, load, serve
from bench.speed import processor
from openwaves.scheduler import available_cores


async def sessions(rows: Sequence[Sequence[Clip]], wanted: Wanted, every_s: float = 0.0) -> Heard:
    """All of them, each begun so long after the one before."""
    heard = Heard()

    async def one(row: Sequence[Clip], after_s: float) -> None:
        await asyncio.sleep(after_s)
        try:
            await speak(row, wanted, heard)
        except websockets.InvalidStatus:
            heard.n_refused += 1

    await asyncio.gather(*(one(row, number * every_s) for number, row in enumerate(rows)))
    return heard


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--clips", type=int, default=4, help="of each session")
    parser.add_argument("--wait-ms", type=int, default=600)
    parser.add_argument("--pause", type=float, default=10)
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--voice", default="magnus")
    parser.add_argument("--listeners", type=int, default=1)
    parser.add_argument("options", nargs="*", help="of the server, behind --")
    options = parser.parse_args()
    clips = read_clips(options.folder)
    rows = [row[: options.clips] for row in in_turn(clips, options.sessions)]
    turn_s = statistics.mean(len(clip.samples) / RATE + options.pause for row in rows for clip in row)
    every_s = 0.0 if options.together else turn_s / options.sessions
    lasts_s = options.clips * turn_s + every_s * (options.sessions - 1)
    with tempfile.TemporaryDirectory() as data, serve(data, *options.options) as server:
        wanted = Wanted(f"ws{server.url.removeprefix('http')}", KEY, options.wait_ms, False, options.pause)
        hears = partial(load, server.url, [options.voice], options.listeners, "--paced", texts=REPLY)
        hears("--requests", str(3 * options.listeners))
        asyncio.run(sessions([clips[:1]], wanted))
        process = psutil.Process(server.pid)
        before = process.cpu_times()
        with ThreadPoolExecutor(1) as pool:
            listening = pool.submit(hears, "--duration", str(lasts_s))
            heard = asyncio.run(sessions(rows, wanted, every_s))
            after = process.cpu_times()
            found = listening.result()
    busy_s = sum(after[:2]) - sum(before[:2])
    how = "at once" if options.together else "in turns"
    first, gap_ms = found["first_audio_ms"]["p50"], found["gaps"]["largest_ms"]["max"] or 0
    print(f"{available_cores()} cores, {processor()}")
    print(f"{options.sessions} sessions {how}, {options.pause:g} s behind each clip, wait of {options.wait_ms} ms")
    print(f"{heard.n_refused} of them refused")
    print(f"word errors {100 * heard.errors / heard.n_words:.1f} %, {heard.n_interims} interims")
    print(f"final after the wait: {spread(heard.final_s)}")
    print(f"first interim after the beginning of speech: {spread(heard.first_s)}; of {heard.n_clips} clips")
    n_sent, n_refused = found["requests"]["sent"], found["refused"]["count"]
    print(f"{options.listeners} listening: {n_sent} replies, {n_refused} refused, first sound {first:.0f} ms")
    print(f"{found['underruns']['streams_with_any']} of them ran dry, by up to {gap_ms:.0f} ms")
    print(f"server: {busy_s / lasts_s:.2f} cores")


if __name__ == "__main__":
    main()
