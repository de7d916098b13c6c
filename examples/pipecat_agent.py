"""A voice agent of Pipecat on the three services: ``python pipecat_agent.py question.wav …``.

Files take the place of the transport: each is a turn, and its answer goes to ``answer1.wav`` and so on. In a bot of
yours, ``transport.input()`` stands in front of the pipeline, and ``transport.output()`` where ``Ear`` is.
"""

import asyncio
import os
import sys
import time
import wave

import requests
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    EndFrame,
    InputAudioRawFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.smallest.llm import SmallestLLMService
from pipecat.services.smallest.stt import SmallestSTTService
from pipecat.services.smallest.tts import SmallestTTSService
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

logger.remove()
logger.add(sys.stderr, level="WARNING")

URL, KEY = os.environ["OPENWAVES_URL"], os.environ["OPENWAVES_API_KEY"]
SOCKET = URL.replace("http", "ws", 1)
RATE, FRAME_S = 16000, 0.02


class Ear(FrameProcessor):
    """Keeps what the agent says."""

    def __init__(self) -> None:
        super().__init__()
        self.sound, self.rate = b"", 0
        self.spoken = asyncio.Event()

    async def process_frame(self, frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            self.sound, self.rate = self.sound + frame.audio, frame.sample_rate
        elif isinstance(frame, TTSStoppedFrame):
            self.spoken.set()
        await self.push_frame(frame, direction)

    def write(self, path: str) -> None:
        """Keep in a file what was said since the last one."""
        with wave.open(path, "wb") as file:
            file.setparams((1, 2, self.rate, 0, "NONE", "not compressed"))
            file.writeframes(self.sound)
        self.sound = b""


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


async def talk(worker: PipelineWorker, ear: Ear, answered: asyncio.Event) -> None:
    """Each question, then silence, at the pace of a microphone, until the agent has answered."""
    size = 2 * round(RATE * FRAME_S)
    for number, sound in enumerate(questions(), 1):
        begun, at = time.monotonic(), 0
        while not (answered.is_set() and ear.spoken.is_set()):
            await asyncio.sleep(begun + at / 2 / RATE - time.monotonic())
            audio = sound[at : at + size].ljust(size, b"\0")
            await worker.queue_frame(InputAudioRawFrame(audio, RATE, 1))
            at += size
        answered.clear(), ear.spoken.clear()
        ear.write(f"answer{number}.wav")
    await worker.queue_frame(EndFrame())


async def main() -> None:
    context = LLMContext()
    turns = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=[SpeechTimeoutUserTurnStopStrategy()])
    user, assistant = LLMContextAggregatorPair(
        context, user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=turns)
    )
    ear, answered = Ear(), asyncio.Event()

    @user.event_handler("on_user_turn_message_added")
    async def heard(_, message) -> None:
        print("heard:", message.content)

    @assistant.event_handler("on_assistant_turn_stopped")
    async def said(_, message) -> None:
        print("said:", message.content)
        answered.set()

    pipeline = Pipeline(
        [
            SmallestSTTService(api_key=KEY, base_url=SOCKET, sample_rate=RATE),
            user,
            SmallestLLMService(
                api_key=KEY,
                base_url=URL + "/waves/v1",
                system_instruction="You are a friendly host. Answer in a few words.",
            ),
            SmallestTTSService(api_key=KEY, base_url=SOCKET, settings=SmallestTTSService.Settings(voice="magnus")),
            ear,
            assistant,
        ]
    )
    worker = PipelineWorker(pipeline, params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=24000))
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await asyncio.wait_for(asyncio.gather(runner.run(), talk(worker, ear, answered)), 90)


asyncio.run(main())
