"""Frames on real sockets: they never pause while more is to come and the listener is not dry; all sound comes."""

import asyncio
import base64
import json
import re
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import aiohttp
import pytest
import requests

from openwaves.bench.playback import Playback
from tests.servers import KEY, RunningServer, server

RATE = 24000
GAP_S = 0.2
LOOP_S = 0.1  # how late this process, and the server's loop, may be while the tests keep every core busy
SENTENCES = (
    "The weather will stay dry over most of the country until late tonight.",
    "Tomorrow the wind turns north.",
    "It brings a little rain to the coast, and some snow to the hills.",
    "Drive carefully.",
    "On Sunday the sun returns for a while before the next front comes in from the sea.",
)


@dataclass
class Stream:
    """What one listener got."""

    sound: bytes = b""
    frames: list[tuple[float, float]] = field(default_factory=list)
    refused: bool = False

    def add(self, data: bytes) -> None:
        self.sound += data
        self.frames.append((time.monotonic(), len(data) / 2 / RATE))

    def gaps_while_heard(self) -> list[float]:
        """Pauses between two frames that came to an end before the listener had run dry."""
        playback, gaps = Playback(), []
        for at, length_s in self.frames:
            before, ends_at = playback.last_at, playback.ends_at
            if before is not None and ends_at is not None and ends_at > at:
                gaps.append(at - before)
            playback.add(at, length_s)
        return gaps


async def over_socket(running: RunningServer, text: str, *, by_token: bool) -> Stream:
    body = {"voice_id": "magnus", "sample_rate": RATE}
    parts = re.findall(r"\S+\s*", text) if by_token else [text]
    stream = Stream()
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as client,
        client.ws_connect(running.url.replace("http", "ws", 1) + "/waves/v1/tts/live") as socket,
    ):
        for number, part in enumerate(parts):
            await socket.send_json({**body, "text": part, "continue": number + 1 < len(parts)})
        async for message in socket:
            frame = json.loads(message.data)
            if frame["status"] != "chunk":
                stream.refused = frame["status"] == "error"
                break
            stream.add(base64.b64decode(frame["data"]["audio"]))
    return stream


async def over_events(running: RunningServer, text: str) -> Stream:
    body = {"text": text, "voice_id": "magnus", "sample_rate": RATE}
    stream = Stream()
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as client,
        client.post(running.url + "/waves/v1/tts/live", json=body) as answer,
    ):
        assert answer.status == 200
        async for line in answer.content:
            if line.startswith(b"data: ") and (audio := json.loads(line[6:]).get("audio")):
                stream.add(base64.b64decode(audio))
    return stream


@cache
def whole(url: str, text: str) -> bytes:
    """The answer in one piece: one for all tests of a server."""
    body: dict[str, str | int] = {"text": text, "voice_id": "magnus", "sample_rate": RATE}
    answer = requests.post(url + "/waves/v1/tts", json=body, headers={"Authorization": f"Bearer {KEY}"}, timeout=60)
    assert answer.status_code == 200
    return answer.content


def check(stream: Stream, sound: bytes) -> None:
    assert stream.sound == sound
    assert max(stream.gaps_while_heard(), default=0.0) <= GAP_S + LOOP_S
    assert max(length_s for _, length_s in stream.frames) <= GAP_S


async def serve_all(running: RunningServer, texts: list[str]) -> None:
    """All at once; those whom a slow machine refuses come again."""
    sounds = {text: await asyncio.to_thread(whole, running.url, text) for text in set(texts)}
    waiting = texts
    for _ in range(10):
        streams = await asyncio.gather(*(over_socket(running, text, by_token=False) for text in waiting))
        for text, stream in zip(waiting, streams, strict=True):
            if not stream.refused:
                check(stream, sounds[text])
        waiting = [text for text, stream in zip(waiting, streams, strict=True) if stream.refused]
        if not waiting:
            return
    raise AssertionError(f"{len(waiting)} listeners were never served")


TEXTS = [" ".join(SENTENCES[:number]) for number in range(1, len(SENTENCES) + 1)]


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("by_token", [False, True], ids=["whole", "by-token"])
async def test_one_listener_gets_every_sample_without_a_pause(voice_server: RunningServer, by_token: bool) -> None:
    for text in TEXTS:
        stream = await over_socket(voice_server, text, by_token=by_token)
        check(stream, await asyncio.to_thread(whole, voice_server.url, text))


@pytest.mark.slow
@pytest.mark.alone
async def test_six_listeners_get_every_sample_without_a_pause(voice_server: RunningServer) -> None:
    await serve_all(voice_server, [TEXTS[number % 3] for number in range(6)])


@pytest.mark.slow
@pytest.mark.alone
async def test_events_do_not_pause_either(voice_server: RunningServer) -> None:
    check(await over_events(voice_server, TEXTS[2]), await asyncio.to_thread(whole, voice_server.url, TEXTS[2]))


@pytest.mark.slow
@pytest.mark.alone
async def test_the_fast_decoder_lets_nobody_wait_or_pause(tmp_path: Path) -> None:
    """Eight at once, spoken in parts, each as the answer in one piece; a text that comes word by word, too."""
    with server(tmp_path, "--decoder", "fast") as fast:
        await serve_all(fast, [TEXTS[number % 3] for number in range(8)])
        grown = await over_socket(fast, TEXTS[1], by_token=True)
        check(grown, await asyncio.to_thread(whole, fast.url, TEXTS[1] + " "))


async def test_sound_that_is_all_made_comes_at_once(tone_server: RunningServer) -> None:
    stream = await over_socket(tone_server, TEXTS[-1], by_token=False)
    assert stream.sound == await asyncio.to_thread(whole, tone_server.url, TEXTS[-1])
    length_s = len(stream.sound) / 2 / RATE
    assert stream.frames[-1][0] - stream.frames[0][0] < length_s / 4
