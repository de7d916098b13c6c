"""The embedded model, for real: SmolLM2 in this process."""

import asyncio
import json
import stat
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import pytest_asyncio

from openwaves.errors import EngineError, FieldError, OverloadedError
from openwaves.llm import local as local_module
from openwaves.llm.chat import Answer, ChatRequest, Message, TextDelta, Tool, ToolCall, collect
from openwaves.llm.local import LocalModel, LocalOptions
from openwaves.llm.lost import is_lost
from openwaves.llm.schemas import fits
from openwaves.llm.template import render_chatml
from openwaves.models.progress import LineProgress
from openwaves.models.store import SMALL_CHAT, SMALL_CHAT_MODEL, ModelStore
from openwaves.settings import load_settings
from tests.llm.odd_schemas import ODD_SCHEMAS

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SYSTEM = Message("system", "You are Maya, who answers the phone of a clinic. " + "Be kind and brief. " * 30)
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
    "required": ["city"],
}


def tool(name: str, parameters: dict[str, Any]) -> Tool:
    return Tool(name, parameters, {"type": "function", "function": {"name": name, "parameters": parameters}})


WEATHER, NOW = tool("get_weather", CITY), tool("get_time", {"type": "object"})


def user(text: str) -> Message:
    return Message("user", text)


@pytest.fixture(scope="module")
def path() -> Path:
    store = ModelStore(load_settings().model_dir)
    store.pull(LineProgress(), bundles=(SMALL_CHAT,))
    return store.root / SMALL_CHAT_MODEL


@pytest.fixture(scope="module")
def heard_before(path: Path) -> set[str]:
    """The sockets at which other parts of these tests listen, before there is a model."""
    return listening()


def listening() -> set[str]:
    """The sockets at which this process listens."""
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines() if " 0A " in line]
    own = {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists()}
    return own & {f"socket:[{row[9]}]" for row in rows}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model(path: Path, heard_before: set[str]) -> AsyncIterator[LocalModel]:
    model = LocalModel(("electron",), lambda: path, LocalOptions(sessions=2, context=2048, shelf_bytes=64 << 20))
    yield model
    await model.close()


async def ask(model: LocalModel, *messages: Message, **more: Any) -> Answer:
    request = ChatRequest("electron", messages, temperature=0, **{"max_tokens": 24, **more})
    return await collect(model.complete(request))


async def test_text_is_counted_and_the_second_time_cached(model: LocalModel) -> None:
    one = await ask(model, SYSTEM, user("Say hello."))
    other = await ask(model, SYSTEM, user("Say hello."))
    assert one.text == other.text != ""
    assert one.finish.usage.cached < one.finish.usage.prompt
    assert other.finish.usage.cached >= one.finish.usage.prompt - 1
    assert 0 < one.finish.usage.completion <= 24


async def test_a_head_is_shared_by_sessions_that_come_later(model: LocalModel) -> None:
    await ask(model, SYSTEM, user("Who are you?"), max_tokens=4)
    tokens = (await ask(model, SYSTEM, user("x"), max_tokens=1)).finish.usage.prompt - 12
    for question in ("Where are you?", "When do you open?", "How much is it?", "Can I come?"):
        assert (await ask(model, SYSTEM, user(question), max_tokens=4)).finish.usage.cached >= tokens


async def test_conversations_that_had_to_make_room_come_back(model: LocalModel) -> None:
    histories = {
        name: [Message("system", f"You are {name}. " + "Be brief. " * 60)] for name in ("Ann", "Bob", "Cid", "Dee")
    }
    for turn in range(3):
        for history in histories.values():
            history.append(user(f"Question {turn}?"))
            answer = await ask(model, *history, max_tokens=6)
            if turn:
                assert answer.finish.usage.cached > 0.8 * answer.finish.usage.prompt
            history.append(Message("assistant", answer.text[:-3]))  # interrupted


async def test_stop_length_seed_and_logprobs(model: LocalModel) -> None:
    answer = await ask(model, user("Count from one to fifty."), stop=("e",))
    assert "e" not in answer.text
    assert answer.finish.reason == "stop"
    answer = await ask(model, user("Tell me a long story."), max_tokens=5, logprobs=True, top_logprobs=2)
    assert answer.finish.reason == "length"
    assert answer.finish.usage.completion == 5
    assert all(len(one["top_logprobs"]) == 2 for one in answer.logprobs)
    request = ChatRequest("electron", (user("Tell me a story."),), temperature=1, seed=5, max_tokens=8)
    assert (await collect(model.complete(request))).text == (await collect(model.complete(request))).text


async def test_a_call_that_must_be_is_made_and_fits(model: LocalModel) -> None:
    for tools, more in (
        ((WEATHER, NOW), {"tool_choice": "required"}),
        ((WEATHER, NOW), {"tool_choice": "required", "tool_name": "get_weather"}),
        ((NOW,), {"tool_choice": "required"}),
        ((WEATHER,), {"tool_choice": "required", "parallel_tool_calls": False, "max_tokens": 3}),
    ):
        answer = await ask(model, user("What is the weather in Paris?"), tools=tools, **more)
        assert answer.finish.reason == "tool_calls"
        known = {tool.name: tool.parameters for tool in tools}
        for call in answer.calls:
            assert fits(json.loads(call.arguments), known[call.name])
            assert more.get("tool_name") in {None, call.name}
        assert answer.calls


@pytest.mark.parametrize("choice", ["auto", "none"])
async def test_a_result_is_told_in_words(model: LocalModel, choice: str) -> None:
    call = ToolCall("c1", "get_weather", '{"city": "Paris"}')
    history = (user("What is the weather in Paris?"), Message("assistant", "", (call,)))
    result = Message("tool", '{"temp": 21, "sky": "clear"}', tool_call_id="c1")
    for seed in range(5):
        answer = await ask(model, *history, result, tools=(WEATHER,), tool_choice=choice, seed=seed, max_tokens=80)
        assert call.arguments not in [call.arguments for call in answer.calls]
        assert answer.calls or any(char.isalpha() for char in answer.text)
        assert '{"na' not in answer.text


async def test_a_call_that_must_not_be_is_not_made(model: LocalModel) -> None:
    answer = await ask(model, user("What is the weather in Paris?"), tools=(WEATHER,), tool_choice="none")
    assert not answer.calls
    assert answer.text


async def test_a_filler_comes_before_the_call(model: LocalModel) -> None:
    system = Message("system", "Before every tool call say a short filler sentence.")
    answer = await ask(
        model, system, user("Weather in Rome?"), tools=(WEATHER,), tool_choice="required", max_tokens=100
    )
    assert answer.text
    assert answer.calls


async def test_json_that_reaches_max_tokens_is_closed_where_that_fits(model: LocalModel) -> None:
    story = {"type": "object", "properties": {"story": {"type": "string"}}, "required": ["story"]}
    answer = await ask(model, user("Tell a long story."), response_schema=story, max_tokens=10)
    assert answer.finish.reason == "length"
    assert len(json.loads(answer.text)["story"]) > 2
    more = story | {
        "properties": {"story": {"type": "string"}, "end": {"type": "string"}},
        "required": ["story", "end"],
    }
    answer = await ask(model, user("Tell a long story."), response_schema=more, max_tokens=10)
    assert answer.finish.reason == "length"
    assert not answer.text.endswith("}")  # what is missing is not invented


async def test_json_that_loses_itself_ends_that_text_and_goes_on(model: LocalModel) -> None:
    parts = {"laugh": {"type": "string", "minLength": 120}, "n": {"type": "integer"}}
    schema = {"type": "object", "properties": parts, "required": ["laugh", "n"]}
    said = "Write the word no again and again: no no no no no no no no no no no no no no no no no no no"
    answer = await ask(model, user(said), response_schema=schema, max_tokens=600)
    assert answer.finish.reason == "stop"
    found = json.loads(answer.text)
    assert set(found) == {"laugh", "n"}
    assert is_lost('{"laugh": "' + found["laugh"])
    assert len(found["laugh"]) < 400


async def test_json_is_valid(model: LocalModel) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "kind": {"enum": ["cat", "dog"]}},
        "required": ["n", "kind"],
    }
    for index in range(5):
        answer = await ask(model, user(f"Invent pet {index}."), response_schema=schema, max_tokens=80)
        assert fits(json.loads(answer.text), schema)


async def test_a_text_that_repeats_itself_ends(model: LocalModel) -> None:
    schema = {"type": "object", "properties": {"song": {"type": "string"}}, "required": ["song"]}
    messages = (
        user("Sing la la la la la la la la la la."),
        user("Go on: la la la la la la la la la la la la la la la la"),
    )
    answer = await ask(model, *messages, response_schema=schema, max_tokens=400)
    assert answer.finish.reason == "stop"
    assert fits(json.loads(answer.text), schema)


async def test_our_prompt_is_that_of_the_model(model: LocalModel) -> None:
    engine = await model._ready()
    for history in (
        [user("Hi")],
        [Message("system", "Be brief."), user("Hi"), Message("assistant", "Hello."), user("Bye")],
        [Message("system", "A"), Message("system", "B"), user("Hi")],
        [user("a"), user("b")],
    ):
        plain = [{"role": message.role, "content": message.content} for message in history]
        assert render_chatml(history, (), model._default_system).text == engine.render(plain)


async def test_histories_of_odd_shapes(model: LocalModel) -> None:
    call = Message("assistant", "", (ToolCall("c", "get_weather", '{"city":"Paris"}'),))
    for history in (
        [SYSTEM],
        [user("")],
        [Message("assistant", "x")],
        [Message("tool", "sunny")],
        [user("Hi"), call],
        [call, user("x")],
    ):
        assert (await ask(model, *history, max_tokens=2)).finish.usage.prompt > 0


async def test_too_long_and_too_many(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FieldError, match=r"\d{4} tokens .* 2048 tokens"):
        await ask(model, user("word " * 4000))
    monkeypatch.setattr(local_module, "SLOT_WAIT_S", 0.2)
    running = [model.complete(ChatRequest("electron", (user(f"Story {i}"),), max_tokens=500)) for i in range(2)]
    for deltas in running:
        await anext(deltas)
    with pytest.raises(OverloadedError, match="2 answers"):
        await ask(model, user("Hi"))
    for deltas in running:
        await deltas.aclose()
    monkeypatch.undo()
    assert await ask(model, user("Hi"), max_tokens=1)
    await _wait_until_free(model)


def lasting_threads() -> int:
    """Threads, without those that asyncio keeps for short work: how many it has depends on what ran before."""
    return sum(not thread.name.startswith("asyncio_") for thread in threading.enumerate())


async def test_closing_frees_the_slot_also_within_a_prompt(model: LocalModel) -> None:
    before = lasting_threads()
    for index in range(20):
        long = user(f"{index} " + "word " * (600 if index % 2 else 5))
        deltas = model.complete(ChatRequest("electron", (long,), max_tokens=500))
        task = asyncio.ensure_future(anext(deltas))
        await asyncio.sleep(0.01 * index)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await deltas.aclose()
    await asyncio.sleep(1)
    assert model.free_slots == 2
    assert lasting_threads() <= before + 2
    assert isinstance(
        [d async for d in model.complete(ChatRequest("electron", (user("Hi"),), max_tokens=2))][-2], TextDelta
    )


async def test_nothing_is_left_of_hundreds_of_cancelled_requests(model: LocalModel) -> None:
    def left() -> tuple[int, int]:
        return threading.active_count(), sum(1 for _ in Path("/proc/self/fd").iterdir())

    async def cancel(index: int) -> None:
        deltas = model.complete(ChatRequest("electron", (user(f"Question {index % 7}?"),), max_tokens=200))
        task = asyncio.ensure_future(anext(deltas))
        await asyncio.sleep(index % 5 * 0.004)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await deltas.aclose()

    await asyncio.gather(*(cancel(index) for index in range(40)))
    await _wait_until_free(model)
    before = left()
    for start in range(0, 300, 4):  # two slots: half of them are cancelled while they wait
        await asyncio.gather(*(cancel(index) for index in range(start, start + 4)))
    assert (await ask(model, user("Hi"), max_tokens=1)).finish.usage.completion == 1
    await _wait_until_free(model)
    assert all(now <= then + 8 for now, then in zip(left(), before, strict=True))  # pools grow as they are used


async def _wait_until_free(model: LocalModel) -> None:
    for _ in range(500):
        if model.free_slots == 2:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{model.free_slots} slots are free")


async def test_the_engine_listens_to_nobody_else(model: LocalModel, heard_before: set[str]) -> None:
    engine = await model._ready()
    assert stat.S_IMODE(engine.folder.stat().st_mode) == 0o700
    assert listening() <= heard_before
    key, engine._key = engine._key, "wrong"
    with pytest.raises(EngineError, match="401"):
        engine.call("GET", "/props")
    engine._key = key


async def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + b"x" * 100)
    for path in (tmp_path / "bad.gguf", tmp_path / "missing.gguf"):
        model = LocalModel(("electron",), lambda path=path: path, LocalOptions(sessions=1))  # type: ignore[misc]
        with pytest.raises(EngineError):
            await ask(model, user("Hi"))
        with pytest.raises(EngineError):
            await ask(model, user("Hi"))
        await model.close()


async def test_another_template_is_rendered_by_the_engine(model: LocalModel) -> None:
    engine = await model._ready()
    template, engine.template = engine.template, "{{ something else }}"
    try:
        answer = await ask(model, SYSTEM, user("a"), user("b"), tools=(WEATHER,), tool_choice="required")
        assert answer.calls
    finally:
        engine.template = template
    assert replace(LocalOptions(), sessions=1).sessions == 1


async def test_what_is_read_ahead_is_known_to_the_answer(model: LocalModel) -> None:
    system = Message("system", "You are Ahead, who reads before others speak. " + "Be quick. " * 40)
    history = [system, user("Hello there."), Message("assistant", "Hello! What can I do for you?")]
    said = "I would like to know when the clinic opens on Saturday, and how long"
    await model.prime(ChatRequest("electron", (system,), session="s"))
    for words in (said[:30], said):
        await model.prime(ChatRequest("electron", (*history, user(words)), session="s"))
    usage = (await ask(model, *history, user(said + " it stays open."), session="s", max_tokens=4)).finish.usage
    assert usage.prompt - usage.cached <= 14  # the last words, and what asks for the answer
    history += [user(said + " it stays open."), Message("assistant", "From")]
    await model.prime(ChatRequest("electron", (*history, user("No, I meant")), session="s"))
    edited = (await ask(model, *history, user("Sorry, tell me about Sunday."), session="s", max_tokens=4)).finish.usage
    assert edited.prompt - edited.cached <= 20  # other words than were read, in the session's own slot


async def test_a_reading_under_way_is_waited_for_or_stopped(model: LocalModel) -> None:
    long = " ".join(f"Word {number} of many." for number in range(25))
    reading = asyncio.create_task(model.prime(ChatRequest("electron", (user(long),), session="a")))
    await asyncio.sleep(0.1)
    usage = (await ask(model, user(long + " So?"), session="a", max_tokens=1)).finish.usage
    assert reading.done()
    assert usage.prompt - usage.cached <= 14
    reading = asyncio.create_task(model.prime(ChatRequest("electron", (user("Another. " + long),), session="a")))
    await asyncio.sleep(0.1)
    usage = (await ask(model, user("Hi"), session="a", max_tokens=1)).finish.usage
    assert reading.done()
    assert usage.prompt < 60
    reading = asyncio.create_task(model.prime(ChatRequest("electron", (user("Once more. " + long),), session="a")))
    await asyncio.sleep(0.1)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert (await ask(model, user("Once more. " + long), session="a", max_tokens=1)).finish.usage.cached >= 16
    assert model.free_slots == 2


async def test_reading_ahead_takes_nobodys_place(model: LocalModel) -> None:
    answers = [
        model.complete(ChatRequest("electron", (user(f"Tell long story {name}."),), max_tokens=300)) for name in "ab"
    ]
    for deltas in answers:
        await anext(deltas)
    await asyncio.wait_for(model.prime(ChatRequest("electron", (user("Hello"),), session="b")), 1)
    for deltas in answers:
        await deltas.aclose()


@pytest.mark.parametrize("name", ODD_SCHEMAS)
async def test_schemas_of_every_shape_are_kept(model: LocalModel, name: str) -> None:
    request = ChatRequest(
        "electron",
        (user("Write an example."),),
        temperature=1,
        seed=len(name),
        max_tokens=150,
        response_schema=ODD_SCHEMAS[name],
    )
    answer = await collect(model.complete(request))
    if answer.finish.reason == "length":
        assert answer.text.strip()[0] in '{["'
        return
    jsonschema.validate(json.loads(answer.text), ODD_SCHEMAS[name])
