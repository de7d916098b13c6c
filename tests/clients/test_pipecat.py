"""Pipecat's language model service for this wire, unmodified, against a real server."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.llm.upstream import ANSWER, Behaviour, upstream
from tests.servers import KEY, RunningServer, server

pytest.importorskip("pipecat", reason="pipecat-ai is not installed")

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import EndFrame, Frame, LLMContextFrame, LLMTextFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineTask
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.smallest.llm import SmallestLLMService


@pytest.fixture(scope="module")
def behaviour() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with upstream(behaviour):
        yield behaviour


@pytest.fixture(scope="module")
def chat_server(behaviour: Behaviour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with server(tmp_path_factory.mktemp("pipecat"), "--engine", "tone", "--llm-url", behaviour.url) as running:
        yield running


class Listener(FrameProcessor):  # type: ignore[misc]
    """Keeps the text that it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame):
            self.text += frame.text
        await self.push_frame(frame, direction)


def service(running: RunningServer) -> Any:
    return SmallestLLMService(api_key=KEY, base_url=running.url + "/waves/v1")


async def run(llm: Any, context: Any) -> Listener:
    listener = Listener()
    task = PipelineTask(Pipeline([llm, listener]))
    await task.queue_frames([LLMContextFrame(context), EndFrame()])
    await asyncio.wait_for(PipelineRunner(handle_sigint=False).run(task), 60)
    return listener


async def test_text_streams(chat_server: RunningServer, behaviour: Behaviour) -> None:
    behaviour.chunks = []
    context = LLMContext([{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}])
    assert (await run(service(chat_server), context)).text == ANSWER


async def test_calls_reach_their_functions(chat_server: RunningServer, behaviour: Behaviour) -> None:
    behaviour.chunks = [
        {"content": '[{"name": "get_weather", "arguments": {"city": "Paris"}}, '},
        {"content": '{"name": "get_weather", "arguments": {"city": "Rome"}}]'},
    ]
    called: list[str] = []
    both = asyncio.Event()

    async def get_weather(parameters: Any) -> None:
        called.append(parameters.arguments["city"])
        if len(called) == 2:
            both.set()

    llm = service(chat_server)
    llm.register_function("get_weather", get_weather)
    weather = FunctionSchema("get_weather", "Weather in a city", {"city": {"type": "string"}}, ["city"])
    context = LLMContext([{"role": "user", "content": "Hi"}], ToolsSchema([weather]))
    task = PipelineTask(Pipeline([llm, Listener()]))
    running = asyncio.ensure_future(PipelineRunner(handle_sigint=False).run(task))
    await task.queue_frames([LLMContextFrame(context)])
    await asyncio.wait_for(both.wait(), 60)
    await task.cancel()
    await asyncio.wait_for(asyncio.gather(running, return_exceptions=True), 60)
    assert sorted(called) == ["Paris", "Rome"]


async def test_inference_without_a_stream(chat_server: RunningServer, behaviour: Behaviour) -> None:
    behaviour.chunks = []
    context = LLMContext([{"role": "user", "content": "Hi"}])
    assert await service(chat_server).run_inference(context) == ANSWER
