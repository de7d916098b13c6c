"""`POST /waves/v1/tts` and its older names against a real server that speaks in tones."""

import io
import socket
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest
import requests

from tests.servers import KEY, RunningServer

TEXT = "Hello from Waves, this is a test."
BODY = {"text": TEXT, "voice_id": "sophia"}
AUTH = {"Authorization": f"Bearer {KEY}"}
V2_EXTRAS = {"consistency": 0.5, "similarity": 0, "enhancement": 1}


def decoded(data: bytes) -> tuple[int, np.ndarray]:
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        frames = [np.atleast_2d(frame.to_ndarray())[0] for frame in container.decode(stream)]
        return stream.codec_context.sample_rate, np.concatenate(frames)


@pytest.mark.parametrize("prefix", ["/waves/v1", "/api/v1"])
@pytest.mark.parametrize(
    "path",
    [
        "/tts",
        "/tts/",
        "/lightning-v3.1/get_speech",
        "/lightning-v2/get_speech",
        "/lightning/get_speech",
        "/lightning-large/get_speech/",
    ],
)
def test_every_name_of_the_route_gives_a_wav_with_true_lengths(
    tone_server: RunningServer, prefix: str, path: str
) -> None:
    answer = tone_server.post(prefix + path, {**BODY, **V2_EXTRAS, "sample_rate": 24000, "output_format": "wav"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (24000, 1, 2)
        assert len(answer.content) == 44 + 2 * wav.getnframes()
        assert wav.getnframes() > 12000
    deprecated = "/tts" not in path
    assert answer.headers.get("deprecation") == ("true" if deprecated else None)
    assert ("successor-version" in answer.headers.get("link", "")) == deprecated


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 32000, 44100, 48000])
@pytest.mark.parametrize(
    ("output_format", "content_type"),
    [
        ("pcm", "audio/pcm;rate={rate}"),
        ("wav", "audio/wav"),
        ("mp3", "audio/mpeg"),
        ("ulaw", "audio/PCMU;rate={rate}"),
        ("mulaw", "audio/PCMU;rate={rate}"),
        ("alaw", "audio/PCMA;rate={rate}"),
    ],
)
def test_format_decides_the_content_type_whatever_accept_says(
    tone_server: RunningServer, rate: int, output_format: str, content_type: str
) -> None:
    body = {**BODY, "sample_rate": rate, "output_format": output_format}
    answer = tone_server.post("/waves/v1/tts", body, headers={"Accept": "audio/wav"})
    assert answer.status_code == 200, answer.text
    at_8000 = {"ulaw": "audio/basic", "mulaw": "audio/basic", "alaw": "audio/x-alaw-basic"}
    expected = at_8000.get(output_format, content_type) if rate == 8000 else content_type
    assert answer.headers["content-type"].replace(" ", "") == expected.format(rate=rate)
    if output_format in ("wav", "mp3"):
        found_rate, samples = decoded(answer.content)
        assert found_rate == rate
        duration_s = len(samples) / rate
    else:
        duration_s = len(answer.content) / rate / (2 if output_format == "pcm" else 1)
    reference = tone_server.post("/waves/v1/tts", {**BODY, "sample_rate": 24000})
    assert duration_s == pytest.approx(len(reference.content) / 48000, abs=0.05 + 1500 / rate)


def test_defaults_are_pcm_at_44100(tone_server: RunningServer) -> None:
    answer = tone_server.post("/waves/v1/tts", BODY)
    assert answer.headers["content-type"] == "audio/pcm;rate=44100"
    assert len(answer.content) % 2 == 0
    assert np.abs(np.frombuffer(answer.content, "<i2")).max() > 1000


def test_ids_are_made_and_echoed(tone_server: RunningServer) -> None:
    answer = tone_server.post("/waves/v1/tts", {**BODY, "session_id": "s.1-a_B", "request_id": "r.9"})
    assert answer.headers["x-external-session-id"] == "s.1-a_B"
    assert answer.headers["x-external-request-id"] == "r.9"
    again = tone_server.post("/waves/v1/tts", BODY)
    assert len(answer.headers["x-request-id"]) == 36
    assert again.headers["x-request-id"] != answer.headers["x-request-id"]
    assert again.headers["x-external-session-id"] == ""
    refused = tone_server.post("/waves/v1/tts", {})
    assert len(refused.headers["x-session-id"]) == 36


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"text": None}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\t "}, "text"),
        ({"text": "🙂 …!"}, "text"),
        ({"text": 5}, "text"),
        ({"text": ["a"]}, "text"),
        ({"voice_id": None}, "voice_id"),
        ({"voice_id": ""}, "voice_id"),
        ({"voice_id": "nobody"}, "nobody"),
        ({"voice_id": 7}, "voice_id"),
        ({"model": "gpt"}, "lightning_v3.1_pro"),
        ({"sample_rate": 11025}, "44100"),
        ({"sample_rate": "24000"}, "sample_rate"),
        ({"sample_rate": True}, "sample_rate"),
        ({"speed": 0.49}, "speed"),
        ({"speed": 2.01}, "speed"),
        ({"speed": 10**400}, "speed"),
        ({"speed": True}, "speed"),
        ({"speed": "1"}, "speed"),
        ({"language": "xx"}, "language"),
        ({"language": ["en"]}, "language"),
        ({"number_pronunciation_language": "klingon"}, "number_pronunciation_language"),
        ({"math_notation": "yes"}, "math_notation"),
        ({"output_format": "flac"}, "pcm, mp3, wav, ulaw, alaw"),
        ({"output_format": {}}, "output_format"),
        ({"pronunciation_dicts": ["65f0c0ffee0000000000beef"]}, "65f0c0ffee0000000000beef"),
        ({"pronunciation_dicts": "abc"}, "pronunciation_dicts"),
        ({"session_id": "a b"}, "session_id"),
        ({"request_id": "x" * 129}, "request_id"),
    ],
)
def test_a_wrong_field_is_a_400_that_names_it(
    tone_server: RunningServer, fields: dict[str, object], named: str
) -> None:
    answer = tone_server.post("/waves/v1/tts", {**BODY, **fields})
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert body["error"] == "InvalidRequest"
    assert named in body["message"]


def test_extra_fields_are_checked_on_deprecated_routes_only(tone_server: RunningServer) -> None:
    assert tone_server.post("/waves/v1/lightning-v2/get_speech", {**BODY, "enhancement": 3}).status_code == 400
    assert tone_server.post("/waves/v1/tts", {**BODY, "enhancement": 3}).status_code == 200


def test_null_means_not_given_and_unknown_fields_are_ignored(tone_server: RunningServer) -> None:
    body = {
        **BODY,
        "speed": None,
        "language": None,
        "pronunciation_dicts": None,
        "session_id": None,
        "zzz": [1],
    }
    assert tone_server.post("/waves/v1/tts", body).status_code == 200
    assert tone_server.post("/waves/v1/tts", {**BODY, "speed": 1}).status_code == 200
    assert tone_server.post("/waves/v1/tts?model=lightning-v3.1-pro", BODY).status_code == 200
    assert tone_server.post("/waves/v1/tts?model=nope", BODY).status_code == 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{oops",
        b"[1]",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"text": "\xc3\x28", "voice_id": "sophia"}',
        b"[" * 100_000,
        b'{"text": "a", "voice_id": "sophia", "speed": NaN}',
        b'{"text": "a", "voice_id": "sophia", "speed": ' + b"9" * 5000 + b"}",
        b'{"text": "\\ud800", "voice_id": "sophia"}',
    ],
)
def test_broken_bodies_are_a_400(tone_server: RunningServer, data: bytes) -> None:
    answer = requests.post(tone_server.url + "/waves/v1/tts", data=data, headers=AUTH, timeout=30)
    assert answer.status_code == 400, answer.text
    assert isinstance(answer.json()["error"], str)


def test_any_content_type_is_read_as_json(tone_server: RunningServer) -> None:
    data = b'{"text": "Hello.", "voice_id": "sophia"}'
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-8",
    ):
        headers = {**AUTH, "Content-Type": content_type}
        answer = requests.post(tone_server.url + "/waves/v1/tts", data=data, headers=headers, timeout=30)
        assert answer.status_code == 200


def test_too_long_texts_and_bodies_are_refused_by_name(tone_server: RunningServer) -> None:
    answer = tone_server.post("/waves/v1/tts", {**BODY, "text": "a" * 1_000_000})
    assert answer.status_code == 413
    assert answer.json()["error"] == "PayloadTooLarge"
    assert "text" in answer.json()["message"]
    answer = tone_server.post("/waves/v1/tts", {**BODY, "text": "a" * 3_000_000})
    assert answer.status_code == 413
    assert "text" in answer.json()["message"]


def test_a_body_over_the_limit_is_refused_while_it_is_read(tone_server: RunningServer) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(2000):
            sent += 1 << 16
            yield b"x" * (1 << 16)

    try:
        answer = requests.post(tone_server.url + "/waves/v1/tts", data=endless(), headers=AUTH, timeout=30)
        assert answer.status_code == 413
    except requests.ConnectionError:  # the server closed while the client still wrote
        pass
    assert sent < 100 << 20


@pytest.mark.parametrize("key", [None, "wrong", "sk_wrong"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/waves/v1/tts"),
        ("POST", "/waves/v1/tts/live"),
        ("POST", "/api/v1/lightning-v2/get_speech"),
        ("GET", "/waves/v1/lightning-v3.1/get_voices"),
        ("GET", "/waves/v1/pronunciation-dicts"),
        ("GET", "/waves/v1/voice-cloning"),
    ],
)
def test_without_a_valid_key_everything_is_a_401(
    tone_server: RunningServer, method: str, path: str, key: str | None
) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = requests.request(method, tone_server.url + path, json=BODY, headers=headers, timeout=30)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Unauthorized", "message": "Bearer token is missing or invalid."}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Token", "token"])
def test_schemes_of_known_clients_pass(tone_server: RunningServer, scheme: str) -> None:
    answer = requests.post(
        tone_server.url + "/waves/v1/tts", json=BODY, headers={"Authorization": f"{scheme} {KEY}"}, timeout=30
    )
    assert answer.status_code == 200
    for wrong in (KEY, f"Basic {KEY}"):
        assert (
            requests.post(
                tone_server.url + "/waves/v1/tts", json=BODY, headers={"Authorization": wrong}, timeout=30
            ).status_code
            == 401
        )


def test_a_key_in_the_query_is_for_sockets_only(tone_server: RunningServer) -> None:
    assert requests.post(f"{tone_server.url}/waves/v1/tts?token={KEY}", json=BODY, timeout=30).status_code == 401


def test_unknown_paths_and_methods_answer_in_json(tone_server: RunningServer) -> None:
    missing = tone_server.get("/waves/v1/nothing")
    assert (missing.status_code, missing.json()["error"]) == (404, "NotFound")
    wrong = tone_server.get("/waves/v1/tts")
    assert (wrong.status_code, wrong.json()["error"]) == (405, "MethodNotAllowed")


def test_speed_changes_the_length(tone_server: RunningServer) -> None:
    lengths = [len(tone_server.post("/waves/v1/tts", {**BODY, "speed": s}).content) for s in (0.5, 1, 2)]
    assert lengths[0] == pytest.approx(2 * lengths[1], rel=0.1)
    assert lengths[2] == pytest.approx(lengths[1] / 2, rel=0.1)


def test_parallel_requests_give_the_samples_of_single_ones(tone_server: RunningServer) -> None:
    bodies = [{**BODY, "text": f"Request {n}. It has {n} sentences, more or less. Goodbye!"} for n in range(32)]
    single = [tone_server.post("/waves/v1/tts", body).content for body in bodies]
    with ThreadPoolExecutor(32) as pool:
        parallel = list(pool.map(lambda body: tone_server.post("/waves/v1/tts", body).content, bodies))
    assert parallel == single


def test_a_slow_sender_is_told_and_let_go(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.servers import server

    options = ("--engine", "tone", "--body-timeout-s", "0.5")
    with server(tmp_path_factory.mktemp("slow"), *options) as running:
        host, port = running.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as client:
            head = f"POST /waves/v1/tts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            head += "Content-Length: 100\r\n\r\n{"
            client.sendall(head.encode())
            started = time.monotonic()
            assert b"400" in client.recv(100)
            assert time.monotonic() - started < 5
