"""Speech to speech with whistled words, tones and a scripted model on a real port: every rule of the protocol."""

import asyncio
import base64
import json
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soxr
import websockets

from openwaves.api.talk_voices import VOICES
from openwaves.stt.engines.tone import whistle
from openwaves.types import Samples
from tests.llm.upstream import ANSWER, Behaviour, upstream
from tests.servers import KEY, RunningServer, server
from tests.talking import TALK, TalkClient, dial, silence, talking

TOOL_WAIT_S, IDLE_S, SESSIONS = 2.0, 3.0, 6
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Weather in a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
LONG = [{"content": f"Number {number} of a long tale about the sea. "} for number in range(40)]


def call(*cities: str) -> list[dict[str, Any]]:
    """What a model streams that calls a function for each city."""
    return [
        {
            "tool_calls": [
                {
                    "index": index,
                    "id": f"call_{uuid.uuid4().hex}",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": json.dumps({"city": city})},
                }
            ]
        }
        for index, city in enumerate(cities)
    ]


@pytest.fixture(scope="module")
def model() -> Iterator[Behaviour]:
    """What answers; what a test changes is put back."""
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
    options = ["--engine", "tone", "--llm-url", model.url, "--talk-sessions", str(SESSIONS)]
    options += ["--talk-tool-wait-s", str(TOOL_WAIT_S), "--talk-idle-s", str(IDLE_S)]
    with server(tmp_path_factory.mktemp("talk"), *options) as running:
        yield running.url


def say(text: str, before_s: float = 0.2, after_s: float = 0.6) -> Samples:
    return np.concatenate([silence(before_s), whistle(text), silence(after_s)])


async def turn(client: TalkClient, text: str) -> dict[str, Any]:
    """Speak, and wait for the answer's end."""
    number = len(client.of("response.done"))
    await client.pace(say(text))
    done: dict[str, Any] = (await client.wait_for("response.done", number + 1))["response"]
    return done


# --- opening


async def test_refusals(url: str) -> None:
    for key, query, status in (
        (None, {}, 401),
        ("sk_wrong", {"model": "hydra-v1.1"}, 401),
        (None, {"api_key": "sk_wrong"}, 401),
        (KEY, {"model": "hydra-v9"}, 400),
        (KEY, {"model": "pulse"}, 400),
    ):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with dial(url, key=key, **query):
                pass
        assert refused.value.response.status_code == status


async def test_ways_in(url: str) -> None:
    for path, key, query in (
        (TALK, KEY, {}),
        (TALK, None, {"api_key": KEY}),
        ("/api/v1/s2s", None, {"token": KEY}),
        (TALK + "/", KEY, {"model": "hydra-v1.0"}),
    ):
        async with dial(url, path, key, **query) as client:
            assert uuid.UUID(client.frames[0]["session_id"])


async def test_a_deprecated_model_is_told_first(url: str) -> None:
    async with dial(url, model="hydra") as client:
        assert client.kinds() == ["warning", "session.created"]
        assert client.frames[0]["code"] == "model_deprecated"


async def test_server_full(url: str) -> None:
    opened = [dial(url) for _ in range(SESSIONS)]
    for one in opened:
        await one.__aenter__()
    async with websockets.connect(
        url.replace("http", "ws") + TALK, additional_headers={"Authorization": f"Bearer {KEY}"}
    ) as socket:
        error = json.loads(await socket.recv())
        assert error["error"]["code"] == "server_full"
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1013
    for one in opened:
        await one.__aexit__(None, None, None)


async def test_idle(url: str) -> None:
    async with talking(url) as client:
        for _ in range(4):
            await asyncio.sleep(IDLE_S / 2)
            await client.send(silence(0.1))
        assert client.code is None
        await client.wait(lambda client: client.code is not None, 2 * IDLE_S)
        assert client.code == 1000
        assert client.kinds() == ["session.created", "session.configured"]


# --- configuring


async def test_defaults(url: str) -> None:
    async with talking(url) as client:
        session = client.session
        assert session.pop("instructions")
        assert session == {
            "voice": "sterling",
            "tools": [],
            "generate_initial_response": False,
            "input_audio_format": "pcm16",
            "input_audio_sample_rate": 16000,
            "output_audio_format": "pcm16",
            "output_audio_sample_rate": 48000,
        }


async def test_only_the_first_configure_counts(url: str) -> None:
    async with talking(url, voice="maya", temperature=1, turn_detection={"type": "server_vad"}) as client:
        await client.tell("session.configure", session={"voice": "leo"})
        await client.tell("session.configure", session={"voice": "nobody"})
        await client.calm(0.3)


async def test_all_voices(url: str) -> None:
    assert len(VOICES) == 30
    for voice in (*VOICES, "magnus"):
        async with talking(url, voice=voice) as client:
            assert client.session["voice"] == voice


async def test_an_unknown_voice(url: str) -> None:
    async with dial(url) as client:
        await client.tell("session.configure", event_id="mine", session={"voice": "nobody"})
        error = (await client.wait_for("error"))["error"]
        assert (error["code"], error["param"]) == ("invalid_request_error", "session.configure.session.voice")
        assert error["event_id"] == "mine"
        assert (await client.configure(voice="kai"))["voice"] == "kai"


@pytest.mark.parametrize(
    "session",
    [
        {"instructions": 5},
        {"tools": "all"},
        {"tools": [{"name": ""}]},
        {"output_audio_sample_rate": 12345},
        {"output_audio_format": "mp3"},
        {"input_audio_format": "opus"},
        {"generate_initial_response": "yes"},
        {"language": "xx"},
        {"language": "ko"},
        None,
        [],
    ],
)
async def test_what_cannot_be_served(url: str, session: Any) -> None:
    async with dial(url) as client:
        await client.tell("session.configure", session=session)
        error = (await client.wait_for("error"))["error"]
        assert error["code"] == "invalid_request_error"
        assert error["param"] in error["message"]
        await client.configure()


async def test_tools_in_any_form(url: str) -> None:
    nested = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    bare = {name: value for name, value in WEATHER.items() if name != "type"}
    odd = {"type": "function", "name": "odd-name.v2 é", "parameters": None, "description": None}
    async with talking(url, tools=[nested, bare, odd]) as client:
        tools = client.session["tools"]
        assert [tool["name"] for tool in tools] == ["f", "get_weather", "odd-name.v2 é"]
        assert all(tool["type"] == "function" for tool in tools)
        assert tools[1] == WEATHER


async def test_update(url: str) -> None:
    async with talking(url) as client:
        await client.tell("session.update", session={"tools": [WEATHER]})
        assert (await client.wait_for("session.updated"))["session"] == {"tools": [WEATHER]}
        await client.tell("session.update", session={"tools": [WEATHER]})
        await client.tell("session.update", session={})
        await client.calm(0.2)
        await client.tell("session.update", event_id="u", session={"voice": "leo"})
        error = (await client.wait_for("error"))["error"]
        assert (error["code"], error["event_id"]) == ("invalid_frame", "u")


async def test_bad_events_change_nothing(url: str) -> None:
    async with talking(url) as client:
        for text in ("{oops", "[]", '{"type": "session.fly", "event_id": "x"}', '{"audio": "AAAA"}'):
            await client.socket.send(text)
        await client.socket.send(b"binary")
        for kind in ("conversation.item.create", "session.update"):
            await client.tell(kind)
        await client.create(type="message", role="robot", content=[])
        await client.create(type="function_call_output", call_id="call_nope", output="x")
        await client.wait_for("error", 9)
        codes = [frame["error"]["code"] for frame in client.of("error")]
        assert codes == ["invalid_frame"] * 5 + ["invalid_request_error"] * 4
        assert client.of("error")[2]["error"]["event_id"] == "x"
        assert (await turn(client, "hello please"))["status"] == "completed"


async def test_bad_sound_is_told_once_a_second(url: str) -> None:
    async with talking(url) as client:
        for data, part in ((b"\0" * 40, "audio frame too small (40 bytes, need 320)"), (b"\0" * 641, "641")):
            audio = base64.b64encode(data).decode()
            for _ in range(5):
                await client.tell("input_audio_buffer.append", audio=audio)
            number = len(client.of("error")) + 1
            assert part in (await client.wait_for("error", number))["error"]["message"]
            await asyncio.sleep(1.1)
        await client.tell("input_audio_buffer.append", audio="not base64 !!")
        await client.wait_for("error", 3)
        assert {frame["error"]["code"] for frame in client.of("error")} == {"invalid_audio"}


# --- turns


async def test_the_order_of_a_turn(url: str) -> None:
    async with talking(url) as client:
        done = await turn(client, "book the table please")
        kinds = [kind for kind in client.kinds() if "transcript" not in kind]
        sounds = kinds.count("response.output_audio.delta")
        assert kinds == [
            "session.created",
            "session.configured",
            "input_audio_buffer.speech_started",
            "conversation.item.added",
            "input_audio_buffer.speech_stopped",
            "conversation.item.done",
            "response.created",
            "conversation.item.added",
            *["response.output_audio.delta"] * sounds,
            "response.output_audio.done",
            "conversation.item.done",
            "response.done",
        ]
        added, asked = client.of("conversation.item.added"), client.of("conversation.item.done")
        user, assistant = asked[0]["item"], asked[1]["item"]
        assert user["content"] == [{"type": "input_audio", "text": "book the table please"}]
        assert assistant["content"] == [{"type": "output_audio", "text": ANSWER}]
        assert [frame["previous_item_id"] for frame in added] == [None, user["id"]]
        assert done["output"] == [assistant]
        assert done["usage"] == {"input_tokens": 11, "output_tokens": 5, "total_tokens": 16}
        assert client.said() == ANSWER
        started = client.of("input_audio_buffer.speech_started")[0]
        assert abs(started["audio_start_ms"] - 200) < 70
        sizes = [len(base64.b64decode(frame["delta"])) for frame in client.of("response.output_audio.delta")]
        assert all(1920 <= size <= 19200 for size in sizes[:-1])
        await turn(client, "call the ship")
        assert client.of("conversation.item.added")[2]["previous_item_id"] == assistant["id"]


async def test_the_model_is_told_everything(url: str, model: Behaviour) -> None:
    async with talking(url, instructions="Be a pirate.") as client:
        await client.create(type="message", role="system", content=[{"type": "input_text", "text": "It rains."}])
        await turn(client, "book the table")
        await asyncio.sleep(1.8)  # until the answer was heard
        await turn(client, "call the ship")
        asked = model.asked[-1]["messages"]
        assert [message["role"] for message in asked] == ["system", "system", "user", "assistant", "user"]
        assert asked[0]["content"].startswith("Be a pirate.")
        assert [message["content"] for message in asked[1:]] == ["It rains.", "book the table", ANSWER, "call the ship"]


async def test_the_assistant_may_begin(url: str) -> None:
    async with talking(url, generate_initial_response=True) as client:
        await client.wait_for("response.done")
        assert client.kinds()[1:3] == ["session.configured", "response.created"]
        assert not client.of("input_audio_buffer.speech_started")


async def test_silence_is_silent(url: str) -> None:
    async with talking(url) as client:
        noise = np.random.default_rng(1).standard_normal(16000).astype(np.float32) * 0.0005
        await client.pace(np.concatenate([silence(0.5), noise]))
        await client.calm(0.2)


async def test_noise_is_thrown_away(url: str) -> None:
    async with talking(url) as client:
        noise = np.random.default_rng(1).standard_normal(6400).astype(np.float32) * 0.1
        await client.pace(np.concatenate([silence(0.3), noise, silence(0.8)]))
        item = (await client.wait_for("conversation.item.done"))["item"]
        assert item["status"] == "incomplete"
        await client.calm(0.3)


async def test_a_turn_ends_by_the_clock(url: str) -> None:
    async with talking(url) as client:
        await client.pace(say("book the table", after_s=0.0))
        await client.wait_for("input_audio_buffer.speech_stopped", limit_s=2.5)
        await client.wait_for("response.done")


async def test_configure_and_sound_back_to_back(url: str) -> None:
    async with dial(url) as client:
        await client.send(whistle("order's"))
        await client.tell("session.configure", session={})
        await client.send(say("book the table please"))
        await client.wait_for("response.done")
        assert client.heard() == ["book the table please"]
        assert not client.of("error")


async def test_sound_in_a_burst(url: str) -> None:
    async with talking(url) as client:
        await client.send(np.concatenate([say("book the table", after_s=3.0), say("call the ship", after_s=3.0)]))
        await client.wait(lambda client: len(client.heard()) == 2)
        assert client.heard() == ["book the table", "call the ship"]


@pytest.mark.parametrize("rate", [8000, 24000, 48000])
async def test_input_rates(url: str, rate: int) -> None:
    async with talking(url, input_audio_sample_rate=rate) as client:
        await client.send(soxr.resample(say("book the table please"), 16000, rate))
        await client.wait_for("response.done")
        assert client.heard() == ["book the table please"]


async def test_output_rates(url: str) -> None:
    lengths = []
    for rate in (8000, 16000, 24000, 48000):
        async with talking(url, output_audio_sample_rate=rate) as client:
            assert client.session["output_audio_sample_rate"] == rate
            await turn(client, "hello")
            lengths.append(len(client.sound()) / 2 / rate)
    assert np.ptp(lengths) < 0.01


async def test_text_is_context(url: str) -> None:
    async with talking(url) as client:
        await client.create(type="message", role="user", content=[{"type": "input_text", "text": "Hello."}])
        await client.calm(0.3)
        for _ in range(4):
            await client.tell("response.create", response={})
        await client.wait_for("response.done")
        await client.calm(0.5)
        await client.tell("response.create")
        await client.calm(0.3)


async def test_a_trace_for_who_asks(url: str) -> None:
    async with talking(url, trace=True) as client:
        await turn(client, "book the table")
        trace = (await client.wait_for("response.trace"))["trace"]
        stages = [trace[f"{name}_ms"] for name in ("quiet", "decided", "first_sound", "done", "heard")]
        assert stages == sorted(stages)
        assert 200 <= stages[0] <= 600
        assert trace["heard_s"] == trace["audio_s"]
        assert not trace["was_cut"]


async def test_a_model_that_fails(url: str, model: Behaviour) -> None:
    async with talking(url) as client:
        model.fault = "500"
        done = await turn(client, "hello")
        assert (done["status"], done["status_details"]["error"]["code"]) == ("failed", "internal_error")
        await client.wait_for("error")
        model.fault = "cut"
        assert (await turn(client, "hello"))["status"] == "failed"
        model.fault = ""
        assert (await turn(client, "hello"))["status"] == "completed"


async def test_an_answer_that_is_too_long(url: str, model: Behaviour) -> None:
    model.finish = "length"
    async with talking(url) as client:
        done = await turn(client, "hello")
        assert (done["status"], done["status_details"]["reason"]) == ("incomplete", "max_output_tokens")


# --- interruptions


async def answering(client: TalkClient, model: Behaviour, sounds: int = 5) -> str:
    """Let it answer at length; the response's id once it has begun to sound."""
    model.chunks = LONG
    await client.pace(say("book the table", after_s=0.4))
    frame = await client.wait_for("response.output_audio.delta", sounds)
    response: str = frame["response_id"]
    return response


async def test_barge_in(url: str, model: Behaviour) -> None:
    async with talking(url, trace=True) as client:
        response = await answering(client, model)
        await asyncio.sleep(1.0)
        model.chunks = []
        await client.pace(say("no thank you", before_s=0.0))
        done = (await client.wait_for("response.done"))["response"]
        assert done["id"] == response
        assert (done["status"], done["status_details"]) == ("cancelled", {"type": "cancelled", "reason": "interrupted"})
        began = client.frames.index(client.of("input_audio_buffer.speech_started")[1])
        kinds = [kind for kind in client.kinds(began) if kind != "response.trace"]
        assert kinds[:4] == [
            "input_audio_buffer.speech_started",
            "conversation.item.done",
            "response.done",
            "conversation.item.added",
        ]
        cut = client.frames[began + 1]["item"]
        assert (cut["role"], cut["status"]) == ("assistant", "incomplete")
        await client.wait_for("response.done", 2)
        assert client.heard() == ["book the table", "no thank you"]
        heard = model.asked[-1]["messages"][2]["content"]
        assert heard.endswith("…")
        assert "".join(part["content"] for part in LONG).startswith(heard.removesuffix("…"))
        assert len(heard) < 90  # about two seconds of it, however much was sent
        trace = (await client.wait_for("response.trace"))["trace"]
        assert trace["was_cut"]
        assert 1.0 < trace["heard_s"] < 3.5 < trace["audio_s"]


async def test_a_backchannel_is_no_turn(url: str, model: Behaviour) -> None:
    async with talking(url) as client:
        model.chunks = LONG[:6]
        await client.pace(say("book the table", after_s=0.4))
        await client.wait_for("response.output_audio.delta", 5)
        await client.pace(say("yes", before_s=0.0, after_s=1.0))
        assert (await client.wait_for("response.done"))["response"]["status"] == "completed"
        assert len(client.of("input_audio_buffer.speech_started")) == 1
        assert client.said().strip() == "".join(part["content"] for part in LONG[:6]).strip()


async def test_a_yes_at_the_end_of_an_answer_is_a_reply(url: str) -> None:
    async with talking(url) as client:
        await turn(client, "book the table")
        await asyncio.sleep(1.0)  # of the 1.4 s that it sounds
        await client.pace(say("yes", before_s=0.0))
        await client.wait_for("response.done", 2)
        assert client.heard() == ["book the table", "yes"]


@pytest.mark.parametrize("delay_s", [0.08, 0.3])
async def test_the_own_echo_is_no_turn(url: str, model: Behaviour, delay_s: float) -> None:
    async with talking(url, output_audio_sample_rate=16000) as client:
        model.chunks = LONG[:6]
        await client.pace(say("book the table", after_s=0.4))
        await client.wait_for("response.output_audio.delta")
        began = client.at[-1]
        clock = asyncio.get_running_loop().time
        for number in range(300):  # six seconds of a microphone beside the loudspeaker
            played = np.frombuffer(client.sound(), "<i2").astype(np.float32) / 32768
            place = round(16000 * (number * 0.02 - delay_s))
            echo = np.zeros(320, np.float32)
            if place >= 0:
                heard = 0.1 * played[place : place + 320]
                echo[: len(heard)] = heard
            await client.send(echo, 640)
            await asyncio.sleep(max(0.0, began + (number + 1) * 0.02 - clock()))
        if clock() - began > 6.3:
            pytest.skip("this machine is too busy to play and record in time")
        assert (await client.wait_for("response.done"))["response"]["status"] == "completed"
        assert len(client.of("input_audio_buffer.speech_started")) == 1


async def test_speech_after_all_was_sent_cuts_what_is_remembered(url: str, model: Behaviour) -> None:
    async with talking(url) as client:
        model.chunks = LONG[:3]
        await client.pace(say("book the table", after_s=0.4))
        await client.wait_for("response.done")
        model.chunks = []
        await client.pace(say("no thank you", before_s=0.3))
        await client.wait_for("response.done", 2)
        assert client.of("response.done")[0]["response"]["status"] == "completed"
        assert model.asked[-1]["messages"][2]["content"].endswith("…")


async def test_cancel(url: str, model: Behaviour) -> None:
    async with talking(url) as client:
        await client.tell("response.cancel")
        response = await answering(client, model)
        await client.tell("response.cancel", response_id=response)
        done = (await client.wait_for("response.done"))["response"]
        assert done["status_details"]["reason"] == "client_cancelled"
        await client.tell("response.cancel")
        await client.calm(0.4)
        model.chunks = []
        assert (await turn(client, "hello please"))["status"] == "completed"


# --- tools


async def calling(client: TalkClient, model: Behaviour, *cities: str) -> list[str]:
    """Let it call functions; their ids."""
    model.chunks, model.finish = call(*cities), "tool_calls"
    number = len(client.of("response.done"))
    await client.pace(say("weather in Paris please"))
    done = (await client.wait_for("response.done", number + 1))["response"]
    assert done["status"] == "completed"
    model.chunks, model.finish = [], "stop"
    return [item["call_id"] for item in done["output"]]


async def test_tools(url: str, model: Behaviour) -> None:
    async with talking(url, tools=[WEATHER]) as client:
        calls = await calling(client, model, "Paris", "London")
        for call_id, done in zip(calls, client.of("response.function_call_arguments.done"), strict=True):
            deltas = [
                frame for frame in client.of("response.function_call_arguments.delta") if frame["call_id"] == call_id
            ]
            assert deltas[0]["name"] == done["name"] == "get_weather"
            assert "".join(frame["delta"] for frame in deltas) == done["arguments"]
        await client.calm(0.3)
        for number, call_id in enumerate(calls):
            await client.create(type="function_call_output", call_id=call_id, output=f"{20 + number} degrees")
            await client.tell("response.create", response={})
            if not number:
                await client.calm(0.3)
        done = (await client.wait_for("response.done", 2))["response"]
        assert done["status"] == "completed"
        assert client.said(done["id"]) == ANSWER
        await client.calm(0.4)
        roles = [message["role"] for message in model.asked[-1]["messages"]]
        assert roles == ["system", "user", "assistant", "tool", "tool"]
        assert [message["content"] for message in model.asked[-1]["messages"][3:]] == ["20 degrees", "21 degrees"]


async def test_a_filler_before_a_call_is_spoken(url: str, model: Behaviour) -> None:
    async with talking(url, tools=[WEATHER], instructions="Say a filler before a tool call.") as client:
        model.chunks, model.finish = [{"content": "One moment please. "}, *call("Paris")], "tool_calls"
        await client.pace(say("weather in Paris please"))
        done = (await client.wait_for("response.done"))["response"]
        assert sorted(item["type"] for item in done["output"]) == ["function_call", "message"]
        assert client.said().strip() == "One moment please."


async def test_a_tool_that_does_not_answer(url: str, model: Behaviour) -> None:
    async with talking(url, tools=[WEATHER]) as client:
        (call_id,) = await calling(client, model, "Paris")
        error = (await client.wait_for("error", limit_s=TOOL_WAIT_S + 2))["error"]
        assert error["code"] == "tool_response_timeout"
        assert (await turn(client, "hello please"))["status"] == "completed"
        await client.create(type="function_call_output", call_id=call_id, output="late")
        await client.calm(0.3)


async def test_a_call_whose_result_is_there_is_not_made_again(url: str, model: Behaviour) -> None:
    """Small models repeat it for ever."""
    async with talking(url, tools=[WEATHER]) as client:
        (call_id,) = await calling(client, model, "Paris")
        model.chunks, model.finish = call("Paris"), "tool_calls"
        await client.create(type="function_call_output", call_id=call_id, output="rain")
        await client.tell("response.create")
        done = (await client.wait_for("response.done", 2))["response"]
        assert client.said(done["id"]) == ANSWER
        assert [item["type"] for item in done["output"]] == ["message"]
        (other,) = await calling(client, model, "London")
        assert other != call_id


async def test_speech_while_a_tool_runs(url: str, model: Behaviour) -> None:
    async with talking(url, tools=[WEATHER]) as client:
        (call_id,) = await calling(client, model, "Paris")
        assert (await turn(client, "hello please"))["status"] == "completed"
        asked = model.asked[-1]["messages"]
        assert [message["role"] for message in asked] == ["system", "user", "assistant", "tool", "user"]
        await client.create(type="function_call_output", call_id=call_id, output="late")
        await client.calm(TOOL_WAIT_S + 0.3)


# --- who goes away


@pytest.mark.parametrize("moment", ["created", "configured", "speaking", "thinking", "sounding", "waiting"])
async def test_nothing_is_left_of_who_vanishes(url: str, model: Behaviour, moment: str) -> None:
    before = len(model.asked)
    async with dial(url) as client:
        if moment != "created":
            await client.configure(tools=[WEATHER])
        if moment == "waiting":
            await calling(client, model, "Paris")
        elif moment in {"speaking", "thinking", "sounding"}:
            model.fault = "endless" if moment == "sounding" else "stall" if moment == "thinking" else ""
            await client.pace(say("book the table", after_s=0.0 if moment == "speaking" else 0.5))
            if moment == "sounding":
                await client.wait_for("response.output_audio.delta", 3)
        client.socket.transport.abort()
    await settled(url)
    if moment in {"thinking", "sounding"}:
        assert len(model.asked) > before
        for _ in range(100):
            if model.hung_up:
                break
            await asyncio.sleep(0.05)
        assert model.hung_up
    model.hung_up = 0


async def settled(url: str) -> None:
    """Wait until the server has forgotten all sessions and has nothing to do."""
    import httpx

    async with httpx.AsyncClient() as http:
        for _ in range(100):
            text = (await http.get(url + "/metrics")).text
            values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
            if all(
                float(values[name]) == 0
                for name in ("openwaves_talk_sessions", "openwaves_queue_waiting", "openwaves_queue_running")
                if name in values
            ):
                return
            await asyncio.sleep(0.05)
    raise AssertionError("something is left")


def test_usage_is_counted(tone_server: RunningServer) -> None:
    async def talk() -> None:
        async with talking(tone_server.url) as client:
            await turn(client, "book the table")

    asyncio.run(talk())
    assert "openwaves_talk_responses_total" in tone_server.get("/metrics").text
