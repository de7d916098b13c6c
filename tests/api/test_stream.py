"""SSE and WebSocket against a real server that speaks in tones."""

import base64
import json
import re

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from tests.servers import KEY, RunningServer

TEXT = "I bought 3 cats for $100 on Dec 25th. They sleep all day, and play all night."
BODY = {"text": TEXT, "voice_id": "sophia", "sample_rate": 24000}
PATH = "/waves/v1/tts/live"


def socket(server: RunningServer, query: str = f"?token={KEY}") -> ClientConnection:
    return connect(server.url.replace("http", "ws", 1) + PATH + query)


def until_complete(ws: Connection) -> list[dict[str, object]]:
    frames: list[dict[str, object]] = []
    while not frames or frames[-1]["status"] not in ("complete", "error"):
        frames.append(json.loads(ws.recv(10)))
    return frames


def sound(frames: list[dict[str, object]]) -> bytes:
    chunks = [frame["data"] for frame in frames if frame["status"] == "chunk"]
    return b"".join(base64.b64decode(chunk["audio"]) for chunk in chunks)  # type: ignore[index]


def test_sse_socket_and_one_piece_give_the_same_samples(tone_server: RunningServer) -> None:
    whole = tone_server.post("/waves/v1/tts", BODY).content
    answer = tone_server.post(PATH, BODY)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = answer.text.split("\n\n")
    assert events[-2:] == ['data: {"status": "200", "done": true}', ""]
    assert all(event.startswith('event: audio\ndata: {"audio": "') for event in events[:-2])
    parts = [base64.b64decode(json.loads(event.split("data: ")[1])["audio"]) for event in events[:-2]]
    assert b"".join(parts) == whole
    with socket(tone_server) as ws:
        ws.send(json.dumps(BODY))
        frames = until_complete(ws)
        assert sound(frames) == whole
        assert frames[0]["status"] == "chunk"
        ws.send(json.dumps(BODY))
        assert sound(until_complete(ws)) == whole


def test_a_client_that_offers_compression_gets_frames_as_they_are(tone_server: RunningServer) -> None:
    with socket(tone_server) as ws:
        assert ws.request is not None
        assert ws.response is not None
        assert "permessage-deflate" in ws.request.headers["Sec-WebSocket-Extensions"]
        assert "Sec-WebSocket-Extensions" not in ws.response.headers


def test_words_come_back_as_written_in_the_order_of_the_sound(tone_server: RunningServer) -> None:
    with socket(tone_server) as ws:
        ws.send(json.dumps({**BODY, "word_timestamps": True, "request_id": "r1"}))
        frames = until_complete(ws)
    words = [frame["data"] for frame in frames if frame["status"] == "word_timestamp"]
    assert [word["word"] for word in words] == TEXT.split()  # type: ignore[index]
    assert [word["id"] for word in words] == list(range(len(words)))  # type: ignore[index]
    starts = [word["start"] for word in words]  # type: ignore[index]
    assert starts == sorted(starts)
    assert {frame["external_request_id"] for frame in frames} == {"r1"}


def test_text_that_comes_in_pieces_is_spoken_whole_and_completes_once(tone_server: RunningServer) -> None:
    with socket(tone_server) as ws:
        for piece in ("Wel", "come to the conf", "erence today.", "Thank you."):
            ws.send(json.dumps({**BODY, "text": piece, "continue": True, "context_id": "c", "word_timestamps": True}))
        ws.send(json.dumps({"text": "", "continue": False, "context_id": "c"}))
        frames = until_complete(ws)
        words = [frame["data"]["word"] for frame in frames if frame["status"] == "word_timestamp"]  # type: ignore[index]
        assert words == ["Welcome", "to", "the", "conference", "today.", "Thank", "you."]
        ws.send(json.dumps({"text": "", "continue": False, "context_id": "c"}))  # closed already: nothing comes
        ws.send(json.dumps({"text": " ", "voice_id": "sophia"}))  # keep-alive: nothing comes
        ws.send(json.dumps(BODY))
        assert "context_id" not in until_complete(ws)[0]


def told(frames: list[dict[str, object]]) -> list[dict[str, object]]:
    return [frame["data"] for frame in frames if frame["status"] == "word_timestamp"]  # type: ignore[misc]


@pytest.mark.parametrize("voice", ["sophia", "magnus"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is the U.S. Army today.", "It is the U.S. Army today."),
        ("J.R.R. Tolkien wrote it.", "J.R.R. Tolkien wrote it."),
        ("Open 192.168.1.1 in ASP.NET now.", "Open 192.168.1.1 in ASP.NET now."),
        ("Perfect, 12345.Let me check that.", "Perfect, 12345. Let me check that."),
        ("All is well.Thank you!Was there more?I wait.", "All is well. Thank you! Was there more? I wait."),
        ("यह ठीक है।मैं आता हूँ।", "यह ठीक है। मैं आता हूँ।"),
    ],
)
def test_letters_tokens_and_one_message_give_the_same_frames(
    tone_server: RunningServer, voice: str, text: str, words: str
) -> None:
    request = {**BODY, "voice_id": voice, "word_timestamps": True, "language": "auto"}
    with socket(tone_server) as ws:
        ws.send(json.dumps({**request, "text": text}))
        whole = until_complete(ws)
        assert [word["word"] for word in told(whole)] == words.split()
        for pieces in (list(text), re.findall(r"\w+|\W", text), re.split(r"(?<=[^\s.][^\s.][.!?।]) ", words)):
            for piece in pieces:
                ws.send(json.dumps({**request, "text": piece, "continue": True}))
            ws.send(json.dumps({"text": "", "continue": False}))
            frames = until_complete(ws)
            assert told(frames) == told(whole)
            assert sound(frames) == sound(whole)


def test_sentences_that_clients_strip_are_words_apart(tone_server: RunningServer) -> None:
    with socket(tone_server) as ws:
        for piece in ("Meet the CEO.", "IBM said so.", "It is the U.S.", "So what?"):
            ws.send(json.dumps({**BODY, "text": piece, "continue": True, "word_timestamps": True}))
        ws.send(json.dumps({"text": "", "continue": False}))
        words = [word["word"] for word in told(until_complete(ws))]
    assert words == ["Meet", "the", "CEO.", "IBM", "said", "so.", "It", "is", "the", "U.S.So", "what?"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "今日はとてもいい天気なので、みんなで海へ行きました。"),
        ("zh", "今天天气很好，我们一起去海边玩。"),
    ],
)
def test_words_without_spaces_are_told_by_phrase(tone_server: RunningServer, language: str, sentence: str) -> None:
    request = {**BODY, "voice_id": "magnus", "language": language, "text": sentence * 5, "word_timestamps": True}
    with socket(tone_server) as ws:
        ws.send(json.dumps(request))
        frames = until_complete(ws)
    words = told(frames)
    assert "".join(str(word["word"]) for word in words) == sentence * 5
    assert len(words) >= 10
    assert [word["id"] for word in words] == list(range(len(words)))
    ends = [float(word["end"]) for word in words]  # type: ignore[arg-type]
    assert ends == sorted(ends)
    assert all(float(word["end"]) > float(word["start"]) for word in words)  # type: ignore[arg-type]
    assert ends[-1] == pytest.approx(len(sound(frames)) / 2 / 24000, abs=0.5)


def test_a_bad_message_gets_an_error_frame_and_the_socket_goes_on(tone_server: RunningServer) -> None:
    with socket(tone_server) as ws:
        for bad in ("{oops", "{}", json.dumps({"text": "Hi."}), json.dumps({**BODY, "sample_rate": 1})):
            ws.send(bad)
            frame = json.loads(ws.recv(5))
            assert frame["status"] == "error"
            assert frame["message"] == frame["error"]["message"]
        ws.send(json.dumps(BODY))
        assert until_complete(ws)[-1]["status"] == "complete"


def test_a_cancelled_context_is_silent(tone_server: RunningServer) -> None:
    with socket(tone_server) as ws:
        ws.send(json.dumps({**BODY, "text": TEXT * 50, "context_id": "a"}))
        ws.recv(5)
        ws.send(json.dumps({"cancel_request": True, "context_id": "a"}))
        ws.send(json.dumps({**BODY, "context_id": "b"}))
        frames = until_complete(ws)
        assert frames[-1]["context_id"] == "b"


def test_an_idle_socket_is_told_and_closed(tone_server: RunningServer) -> None:
    with socket(tone_server, f"?token={KEY}&timeout=1") as ws:
        assert json.loads(ws.recv(5))["message"] == "Connection timed out after 1 seconds of inactivity"


def test_a_handshake_without_a_valid_key_is_refused(tone_server: RunningServer) -> None:
    for query in ("", "?token=wrong"):
        with pytest.raises(InvalidStatus) as refused:
            socket(tone_server, query)
        assert refused.value.response.status_code == 401


def test_what_is_not_spoken_yet_is_an_error_and_not_silence(tone_server: RunningServer) -> None:
    for fields, named in (({"language": "ar"}, "language"), ({"text": "สวัสดี"}, "text")):
        answer = tone_server.post("/waves/v1/tts", {**BODY, **fields})
        assert answer.status_code == 400
        assert named in answer.json()["message"]
    assert requests.get(tone_server.url + "/health", timeout=5).status_code == 200


def test_what_is_not_spoken_on_a_socket_is_an_error_and_the_socket_goes_on(tone_server: RunningServer) -> None:
    with socket(tone_server, f"?token={KEY}") as ws:
        for fields, named in (({"language": "ar"}, "language"), ({"text": "สวัสดี"}, "text")):
            ws.send(json.dumps({**BODY, **fields}))
            frame = json.loads(ws.recv(5))
            assert frame["status"] == "error"
            assert named in frame["message"]
        ws.send(json.dumps(BODY))
        assert json.loads(ws.recv(5))["status"] == "chunk"


@pytest.mark.parametrize(
    "text",
    ["9" * 3000, "x" * 5000, "a" + "\u0301" * 10_000, "(" * 5000 + "a", "Hi \U0001f642 there", "1/" * 999],
)
def test_hostile_text_is_spoken(tone_server: RunningServer, text: str) -> None:
    answer = tone_server.post("/waves/v1/tts", {**BODY, "text": text})
    assert answer.status_code == 200, answer.text
    assert len(answer.content) > 2000
