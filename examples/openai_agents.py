"""OpenAI's Agents SDK over the Realtime socket: ``python openai_agents.py question.wav …``.

Files (24 kHz, mono) take the place of the microphone: each is a turn, and its answer goes to ``answer1.wav`` and so on.
"""

import asyncio
import itertools
import os
import sys
import time
import wave

import requests
from agents import function_tool, set_tracing_disabled
from agents.realtime import RealtimeAgent, RealtimeRunner, RealtimeSession

URL, KEY = os.environ["OPENWAVES_URL"], os.environ["OPENWAVES_API_KEY"]
RATE, FRAME_S = 24000, 0.02

set_tracing_disabled(True)  # traces would go to OpenAI


@function_tool
def opening_hours(day: str) -> str:
    """When the hotel's restaurant is open on a day of the week."""
    print("asked for:", day)
    return "closed" if day.lower() == "monday" else "six to eleven in the evening"


class Microphone:
    """What it is given, then silence, at the pace of a microphone."""

    def __init__(self) -> None:
        self.data = b""

    async def run(self, session: RealtimeSession) -> None:
        begun, size = time.monotonic(), 2 * round(RATE * FRAME_S)
        for number in itertools.count():
            await asyncio.sleep(begun + number * FRAME_S - time.monotonic())
            piece, self.data = self.data[:size].ljust(size, b"\0"), self.data[size:]
            await session.send_audio(piece)


async def answer(session: RealtimeSession) -> bytes:
    """The sound of the next answer."""
    sound, said = b"", ""
    async for event in session:
        if event.type == "audio":
            sound += event.audio.data
        elif event.type == "error":
            raise RuntimeError(event.error)
        elif event.type == "raw_model_event" and event.data.type == "input_audio_transcription_completed":
            print("heard:", event.data.transcript)
        elif event.type == "raw_model_event" and event.data.type == "transcript_delta":
            said += event.data.delta
        elif event.type == "agent_end" and sound:  # a turn that calls a function ends without sound
            break
    print("said:", said.strip())
    return sound


def read(path: str) -> bytes:
    with wave.open(path) as file:
        return file.readframes(file.getnframes())


def questions() -> list[bytes]:
    """16-bit samples of each question: of the files that are named, or of one that the server speaks."""
    if len(sys.argv) > 1:
        return [read(path) for path in sys.argv[1:]]
    body = {"text": "When is the restaurant open on Friday?", "voice_id": "sophia", "sample_rate": RATE}
    headers = {"Authorization": f"Bearer {KEY}"}
    spoken = requests.post(URL + "/waves/v1/tts", json=body, headers=headers, timeout=60)
    spoken.raise_for_status()
    return [spoken.content]


async def main() -> None:
    agent = RealtimeAgent(
        name="Host", instructions="You are the host of a hotel. Answer in one short sentence.", tools=[opening_hours]
    )
    address = URL.replace("http", "ws", 1) + "/v1/realtime?model=gpt-realtime"
    run = await RealtimeRunner(agent).run(model_config={"url": address, "api_key": KEY})
    async with run as session:
        microphone = Microphone()
        listening = asyncio.create_task(microphone.run(session))
        for number, question in enumerate(questions(), 1):
            microphone.data += question
            sound = await asyncio.wait_for(answer(session), 60)
            with wave.open(f"answer{number}.wav", "wb") as file:
                file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
                file.writeframes(sound)
        listening.cancel()


asyncio.run(main())
