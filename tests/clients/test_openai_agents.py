"""OpenAI's Agents SDK, unmodified, on `/v1/realtime`: its settings are taken, its functions are called."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.test_talk import call
from tests.llm.upstream import ANSWER, Behaviour, upstream
from tests.servers import KEY, RunningServer, server

pytest.importorskip("agents.realtime", reason="openai-agents is not installed")

from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner


@pytest.fixture(scope="module")
def model() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with upstream(behaviour):
        yield behaviour


@pytest.fixture(scope="module")
def talk_server(model: Behaviour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with server(tmp_path_factory.mktemp("agents"), "--engine", "tone", "--llm-url", model.url) as running:
        yield running


async def test_a_function_is_called_and_its_result_spoken_of(talk_server: RunningServer, model: Behaviour) -> None:
    asked = []

    @function_tool
    def get_weather(city: str) -> str:
        """Weather in a city."""
        asked.append(city)
        model.chunks, model.finish = [], "stop"
        return "clear"

    model.chunks, model.finish = call("Paris"), "tool_calls"
    agent: Any = RealtimeAgent(name="Host", instructions="Be short.", tools=[get_weather])
    config: Any = {
        "url": f"ws{talk_server.url.removeprefix('http')}/v1/realtime",
        "api_key": KEY,
        "initial_model_settings": {"model_name": "gpt-realtime", "tracing": None, "voice": "marin"},
    }
    sound, said = b"", ""
    async with asyncio.timeout(30), await RealtimeRunner(agent).run(model_config=config) as session:
        await session.send_message("What is the weather in Paris?")
        async for event in session:
            assert event.type != "error", event
            if event.type == "audio":
                sound += event.audio.data
            elif event.type == "raw_model_event" and event.data.type == "transcript_delta":
                said += event.data.delta
            elif event.type == "agent_end" and sound:
                break
    assert asked == ["Paris"]
    assert said.strip() == ANSWER
    assert len(sound) > 24000
    system, *_, result = model.asked[-1]["messages"]
    assert system["content"].startswith("Be short.")
    assert (result["role"], result["content"]) == ("tool", "clear")
