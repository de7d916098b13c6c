"""A voice agent of LiveKit Agents on the three services: ``python livekit_agent.py question.wav …``.

Files take the place of the room: each is a turn, and its answer goes to ``answer1.wav`` and so on. In an agent of
yours, only the three services below are of interest: the room gives the session its sound.
"""

import asyncio
import os
import sys
import time
import wave

import aiohttp
import requests
from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice.io import AudioInput, AudioOutput, AudioOutputCapabilities
from livekit.plugins import openai, smallestai

URL, KEY = os.environ["OPENWAVES_URL"], os.environ["OPENWAVES_API_KEY"]
RATE, FRAME_S = 16000, 0.02


def services(http: aiohttp.ClientSession) -> dict:
    return {
        "stt": smallestai.STT(base_url=URL + "/waves/v1", api_key=KEY, language="en", http_session=http),
        "llm": openai.LLM(model="electron", base_url=URL + "/v1", api_key=KEY),
        "tts": smallestai.TTS(
            api_key=KEY,
            voice_id="magnus",
            base_url=URL + "/waves/v1",
            ws_url=URL.replace("http", "ws", 1) + "/waves/v1/tts/live",
            http_session=http,
        ),
    }


class Microphone(AudioInput):
    """What it is given, then silence, at the pace of a microphone."""

    def __init__(self) -> None:
        super().__init__(label="files")
        self._data, self._begun, self._n_frames = b"", 0.0, 0

    def hear(self, data: bytes) -> None:
        self._data += data

    async def __anext__(self) -> rtc.AudioFrame:
        self._begun = self._begun or time.monotonic()
        await asyncio.sleep(self._begun + self._n_frames * FRAME_S - time.monotonic())
        self._n_frames += 1
        size = 2 * round(RATE * FRAME_S)
        data, self._data = self._data[:size].ljust(size, b"\0"), self._data[size:]
        return rtc.AudioFrame(data, RATE, 1, size // 2)


class Ear(AudioOutput):
    """Keeps what the agent says."""

    def __init__(self) -> None:
        super().__init__(label="ear", capabilities=AudioOutputCapabilities(pause=False))
        self.frames: list[rtc.AudioFrame] = []
        self.plays = False

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self.plays:
            self.plays = True
            self.on_playback_started(created_at=time.time())
        self.frames.append(frame)

    def flush(self) -> None:
        super().flush()
        if self.plays:
            self.plays = False
            length_s = sum(frame.duration for frame in self.frames)
            self.on_playback_finished(playback_position=length_s, interrupted=False)

    def clear_buffer(self) -> None:
        """Where sound is played, it stops here."""

    def write(self, path: str) -> None:
        """Keep in a file what was said since the last one."""
        with wave.open(path, "wb") as file:
            file.setparams((1, 2, self.frames[0].sample_rate, 0, "NONE", "not compressed"))
            file.writeframes(b"".join(bytes(frame.data) for frame in self.frames))
        self.frames = []


def read(path: str) -> bytes:
    with wave.open(path) as file:
        return file.readframes(file.getnframes())


def questions() -> list[bytes]:
    """16-bit samples of each question: of the files that are named, or of one that the server speaks."""
    if len(sys.argv) > 1:
        return [read(path) for path in sys.argv[1:]]
    body = {"text": "Hello, who are you?", "voice_id": "sophia", "sample_rate": RATE}
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = requests.post(URL + "/waves/v1/tts", json=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return [answer.content]


async def main() -> None:
    async with aiohttp.ClientSession() as http:
        session = AgentSession(**services(http), turn_handling={"turn_detection": "stt"})
        microphone, ear = Microphone(), Ear()
        session.input.audio, session.output.audio = microphone, ear
        answered = asyncio.Event()

        def note(event) -> None:
            if event.item.type != "message":
                return
            print("heard:" if event.item.role == "user" else "said:", event.item.text_content)
            if event.item.role == "assistant":
                answered.set()

        session.on("conversation_item_added", note)
        await session.start(Agent(instructions="You are a friendly host. Answer in a few words."))
        for number, question in enumerate(questions(), 1):
            microphone.hear(question)
            await asyncio.wait_for(answered.wait(), 60)
            answered.clear()
            ear.write(f"answer{number}.wav")
        await session.aclose()


asyncio.run(main())
