"""Chats that another server answers, over real connections, also where it fails."""

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from openwaves.errors import OpenWavesError, OverloadedError, RequestError, TooManyRequestsError, UpstreamError
from openwaves.llm.chat import Answer, ChatRequest, Message, TextDelta, Tool, collect
from openwaves.llm.fallback import Fallback
from openwaves.llm.upstream import Upstream, UpstreamOptions
from tests.llm.upstream import ANSWER, Behaviour, upstream

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool("get_weather", CITY, {"type": "function", "function": {"name": "get_weather", "parameters": CITY}})
HI = (Message("user", "Hi"),)


@pytest.fixture
def behaviour() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with upstream(behaviour):
        yield behaviour


async def ask(url: str, wait_s: float = 20, **request: Any) -> Answer:
    model = Upstream(UpstreamOptions(url, "key", {"electron": "theirs"}, first_token_s=wait_s, stall_s=wait_s))
    try:
        return await collect(model.complete(ChatRequest("electron", HI, **request)))
    finally:
        await model.close()


async def test_text_passes_with_usage_and_our_name_becomes_theirs(behaviour: Behaviour) -> None:
    answer = await ask(behaviour.url, max_tokens=9, stop=("x",), seed=3)
    assert answer.text == ANSWER
    assert answer.finish.reason == "stop"
    assert (answer.finish.usage.prompt, answer.finish.usage.cached) == (11, 5)
    (asked,) = behaviour.asked
    assert (asked["model"], asked["max_tokens"], asked["stop"], asked["seed"]) == ("theirs", 9, ["x"], 3)
    assert "tools" not in asked
    assert "logprobs" not in asked


async def test_a_server_that_does_not_stream_is_understood(behaviour: Behaviour) -> None:
    behaviour.fault = "plain"
    assert (await ask(behaviour.url)).text == ANSWER


@pytest.mark.parametrize(
    ("fault", "expected", "said"),
    [
        ("429", TooManyRequestsError, "slow down"),
        ("503", OverloadedError, "overloaded"),
        ("500", UpstreamError, "500"),
        ("401", UpstreamError, "401"),
        ("404", UpstreamError, "404"),
        ("400", RequestError, "40001 tokens of 4096"),
        ("silent", OverloadedError, "silent for 0.5 s"),
        ("stall", OverloadedError, "silent for 0.5 s"),
        ("html", UpstreamError, "not JSON"),
        ("cut", UpstreamError, "broke off"),
        ("nonsense", UpstreamError, "not JSON"),
        ("error event", UpstreamError, "out of memory"),
    ],
)
async def test_faults(behaviour: Behaviour, fault: str, expected: type[OpenWavesError], said: str) -> None:
    behaviour.fault = fault
    with pytest.raises(expected, match=said) as caught:
        await ask(behaviour.url, wait_s=0.5 if fault in {"silent", "stall"} else 20)
    assert type(caught.value) is expected
    if isinstance(caught.value, TooManyRequestsError):
        assert caught.value.retry_after_s == 7


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UpstreamError, match="cannot be reached"):
            await ask(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")


async def test_closing_an_answer_hangs_up_there(behaviour: Behaviour) -> None:
    behaviour.fault = "endless"
    model = Upstream(UpstreamOptions(behaviour.url))
    deltas = model.complete(ChatRequest("electron", HI))
    async for delta in deltas:
        if isinstance(delta, TextDelta) and "and" in delta.text:
            break
    await deltas.aclose()
    end = time.monotonic() + 5
    while not behaviour.hung_up and time.monotonic() < end:
        await asyncio.sleep(0.01)
    await model.close()
    assert behaviour.hung_up == 1


async def test_the_next_one_answers_while_the_first_cannot(behaviour: Behaviour) -> None:
    broken = Behaviour(fault="500")
    with upstream(broken):
        model = Fallback(
            [Upstream(UpstreamOptions(url, models={"electron": "a"})) for url in (broken.url, behaviour.url)]
        )
        for _ in range(2):
            assert (await collect(model.complete(ChatRequest("electron", HI)))).text == ANSWER
        await model.close()
    assert (len(broken.asked), len(behaviour.asked)) == (1, 2), "one that failed rests"


async def test_an_answer_that_has_begun_stays_with_its_model(behaviour: Behaviour) -> None:
    behaviour.fault = "cut"
    other = Behaviour()
    with upstream(other):
        model = Fallback(
            [Upstream(UpstreamOptions(url, models={"electron": "a"})) for url in (behaviour.url, other.url)]
        )
        with pytest.raises(UpstreamError, match="broke off"):
            await collect(model.complete(ChatRequest("electron", HI)))
        await model.close()
    assert not other.asked


async def test_calls_come_apart_one_after_the_other(behaviour: Behaviour) -> None:
    def fragment(index: int, arguments: str, **more: str) -> dict[str, Any]:
        function = {"arguments": arguments} | ({"name": more.pop("name")} if "name" in more else {})
        return {"index": index, "type": "function", "function": function, **more}

    first, second = fragment(0, "", id="a", name="get_weather"), fragment(1, "", id="b", name="get_weather")
    behaviour.chunks = [
        {"content": "One moment. "},
        {"content": "", "tool_calls": [first, second]},
        {"tool_calls": [fragment(1, '{"city": "London"}'), fragment(2, '{"city":"Rome"', id="c", name="get_weather")]},
    ]
    behaviour.chunks[1]["tool_calls"][0]["function"]["arguments"] = '{"city": "Paris"}'
    behaviour.finish = "tool_calls"
    answer = await ask(behaviour.url, tools=(WEATHER,))
    assert answer.text == "One moment. "
    assert [(call.id, call.arguments) for call in answer.calls] == [
        ("a", '{"city": "Paris"}'),
        ("b", '{"city": "London"}'),
        ("c", '{"city": "Rome"}'),
    ]
    assert answer.finish.reason == "tool_calls"


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "get_weather", "arguments": {"city": "Paris"}}',
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>',
        '```json\n{{"name": "get_weather", "arguments": {{"city": "Paris"}}}}\n```',
    ],
)
async def test_calls_written_as_text_are_read(behaviour: Behaviour, text: str) -> None:
    behaviour.chunks = [{"content": text[place : place + 3]} for place in range(0, len(text), 3)]
    answer = await ask(behaviour.url, tools=(WEATHER,))
    assert answer.text == ""
    assert [(call.name, call.arguments) for call in answer.calls] == [("get_weather", '{"city": "Paris"}')]


@pytest.mark.parametrize(
    "chunks",
    [
        [{"content": '{"name": "get_weather", '}, {"content": '"arguments": {"city": "Paris"}}'}],
        [
            {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "get_weather", "arguments": '{"city": '}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": '"Paris"}'}}]},
        ],
    ],
)
@pytest.mark.parametrize("choice", ["auto", "required"])
async def test_a_model_that_writes_on_behind_its_call_is_not_waited_for(
    behaviour: Behaviour, chunks: list[dict[str, Any]], choice: str
) -> None:
    behaviour.chunks, behaviour.fault = chunks, "endless"
    async with asyncio.timeout(10):
        answer = await ask(behaviour.url, tools=(WEATHER,), tool_choice=choice)
    assert [(call.name, call.arguments) for call in answer.calls] == [("get_weather", '{"city": "Paris"}')]
    assert answer.finish.reason == "tool_calls"
    assert answer.finish.usage.completion > 0


async def test_a_second_call_behind_words_is_read_too(behaviour: Behaviour) -> None:
    call = '```json\n{"name": "get_weather", "arguments": {"city": "%s"}}\n```'
    text = f"{call % 'Paris'}\nand then\n{call % 'Rome'}"
    behaviour.chunks = [{"content": text[place : place + 3]} for place in range(0, len(text), 3)]
    answer = await ask(behaviour.url, tools=(WEATHER,))
    assert [call.arguments for call in answer.calls] == ['{"city": "Paris"}', '{"city": "Rome"}']


async def test_a_call_that_is_repeated_is_made_once_and_ends_the_answer(behaviour: Behaviour) -> None:
    call = '{"name": "get_weather", "arguments": {"city": "%s"}}'
    behaviour.chunks = [{"content": call % city + ".json\n"} for city in ("Paris", "Rome", "Rome", "Oslo")]
    answer = await ask(behaviour.url, tools=(WEATHER,), tool_choice="required")
    assert [call.arguments for call in answer.calls] == ['{"city": "Paris"}', '{"city": "Rome"}']


async def test_a_model_that_talks_instead_of_calling_is_asked_for_json_soon(behaviour: Behaviour) -> None:
    behaviour.chunks, behaviour.fault = [{"content": "Well, "}, {"content": "the weather"}], "endless"
    model = Upstream(UpstreamOptions(behaviour.url))
    request = ChatRequest("electron", HI, tools=(WEATHER,), tool_choice="required")
    answer = asyncio.create_task(collect(model.complete(request)))
    end = time.monotonic() + 10
    while len(behaviour.asked) < 2 and time.monotonic() < end:
        await asyncio.sleep(0.01)
    answer.cancel()
    await model.close()
    assert "response_format" in behaviour.asked[1]


async def test_a_call_of_an_unknown_tool_is_asked_again_as_text(behaviour: Behaviour) -> None:
    behaviour.chunks = [{"content": '{"name": "filling", "arguments": {}}'}]
    await ask(behaviour.url, tools=(WEATHER,))
    assert [asked["tool_choice"] for asked in behaviour.asked] == ["auto", "none"]


async def test_a_server_that_does_not_hold_its_model_to_a_call_is_asked_for_json(behaviour: Behaviour) -> None:
    with pytest.raises(UpstreamError, match="did not call"):
        await ask(behaviour.url, tools=(WEATHER,), tool_choice="required")
    first, second = behaviour.asked
    assert first["tool_choice"] == "required"
    assert second["response_format"]["json_schema"]["schema"]["properties"]["name"] == {"const": "get_weather"}
    behaviour.chunks = [{"content": '{"name": "get_weather", "arguments": {"city": "Paris"}}'}]
    answer = await ask(behaviour.url, tools=(WEATHER,), tool_choice="required")
    assert [call.arguments for call in answer.calls] == ['{"city": "Paris"}']


async def test_thinking_and_marks_are_not_heard(behaviour: Behaviour) -> None:
    behaviour.chunks = [
        {"content": part} for part in ("<thi", "nk>\nHm.", " So", "</thi", "nk>\n\nHel", "lo<|im_", "end|>", " <b>")
    ]
    behaviour.chunks.insert(0, {"reasoning_content": "secret", "content": None})
    assert (await ask(behaviour.url)).text == "Hello <b>"
