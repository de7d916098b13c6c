"""The Wyoming bridge, as Home Assistant's own client package speaks to it."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from openwaves.stt.engines.tone import whistle
from openwaves.tts.voices.catalogue import Catalogue
from tests.servers import KEY, RunningServer
from tests.stt.sounds import pcm, silence

pytest.importorskip("wyoming", reason="wyoming is not installed")

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped, SynthesizeVoice

SOUND = np.concatenate([silence(0.3), whistle("hello my name is John Smith"), silence(0.3)])


@pytest.fixture(scope="module")
def port(tone_server: RunningServer) -> Iterator[int]:
    """A bridge to the server of tones."""
    process = subprocess.Popen(
        [sys.executable, "-m", "openwaves", "wyoming", "--url", tone_server.url, "--uri", "tcp://127.0.0.1:0"],
        env={**os.environ, "OPENWAVES_API_KEY": KEY},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = re.search(r":(\d+)$", process.stderr.readline().strip())
        assert found, process.stderr.read()
        yield int(found[1])
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()


async def ask(port: int, *events: Any, until: Any) -> list[Event]:
    """What comes back, up to an event of a kind."""
    found = []
    async with asyncio.timeout(30), AsyncTcpClient("127.0.0.1", port) as client:
        for event in events:
            await client.write_event(event.event())
        while (event := await client.read_event()) is not None:
            found.append(event)
            if until.is_type(event.type):
                return found
    raise AssertionError(found)


def sound_of(events: list[Event]) -> bytes:
    assert AudioStart.is_type(events[0].type), events[0]
    chunks = [AudioChunk.from_event(event) for event in events if AudioChunk.is_type(event.type)]
    assert {(chunk.rate, chunk.width, chunk.channels) for chunk in chunks} == {(24000, 2, 1)}
    return b"".join(chunk.audio for chunk in chunks)


async def test_it_tells_what_there_is(port: int) -> None:
    (event,) = await ask(port, Describe(), until=Info)
    info = Info.from_event(event)
    assert {voice.name for voice in info.tts[0].voices} == {voice.id for voice in Catalogue.load().voices}
    assert info.tts[0].supports_synthesize_streaming
    assert "en" in info.asr[0].models[0].languages


async def test_a_text_is_spoken(port: int, tone_server: RunningServer) -> None:
    voice = SynthesizeVoice(name="magnus")
    events = await ask(port, Synthesize(text="Hello there. How are you?", voice=voice), until=AudioStop)
    body = {"text": "Hello there. How are you?", "voice_id": "magnus", "language": "auto", "sample_rate": 24000}
    assert sound_of(events) == tone_server.post("/waves/v1/tts", body).content


async def test_text_that_streams_is_spoken_once(port: int) -> None:
    """Home Assistant repeats the whole text before the stop, for servers that cannot stream."""
    text = ["Hello the", "re. How are ", "you?"]
    streamed = [SynthesizeStart(), *map(SynthesizeChunk, text), Synthesize(text="".join(text)), SynthesizeStop()]
    events = await ask(port, *streamed, until=SynthesizeStopped)
    whole = await ask(port, Synthesize(text="".join(text)), until=AudioStop)
    assert sound_of(events) == sound_of(whole)
    assert [event.type for event in events].count("audio-stop") == 1


@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (48000, 2)])
async def test_speech_is_heard(port: int, rate: int, channels: int) -> None:
    samples = np.repeat(SOUND, rate // 16000)
    data = np.repeat(np.frombuffer(pcm(samples), "<i2"), channels).tobytes()
    size = 2 * channels * rate // 50
    chunks = [
        AudioChunk(rate=rate, width=2, channels=channels, audio=data[at : at + size])
        for at in range(0, len(data), size)
    ]
    start, stop = AudioStart(rate=rate, width=2, channels=channels), AudioStop()
    (event,) = await ask(port, Transcribe(language="en"), start, *chunks, stop, until=Transcript)
    assert Transcript.from_event(event).text == "hello my name is John Smith"


async def test_errors_are_told_and_the_connection_goes_on(port: int) -> None:
    wrong = Synthesize(text="Hello.", voice=SynthesizeVoice(name="nobody"))
    events = await ask(port, wrong, Synthesize(text="Hello."), until=AudioStop)
    told = [Error.from_event(event).text for event in events if Error.is_type(event.type)]
    assert told
    assert "nobody" in told[0]


def test_a_server_that_does_not_answer_is_named() -> None:
    command = [sys.executable, "-m", "openwaves", "wyoming", "--url", "http://127.0.0.1:9", "--api-key", KEY]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 1
    assert "http://127.0.0.1:9 does not answer" in said.stderr
