"""OpenAI's Realtime protocol by the stock SDK, with whistled words, tones and a scripted model on a real port."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import requests
import soxr
import websockets
from jsonschema import Draft202012Validator
from openai import AsyncOpenAI
from openai.types.realtime import realtime_server_event
from pydantic import TypeAdapter

from openwaves.audio.live_decode import LiveDecoder
from openwaves.stt.engines.tone import whistle
from openwaves.types import Samples
from tests.api.test_talk import LONG, WEATHER, call
from tests.llm.upstream import ANSWER, Behaviour, upstream
from tests.servers import KEY, server

EVENTS: TypeAdapter[Any] = TypeAdapter(realtime_server_event.RealtimeServerEvent)
RATE = 24000
WAIT_S = 15.0


@pytest.fixture(scope="module")
def model() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with upstream(behaviour):
        yield behaviour


@pytest.fixture(autouse=True)
def _as_it_was(model: Behaviour) -> Iterator[None]:
    yield
    model.fault, model.chunks, model.finish = "", [], "stop"
    model.asked.clear()


@pytest.fixture(scope="module")
def url(model: Behaviour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    options = ["--engine", "tone", "--llm-url", model.url, "--talk-sessions", "2"]
    with server(tmp_path_factory.mktemp("realtime"), *options) as running:
        yield running.url


class Line:
    """A connection of the SDK, and everything that came over it."""

    def __init__(self, connection: Any, document: dict[str, Any]) -> None:
        self.connection = connection
        schema = {"$ref": "#/components/schemas/RealtimeServerEvent", "components": document["components"]}
        self.checker = Draft202012Validator(schema)
        self.events: list[Any] = []
        self.traces = False

    async def until(self, kind: str, limit_s: float = WAIT_S) -> Any:
        """Read on until an event of a kind comes."""
        async with asyncio.timeout(limit_s):
            async for event in self.connection:
                raw = event.model_dump()
                problems = list(self.checker.iter_errors(event.to_dict(mode="json")))
                assert not problems, problems[0].message
                if not self.traces:
                    EVENTS.validate_python(raw)  # as the SDK declares it, not only as it tolerates it
                self.events.append(event)
                if event.type == kind:
                    return event
        raise AssertionError(f"{kind} did not come")

    def kinds(self) -> list[str]:
        return [event.type for event in self.events]

    def of(self, kind: str) -> list[Any]:
        return [event for event in self.events if event.type == kind]

    async def set(self, **fields: Any) -> Any:
        await self.connection.session.update(session={"type": "realtime", **fields})
        return await self.until("session.updated")

    async def say(self, text: str, *, after_s: float = 1.2, pace: bool = False) -> None:
        spoken = np.concatenate([whistle(text), np.zeros(round(16000 * after_s), np.float32)])
        data = pcm(soxr.resample(spoken, 16000, RATE))
        for begin in range(0, len(data), 4800):
            await self.connection.input_audio_buffer.append(
                audio=base64.b64encode(data[begin : begin + 4800]).decode("ascii")
            )
            if pace:
                await asyncio.sleep(0.09)


def pcm(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


@asynccontextmanager
async def line(url: str, model: str = "gpt-realtime", key: str = KEY) -> AsyncIterator[Line]:
    client = AsyncOpenAI(api_key=key, base_url=f"{url}/v1", websocket_base_url=f"ws{url.removeprefix('http')}/v1")
    async with client.realtime.connect(model=model) as connection:
        document = requests.get(f"{url}/asyncapi.json", timeout=20).json()
        opened = Line(connection, document)
        await opened.until("session.created")
        yield opened


async def test_a_spoken_turn_is_answered_aloud(url: str, model: Behaviour) -> None:
    async with line(url) as talk:
        created = talk.events[0].session
        assert created.audio.input.turn_detection.type == "server_vad"
        assert created.audio.output.format.rate == RATE
        await talk.set(audio={"input": {"transcription": {"model": "whisper-1"}}}, instructions="Be short.")
        await talk.say("hello")
        done = await talk.until("response.done")
        assert done.response.status == "completed"
        (item,) = done.response.output
        assert item.content[0].transcript == ANSWER.strip()
        kinds = talk.kinds()
        order = [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed",
            "response.created",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.done",
        ]
        places = [kinds.index(kind) for kind in order]
        assert places == sorted(places)
        assert (
            talk.of("conversation.item.input_audio_transcription.completed")[0].transcript.lower().startswith("hello")
        )
        sound = b"".join(base64.b64decode(event.delta) for event in talk.of("response.output_audio.delta"))
        assert len(sound) > RATE // 2
        assert np.sqrt(np.mean(np.frombuffer(sound, "<i2").astype(float) ** 2)) > 100
        words = "".join(event.delta for event in talk.of("response.output_audio_transcript.delta"))
        assert words.strip() == ANSWER.strip()
        assert model.asked[-1]["messages"][0]["content"].startswith("Be short.")


async def test_typed_text_and_written_answers(url: str) -> None:
    async with line(url) as talk:
        await talk.set(output_modalities=["text"])
        await talk.connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi there"}]}
        )
        await talk.connection.response.create()
        done = await talk.until("response.done")
        assert done.response.output[0].content[0].text == ANSWER.strip()
        assert "".join(event.delta for event in talk.of("response.output_text.delta")).strip() == ANSWER.strip()
        assert not talk.of("response.output_audio.delta")
        assert talk.of("conversation.item.added")[0].item.content[0].text == "Hi there"


async def test_functions(url: str, model: Behaviour) -> None:
    model.chunks, model.finish = call("Paris"), "tool_calls"
    async with line(url) as talk:
        await talk.set(tools=[WEATHER], tool_choice="auto")
        await talk.say("weather")
        done = await talk.until("response.done")
        (called,) = done.response.output
        assert called.type == "function_call"
        assert json.loads(called.arguments) == {"city": "Paris"}
        assert talk.of("response.function_call_arguments.done")[0].name == "get_weather"
        model.chunks, model.finish = [], "stop"
        await talk.connection.conversation.item.create(
            item={"type": "function_call_output", "call_id": called.call_id, "output": '{"sky": "clear"}'}
        )
        await talk.connection.response.create()
        assert (await talk.until("response.done")).response.status == "completed"
        assert any(message.get("content") == '{"sky": "clear"}' for message in model.asked[-1]["messages"])
        await talk.connection.conversation.item.create(
            item={"type": "function_call_output", "call_id": "call_nobody", "output": ""}
        )
        error = (await talk.until("error")).error
        assert error.code == "invalid_tool_call_id"
        assert error.param == "item.call_id"


async def test_push_to_talk(url: str) -> None:
    """Without turn detection the client says when a turn is over, and when it wants an answer."""
    async with line(url) as talk:
        await talk.set(audio={"input": {"turn_detection": None, "transcription": {"model": "whisper-1"}}})
        for number, word in enumerate(("hello", "weather")):
            await talk.say(word, after_s=0.0)  # it ends in the midst of a word's sound
            await talk.connection.input_audio_buffer.commit()
            await talk.connection.response.create()
            done = await talk.until("response.done")
            assert done.response.status == "completed"
            heard = talk.of("conversation.item.input_audio_transcription.completed")
            assert [event.transcript.strip(". ").lower() for event in heard][number] == word
        assert "input_audio_buffer.speech_started" not in talk.kinds()
        await talk.connection.input_audio_buffer.commit()
        assert (await talk.until("error")).error.code == "input_audio_buffer_commit_empty"
        await talk.say("hello", after_s=0.0)
        await talk.connection.input_audio_buffer.clear()
        await talk.until("input_audio_buffer.cleared")
        await talk.connection.input_audio_buffer.commit()
        assert (await talk.until("error")).error.code == "input_audio_buffer_commit_empty"


async def test_a_running_answer(url: str, model: Behaviour) -> None:
    """It can be cancelled, and cut where it was heard; a second one is refused meanwhile."""
    model.chunks = LONG
    async with line(url) as talk:
        await talk.connection.response.create()
        delta = await talk.until("response.output_audio.delta")
        await talk.connection.response.create(event_id="mine")
        error = (await talk.until("error")).error
        assert (error.code, error.event_id) == ("conversation_already_has_active_response", "mine")
        await talk.connection.response.cancel()
        done = (await talk.until("response.done")).response
        assert (done.status, done.status_details.reason) == ("cancelled", "client_cancelled")
        assert done.output[0].status == "incomplete"
        await talk.connection.conversation.item.truncate(item_id=delta.item_id, content_index=0, audio_end_ms=100)
        await talk.until("conversation.item.truncated")
        await talk.connection.conversation.item.retrieve(item_id=delta.item_id)
        item = (await talk.until("conversation.item.retrieved")).item
        assert len(item.content[0].transcript) < len("Number 0 of a long tale about the sea. ")
        for end_ms in (-1, 10_000_000):
            await talk.connection.conversation.item.truncate(
                item_id=delta.item_id, content_index=0, audio_end_ms=end_ms
            )
            assert (await talk.until("error")).error.param == "audio_end_ms"
        await talk.connection.conversation.item.delete(item_id=delta.item_id)
        await talk.until("conversation.item.deleted")
        await talk.connection.conversation.item.retrieve(item_id=delta.item_id)
        assert (await talk.until("error")).error.code == "item_not_found"
        await talk.connection.response.cancel()
        assert (await talk.until("error")).error.code == "response_cancel_not_active"


async def test_a_user_who_speaks_over_an_answer_ends_it(url: str, model: Behaviour) -> None:
    model.chunks = LONG
    async with line(url) as talk:
        await talk.connection.response.create()
        await talk.until("response.output_audio.delta")
        await talk.say("hello weather hello", pace=True)
        done = (await talk.until("response.done")).response
        assert (done.status, done.status_details.reason) == ("cancelled", "turn_detected")


async def test_what_holds_for_one_answer_alone(url: str, model: Behaviour) -> None:
    async with line(url) as talk:
        await talk.connection.response.create(
            response={"instructions": "Say it in verse.", "max_output_tokens": 33, "metadata": {"topic": "sea"}}
        )
        done = (await talk.until("response.done")).response
        assert done.metadata == {"topic": "sea"}
        assert model.asked[-1]["messages"][0]["content"].startswith("Say it in verse.")
        assert model.asked[-1]["max_tokens"] == 33
        await talk.connection.response.create()
        done = (await talk.until("response.done")).response
        assert done.metadata is None
        assert not model.asked[-1]["messages"][0]["content"].startswith("Say it in verse.")


async def test_what_holds_for_an_answer_goes_with_it_if_it_never_begins(url: str, model: Behaviour) -> None:
    """The user speaks, so the answer waits; it is cancelled meanwhile."""
    fields: Any = {"instructions": "Say it in verse.", "metadata": {"topic": "sea"}}
    async with line(url) as talk:
        for is_cancelled in (True, False):
            await talk.say("hello weather", after_s=0.0)
            await talk.until("input_audio_buffer.speech_started")
            await talk.connection.response.create(response=fields)
            if is_cancelled:
                await talk.connection.response.cancel()
                done = (await talk.until("response.done")).response
                assert (done.status, done.metadata, done.output) == ("cancelled", fields["metadata"], [])
                assert not model.asked
            await talk.say("", after_s=1.5)
            done = (await talk.until("response.done")).response
            assert done.status == "completed"
            assert done.metadata == (None if is_cancelled else fields["metadata"])
            in_verse = model.asked[-1]["messages"][0]["content"].startswith(fields["instructions"])
            assert in_verse != is_cancelled


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
async def test_telephone(url: str, law: Any) -> None:
    kind = {"type": {"mulaw": "audio/pcmu", "alaw": "audio/pcma"}[law]}
    async with line(url) as talk:
        await talk.set(audio={"input": {"format": kind}, "output": {"format": kind}})
        codes = LiveDecoder(law, 8000)  # every code of the law and its sample
        table = codes._decode(bytes(range(256)))
        order = np.argsort(table)
        spoken = np.concatenate([whistle("hello"), np.zeros(16000, np.float32)])
        spoken = soxr.resample(spoken, 16000, 8000)
        data = order[np.clip(np.searchsorted(table[order], spoken), 0, 255)].astype(np.uint8).tobytes()
        for begin in range(0, len(data), 800):
            await talk.connection.input_audio_buffer.append(audio=base64.b64encode(data[begin : begin + 800]).decode())
        await talk.until("response.done")
        coded = b"".join(base64.b64decode(event.delta) for event in talk.of("response.output_audio.delta"))
        sound = table[np.frombuffer(coded, np.uint8)]
        assert len(sound) > 2000
        assert 0.01 < np.sqrt(np.mean(sound**2)) < 0.5


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"voice": "marin"}, "session.voice"),
    ({"modalities": ["text"]}, "session.modalities"),
    ({"output_modalities": ["text", "audio"]}, "session.output_modalities"),
    ({"audio": {"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}}},
     "session.audio.input.turn_detection.interrupt_response"),
    ({"audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 5}}}},
     "session.audio.input.turn_detection.silence_duration_ms"),
    ({"audio": {"input": {"turn_detection": {"type": "psychic"}}}}, "session.audio.input.turn_detection"),
    ({"audio": {"input": {"noise_reduction": {"type": "near_field"}}}}, "session.audio.input.noise_reduction"),
    ({"audio": {"input": {"transcription": {"model": "ears"}}}}, "session.audio.input.transcription.model"),
    ({"audio": {"input": {"transcription": {"language": "tlh"}}}}, "session.audio.input.transcription.language"),
    ({"audio": {"input": {"format": {"type": "audio/pcm", "rate": 11025}}}}, "session.audio.input.format.rate"),
    ({"audio": {"output": {"voice": "nobody"}}}, "session.audio.output.voice"),
    ({"audio": {"output": {"speed": 3}}}, "session.audio.output.speed"),
    ({"tools": [{"type": "mcp", "server_label": "x"}]}, "session.tools[0].type"),
    ({"tool_choice": {"type": "function", "name": "fly"}}, "session.tool_choice.name"),
    ({"max_output_tokens": 0}, "session.max_output_tokens"),
    ({"prompt": {"id": "pmpt_1"}}, "session.prompt"),
    ({"reasoning": {"effort": "high"}}, "session.reasoning"),
    ({"include": ["item.input_audio_transcription.logprobs"]}, "session.include"),
    ({"truncation": "disabled"}, "session.truncation"),
    ({"model": "gpt-9"}, "session.model"),
)  # fmt: skip


async def test_what_cannot_be_served_is_refused_by_name(url: str) -> None:
    async with line(url) as talk:
        before = talk.events[0].session.model_dump()
        for fields, param in REFUSED:
            await talk.connection.session.update(session={"type": "realtime", **fields})
            error = (await talk.until("error")).error
            assert error.param.startswith(param), error
            assert error.message.startswith(param), error
        for raw in ('{"type": "session.fly"}', "[]", "nonsense", '{"type": "input_audio_buffer.append", "audio": "!"}'):
            await talk.connection.send(json.loads(raw)) if raw.startswith("{") else await talk.connection.send_raw(raw)
            await talk.until("error")
        after = (await talk.set()).session.model_dump()
        assert after == before
        await talk.say("hello")
        assert (await talk.until("response.done")).response.status == "completed"


async def test_traces_are_told_if_asked_for(url: str) -> None:
    async with line(url) as talk:
        talk.traces = True  # ours alone
        await talk.set(include=["response.trace"])
        await talk.say("hello")
        await talk.until("response.done")
        trace = await talk.until("response.trace")
        assert trace.trace["first_sound_ms"] >= trace.trace["decided_ms"] > 0


async def test_ways_in(url: str) -> None:
    address = f"ws{url.removeprefix('http')}/v1/realtime?model=gpt-realtime"
    browser = ["realtime", f"openai-insecure-api-key.{KEY}"]
    async with websockets.connect(address, subprotocols=browser) as socket:  # type: ignore[arg-type]
        assert socket.subprotocol == "realtime"
        assert json.loads(await socket.recv())["type"] == "session.created"
    for key, query, status in ((KEY, "?model=gpt-9", 400), ("sk_wrong", "", 401)):
        headers = {"Authorization": f"Bearer {key}"}
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(address.partition("?")[0] + query, additional_headers=headers).__aenter__()
        assert refused.value.response.status_code == status


async def test_server_full(url: str) -> None:
    async with line(url), line(url):
        client = AsyncOpenAI(api_key=KEY, base_url=f"{url}/v1")
        async with client.realtime.connect(model="gpt-realtime") as connection:
            assert (await connection.recv()).error.code == "server_full"  # type: ignore[union-attr]
