"""Clients that vanish, do not read, send too much or nonsense: no slot is lost, and others are not harmed."""

import asyncio
import json
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest
import websockets

from openwaves.stt.engines.tone import whistle
from tests.listening import AT_ONCE, LIVE, connect, pcm, silence
from tests.servers import KEY, RunningServer, server

ORDER = whistle("please ship order number nine")
MB = 1 << 20


async def streams(running: RunningServer) -> int:
    """Sessions that the server believes to be open."""
    page = (await asyncio.to_thread(running.get, "/metrics", None)).text
    found = re.search(r"^asr_active_streams (\S+)$", page, re.MULTILINE)
    assert found
    return round(float(found[1]))


async def until_free(running: RunningServer, limit_s: float = 30) -> None:
    async with asyncio.timeout(limit_s):
        while await streams(running):
            await asyncio.sleep(0.1)


async def heard(running: RunningServer) -> None:
    """Somebody else is served well."""
    async with connect(running.url) as client:
        await client.send(ORDER)
        await client.end()
    assert client.text == "please ship order number nine "


async def test_sockets_that_vanish_leave_nothing(tone_server: RunningServer) -> None:
    async def vanish(n: int) -> None:
        address = tone_server.url.replace("http", "ws") + LIVE
        opened = await websockets.connect(address, additional_headers={"Authorization": f"Bearer {KEY}"})
        await opened.send(pcm(ORDER)[: 100 + 37 * n])
        if n % 3 == 0:
            await opened.send(json.dumps({"type": "finalize"}))
        opened.transport.abort()

    for begin in range(0, 500, AT_ONCE):
        await asyncio.gather(*(vanish(n) for n in range(begin, begin + AT_ONCE)))
        await until_free(tone_server)
        await heard(tone_server)
    await until_free(tone_server)


@pytest.mark.slow
@pytest.mark.alone
async def test_a_client_that_does_not_read_is_ended(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone", OPENWAVES_LISTEN_SEND_S="1") as running:
        parts = urlsplit(running.url)
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((parts.hostname, parts.port))
        asked = f"GET {LIVE}?full_transcript=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        deaf.sendall((asked + upgrade + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        assert b"101" in deaf.recv(100)
        sound = pcm(np.concatenate([ORDER[:6400], silence(1)]))
        message = bytes([0x82, 0xFE]) + len(sound).to_bytes(2, "big") + bytes(4) + sound
        assert len(sound) < 1 << 16

        def talk() -> None:
            while True:
                deaf.sendall(message)

        talking = asyncio.create_task(asyncio.to_thread(talk))
        await asyncio.sleep(1)
        assert await streams(running) == 1
        await heard(running)
        with pytest.raises(OSError):
            await asyncio.wait_for(talking, 200)
        await until_free(running)
        await heard(running)
        deaf.close()


@pytest.mark.slow
@pytest.mark.alone
async def test_faster_than_real_time_for_long_keeps_memory_low(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone") as running:
        process = psutil.Process(running.process.pid)
        sound = pcm(np.tile(ORDER, 60))  # a minute without a pause
        async with connect(running.url, word_timestamps="true") as client:
            before = 0
            for n in range(40):
                await client.send(sound, 1 << 15)
                if n == 3:
                    before = process.memory_info().rss
            await client.end(limit_s=120)
        assert process.memory_info().rss - before < 30 * MB
        words = client.text.split()
        assert words == ["please", "ship", "order", "number", "nine"] * 2400
        starts = [word["start"] for word in client.words]
        assert starts == sorted(starts)
        assert starts[-1] == pytest.approx(2400 - 0.2, abs=0.3)


@pytest.mark.parametrize("encoding", ["linear16", "linear32", "mulaw", "opus", "ogg_opus"])
async def test_garbage_makes_no_words(tone_server: RunningServer, encoding: str) -> None:
    noise = np.random.default_rng(0)
    async with connect(tone_server.url, encoding=encoding) as client:
        try:
            for _ in range(200):
                await client.socket.send(b"\xff" + noise.bytes(1999))
            await client.tell("close_stream")
        except websockets.ConnectionClosed:
            pass
        await client.wait(lambda client: client.code is not None, 20)
    assert not client.text.strip()
    if "opus" in encoding:
        assert client.code == 1008
        assert client.frames[-1]["type"] == "error"
        assert isinstance(client.frames[-1]["error"], str)
    else:
        assert client.code == 1000
    await heard(tone_server)
    await until_free(tone_server)


async def test_a_wrong_encoding_harms_nobody_else(tone_server: RunningServer) -> None:
    for encoding in ("mulaw", "alaw", "linear32", "ogg_opus"):
        async with connect(tone_server.url, encoding=encoding) as client:
            try:
                await client.send(ORDER)
                await client.tell("close_stream")
            except websockets.ConnectionClosed:
                pass
            await client.wait(lambda client: client.code is not None, 20)
        assert client.code in (1000, 1008)
    await heard(tone_server)


async def test_too_many_sockets_are_told_before_they_are_closed(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone", OPENWAVES_CONCURRENCY="2") as running:
        async with connect(running.url) as first, connect(running.url) as second:
            async with connect(running.url) as third:
                await third.wait(lambda client: client.code is not None)
            assert third.code == 1008
            assert [frame["type"] for frame in third.frames] == ["error"]
            assert third.frames[0]["code"] == "too_many_requests"
            await first.end()
            async with connect(running.url) as fourth:
                await fourth.end()
            await second.end()
