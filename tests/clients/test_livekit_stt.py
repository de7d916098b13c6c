"""A voice agent's ears: the recognition of ``livekit-plugins-smallestai``, unmodified, against a real server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import numpy as np
import pytest
from bench.quality.folding import words
from livekit import rtc
from livekit.agents import APIConnectOptions, APIError
from livekit.agents.stt import SpeechEvent, SpeechEventType
from livekit.plugins import smallestai

from openwaves.stt.engines.tone import whistle
from openwaves.types import Samples
from tests.listening import pcm, silence
from tests.servers import KEY, RunningServer

ONCE = APIConnectOptions(max_retry=0, timeout=10)  # a retry would hide a fault
ORDER, WEATHER = whistle("please ship order number nine"), whistle("the weather is good")
START, END = SpeechEventType.START_OF_SPEECH, SpeechEventType.END_OF_SPEECH
INTERIM, FINAL = SpeechEventType.INTERIM_TRANSCRIPT, SpeechEventType.FINAL_TRANSCRIPT


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """The connections that an agent would own."""
    async with aiohttp.ClientSession() as session:
        yield session


def service(server: RunningServer, http: aiohttp.ClientSession, **options: Any) -> smallestai.STT:
    options = {"base_url": server.url + "/waves/v1", "api_key": KEY, **options}
    return smallestai.STT(http_session=http, **options)


def frame(samples: Samples) -> rtc.AudioFrame:
    data = pcm(samples)
    return rtc.AudioFrame(data, 16000, 1, len(data) // 2)


async def hear(stt: smallestai.STT, *sounds: Samples, flush: bool = False) -> list[SpeechEvent]:
    """What the plugin says of sounds that are spoken in real time."""
    events = []
    async with stt.stream(conn_options=ONCE) as stream:

        async def listen() -> None:
            async for event in stream:
                events.append(event)

        listening = asyncio.create_task(listen())
        for sound in sounds:
            for begin in range(0, len(sound), 320):
                stream.push_frame(frame(sound[begin : begin + 320]))
                await asyncio.sleep(0.02)
            if flush:
                stream.flush()
        stream.end_input()
        await listening
    return events


def turns(events: list[SpeechEvent]) -> list[str]:
    """The final text of each turn; a turn begins and ends, and has all its words in between."""
    found: list[str] = []
    is_open = False
    for event in events:
        if event.type == START:
            assert not is_open
            is_open = True
            found.append("")
        elif event.type == END:
            assert is_open
            is_open = False
        elif event.type in (INTERIM, FINAL):
            assert is_open
            if event.type == FINAL:
                found[-1] = f"{found[-1]} {event.alternatives[0].text}".strip()
    assert not is_open
    return found


async def test_turns_end_after_their_finals(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    sound = np.concatenate([silence(0.3), ORDER, silence(1.0), WEATHER, silence(1.0)])
    events = await hear(service(tone_server, http), sound)
    assert turns(events) == ["please ship order number nine", "the weather is good"]
    finals = [event.alternatives[0] for event in events if event.type == FINAL]
    assert finals[0].language == "en"
    assert finals[0].words is not None
    assert [str(word) for word in finals[0].words] == ["please", "ship", "order", "number", "nine"]
    assert finals[0].start_time == pytest.approx(0.3, abs=0.1)
    assert finals[0].confidence > 0.5
    assert any(event.type == INTERIM for event in events)


async def test_a_flush_ends_a_turn_without_silence(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    events = await hear(service(tone_server, http, endpointing=False), ORDER, WEATHER, flush=True)
    assert turns(events) == ["please ship order number nine", "the weather is good"]


async def test_a_turn_without_events_of_speech(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    events = await hear(service(tone_server, http, vad_events=False), np.concatenate([ORDER, silence(1.0)]))
    assert turns(events) == ["please ship order number nine"]


async def test_a_server_that_is_reached_directly(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    stt = service(tone_server, http, base_url=tone_server.url, stream_path="/transcribe")
    assert turns(await hear(stt, np.concatenate([WEATHER, silence(0.8)]))) == ["the weather is good"]


async def test_a_recording_is_recognised(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    event = await service(tone_server, http).recognize(
        [frame(np.concatenate([ORDER, silence(0.3)]))], conn_options=ONCE
    )
    assert event.type == FINAL
    assert event.alternatives[0].text == "please ship order number nine"
    assert event.alternatives[0].words is not None
    assert len(event.alternatives[0].words) == 5


@pytest.mark.slow
@pytest.mark.alone
async def test_two_sentences_of_a_voice_are_two_turns(voice_server: RunningServer, http: aiohttp.ClientSession) -> None:
    """The real networks: spoken, then heard as a stream and as a recording."""
    texts = ("The morning train was late again.", "Please call me back tomorrow.")
    sounds = [await asyncio.to_thread(spoken, voice_server, text) for text in texts]
    pause = silence(1.5)
    events = await hear(service(voice_server, http), np.concatenate([sounds[0], pause, sounds[1], pause]))
    assert [words(turn) for turn in turns(events)] == [words(text) for text in texts]
    event = await service(voice_server, http).recognize([frame(sounds[0])], conn_options=ONCE)
    assert words(event.alternatives[0].text) == words(texts[0])


def spoken(running: RunningServer, text: str) -> Samples:
    body = {"text": text, "voice_id": "magnus", "sample_rate": 16000, "output_format": "pcm"}
    answer = running.post("/waves/v1/tts", body)
    assert answer.status_code == 200
    return (np.frombuffer(answer.content, "<i2") / 32768).astype(np.float32)


async def test_new_options_reach_an_open_stream(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    stt = service(tone_server, http)
    events = []
    async with stt.stream(conn_options=ONCE) as stream:

        async def listen() -> None:
            async for event in stream:
                events.append(event)

        listening = asyncio.create_task(listen())
        for sound in (np.concatenate([ORDER, silence(0.8)]), np.concatenate([WEATHER, silence(0.8)])):
            for begin in range(0, len(sound), 320):
                stream.push_frame(frame(sound[begin : begin + 320]))
                await asyncio.sleep(0.02)
            stt.update_options(endpointing_timeout_ms=400)  # makes the plugin connect anew
            await asyncio.sleep(0.3)
        stream.end_input()
        await listening
    assert turns(events) == ["please ship order number nine", "the weather is good"]


async def test_a_wrong_key_is_an_error(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    with pytest.raises(APIError) as refused:
        async with service(tone_server, http, api_key="sk_wrong").stream(conn_options=ONCE) as stream:
            await anext(stream)
    cause = refused.value.__cause__ or refused.value.__context__
    assert 401 in (getattr(refused.value, "status_code", None), getattr(cause, "status_code", None))
