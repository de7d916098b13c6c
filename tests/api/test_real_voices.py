"""The documented requests against a server with the real voices; many at once; clients that leave."""

import asyncio
import hashlib
import io
import json
import socket
import time
import wave
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import av
import numpy as np
import pytest
import requests

from tests.servers import KEY, RunningServer
from tests.waiting import until

pytestmark = pytest.mark.slow

TEXTS = (
    ("magnus", "en", "The order arrives on Monday."),
    ("meher", "hi", "आपका ऑर्डर कल तक पहुँच जाएगा।"),
    ("sophia", "en", "I can read that for you."),
    ("olivia", "auto", "Hello दोस्तों, welcome back."),
    ("daniel", "es", "Hola, ¿cómo está usted hoy?"),
    ("maithili", "ta", "வணக்கம், எப்படி இருக்கிறீர்கள்?"),
    ("kartik", "bn", "আপনি কেমন আছেন?"),
    ("aarush", "mr", "तुम्ही कसे आहात?"),
)
FORMATS = (("pcm", 24000), ("wav", 16000), ("mp3", 44100), ("ulaw", 8000))


def test_the_documented_request_gives_speech(voice_server: RunningServer) -> None:
    body = {"text": "Hello from Waves TTS.", "voice_id": "magnus", "sample_rate": 24000, "output_format": "wav"}
    answer = voice_server.post("/waves/v1/tts", body)
    assert answer.status_code == 200
    with wave.open(io.BytesIO(answer.content)) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2") / 32768
        assert wav.getframerate() == 24000
    assert 1 < len(samples) / 24000 < 4
    assert np.sqrt(np.mean(samples**2)) > 0.02


def test_the_playground_request_gives_an_mp3(voice_server: RunningServer) -> None:
    body = {"text": "Hello.", "voice_id": "magnus", "sample_rate": 44100, "speed": 1, "output_format": "mp3"}
    answer = voice_server.post("/waves/v1/lightning-v3.1/get_speech", body)
    with av.open(io.BytesIO(answer.content), "r") as container:
        assert container.streams.audio[0].codec_context.sample_rate == 44100
        assert sum(frame.samples for frame in container.decode(audio=0)) > 20000


async def test_three_parallel_requests_of_the_asyncio_example(voice_server: RunningServer) -> None:
    async def speak(client: aiohttp.ClientSession, text: str) -> bytes:
        body = {"text": text, "voice_id": "magnus", "sample_rate": 24000, "output_format": "wav"}
        async with client.post(voice_server.url + "/waves/v1/tts", json=body) as answer:
            assert answer.status == 200
            return await answer.read()

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as client:
        found = await asyncio.gather(*(speak(client, text) for text in ("One.", "Two and three.", "Four.")))
    assert len({hashlib.sha256(data).digest() for data in found}) == 3


def test_64_parallel_requests_in_many_languages_equal_the_same_one_by_one(voice_server: RunningServer) -> None:
    def speak(number: int) -> bytes:
        voice_id, language, text = TEXTS[number % len(TEXTS)]
        output_format, rate = FORMATS[number // len(TEXTS) % len(FORMATS)]
        body = {
            "text": text,
            "voice_id": voice_id,
            "language": language,
            "sample_rate": rate,
            "output_format": output_format,
        }
        answer = voice_server.post("/waves/v1/tts", body)
        assert answer.status_code == 200, answer.text
        return answer.content

    one_by_one = [speak(number) for number in range(32)]
    with ThreadPoolExecutor(64) as pool:
        together = list(pool.map(speak, range(64)))
    assert together == one_by_one * 2


@pytest.mark.alone
@pytest.mark.parametrize("path", ["/waves/v1/tts", "/waves/v1/tts/live"])
def test_a_client_that_hangs_up_frees_the_core_within_300_ms(voice_server: RunningServer, path: str) -> None:
    text = "This is a long story that nobody will hear to its end, since the caller has left. " * 60
    body = json.dumps({"text": text, "voice_id": "magnus"}).encode()
    host, port = voice_server.url.removeprefix("http://").split(":")
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        until(lambda: metric(voice_server, "openwaves_work_running") >= 1)
        time.sleep(0.5)
    left = time.monotonic()
    until(lambda: metric(voice_server, "openwaves_work_running") == 0)
    assert time.monotonic() - left < 0.3 + 0.1, "the core is busy although nobody listens"
    assert metric(voice_server, "openwaves_work_waiting") == 0


def test_a_long_text_is_spoken_to_its_end(voice_server: RunningServer) -> None:
    text = "Every sentence of this text is to be heard. " * 40
    answer = voice_server.post("/waves/v1/tts", {"text": text, "voice_id": "sophia", "sample_rate": 8000})
    assert len(answer.content) / 16000 > 40 * 1.8


def metric(server: RunningServer, name: str) -> float:
    text = requests.get(server.url + "/metrics", timeout=5).text
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))
