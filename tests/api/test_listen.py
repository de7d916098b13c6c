"""The live socket of recognition, on a real server that hears whistled words."""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import websockets

from openwaves.audio.encode import wav_header
from openwaves.stt.engines.tone import whistle
from tests.audio.test_live_decode import encode
from tests.listening import AT_ONCE, LIVE, connect, pcm, silence
from tests.servers import KEY, RunningServer, server

TEXT = "hello good morning my name is John Smith please call Mary Jones on Monday"
SOUND = whistle(TEXT)
ORDER, WEATHER = whistle("please ship order number nine"), whistle("the weather is good")


async def refused(server: RunningServer, status: int, *told: str, path: str = LIVE, **query: object) -> None:
    with pytest.raises(websockets.InvalidStatus) as refusal:
        async with connect(server.url, path, **{"language": "en", **query}):  # type: ignore[arg-type]
            pass
    response = refusal.value.response
    assert response.status_code == status
    body = json.loads(response.body)
    assert body["status"] == "error"
    assert body["error"] == body["message"]
    for part in told:
        assert part in body["message"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (LIVE, False),
        ("/waves/v1/pulse/get_text", True),
        ("/waves/v1/lightning/get_text", True),
        ("/api/v1/pulse/get_text", True),
        ("/api/v1/lightning/get_text", True),
        ("/transcribe", False),
    ],
)
async def test_every_route_listens(tone_server: RunningServer, path: str, words: bool) -> None:
    async with connect(tone_server.url, path) as client:
        await client.send(SOUND)
        await client.end()
    assert client.text == TEXT + " "
    assert bool(client.words) == words
    assert not words or " ".join(word["word"] for word in client.words) == TEXT


async def test_a_wrong_key_is_refused(tone_server: RunningServer) -> None:
    await refused(tone_server, 401, key=None)
    await refused(tone_server, 401, key="sk_wrong")
    await refused(tone_server, 401, key=None, token="")
    async with connect(tone_server.url, key=None, api_key=KEY) as client:
        await client.end()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"model": "pulse-pro"}, ["no streaming transport"]),
        ({"model": "pulsar"}, ["model", "pulse-2"]),
        ({"language": "xx"}, ["language", "multi"]),
        ({"language": "auto"}, ["language"]),
        ({"encoding": "mp3"}, ["encoding", "linear16", "ogg_opus"]),
        ({"sample_rate": "12345"}, ["sample_rate", "22050"]),
        ({"sample_rate": "fast"}, ["sample_rate"]),
        ({"diarize": "maybe"}, ["diarize", "true"]),
        ({"max_words": "many"}, ["max_words"]),
        ({"redact_pii": "shoesize"}, ["redact_pii"]),
        ({"external_session_id": "no spaces"}, ["external_session_id"]),
    ],
)
async def test_a_value_that_is_not_allowed_is_refused(
    tone_server: RunningServer, query: dict[str, Any], told: list[str]
) -> None:
    await refused(tone_server, 400, *told, **query)


async def test_odd_values_of_old_clients_are_taken(tone_server: RunningServer) -> None:
    query: dict[str, Any] = {
        "eou_timeout_ms": 0,
        "eou_timeout": 99999,
        "numerals": "auto",
        "punctuate": "True",
        "keywords": ",".join(f"word{n}:1.5" for n in range(150)),
        "vad_threshold": 0.4,
        "vad_min_speech_ms": 90,
        "emotion_detection": "true",
        "external_session_id": "my-session.1_A",
        "version": 3,
        "sentence_timestamps": "",
    }
    async with connect(tone_server.url, **query) as client:
        await client.send(SOUND)
        await client.end()
    assert client.text == TEXT + " "


@pytest.mark.parametrize(
    ("encoding", "rate"),
    [("linear16", 48000), ("linear32", 16000), ("mulaw", 8000), ("alaw", 8000), ("opus", 48000), ("ogg_opus", 48000)],
)
async def test_every_encoding_is_heard(tone_server: RunningServer, encoding: str, rate: int) -> None:
    import soxr

    pieces = encode(encoding, rate, soxr.resample(ORDER, 16000, rate).astype(np.float32))  # type: ignore[arg-type]
    async with connect(tone_server.url, encoding=encoding, sample_rate=rate) as client:
        for piece in pieces:
            await client.send(piece, 1 << 20 if encoding == "opus" else 777)
        await client.end()
    assert client.text == "please ship order number nine "


async def test_odd_pieces_and_a_header_are_heard(tone_server: RunningServer) -> None:
    async with connect(tone_server.url, word_timestamps="true") as client:
        await client.send(wav_header(16000, None) + pcm(ORDER), 333)
        await client.end()
    assert client.text == "please ship order number nine "
    assert client.words[0]["start"] == 0


async def test_finals_come_after_silence_and_interims_before(tone_server: RunningServer) -> None:
    sound = np.concatenate([silence(0.4), ORDER, silence(1.2), WEATHER, silence(1.2)])
    async with connect(tone_server.url, endpointing_timeout=300, word_timestamps="true") as client:
        began = await client.pace(sound)
        assert [final["transcript"] for final in client.finals] == [
            "please ship order number nine ",
            "the weather is good ",
        ]
        await client.end()
    ends = [0.4 + len(ORDER) / 16000, 1.6 + (len(ORDER) + len(WEATHER)) / 16000]
    for frame, at in zip(client.frames, client.at, strict=True):
        if frame.get("transcript") and frame["is_final"]:
            assert 0.2 < at - began - ends.pop(0) < 1.0
    assert any(frame["transcript"].startswith("please ship") for frame in client.interims)
    starts = [word["start"] for word in client.words]
    assert starts == sorted(starts)
    assert starts[5] == pytest.approx(1.6 + len(ORDER) / 16000, abs=0.1)


async def test_without_endpointing_silence_makes_no_final(tone_server: RunningServer) -> None:
    async with connect(tone_server.url, endpointing="false", eou_timeout_ms=10000, max_words=30) as client:
        await client.send(np.concatenate([ORDER, silence(2.5)]))
        await asyncio.sleep(0.5)
        assert not client.finals
        assert client.interims[-1]["transcript"] == "please ship order number nine"
        await client.tell("finalize")
        await client.wait(lambda client: bool(client.finals))
        assert client.text == "please ship order number nine "
        await client.end()


async def test_with_smart_turn_who_has_finished_is_not_waited_for(tone_server: RunningServer) -> None:
    url = tone_server.url
    async with connect(url, smart_turn=True, vad_events=True, endpointing_timeout=3000, eou_timeout_ms=3000) as client:
        await client.pace(np.concatenate([ORDER, silence(1.0)]))
        await client.wait(lambda client: bool(client.kinds("speech_ended")))
        assert client.text == "please ship order number nine "
        await client.end()
    await refused(tone_server, 400, "smart_turn", smart_turn="maybe")


async def test_each_finalize_has_one_answer(tone_server: RunningServer) -> None:
    async with connect(tone_server.url) as client:
        await client.tell("finalize")
        await client.wait(lambda client: len(client.finals) == 1)
        await client.send(ORDER)
        await client.tell("finalize")
        await client.tell("finalize")
        await client.wait(lambda client: len(client.finals) == 3)
        await client.send(np.concatenate([silence(0.5), WEATHER]))
        await client.tell("finalize")
        await client.wait(lambda client: len(client.finals) == 4)
        await client.end()
    texts = [(final["transcript"], final.get("from_finalize")) for final in client.finals]
    assert texts == [
        ("", True),
        ("please ship order number nine ", True),
        ("", True),
        ("the weather is good ", True),
        ("", None),
    ]


@pytest.mark.parametrize("kind", ["close_stream", "end"])
async def test_what_is_left_comes_before_the_last_frame(tone_server: RunningServer, kind: str) -> None:
    async with connect(tone_server.url, endpointing="false") as client:
        await client.send(WEATHER)
        await client.end(kind)
    assert [final["transcript"] for final in client.finals] == ["the weather is good ", ""]
    async with connect(tone_server.url) as client:
        await client.end(kind)
    assert len(client.frames) == 1


async def test_events_of_speech_frame_its_words(tone_server: RunningServer) -> None:
    sound = np.concatenate([silence(0.5), ORDER, silence(1.4), WEATHER, silence(1.4), ORDER[:8000]])
    asked: list[dict[str, Any]] = [{"vad_events": "true"}, {"vad": "true"}]
    for query in asked:
        async with connect(tone_server.url, **query) as client:
            await client.send(sound)
            await client.end()
        kinds = client.kinds("speech_started", "speech_ended")
        assert kinds == ["speech_started", "speech_ended"] * 2 + ["speech_started"]
        times = [frame["timestamp"] for frame in client.frames if "timestamp" in frame]
        assert times == sorted(times)
        assert times[0] == pytest.approx(0.5, abs=0.1)
        assert times[1] == pytest.approx(0.5 + len(ORDER) / 16000, abs=0.1)
        is_open = False
        for frame in client.frames:
            if frame["type"] == "speech_started":
                is_open = True
            elif frame["type"] == "speech_ended":
                is_open = False
            elif frame["transcript"]:
                assert is_open
    async with connect(tone_server.url, vad_events="false", vad="true") as client:
        await client.send(sound)
        await client.end()
    assert not client.kinds("speech_started", "speech_ended")


async def test_long_speech_is_final_piece_by_piece(tone_server: RunningServer) -> None:
    sound = whistle(" ".join([TEXT] * 3))
    async with connect(tone_server.url, max_words=5) as client:
        await client.send(sound)
        await client.end()
    sizes = [len(final["transcript"].split()) for final in client.finals[:-1]]
    assert max(sizes) <= 8
    assert len(sizes) >= 5
    async with connect(tone_server.url, finalize_on_words="false") as client:
        await client.send(sound)
        await client.end()
    assert len(client.finals) == 2
    assert client.text == " ".join([TEXT] * 3) + " "


async def test_full_transcripts_sentences_and_speakers(tone_server: RunningServer) -> None:
    sound = np.concatenate([ORDER, silence(1.2), WEATHER, silence(1)])
    async with connect(tone_server.url, full_transcript="true", sentence_timestamps="true", diarize="true") as client:
        await client.send(sound)
        await client.end()
    so_far = ""
    for frame in client.frames:
        so_far += frame["transcript"] if frame["is_final"] else ""
        assert frame["full_transcript"] == so_far
    utterances = [utterance for final in client.finals for utterance in final.get("utterances", [])]
    assert [utterance["text"] for utterance in utterances] == ["please ship order number nine", "the weather is good"]
    assert all(utterance["start"] < utterance["end"] for utterance in utterances)
    assert all(word["speaker"] == 0 for word in client.words)


async def test_format_off_leaves_plain_words(tone_server: RunningServer) -> None:
    async with connect(tone_server.url, format="false", word_timestamps="true") as client:
        await client.send(whistle("John Smith has o'clock".replace("has ", "")))
        await client.end()
    assert client.text == "john smith o'clock "
    assert [word["word"] for word in client.words] == ["john", "smith", "o'clock"]


async def test_keep_alives_are_answered_and_nonsense_is_not(tone_server: RunningServer) -> None:
    async with connect(tone_server.url) as client:
        for n, kind in enumerate(("keepalive", "ping", "keep_alive", "keep-alive"), 1):
            await client.tell(kind)
            await client.wait(lambda client, n=n: len(client.kinds("pong")) == n)  # type: ignore[misc]
        for text in ('{"flag":"END"}', "hello", "[1,2]", "{}", '{"type":5}', "null", "", "{" * 5000):
            await client.socket.send(text)
        await client.send(ORDER)
        await client.end()
    assert client.text == "please ship order number nine "


async def test_silence_gives_signs_of_life_and_no_words(tone_server: RunningServer) -> None:
    noise = (np.random.default_rng(1).standard_normal(48000) * 15 / 32768).astype(np.float32)
    async with connect(tone_server.url, vad_events="true") as client:
        began = await client.pace(np.concatenate([silence(2), noise]), 0.05)
        assert client.text == ""
        assert {frame["type"] for frame in client.frames} == {"transcription"}
        assert max(np.diff([began, *client.at, time.monotonic()])) < 1.5
        await client.end()


async def test_a_client_that_stops_sending_gets_its_final(tone_server: RunningServer) -> None:
    async with connect(tone_server.url, vad_events="true") as client:
        await client.pace(ORDER)
        await client.wait(lambda client: bool(client.kinds("speech_ended")), 5)
        assert client.text == "please ship order number nine "
        await client.end()


async def test_sockets_have_sessions_of_their_own(tone_server: RunningServer) -> None:
    async def one(n: int) -> str:
        async with connect(tone_server.url) as client:
            await client.send(ORDER if n % 2 else WEATHER)
            await client.end()
            assert client.text == ("please ship order number nine " if n % 2 else "the weather is good ")
            return str(client.frames[0]["session_id"])

    for _ in range(2):
        assert len(set(await asyncio.gather(*(one(n) for n in range(AT_ONCE))))) == AT_ONCE


async def test_tokens_open_some_routes_for_some_time(tone_server: RunningServer) -> None:
    answer = await asyncio.to_thread(tone_server.ask, "POST", "/waves/v1/auth/token", {"ttl_seconds": 30})
    assert answer.status_code == 200
    token = answer.json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 30
    secret = token["access_token"]
    assert secret.startswith("wat_")
    for query in ({"api_key": secret}, {"token": secret}):
        async with connect(tone_server.url, key=None, **query) as client:
            await client.end()
    async with connect(tone_server.url, key=secret) as client:
        await client.end()
    await refused(tone_server, 403, "token", path="/waves/v1/pulse/get_text", key=secret)
    await refused(tone_server, 401, key=secret[:-1] + ("a" if secret[-1] != "a" else "b"))
    await refused(tone_server, 401, key="wat_" + "0" * 40)
    ask = tone_server.ask
    body = {"text": "Hello.", "voice_id": "sophia"}
    assert (await asyncio.to_thread(ask, "POST", "/waves/v1/tts", body, secret)).status_code == 200
    for method, path in (
        ("POST", "/waves/v1/auth/token"),
        ("GET", "/waves/v1/pronunciation-dicts"),
        ("GET", "/waves/v1/voice-cloning"),
    ):
        assert (await asyncio.to_thread(ask, method, path, {}, secret)).status_code == 403
    for ttl in (29, 901, "abc", -5, True, 0):
        refusal = await asyncio.to_thread(ask, "POST", "/waves/v1/auth/token", {"ttl_seconds": ttl})
        assert refusal.status_code == 400
    assert (await asyncio.to_thread(ask, "POST", "/waves/v1/auth/token", None)).json()["expires_in"] == 300


def metrics(server: RunningServer) -> str:
    return server.get("/metrics", None).text


async def test_figures_and_usage_are_told_and_texts_are_not(tone_server: RunningServer) -> None:
    async with connect(tone_server.url) as client:
        await client.send(SOUND)
        await client.end()
    async with asyncio.timeout(5):
        while "\nasr_active_streams 0.0\n" not in (page := await asyncio.to_thread(metrics, tone_server)):
            await asyncio.sleep(0.02)
    found = re.findall(r"^openwaves_final_seconds_count\{.*\} (\S+)$", page, re.MULTILINE)
    assert sum(map(float, found)) >= 1
    assert "morning" not in "".join(tone_server.log)


async def test_a_client_that_only_pings_is_not_idle(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone", OPENWAVES_LISTEN_IDLE_S="1.5") as running:
        async with connect(running.url) as pinging, connect(running.url) as silent:
            for _ in range(6):
                await asyncio.wait_for(await pinging.socket.ping(), 5)
                await asyncio.sleep(0.5)
            assert pinging.code is None
            assert silent.code == 1000
            assert not silent.finals
            await pinging.end()


async def test_numbers_are_written_and_never_cut(tone_server: RunningServer) -> None:
    for query in ({"numerals": "true"}, {"itn_normalize": "true", "max_words": 1}):
        async with connect(tone_server.url, word_timestamps="true", **query) as client:
            await client.send(np.concatenate([whistle("please order twenty five"), silence(1)]))
            await client.end()
        assert client.text == "please order 25 "
        assert [word["word"] for word in client.words] == ["please", "order", "25"]
        assert client.words[-1]["end"] - client.words[-1]["start"] == pytest.approx(0.36, abs=0.05)


async def test_a_number_that_waits_comes_at_the_end(tone_server: RunningServer) -> None:
    async with connect(tone_server.url, numerals="true", max_words=1, vad_events="true") as client:
        await client.pace(np.concatenate([whistle("please order order order order twenty five"), silence(1.2)]))
        assert client.text == "please order order order order 25 "
        assert client.frames[-1]["type"] in ("speech_ended", "transcription")
        await client.end()
    assert len(client.finals) > 2


async def test_names_are_hidden_in_finals_and_interims(tone_server: RunningServer) -> None:
    async with connect(tone_server.url, redact_pii="true", word_timestamps="true", max_words=40) as client:
        await client.pace(np.concatenate([whistle("hello my name is John Smith please"), silence(1)]))
        await client.end()
    assert client.text == "hello my name is [FIRSTNAME_1] [LASTNAME_1] please "
    assert client.finals[0]["redacted_entities"] == ["[firstname_1]", "[lastname_1]"]
    assert "[firstname_1]" in [word["word"] for word in client.words]
    assert not any("Smith" in frame["transcript"] for frame in client.frames)


async def test_speakers_are_numbered_as_they_come(tone_server: RunningServer) -> None:
    long = whistle("please ship order number nine my name is John Smith")
    sound = np.concatenate([long, silence(1.2), 0.4 * long, silence(1.2), long, silence(1.2)])
    async with connect(tone_server.url, diarize="true", sentence_timestamps="true", max_words=40) as client:
        await client.send(sound)
        await client.end()
    speakers = [{word["speaker"] for word in final["words"]} for final in client.finals if final["transcript"]]
    assert speakers == [{0}, {1}, {0}]
    assert all(0 <= word["speaker_confidence"] <= 1 for word in client.words)
