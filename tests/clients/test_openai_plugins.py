"""OpenAI's services of LiveKit and Pipecat, unmodified, against this server's `/v1`."""

import asyncio
from typing import Any

import pytest

from openwaves.stt.engines.tone import whistle
from tests.servers import KEY, RunningServer
from tests.stt.sounds import pcm, wav

TEXT = "hello please call John Smith"


async def test_livekit_speaks_and_hears(tone_server: RunningServer) -> None:
    openai = pytest.importorskip("livekit.plugins.openai", reason="livekit-plugins-openai is not installed")
    from livekit import rtc
    from livekit.agents import APIConnectOptions

    once = APIConnectOptions(max_retry=0, timeout=10)
    tts = openai.TTS(base_url=tone_server.url + "/v1", api_key=KEY, model="tts-1", voice="alloy")
    samples = 0
    async for event in tts.synthesize("Hello there.", conn_options=once):
        samples += event.frame.samples_per_channel
    assert samples / tts.sample_rate > 0.5
    stt = openai.STT(base_url=tone_server.url + "/v1", api_key=KEY, model="whisper-1", language="en")
    data = pcm(whistle(TEXT))
    heard = await stt.recognize(rtc.AudioFrame(data, 16000, 1, len(data) // 2), conn_options=once)
    assert heard.alternatives[0].text == TEXT
    await asyncio.gather(tts.aclose(), stt.aclose())


async def test_pipecat_hears(tone_server: RunningServer) -> None:
    pytest.importorskip("pipecat", reason="pipecat-ai is not installed")
    from pipecat.services.openai.stt import OpenAISTTService

    settings = OpenAISTTService.Settings(model="whisper-1")
    stt: Any = OpenAISTTService(api_key=KEY, base_url=tone_server.url + "/v1", settings=settings)
    frames = [frame async for frame in stt.run_stt(wav(whistle(TEXT)))]
    assert [frame.text for frame in frames] == [TEXT]
