"""How quick live recognition is: clients speak to a server in real time.

    python -m bench.listening.sockets FOLDER --url ws://127.0.0.1:8000 --sessions 10 [--finalize] [--wait-ms 300]
    python -m bench.listening.sockets FOLDER --idle 200        # sockets that only keep alive
    python -m bench.listening.sockets FOLDER --silent 50       # sockets that send silence

Each session plays clips one after another, half a second of near silence before and 1.5 s behind each; ``--pause``
changes that. With ``--finalize`` the sound stops at the end of speech and ``finalize`` is sent at once: times
count from it. Else they count from the true end of speech plus the wait. ``--pid`` tells the processor time of a server
process. The key is in OPENWAVES_API_KEY. FOLDER is as for ``replay``.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import psutil
import websockets

from bench.listening.clips import RATE, Clip, read_clips
from bench.words import distance, plain_words

PIECE_S = 0.05


@dataclass
class Heard:
    """What one session got.

    Attributes:
        final_s: Lateness of the last final of each clip.
        first_s: Time from the beginning of speech to the first interim with words.
        n_refused: Sessions that were not let in.
    """

    final_s: list[float] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    n_clips: int = 0
    n_words: int = 0
    errors: int = 0
    n_interims: int = 0
    n_refused: int = 0


@dataclass(frozen=True)
class Wanted:
    """How sessions speak."""

    url: str
    key: str
    wait_ms: int
    finalize: bool
    pause_s: float


async def speak(clips: Sequence[Clip], wanted: Wanted, heard: Heard) -> None:
    """Play clips over one socket."""
    query = urlencode({"language": "en", "endpointing_timeout": wanted.wait_ms, "max_words": 1000})
    address = f"{wanted.url}/waves/v1/stt/live?{query}"
    headers = {"Authorization": f"Bearer {wanted.key}"}
    async with websockets.connect(address, additional_headers=headers) as socket:
        frames: list[tuple[float, dict[str, object]]] = []

        answered = asyncio.Event()

        async def read() -> None:
            async for data in socket:
                frames.append((time.monotonic(), json.loads(data)))
                if frames[-1][1].get("from_finalize"):
                    answered.set()

        reading = asyncio.create_task(read())
        for clip in clips:
            frames.clear()
            begin_s, end_s = clip.speech
            said = clip.samples[: round(end_s * RATE)]
            behind_s = 0.0 if wanted.finalize else wanted.pause_s
            began = await play(socket, [np.zeros(round(0.5 * RATE), np.float32), said, silence(behind_s)])
            asked = began + 0.5 + end_s + (0 if wanted.finalize else wanted.wait_ms / 1000)
            if wanted.finalize:
                asked = time.monotonic()
                await socket.send('{"type":"finalize"}')
                await answered.wait()
                answered.clear()
            note(clip, frames, heard, asked, began + 0.5 + begin_s)
            if wanted.finalize:
                await play(socket, [silence(wanted.pause_s)])
        reading.cancel()


def in_turn(clips: Sequence[Clip], n: int) -> list[Sequence[Clip]]:
    """All clips for each of so many sessions, each of which begins with another."""
    return [[*clips[number % len(clips) :], *clips[: number % len(clips)]] for number in range(n)]


def silence(seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Near silence, as a microphone has it."""
    noise = np.random.default_rng(0).standard_normal(round(seconds * RATE))
    return (noise * 3e-5).astype(np.float32)


async def play(socket: websockets.ClientConnection, parts: Sequence[np.ndarray]) -> float:
    """Send sound as it is spoken; when it began."""
    samples = np.concatenate(parts)
    data = (samples * 32767).astype("<i2").tobytes()
    began, size = time.monotonic(), 2 * round(PIECE_S * RATE)
    for number, begin in enumerate(range(0, len(data), size), 1):
        await asyncio.sleep(began + number * PIECE_S - time.monotonic())
        await socket.send(data[begin : begin + size])
    return began


def note(
    clip: Clip, frames: Sequence[tuple[float, dict[str, object]]], heard: Heard, asked: float, began: float
) -> None:
    """Take down what came of a clip."""
    finals = [(at, str(frame["transcript"])) for at, frame in frames if frame.get("is_final") and frame["transcript"]]
    interims = [at for at, frame in frames if frame.get("is_final") is False and frame["transcript"]]
    words = plain_words(clip.text)
    heard.n_clips += 1
    heard.n_words += len(words)
    heard.errors += distance(words, plain_words("".join(text for _, text in finals)))
    heard.n_interims += len(interims)
    if finals:
        heard.final_s.append(finals[-1][0] - asked)
    if interims:
        heard.first_s.append(interims[0] - began)


async def stay(wanted: Wanted, n: int, seconds: float, *, silent: bool) -> None:
    """Keep sockets open that say nothing, or send silence."""
    data = bytes(2 * round(0.1 * RATE))

    async def one() -> None:
        address = f"{wanted.url}/waves/v1/stt/live?language=en"
        headers = {"Authorization": f"Bearer {wanted.key}"}
        async with websockets.connect(address, additional_headers=headers) as socket:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                await socket.send(data if silent else '{"type":"keepalive"}')
                await asyncio.sleep(0.1 if silent else 5)

    await asyncio.gather(*(one() for _ in range(n)))


def spread(values: Sequence[float]) -> str:
    """The middle and the slow end, in milliseconds."""
    if not values:
        return "none"
    p50, p95 = np.percentile(values, [50, 95]) * 1000
    return f"p50 {p50:.0f} p95 {p95:.0f} ms (n = {len(values)})"


async def measure(options: argparse.Namespace) -> None:
    """Run what is asked for, and print it."""
    wanted = Wanted(options.url, os.environ["OPENWAVES_API_KEY"], options.wait_ms, options.finalize, options.pause)
    process = psutil.Process(options.pid) if options.pid else None
    before, began = process.cpu_times() if process else None, time.monotonic()
    heard = Heard()
    if options.idle or options.silent:
        await stay(wanted, options.idle or options.silent, options.seconds, silent=bool(options.silent))
    else:
        clips = read_clips(options.folder)[: options.clips or None]
        await asyncio.gather(*(speak(row, wanted, heard) for row in in_turn(clips, options.sessions)))
        print(f"{options.sessions} sessions, {heard.n_words} words")
        print(f"word errors {100 * heard.errors / heard.n_words:.2f} %")
        print(f"final after {'finalize' if options.finalize else 'the wait'} {spread(heard.final_s)}")
        print(f"first interim after the beginning of speech {spread(heard.first_s)}")
    if process and before:
        after, wall_s = process.cpu_times(), time.monotonic() - began
        busy_s = after.user + after.system - before.user - before.system
        print(f"server: {100 * busy_s / wall_s:.1f} % of a core, {process.memory_info().rss / 1e6:.0f} MB")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="ws://127.0.0.1:8000")
    parser.add_argument("--sessions", type=int, default=1)
    parser.add_argument("--clips", type=int, default=0, help="only the first clips")
    parser.add_argument("--wait-ms", type=int, default=300)
    parser.add_argument("--finalize", action="store_true")
    parser.add_argument("--pause", type=float, default=1.5)
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--silent", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pid", type=int)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
