"""SIGTERM: what runs ends, what is new is refused, sockets are closed cleanly; nobody hears half a sentence."""

import asyncio
import base64
import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import websockets

from openwaves.stt.engines.tone import whistle
from tests.forked import ForkedServer
from tests.listening import connect, silence
from tests.llm.upstream import Behaviour, upstream
from tests.servers import KEY
from tests.talking import talking

RESTARTS = 1012
HEADERS = {"Authorization": f"Bearer {KEY}"}
BODY: dict[str, Any] = {
    "text": "It was a long day at the harbour, and nobody came.",
    "voice_id": "magnus",
    "sample_rate": 8000,
}
MORE = " But the sea was calm, and in the evening the lamps went on again."


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ForkedServer]:
    with ForkedServer(tmp_path, "", "--shutdown-grace-s", "30") as forked:
        forked.start()
        yield forked


def whole(running: ForkedServer, text: str) -> bytes:
    answer = requests.post(running.url + "/waves/v1/tts", json={**BODY, "text": text}, headers=HEADERS, timeout=30)
    assert answer.status_code == 200
    return answer.content


def speaking(running: ForkedServer) -> websockets.connect:
    address = running.url.replace("http", "ws", 1) + "/waves/v1/tts/live"
    return websockets.connect(address, additional_headers=HEADERS)


async def rest(ws: websockets.ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """What comes until the socket is closed, and its code."""
    frames = []
    with suppress(websockets.ConnectionClosed):
        while True:
            frames.append(json.loads(await ws.recv()))
    return frames, ws.close_code


def sound(frames: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(frame["data"]["audio"]) for frame in frames if frame["status"] == "chunk")


async def ended(running: ForkedServer) -> int:
    return await asyncio.to_thread(running.wait_end)


async def test_sentences_are_spoken_to_their_end_and_idle_sockets_are_closed(running: ForkedServer) -> None:
    expected = await asyncio.to_thread(whole, running, BODY["text"] + MORE)
    async with speaking(running) as busy, speaking(running) as idle:
        await busy.send(json.dumps({**BODY, "continue": True, "flush": True}))
        first = [json.loads(await busy.recv())]
        os.kill(running.pid, signal.SIGTERM)
        at = time.monotonic()
        with pytest.raises(websockets.ConnectionClosed):
            await idle.recv()
        assert idle.close_code == RESTARTS
        await busy.send(json.dumps({"text": MORE, "continue": False}))  # of a sentence that had begun
        await busy.send(json.dumps({**BODY, "context_id": "another"}))
        frames, code = await rest(busy)
    assert code == RESTARTS
    mine = [frame for frame in frames if "context_id" not in frame]
    assert mine[-1]["status"] == "complete"
    assert sound(first + mine) == expected
    (other,) = [frame for frame in frames if "context_id" in frame]
    assert (other["status"], other["error"]["code"]) == ("error", "stopping")
    assert await ended(running) == 0
    assert time.monotonic() - at < 20, "it does not wait for the end of the grace"


async def test_a_text_that_never_ends_is_spoken_as_far_as_it_came(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, "", "--shutdown-grace-s", "2") as running:
        running.start()
        expected = await asyncio.to_thread(whole, running, BODY["text"])
        async with speaking(running) as ws:
            await ws.send(json.dumps({**BODY, "continue": True}))
            os.kill(running.pid, signal.SIGTERM)
            frames, code = await rest(ws)
        assert (frames[-1]["status"], code) == ("complete", RESTARTS)
        assert sound(frames) == expected
        assert await ended(running) == 0


async def test_whoever_speaks_may_end_the_sentence(running: ForkedServer) -> None:
    words = "hello good morning my name is John Smith please call Mary Jones"
    async with (
        connect(running.url, language="en") as speaker,
        connect(running.url, language="en") as silent,
    ):
        await silent.send(silence(0.2))
        saying = asyncio.create_task(speaker.pace(whistle(words)))
        await speaker.wait(lambda client: bool(client.kinds("speech_started") or client.interims))
        os.kill(running.pid, signal.SIGTERM)
        await saying
        await speaker.send(silence(2))
        for client in (speaker, silent):
            await client.wait(lambda client: client.code is not None)
            client.check()
            assert client.code == RESTARTS
            assert client.frames[-1]["is_last"]
    assert speaker.text.split() == words.split()
    assert await ended(running) == 0


async def test_an_answer_of_a_talk_is_heard_out(tmp_path: Path) -> None:
    behaviour = Behaviour()
    with (
        upstream(behaviour) as url,
        ForkedServer(tmp_path, "", "--shutdown-grace-s", "30", "--llm-url", url) as running,
    ):
        running.start()
        async with talking(running.url, generate_initial_response=True) as client, talking(running.url) as idle:
            await client.wait_for("response.output_audio.delta")
            os.kill(running.pid, signal.SIGTERM)
            done = await client.wait_for("response.done")
            for each in (client, idle):
                await each.wait(lambda each: each.code is not None)
                assert each.code == RESTARTS
        assert done["response"]["status"] == "completed"
        assert await ended(running) == 0


def test_ready_says_no_while_work_is_still_taken(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, "", "--drain-delay-s", "1.5") as running:
        running.start()
        os.kill(running.pid, signal.SIGTERM)
        end = time.monotonic() + 1
        while (told := requests.get(running.url + "/ready", timeout=5)).status_code == 200:
            assert time.monotonic() < end
        assert (told.status_code, told.json()["status"], told.headers["connection"]) == (503, "stopping", "close")
        assert len(whole(running, "Still here.")) > 1000
        assert running.wait_end() == 0


def test_a_request_on_an_open_connection_is_served_and_told_to_go_elsewhere(running: ForkedServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=20)
    port = urlsplit(running.url).port
    assert port is not None
    body = json.dumps(BODY)

    def ask() -> http.client.HTTPResponse:
        connection.request("POST", "/waves/v1/tts", body, {**HEADERS, "Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert len(answer.read()) > 1000
        return answer

    assert ask().getheader("connection") is None
    os.kill(running.pid, signal.SIGTERM)
    end = time.monotonic() + 10
    while True:  # until nobody listens any more
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            break
        assert time.monotonic() < end
    assert ask().getheader("connection") == "close"
    assert running.wait_end() == 0


def test_what_outlives_the_grace_is_cut(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, "", "--shutdown-grace-s", "1") as running:
        running.start()
        with socket.create_connection(("127.0.0.1", urlsplit(running.url).port or 0), 20) as slow:
            slow.sendall(b"POST /waves/v1/tts HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n")
            slow.sendall(f"Authorization: Bearer {KEY}\r\n\r\n{{".encode())
            time.sleep(0.2)
            os.kill(running.pid, signal.SIGTERM)
            at = time.monotonic()
            assert running.wait_end() == 0
            assert time.monotonic() - at < 6
