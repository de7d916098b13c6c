"""`/v1/audio/transcriptions` as the stock SDK and plain HTTP use it: whistled words on a server of tones."""

import io
import json
import re
from typing import Any

import numpy as np
import openai
import pytest
import requests

from openwaves.stt.engines.tone import whistle
from tests.servers import KEY, RunningServer
from tests.stt.sounds import silence, wav

PATH = "/v1/audio/transcriptions"
FIRST, SECOND = "hello my name is John Smith", "yes please"
SOUND = np.concatenate([silence(0.5), whistle(FIRST), silence(1.5), whistle(SECOND), silence(0.5)])
FILE = ("talk.wav", wav(SOUND))
TEXT = f"{FIRST} {SECOND}"


@pytest.fixture
def client(tone_server: RunningServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=tone_server.url + "/v1", api_key=KEY, max_retries=0)


def ask(running: RunningServer, **fields: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {KEY}"}
    data = {"model": "whisper-1", "language": "en", **fields}
    return requests.post(running.url + PATH, data=data, files={"file": FILE}, headers=headers, timeout=60)


def test_json_is_the_default(client: openai.OpenAI) -> None:
    told = client.audio.transcriptions.create(model="gpt-4o-transcribe", file=FILE)
    assert told.text == TEXT
    assert told.languages is not None
    assert [language.code for language in told.languages] == ["en"]
    assert told.usage is not None
    assert told.usage.type == "duration"
    assert told.usage.seconds == np.ceil(len(SOUND) / 16000)


def test_texts_and_subtitles(client: openai.OpenAI) -> None:
    assert client.audio.transcriptions.create(model="whisper-1", file=FILE, response_format="text") == TEXT + "\n"
    srt = client.audio.transcriptions.create(model="whisper-1", file=FILE, response_format="srt")
    assert re.fullmatch(rf"1\n00:00:00,49\d --> 00:00:01,6\d\d\n{FIRST}\n\n2\n00:00:03,\d+ --> .*\n{SECOND}\n", srt), (
        srt
    )
    vtt = client.audio.transcriptions.create(model="whisper-1", file=FILE, response_format="vtt")
    assert re.match(rf"WEBVTT\n\n00:00:00\.49\d --> 00:00:01\.6\d\d\n{FIRST}\n\n00:00:03", vtt), vtt


@pytest.mark.parametrize(
    ("granularities", "words", "segments"),
    [([], False, True), (["segment"], False, True), (["word"], True, False), (["word", "segment"], True, True)],
)
def test_verbose_json_tells_what_is_asked_for(
    client: openai.OpenAI, granularities: list[Any], words: bool, segments: bool
) -> None:
    more: dict[str, Any] = {"timestamp_granularities": granularities} if granularities else {}
    told = client.audio.transcriptions.create(model="whisper-1", file=FILE, response_format="verbose_json", **more)
    assert (told.text, told.language) == (TEXT, "english")
    assert float(told.duration) == pytest.approx(len(SOUND) / 16000, abs=0.001)
    assert (told.words is not None, told.segments is not None) == (words, segments)
    if told.words is not None:
        assert [word.word for word in told.words] == TEXT.split()
        assert told.words[0].start == pytest.approx(0.5, abs=0.05)
    if told.segments is not None:
        assert [segment.text for segment in told.segments] == [FIRST, SECOND]
        first = told.segments[0]
        assert -1 < first.avg_logprob < 0
        assert 0.5 < first.compression_ratio < 1.5
        assert (first.temperature, first.no_speech_prob, first.tokens) == (0, 0, [])


def test_diarized_json_parts_the_speakers(client: openai.OpenAI) -> None:
    loud, soft = " ".join([FIRST] * 3), " ".join([SECOND] * 8)
    both = np.concatenate([silence(0.5), whistle(loud), silence(1.5), 0.4 * whistle(soft), silence(0.5)])
    file = ("talk.wav", wav(both))
    told: Any = client.audio.transcriptions.create(
        model="gpt-4o-transcribe-diarize", file=file, response_format="diarized_json", chunking_strategy="auto"
    )
    assert [(segment.speaker, segment.text) for segment in told.segments] == [("A", loud), ("B", soft)]
    events = client.audio.transcriptions.create(model="pulse", file=file, response_format="diarized_json", stream=True)
    assert [event.type.rpartition(".")[2] for event in events] == ["delta", "delta", "segment", "segment", "done"]


def test_deltas_are_the_text(client: openai.OpenAI) -> None:
    events = list(client.audio.transcriptions.create(model="gpt-4o-mini-transcribe", file=FILE, stream=True))
    *deltas, done = events
    assert [event.delta for event in deltas if event.type == "transcript.text.delta"] == [FIRST, " " + SECOND]
    assert done.type == "transcript.text.done"
    assert done.text == TEXT


async def test_the_asynchronous_client_streams(tone_server: RunningServer) -> None:
    async with openai.AsyncOpenAI(base_url=tone_server.url + "/v1", api_key=KEY, max_retries=0) as client:
        stream = await client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True)
        assert [event.type async for event in stream][-1] == "transcript.text.done"


def test_silence_is_no_text(tone_server: RunningServer, client: openai.OpenAI) -> None:
    quiet = ("quiet.wav", wav(silence(2)))
    told = client.audio.transcriptions.create(model="whisper-1", file=quiet)
    assert (told.text, told.languages) == ("", [])
    (done,) = client.audio.transcriptions.create(model="whisper-1", file=quiet, stream=True)
    assert done.type == "transcript.text.done"


def test_lists_come_in_either_spelling(tone_server: RunningServer) -> None:
    for name in ("timestamp_granularities", "timestamp_granularities[]"):
        told = ask(tone_server, response_format="verbose_json", **{name: ["word", "segment"]}).json()
        assert {"words", "segments"} <= set(told)


def test_languages_are_those_to_choose_from(tone_server: RunningServer) -> None:
    told = ask(tone_server, language="", **{"languages[]": ["de", "es"]})
    assert told.json()["languages"] == [{"code": "de"}]


@pytest.mark.parametrize(
    ("fields", "param", "named"),
    [
        ({"model": ""}, "model", "required"),
        ({"model": "parakeet"}, "model", "whisper-1"),
        ({"language": "xx"}, "language", "en"),
        ({"language": "german"}, "language", "de"),
        ({"model": "pulse-pro", "language": "hi"}, "language", "en"),
        ({"languages[]": ["en"]}, "languages", "language"),
        ({"prompt": "Spell it openwaves."}, "prompt", "keywords"),
        ({"temperature": "0.2"}, "temperature", "0"),
        ({"temperature": "hot"}, "temperature", "number"),
        ({"response_format": "xml"}, "response_format", "'diarized_json'"),
        ({"timestamp_granularities[]": "word"}, "timestamp_granularities", "verbose_json"),
        (
            {"response_format": "verbose_json", "timestamp_granularities[]": "frame"},
            "timestamp_granularities.0",
            "'word'",
        ),
        ({"stream": "true", "response_format": "srt"}, "response_format", "json, text, diarized_json"),
        ({"stream": "perhaps"}, "stream", "boolean"),
        ({"include[]": "logprobs"}, "include", "logprobs"),
        ({"chunking_strategy": '{"type": "server_vad"}'}, "chunking_strategy", "'auto'"),
        ({"known_speaker_names[]": "Ann"}, "known_speaker_names", "A, B"),
        ({"known_speaker_references[]": "data:audio/wav;base64,AA"}, "known_speaker_references", "A, B"),
        ({"diarize": "true"}, "diarize", "response_format"),
        ({"url": "http://example.com/a.wav"}, "url", "model"),
    ],
)
def test_a_wrong_field_is_refused_by_name(
    tone_server: RunningServer, fields: dict[str, Any], param: str, named: str
) -> None:
    answer = ask(tone_server, **fields)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert named in error["message"]


def test_temperature_zero_and_empty_fields_are_fine(tone_server: RunningServer) -> None:
    assert ask(tone_server, temperature="0", prompt="", chunking_strategy="auto").json()["text"] == TEXT


@pytest.mark.parametrize("stream", ["false", "true"])
def test_what_is_no_sound_is_refused(tone_server: RunningServer, stream: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    for data, code in ((b"", "NoAudio"), (b"no sound at all" * 100, "AudioDecodeError")):
        files = {"file": ("talk.wav", io.BytesIO(data))}
        answer = requests.post(
            tone_server.url + PATH,
            data={"model": "whisper-1", "stream": stream},
            files=files,
            headers=headers,
            timeout=30,
        )
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["code"] == code


def test_a_body_that_is_no_form_is_refused(tone_server: RunningServer) -> None:
    answer = tone_server.post(PATH, {"model": "whisper-1"})
    assert answer.status_code == 400
    assert "multipart/form-data" in answer.json()["error"]["message"]
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = requests.post(tone_server.url + PATH, files={"model": (None, "pulse")}, headers=headers, timeout=30)
    assert answer.json()["error"]["param"] == "file"


def test_translations_are_refused(tone_server: RunningServer, client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="/v1/audio/transcriptions") as refused:
        client.audio.translations.create(model="whisper-1", file=FILE)
    assert refused.value.code == "unsupported_parameter"


def test_a_client_that_hangs_up_frees_its_place(tone_server: RunningServer) -> None:
    long = np.tile(SOUND, 40)
    headers = {"Authorization": f"Bearer {KEY}"}
    data = {"model": "whisper-1", "language": "en", "stream": "true"}
    with requests.post(
        tone_server.url + PATH, data=data, files={"file": wav(long)}, headers=headers, timeout=30, stream=True
    ) as answer:
        line = next(answer.iter_lines())
        assert json.loads(line.removeprefix(b"data: "))["type"] == "transcript.text.delta"
    assert ask(tone_server).json()["text"] == TEXT


@pytest.mark.slow
def test_real_voices_are_heard(voice_server: RunningServer) -> None:
    client = openai.OpenAI(base_url=voice_server.url + "/v1", api_key=KEY, max_retries=0)
    text = "The quick brown fox jumps over the lazy dog."
    for output_format in ("mp3", "opus", "aac", "flac", "wav"):
        sound = client.audio.speech.create(model="tts-1", voice="cedar", input=text, response_format=output_format)
        file = (f"fox.{output_format}", sound.content)
        told = client.audio.transcriptions.create(model="whisper-1", file=file, language="en")
        assert re.findall(r"\w+", told.text.lower()) == re.findall(r"\w+", text.lower())
