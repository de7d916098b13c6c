"""The published SDK ``smallestai``, unmodified, against a real server."""

import base64
import io
import json
import os
import time
import wave
from collections.abc import Callable, Generator
from typing import Any

import av
import numpy as np
import pytest
from websockets.exceptions import InvalidStatus

from tests.servers import KEY, RunningServer

os.environ["SMALLESTAI_TELEMETRY"] = "0"  # before the import: the SDK reports its use otherwise
from smallestai import AsyncSmallestAI, SmallestAI
from smallestai.core.api_error import ApiError
from smallestai.core.events import EventType
from smallestai.environment import SmallestAIEnvironment
from smallestai.waves import TTSConfig, WavesStreamingTTS
from smallestai.waves.errors import BadRequestError, UnauthorizedError
from smallestai.waves.helpers import synthesize_bytes
from smallestai.waves.tts.socket_client import TtsSocketClient
from smallestai.waves.tts.types.tts_request_message import TtsRequestMessage

TEXT = "I bought 3 cats for $100 on Dec 25th. They sleep all day, and play all night."
RATE = 24000
VOICE = "sophia"


def environment(server: RunningServer) -> SmallestAIEnvironment:
    """The SDK's own way to name another server."""
    return SmallestAIEnvironment(
        atoms=server.url + "/atoms/v1",
        waves=server.url,
        waves_ws=server.url.replace("http", "ws", 1),
        payment=server.url,
    )


@pytest.fixture
def sdk(tone_server: RunningServer) -> SmallestAI:
    """A client with a valid key."""
    return SmallestAI(api_key=KEY, environment=environment(tone_server))


@pytest.fixture
def shim(tone_server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., WavesStreamingTTS]:
    """Makes the older streaming client; its address is a class attribute."""
    monkeypatch.setattr(WavesStreamingTTS, "WS_URL", tone_server.url.replace("http", "ws", 1) + "/waves/v1/tts/live")

    def make(**fields: Any) -> WavesStreamingTTS:
        return WavesStreamingTTS(TTSConfig(**{"voice_id": VOICE, "api_key": KEY, "sample_rate": RATE, **fields}))

    return make


@pytest.fixture(scope="module")
def whole(tone_server: RunningServer) -> bytes:
    """The text as headerless samples, from a plain request: what every way of the SDK must give."""
    body = {"text": TEXT, "voice_id": VOICE, "sample_rate": RATE}
    answer = tone_server.post("/waves/v1/tts", body)
    assert len(answer.content) > 2 * RATE
    return answer.content


def synthesize(sdk: SmallestAI, **fields: Any) -> bytes:
    return b"".join(sdk.waves.synthesize_tts(**{"text": TEXT, "voice_id": VOICE, "sample_rate": RATE, **fields}))


def message(text: str, **fields: Any) -> TtsRequestMessage:
    return TtsRequestMessage(**{"text": text, "voice_id": VOICE, "sample_rate": RATE, **fields})


def until_complete(socket: TtsSocketClient) -> tuple[bytes, list[dict[str, Any]], Any]:
    """The samples, the words and the last frame of one request, as the SDK parses them."""
    sound = b""
    words: list[dict[str, Any]] = []
    while True:
        frame = socket.recv()
        assert frame.session_id
        assert frame.request_id
        if frame.status == "complete":
            return sound, words, frame
        data = frame.data
        assert data is not None
        if frame.status == "chunk":
            assert data.audio is not None
            sound += base64.b64decode(data.audio, validate=True)
        else:
            assert frame.status == "word_timestamp", frame
            words.append({"id": data.id, "word": data.word, "start": data.start, "end": data.end})


def test_pcm_wav_and_mp3_hold_the_same_speech(sdk: SmallestAI, whole: bytes) -> None:
    assert synthesize(sdk, output_format="pcm") == whole
    with wave.open(io.BytesIO(synthesize(sdk, output_format="wav"))) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (RATE, 1, 2)
        assert wav.readframes(wav.getnframes()) == whole
    with av.open(io.BytesIO(synthesize(sdk, output_format="mp3")), "r") as mp3:
        stream = mp3.streams.audio[0]
        assert stream.codec_context.name.startswith("mp3")
        assert stream.rate == RATE
        n_samples = sum(frame.samples for frame in mp3.decode(stream))
    assert n_samples == pytest.approx(len(whole) / 2, abs=0.1 * RATE)


def test_the_defaults_of_the_documents(sdk: SmallestAI, whole: bytes) -> None:
    data = b"".join(sdk.waves.synthesize_tts(text=TEXT, voice_id=VOICE))
    assert len(data) / 44100 == pytest.approx(len(whole) / RATE, rel=0.001)


def test_an_explicit_none_is_as_good_as_nothing(sdk: SmallestAI, whole: bytes) -> None:
    fields: dict[str, Any] = {"language": None, "speed": None, "pronunciation_dicts": None, "request_id": None}
    assert synthesize(sdk, output_format="pcm", **fields) == whole


def test_the_ids_of_the_client_come_back(sdk: SmallestAI) -> None:
    fields: dict[str, Any] = {"text": TEXT, "voice_id": VOICE, "session_id": "s-1.A_b", "request_id": "r-1.A_b"}
    with sdk.waves.with_raw_response.synthesize_tts(**fields) as answer:
        headers = {name.lower(): value for name, value in dict(answer.headers).items()}
        assert sum(map(len, answer.data)) > RATE
    assert headers["x-external-session-id"] == "s-1.A_b"
    assert headers["x-external-request-id"] == "r-1.A_b"
    assert headers["x-request-id"] != "r-1.A_b"


def test_the_helper(sdk: SmallestAI, whole: bytes) -> None:
    with wave.open(io.BytesIO(synthesize_bytes(sdk, TEXT, voice_id=VOICE, sample_rate=RATE))) as wav:
        assert wav.readframes(wav.getnframes()) == whole


async def test_the_async_client(tone_server: RunningServer, whole: bytes) -> None:
    sdk = AsyncSmallestAI(api_key=KEY, environment=environment(tone_server))
    parts = sdk.waves.synthesize_tts(text=TEXT, voice_id=VOICE, sample_rate=RATE, output_format="pcm")
    assert b"".join([part async for part in parts]) == whole
    async with sdk.waves.tts.connect() as socket:
        await socket.synthesize_streaming_tts(message(TEXT))
        sound = b""
        async for frame in socket:
            if frame.status == "complete":
                break
            sound += base64.b64decode(frame.data.audio)
    assert sound == whole


def test_sse_frames_as_the_sdk_receives_them(sdk: SmallestAI, whole: bytes) -> None:
    """5.14 drops every documented event after parsing it, so they are read from its raw response."""
    fields: dict[str, Any] = {"text": TEXT, "voice_id": VOICE, "sample_rate": RATE, "output_format": "pcm"}
    events = []
    with sdk.waves.with_raw_response.synthesize_sse_tts(**fields) as raw:
        answer = raw._response
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]
    assert events[-1] == {"status": "200", "done": True}
    assert all(event["status"] == "206" and event["done"] is False for event in events[:-1])
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == whole


def test_the_sse_iterator_ends(sdk: SmallestAI) -> None:
    started = time.monotonic()
    list(sdk.waves.synthesize_sse_tts(text=TEXT, voice_id=VOICE, sample_rate=RATE, output_format="pcm"))
    assert time.monotonic() - started < 5


def test_requests_one_after_the_other_on_one_socket(sdk: SmallestAI, whole: bytes) -> None:
    with sdk.waves.tts.connect() as socket:
        ids = set()
        for number in range(3):
            socket.synthesize_streaming_tts(message(TEXT, session_id="s", request_id=f"r{number}"))
            sound, words, last = until_complete(socket)
            assert sound == whole
            assert not words
            assert (last.external_session_id, last.external_request_id) == ("s", f"r{number}")
            ids.add(last.request_id)
        assert len(ids) == 3


def test_text_that_comes_in_pieces(sdk: SmallestAI, whole: bytes) -> None:
    with sdk.waves.tts.connect() as socket:
        for number in range(0, len(TEXT), 5):
            socket.synthesize_streaming_tts(message(TEXT[number : number + 5], continue_=True))
        socket.synthesize_streaming_tts(message("", continue_=False, flush=True))
        assert until_complete(socket)[0] == whole


def test_a_flush_speaks_half_a_sentence_and_does_not_complete(sdk: SmallestAI) -> None:
    with sdk.waves.tts.connect() as socket:
        socket.synthesize_streaming_tts(message("This half sentence has no period", continue_=True, flush=True))
        n_bytes = 0
        while n_bytes < RATE:
            frame = socket.recv()
            assert frame.status == "chunk"
            n_bytes += len(base64.b64decode(frame.data.audio))
        socket.synthesize_streaming_tts(message(" and this is the rest of it."))
        sound, _, last = until_complete(socket)
        assert last.status == "complete"
        socket.synthesize_streaming_tts(message("Next."))
        next_sound, _, next_last = until_complete(socket)
        assert next_last.request_id != last.request_id
        assert len(next_sound) < len(sound) + n_bytes


@pytest.mark.parametrize(("text", "language"), [(TEXT, "en"), ("नमस्ते दोस्तों यह एक परीक्षण है", "hi")], ids=["en", "hi"])
def test_word_timestamps(sdk: SmallestAI, text: str, language: str) -> None:
    with sdk.waves.tts.connect() as socket:
        socket.synthesize_streaming_tts(
            message(text, voice_id="meher", model="lightning_v3.1_pro", language=language, word_timestamps=True)
        )
        sound, words, _ = until_complete(socket)
    assert [word["word"] for word in words] == text.split()
    assert [word["id"] for word in words] == list(range(len(words)))
    times = [time_s for word in words for time_s in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= len(sound) / 2 / RATE + 0.001
    assert times[-1] > 0.8 * len(sound) / 2 / RATE


def test_the_event_loop_of_the_sdk(sdk: SmallestAI) -> None:
    seen = []
    with sdk.waves.tts.connect(request_options={"additional_query_parameters": {"timeout": 30}}) as socket:

        def note(frame: Any) -> None:
            seen.append(frame.status)
            if frame.status == "complete":
                socket._websocket.close()

        socket.on(EventType.MESSAGE, note)
        socket.synthesize_streaming_tts(message(TEXT))
        socket.start_listening()
    assert seen[-1] == "complete"
    assert seen.count("complete") == 1
    assert seen.count("chunk") == len(seen) - 1


def test_the_older_streaming_client(shim: Callable[..., WavesStreamingTTS], whole: bytes) -> None:
    client = shim(max_buffer_flush_ms=100)
    chunks = list(client.synthesize(TEXT))
    assert b"".join(chunks) == whole
    assert len(chunks) > 1
    assert client.request_id


def test_the_older_streaming_client_with_the_words_of_an_llm(
    shim: Callable[..., WavesStreamingTTS], whole: bytes
) -> None:
    def words() -> Generator[str]:
        for number, word in enumerate(TEXT.split(" ")):
            if number == 5:
                time.sleep(0.5)
            yield word + " "

    chunks = b"".join(shim().synthesize_streaming(words()))
    assert chunks == whole


def test_the_catalogue(sdk: SmallestAI) -> None:
    voices = sdk.waves.get_voices("lightning-v3.1").voices
    assert voices
    for voice in voices:
        assert voice.voice_id
        assert voice.display_name
        assert voice.tags is not None
        assert voice.tags.language
    assert {"sophia", "magnus"} <= {voice.voice_id for voice in voices}
    assert len(synthesize(sdk, voice_id=voices[-1].voice_id)) > RATE
    everything = sdk.waves.voices.get_all_voice_models().voices
    assert everything
    assert all(voice.voice_id and voice.display_name for voice in everything)


def test_a_wrong_key_is_an_unauthorized_error(tone_server: RunningServer) -> None:
    sdk = SmallestAI(api_key="sk_wrong", environment=environment(tone_server))
    with pytest.raises(UnauthorizedError) as refused:
        synthesize(sdk)
    assert refused.value.body == {"error": "Unauthorized", "message": "Bearer token is missing or invalid."}
    with pytest.raises((ApiError, InvalidStatus)) as closed, sdk.waves.tts.connect() as socket:
        socket.recv()
    error = closed.value
    assert isinstance(error, ApiError | InvalidStatus)  # which one depends on the version of websockets
    assert (error.status_code if isinstance(error, ApiError) else error.response.status_code) == 401


@pytest.mark.parametrize(
    ("fields", "named"), [({"text": ""}, "text"), ({"sample_rate": 12345}, "sample_rate"), ({"voice_id": "x"}, "x")]
)
def test_what_is_wrong_is_a_bad_request_error(sdk: SmallestAI, fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        synthesize(sdk, **fields)
    assert refused.value.body["error"] == "InvalidRequest"
    assert named in refused.value.body["message"]


def test_an_error_frame_leaves_the_socket_usable(sdk: SmallestAI, whole: bytes) -> None:
    with sdk.waves.tts.connect() as socket:
        socket._send({"text": TEXT, "voice_id": VOICE, "sample_rate": 12345})
        frame = socket.recv()
        assert frame.status == "error"
        assert "sample_rate" in frame.message
        socket.synthesize_streaming_tts(message(TEXT))
        assert until_complete(socket)[0] == whole


def test_samples_are_sound(whole: bytes) -> None:
    """Guards the comparisons above: what they compare with is no silence."""
    samples = np.frombuffer(whole, "<i2").astype(np.float64)
    assert np.sqrt(np.mean(samples**2)) > 300
