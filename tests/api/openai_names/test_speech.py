"""`/v1/audio/speech` and `/v1/audio/voices`, as the stock SDK and plain HTTP use them: a server of tones."""

import base64
import io
import json
import wave
from typing import Any

import av
import numpy as np
import openai
import pytest

from openwaves.api.openai.names import SPEECH_MODELS, VOICES
from openwaves.tts.voices.catalogue import Catalogue
from tests.servers import KEY, RunningServer

SPEECH = "/v1/audio/speech"
BODY = {"model": "tts-1", "input": "Hello from openwaves, this is a test.", "voice": "alloy"}
TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm;rate=24000",
}


@pytest.fixture
def client(tone_server: RunningServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=tone_server.url + "/v1", api_key=KEY, max_retries=0)


def duration_s(data: bytes) -> float:
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)) / stream.codec_context.sample_rate


def pcm_s(tone_server: RunningServer, **fields: Any) -> float:
    return len(tone_server.post(SPEECH, {**BODY, "response_format": "pcm", **fields}).content) / 48000


@pytest.mark.parametrize("output_format", TYPES)
def test_every_format_is_the_whole_speech(tone_server: RunningServer, output_format: str) -> None:
    answer = tone_server.post(SPEECH, {**BODY, "response_format": output_format})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == TYPES[output_format]
    whole_s = pcm_s(tone_server)
    assert whole_s > 1
    if output_format != "pcm":
        assert duration_s(answer.content) == pytest.approx(whole_s, abs=0.1)


def test_the_default_is_mp3(client: openai.OpenAI) -> None:
    sound = client.audio.speech.create(model="gpt-4o-mini-tts", voice="nova", input="Hello.").content
    with av.open(io.BytesIO(sound), "r") as container:
        assert container.format.name == "mp3"


def test_wav_has_true_lengths_unless_it_is_to_stream(client: openai.OpenAI) -> None:
    whole = client.audio.speech.create(model="tts-1", voice="alloy", input="Hello.", response_format="wav").content
    with wave.open(io.BytesIO(whole)) as file:
        assert len(whole) == 44 + 2 * file.getnframes()
    streamed = client.audio.speech.create(
        model="tts-1", voice="alloy", input="Hello.", response_format="wav", stream_format="audio"
    ).content
    assert streamed[4:8] == b"\xff\xff\xff\xff"
    assert streamed[44:] == whole[44:]


def test_streaming_gives_the_same_bytes(client: openai.OpenAI) -> None:
    fields: dict[str, Any] = {"model": "tts-1-hd", "voice": "onyx", "input": "One. Two. Three. " * 20}
    with client.audio.speech.with_streaming_response.create(**fields, response_format="opus") as response:
        parts = list(response.iter_bytes(2048))
    assert len(parts) > 5
    assert b"".join(parts) == client.audio.speech.create(**fields, response_format="opus").content


async def test_the_asynchronous_client(tone_server: RunningServer) -> None:
    async with openai.AsyncOpenAI(base_url=tone_server.url + "/v1/", api_key=KEY, max_retries=0) as client:
        speech = await client.audio.speech.create(model="tts-1", voice="magnus", input="Hello.", response_format="flac")
        assert (await speech.aread())[:4] == b"fLaC"


def test_events_carry_the_sound(tone_server: RunningServer) -> None:
    body = {**BODY, "response_format": "pcm", "stream_format": "sse"}
    answer = tone_server.post(SPEECH, body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = answer.text.strip().split("\n\n")
    assert all(block.startswith("data: ") for block in blocks)
    *deltas, done = (json.loads(block.removeprefix("data: ")) for block in blocks)
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    sound = b"".join(base64.b64decode(event["audio"]) for event in deltas)
    assert sound == tone_server.post(SPEECH, {**body, "stream_format": "audio"}).content
    n_seconds = round(len(sound) / 48000)
    n_chars = len(BODY["input"])
    assert done == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": n_chars, "output_tokens": n_seconds, "total_tokens": n_chars + n_seconds},
    }


def test_each_field_changes_the_answer(tone_server: RunningServer) -> None:
    first = pcm_s(tone_server)
    assert pcm_s(tone_server, speed=2) < 0.7 * first
    assert pcm_s(tone_server, sample_rate=8000) == pytest.approx(first / 3, rel=0.01)
    assert pcm_s(tone_server, input="1234", language="hi") != pcm_s(tone_server, input="1234", language="en")
    dictionary = tone_server.post(
        "/waves/v1/pronunciation-dicts", {"items": [{"word": "openwaves", "pronunciation": "a very long name indeed"}]}
    ).json()["id"]
    assert pcm_s(tone_server, pronunciation_dicts=[dictionary]) > first


@pytest.mark.parametrize("name", VOICES)
def test_openais_names_are_voices_of_the_catalogue(name: str) -> None:
    catalogue = Catalogue.load()
    assert name not in {voice.id for voice in catalogue.voices}
    assert catalogue.get(VOICES[name]).languages[0] == "en"
    assert len(set(VOICES.values())) == len(VOICES)


@pytest.mark.slow
def test_a_name_is_its_voice(voice_server: RunningServer) -> None:
    fields = {**BODY, "response_format": "pcm", "input": "Good morning."}
    named, own, other = (
        voice_server.post(SPEECH, {**fields, "voice": voice}).content
        for voice in ("alloy", {"id": VOICES["alloy"]}, "onyx")
    )
    assert named == own
    assert np.abs(np.frombuffer(named, "<i2")).max() > 1000
    assert named != other


def test_voices_are_listed(tone_server: RunningServer) -> None:
    told = tone_server.get("/v1/audio/voices").json()
    ids = [voice["id"] for voice in told["voices"]]
    assert len(ids) == len(set(ids)) == len(VOICES) + len(Catalogue.load().voices)
    alloy = next(voice for voice in told["voices"] if voice["id"] == "alloy")
    assert alloy["voice_id"] == VOICES["alloy"]
    assert alloy["gender"] == Catalogue.load().get(VOICES["alloy"]).gender


@pytest.mark.parametrize(
    ("fields", "param", "named"),
    [
        ({"model": None}, "model", "required"),
        ({"model": "gpt-5"}, "model", ", ".join(SPEECH_MODELS)),
        ({"input": ""}, "input", "required"),
        ({"input": " \n"}, "input", "empty"),
        ({"input": "…"}, "input", ""),
        ({"input": "สวัสดี"}, "input", ""),
        ({"voice": None}, "voice", "required"),
        ({"voice": "nobody"}, "voice", "/v1/audio/voices"),
        ({"voice": "voice_abcdefghij"}, "voice", "voice_abcdefghij"),
        ({"voice": {"id": "alloy", "more": 1}}, "voice", "id"),
        ({"voice": 5}, "voice", "id"),
        ({"response_format": "ogg"}, "response_format", "'mp3', 'opus', 'aac', 'flac', 'wav' or 'pcm'"),
        ({"speed": 0.25}, "speed", "0.5"),
        ({"speed": 4}, "speed", "2"),
        ({"stream_format": "websocket"}, "stream_format", "'audio' or 'sse'"),
        ({"instructions": "Speak like a pirate."}, "instructions", "leave it out"),
        ({"stream": True}, "stream", "stream_format"),
        ({"lang_code": "a"}, "lang_code", "language"),
        ({"response_format": "opus", "sample_rate": 44100}, "sample_rate", "48000"),
        ({"sample_rate": 11025}, "sample_rate", "22050"),
        ({"language": "xx"}, "language", "auto"),
        ({"pronunciation_dicts": ["65f0c0ffee0000000000beef"]}, "pronunciation_dicts", "65f0c0ffee0000000000beef"),
    ],
)
def test_a_wrong_field_is_refused_by_name(
    tone_server: RunningServer, fields: dict[str, Any], param: str, named: str
) -> None:
    answer = tone_server.post(SPEECH, {**BODY, **fields})
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert error["message"].startswith(param + ":")
    assert named in error["message"]


def test_null_and_empty_instructions_are_not_given(tone_server: RunningServer) -> None:
    assert tone_server.post(SPEECH, {**BODY, "instructions": "", "speed": None}).status_code == 200


def test_errors_are_the_sdks_own(tone_server: RunningServer, client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError, match="Bearer token"):
        client.with_options(api_key="sk_wrong_key").audio.speech.create(model="tts-1", voice="alloy", input="Hello.")
    with pytest.raises(openai.BadRequestError) as refused:
        client.audio.speech.create(model="tts-1", voice="nobody", input="Hello.")
    assert refused.value.param == "voice"
    too_long = tone_server.post(SPEECH, {**BODY, "input": "a" * 200_000})
    assert too_long.status_code == 413
    assert too_long.json()["error"]["message"].startswith("input:")
    assert tone_server.get("/v1/nothing").json()["error"]["type"] == "invalid_request_error"
    assert tone_server.get("/v1/audio/speech").status_code == 405
