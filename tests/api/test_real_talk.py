"""Speech to speech with the real networks: recognised, thought of and spoken."""

import asyncio
import io
import wave

import numpy as np
import pytest

from openwaves.types import Samples
from tests.servers import RunningServer
from tests.talking import TalkClient, silence, talking

pytestmark = [pytest.mark.slow, pytest.mark.alone]
INSTRUCTIONS = "You tell long stories. Whatever you hear, answer with at least twelve long sentences about the sea."


def spoken(server: RunningServer, text: str, voice: str) -> Samples:
    body = {"text": text, "voice_id": voice, "sample_rate": 16000, "output_format": "wav"}
    with wave.open(io.BytesIO(server.post("/waves/v1/tts", body).content)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return np.asarray(samples / 32768, np.float32)


async def ask(client: TalkClient, samples: Samples) -> None:
    await client.pace(np.concatenate([silence(0.3), samples, silence(1.2)]))


async def test_a_talk_with_an_interruption(voice_server: RunningServer) -> None:
    question = await asyncio.to_thread(spoken, voice_server, "Tell me about the sea, please.", "emily")
    stop = await asyncio.to_thread(spoken, voice_server, "Stop, that is enough for today.", "daniel")
    async with talking(voice_server.url, voice="aria", instructions=INSTRUCTIONS) as client:
        await ask(client, question)
        created = await client.wait_for("response.created", limit_s=120)
        await client.wait_for("response.output_audio.delta", 8, limit_s=60)
        assert "sea" in client.heard()[0].lower()
        if not client.of("response.done"):
            await ask(client, stop)
            done = (await client.wait_for("response.done", limit_s=60))["response"]
            began = client.frames.index(client.of("input_audio_buffer.speech_started")[1])
            late = [frame for frame in client.frames[began:] if frame.get("response_id") == created["response"]["id"]]
            assert late == []
            assert done["status"] in {"cancelled", "completed"}
            await client.wait(lambda client: len(client.heard()) > 1, 30)
            assert "enough" in client.heard()[1].lower()
        assert client.said()
