"""Measurements through a server: what it adds to another one behind it, and speech beside chat."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from statistics import median
from typing import Any

import aiohttp

from bench.chat.prompts import CLINIC
from bench.serving import KEY, Served, serve
from openwaves.bench.callers import SseCaller
from openwaves.bench.options import LoadOptions
from openwaves.bench.outcome import Outcome
from openwaves.bench.texts import SENTENCES

HEADERS = {"Authorization": f"Bearer {KEY}"}
TOKENS = 50
TRIALS = 60
VOICES = {"hibari": "sophia", "Kokoro": "magnus"}
"""One of each engine."""


async def gateway() -> str:
    """The first and the last token of the same answer, straight from a server and through this one."""
    async with instant_model() as url, aiohttp.ClientSession() as session:
        with tempfile.TemporaryDirectory() as folder, serve(folder, "--engine", "tone", "--llm-url", url) as served:
            ours = f"{served.url}/waves/v1"
            found: dict[str, list[tuple[float, float]]] = {url: [], ours: []}
            for trial in range(TRIALS + 5):
                for base in (url, ours):
                    times = await _first_and_last(session, base)
                    if trial >= 5:
                        found[base].append(times)
    first, last = (median(x[i] for x in found[ours]) - median(x[i] for x in found[url]) for i in (0, 1))
    return f"through the gateway: first token {1000 * first:+.1f} ms, last of {TOKENS} {1000 * last:+.1f} ms (p50)"


async def beside() -> str:
    """One listener of each engine, alone and while a chat is answered without a pause."""
    with tempfile.TemporaryDirectory() as folder, serve(folder) as served:
        async with aiohttp.ClientSession(headers=HEADERS) as session:
            await _first_and_last(session, f"{served.url}/waves/v1", "Hi")  # loads the model
            alone = {name: await _listen(session, served, voice) for name, voice in VOICES.items()}
            chatting = asyncio.create_task(_chat_on(session, served))
            await asyncio.sleep(2)
            both = {name: await _listen(session, served, voice) for name, voice in VOICES.items()}
            chatting.cancel()
            answers = await asyncio.gather(chatting, return_exceptions=True)
    told = "\n".join(
        f"one listener of {engine} {name}: first sound p50 "
        f"{1000 * median(o.first_audio_s or 0 for o in outcomes):.0f} ms, "
        f"worst {1000 * max(o.first_audio_s or 0 for o in outcomes):.0f} ms, "
        f"{sum(o.playback.stalls > 0 for o in outcomes)} of {len(outcomes)} with a gap"
        for engine in VOICES
        for name, outcomes in (("alone", alone[engine]), ("beside a chat", both[engine]))
    )
    return told if isinstance(answers[0], asyncio.CancelledError) else f"{told}\nchat: {answers[0]}"


async def _listen(session: aiohttp.ClientSession, served: Served, voice: str) -> list[Outcome]:
    options = LoadOptions(
        served.url,
        KEY,
        "sse",
        1,
        None,
        None,
        "burst",
        0,
        1,
        (voice,),
        "en",
        SENTENCES,
        24000,
        "pcm",
        True,
        120,
        None,
    )
    caller = SseCaller(session, options)
    outcomes = []
    for index in range(3):
        outcome = Outcome()
        text = " ".join(SENTENCES[3 * index : 3 * index + 3])
        await caller.call({"text": text, "voice_id": voice, "sample_rate": 24000, "output_format": "pcm"}, outcome)
        await asyncio.sleep(max(0.0, (outcome.playback.ends_at or 0) - time.perf_counter()))
        outcomes.append(outcome)
    return outcomes


async def _chat_on(session: aiohttp.ClientSession, served: Served) -> None:
    for number in range(1000):
        await _first_and_last(session, f"{served.url}/waves/v1", f"Tell me long story number {number}.", 300)


async def _first_and_last(
    session: aiohttp.ClientSession, base: str, text: str = "Hi", most: int = TOKENS
) -> tuple[float, float]:
    """Seconds to the first and to the last token of an answer."""
    messages = [{"role": "system", "content": CLINIC}, {"role": "user", "content": text}]
    body = {"model": "electron", "messages": messages, "stream": True, "max_tokens": most}
    began, first = time.perf_counter(), 0.0
    async with session.post(f"{base}/chat/completions", json=body, headers=HEADERS) as answer:
        answer.raise_for_status()
        async for line in answer.content:
            if not first and b'"content": "' in line and b'"content": ""' not in line:
                first = time.perf_counter()
    return first - began, time.perf_counter() - began


@asynccontextmanager
async def instant_model() -> AsyncGenerator[str]:
    """A server that answers every chat at once with ``TOKENS`` words; gives its base URL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            deltas: list[dict[str, Any]] = [{"content": f"word{index} "} for index in range(TOKENS)]
            events = [_event(delta, None) for delta in deltas] + [_event({}, "stop"), b"data: [DONE]\n\n"]
            for event in events:
                writer.write(b"%x\r\n%s\r\n" % (len(event), event))
                await writer.drain()
                await asyncio.sleep(0.002)
            writer.write(b"0\r\n\r\n")

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()


def _event(delta: dict[str, Any], finish: str | None) -> bytes:
    chunk = {"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(chunk)}\n\n".encode()
