"""Clients that vanish, stall or send garbage: the server lives, and keeps neither slot, task nor memory of them."""

import base64
import json
import os
import random
import re
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from typing import Any

import psutil
import pytest
import requests
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from openwaves.memory import GIVE_BACK_EVERY_S
from tests.servers import KEY, RunningServer, server
from tests.waiting import until

CONCURRENCY = 8
TEXT = "I bought 3 cats for $100 on Dec 25th. They sleep all day, and play all night. "
LONG = TEXT * 1000  # more than an hour of speech
PAGES = TEXT * 100
PATH = "/waves/v1/tts/live"
MB = 1 << 20


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with few slots, so that one that is lost is missed."""
    options = ("--concurrency", str(CONCURRENCY), "--body-timeout-s", "2", "--log-level", "error")
    with server(tmp_path_factory.mktemp("faults"), "--engine", "tone", *options) as running:
        check_alive(running)
        yield running


@pytest.fixture(autouse=True)
def _alive_after_each(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every fault must leave a server with all its slots, nothing to do and its sockets closed."""
    running: RunningServer = request.getfixturevalue("faulty")
    process = psutil.Process(running.process.pid)
    n_files = process.num_fds()
    yield
    until(lambda: segments_at_work(running) == 0, "pieces of speech are still being spoken")
    until(lambda: process.num_fds() <= n_files + 2, "connections are still open")
    check_alive(running)


def body(text: str = TEXT, **fields: object) -> dict[str, Any]:
    return {"text": text, "voice_id": "sophia", "sample_rate": 24000, **fields}


def segments_at_work(running: RunningServer) -> float:
    text = running.get("/metrics", None).text
    found = re.findall(r"^openwaves_work_(?:running|waiting) (\S+)$", text, re.MULTILINE)
    assert len(found) == 2
    return sum(map(float, found))


def check_alive(running: RunningServer) -> None:
    """All slots are free: as many slow requests as there are slots are served at the same time, one more is not."""
    assert running.process.poll() is None

    def all_free() -> bool:
        with ExitStack() as stack:
            answers = [
                stack.enter_context(closing(running.post(PATH, body(TEXT * 100), stream=True)))
                for _ in range(CONCURRENCY)
            ]
            if [answer.status_code for answer in answers] != [200] * CONCURRENCY:
                return False
            return running.post(PATH, body()).status_code == 429

    until(all_free, "a slot is lost")
    until(lambda: running.post("/waves/v1/tts", body()).status_code == 200, "no slot is free")


def cpu_s_in(process: psutil.Process, seconds: float) -> float:
    """Processor time that a process uses within so many seconds."""
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system


def rss(running: RunningServer) -> int:
    return psutil.Process(running.process.pid).memory_info().rss


def raw(running: RunningServer, receive_buffer: int = 0) -> socket.socket:
    host, port = running.url.removeprefix("http://").split(":")
    sock = socket.socket()
    sock.settimeout(10)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.connect((host, int(port)))
    return sock


def sse_request(text: str = LONG) -> bytes:
    data = json.dumps(body(text)).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def handshake() -> bytes:
    head = f"GET {PATH}?token={KEY} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    return (head + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode()


def frame(data: bytes, opcode: int = 1, *, masked: bool = True) -> bytes:
    size = len(data)
    mask = 0x80 if masked else 0
    head = bytes([0x80 | opcode])
    if size < 126:
        head += bytes([mask | size])
    elif size < 1 << 16:
        head += struct.pack(">BH", mask | 126, size)
    else:
        head += struct.pack(">BQ", mask | 127, size)
    return head + bytes(4 if masked else 0) + data  # a mask of zeros leaves the data as they are


def read_until(sock: socket.socket, *wanted: bytes) -> bytes:
    seen = b""
    while not any(one in seen for one in wanted):
        part = sock.recv(65536)
        if not part:
            break
        seen += part
    return seen


def hard_close(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def upgraded(running: RunningServer, receive_buffer: int = 0) -> socket.socket:
    """A socket after the handshake, without a library that would keep to the rules."""
    sock = raw(running, receive_buffer)
    sock.sendall(handshake())
    assert b" 101 " in read_until(sock, b"\r\n\r\n")
    return sock


def open_socket(running: RunningServer) -> ClientConnection:
    return connect(running.url.replace("http", "ws", 1) + PATH + f"?token={KEY}", compression=None)


def until_complete(ws: Connection) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["status"] not in ("complete", "error"):
        frames.append(json.loads(ws.recv(20)))
    return frames


def sound(frames: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(frame["data"]["audio"]) for frame in frames if frame["status"] == "chunk")


def vanish(running: RunningServer, number: int) -> None:
    """Hear the first sound of some minutes of speech and be gone, without a word."""

    def heard() -> bool:
        with closing(raw(running)) as sock:
            if number % 2:
                sock.sendall(sse_request(PAGES))
                start = read_until(sock, b"data: ", b'"error"')
                refused = b" 429 " in start
            else:
                sock.sendall(handshake())
                start = read_until(sock, b"\r\n\r\n")
                if b" 101 " in start:
                    sock.sendall(frame(json.dumps(body(PAGES)).encode()))
                    start += read_until(sock, b'"audio"', b'"code"')
                refused = b" 429 " in start or b"account may have" in start
            assert refused or b'"audio"' in start, start[:500]
            hard_close(sock)
            return not refused

    until(heard, "a slot is lost")


@pytest.mark.slow
@pytest.mark.alone
def test_five_hundred_clients_that_vanish_while_they_listen(faulty: RunningServer) -> None:
    """Through eight slots: all are served only if each slot comes back."""
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(lambda number: vanish(faulty, number), range(200)))  # what a server holds once it has been busy
        before = rss(faulty)
        list(pool.map(lambda number: vanish(faulty, number), range(500)))
    until(lambda: segments_at_work(faulty) == 0, "pieces of speech of clients that left are still being spoken")
    until(lambda: rss(faulty) - before < 24 * MB, "memory is lost", limit_s=3 * GIVE_BACK_EVERY_S)
    print(f"\n500 vanished: resident memory grew by {(rss(faulty) - before) / MB:.1f} MB")


def test_work_ends_soon_after_the_client_has_gone(faulty: RunningServer) -> None:
    for number in range(2):
        vanish(faulty, number)
        until(lambda: segments_at_work(faulty) == 0, "the work goes on", limit_s=0.5)


def test_half_open_connections_keep_no_one_out(faulty: RunningServer) -> None:
    whole = sse_request(TEXT)
    beginnings = (b"", whole[:10], whole[:-20], handshake()[:-2], handshake() + frame(b"{}" * 50)[:3])
    with ExitStack() as stack:
        for beginning in beginnings * 20:
            if beginning.startswith(b"GET") and beginning.endswith(b"{"):
                continue
            sock = stack.enter_context(closing(raw(faulty)))
            sock.sendall(beginning)
        finished = stack.enter_context(closing(raw(faulty)))
        finished.sendall(whole)
        finished.shutdown(socket.SHUT_WR)  # may still listen: what comes back is its answer or an end
        started = time.monotonic()
        assert faulty.get("/health", None).status_code == 200
        assert len(faulty.post("/waves/v1/tts", body()).content) > 48000
        assert time.monotonic() - started < 1
        slow = stack.enter_context(closing(raw(faulty)))
        slow.sendall(whole[:-20])
        assert b" 400 " in read_until(slow, b"\r\n\r\n")  # after the two seconds that the server waits for a body


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(b"\xff\xfe\xfd"), 1007),
        (frame(b"x", opcode=3), 1002),
        (frame(b"{}", masked=False), 1002),
        (frame(b"x" * 200, opcode=9), 1002),
        (random.Random(1).randbytes(4096), 1002),
        (frame(b'{"text": "' + b"a" * (10 * MB) + b'"}'), 1009),
        (frame(bytes(10 * MB), opcode=2), 1009),
    ],
    ids=["not UTF-8", "no such opcode", "not masked", "a ping too long", "noise", "10 MB of text", "10 MB of bytes"],
)
def test_frames_against_the_protocol_close_the_socket(faulty: RunningServer, data: bytes, code: int) -> None:
    with closing(upgraded(faulty)) as sock:
        answer = b""
        with suppress(ConnectionResetError, BrokenPipeError):  # the server may close before it has read all
            sock.sendall(data)
        with suppress(ConnectionResetError):
            while part := sock.recv(65536):
                answer += part
        if answer or len(data) < MB:  # of a long message the rest may meet a closed socket, and that reset the answer
            assert answer[:1] == b"\x88", answer[:100]
            assert struct.unpack(">H", answer[2:4])[0] == code


def test_ten_megabytes_are_refused_with_a_reason(faulty: RunningServer) -> None:
    with open_socket(faulty) as ws:
        with pytest.raises(ConnectionClosedError) as closed:
            ws.send(json.dumps(body("a" * (10 * MB))))
            ws.recv(10)
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    assert faulty.post("/waves/v1/tts", body("a" * (10 * MB))).status_code == 413


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01",
        os.urandom(1000),
        b"",
        "",
        "null",
        "[]",
        "[" * 100_000,
        '{"text": ' * 10_000,
        "\x00",
        '{"text": "Hi.", "voice_id": "\\ud800"}',
        '{"text": 1e999, "voice_id": "sophia"}',
        '{"text": "Hi.", "voice_id": {"a": []}}',
        '{"text": "Hi.", "voice_id": "sophia", "sample_rate": ' + "9" * 5000 + "}",
        '{"text": "Hi.", "voice_id": "sophia", "speed": NaN}',
        '{"text": "Hi.", "voice_id": "sophia", "continue": "yes"}',
    ],
    ids=range(15),
)
def test_messages_that_make_no_sense_get_an_error_and_the_socket_goes_on(
    faulty: RunningServer, data: bytes | str
) -> None:
    with open_socket(faulty) as ws:
        ws.send(data)
        answer = json.loads(ws.recv(5))
        assert answer["status"] == "error"
        assert answer["message"] == answer["error"]["message"]
        assert answer["error"]["code"]
        ws.send(json.dumps(body()))
        assert until_complete(ws)[-1]["status"] == "complete"


def test_garbage_amid_an_utterance_changes_nothing_of_it(faulty: RunningServer) -> None:
    with open_socket(faulty) as ws:
        for piece in TEXT:
            ws.send(json.dumps(body(piece, word_timestamps=True, **{"continue": True})))
            if piece == " ":
                ws.send(b"\x00")
                ws.send("{oops")
        ws.send(json.dumps({"text": "", "continue": False}))
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1]["status"] != "complete":
            frames.append(json.loads(ws.recv(10)))
        assert sum(frame["status"] == "error" for frame in frames) == 2 * TEXT.count(" ")
        assert [frame["data"]["word"] for frame in frames if frame["status"] == "word_timestamp"] == TEXT.split()
        assert sound(frames) == faulty.post("/waves/v1/tts", body()).content


@pytest.mark.parametrize("pieces", [["Hi \ud800 there."], ["Hi \ud83d", "\ude42 there."]], ids=["half", "two halves"])
def test_half_a_character_does_not_silence_the_rest(faulty: RunningServer, pieces: list[str]) -> None:
    """JavaScript cuts a text between the two UTF-16 units of an emoji, and sends each half as it is."""
    with open_socket(faulty) as ws:
        for piece in pieces:
            ws.send(json.dumps(body(piece, word_timestamps=True, **{"continue": True})))
        ws.send(json.dumps({"text": "", "continue": False}))
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1]["status"] not in ("complete", "error"):
            frames.append(json.loads(ws.recv(3)))
        assert frames[-1]["status"] == "complete"
        words = [frame["data"]["word"] for frame in frames if frame["status"] == "word_timestamp"]
        assert [words[0], words[-1], len(words)] == ["Hi", "there.", 3]


def test_ten_thousand_fragments_of_one_character(faulty: RunningServer) -> None:
    text = (TEXT * 130)[:10_000].strip()
    with open_socket(faulty) as ws:
        for piece in text:
            ws.send(json.dumps(body(piece, sample_rate=8000, word_timestamps=True, **{"continue": True})))
        ws.send(json.dumps({"text": "", "continue": False}))
        frames = until_complete(ws)
    words = [frame["data"] for frame in frames if frame["status"] == "word_timestamp"]
    assert [word["word"] for word in words] == text.split()
    assert [word["id"] for word in words] == list(range(len(words)))
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)
    assert sound(frames) == faulty.post("/waves/v1/tts", body(text, sample_rate=8000)).content


def test_clients_that_do_not_read_cost_neither_memory_nor_a_core(faulty: RunningServer) -> None:
    """Half of them over a WebSocket; all they were sent would be more than a gigabyte."""
    process = psutil.Process(faulty.process.pid)
    before = rss(faulty)
    with ExitStack() as stack:
        for number in range(CONCURRENCY):
            if number % 2:
                sock = stack.enter_context(closing(upgraded(faulty, 4096)))
                sock.sendall(frame(json.dumps(body(LONG)).encode()))
            else:
                sock = stack.enter_context(closing(raw(faulty, 4096)))
                sock.sendall(sse_request())
            assert sock.recv(1)
        until(lambda: segments_at_work(faulty) == 0, "speech is made that no one takes")
        until(lambda: cpu_s_in(process, 1.5) < 0.3, "a core is kept busy")  # the buffers fill first
        grown = rss(faulty) - before
        print(f"\n{CONCURRENCY} clients do not read: {grown / MB:.1f} MB")
        assert segments_at_work(faulty) == 0
        assert grown < 40 * MB
        assert faulty.post(PATH, body()).status_code == 429  # they do hold their slots


@pytest.mark.slow
@pytest.mark.alone
def test_two_thousand_mixed_requests_leave_the_memory_as_it_was(faulty: RunningServer) -> None:
    mixed(faulty, 1000)
    before = rss(faulty)
    mixed(faulty, 2000)
    until(lambda: rss(faulty) - before < 2 * MB, "memory is lost", limit_s=3 * GIVE_BACK_EVERY_S)
    grown = (rss(faulty) - before) / MB
    print(f"\n2000 mixed requests: resident memory grew by {grown:+.2f} MB from {before / MB:.0f} MB")


def mixed(running: RunningServer, n_requests: int) -> None:
    """Requests of every kind, four at a time; a few of them wrong, a few of clients that leave."""

    def one(number: int) -> None:
        kind = number % 10
        if kind < 4:
            formats = ("pcm", "wav", "mp3", "ulaw")
            rate = (8000, 16000, 24000, 44100)[number // 10 % 4]
            request = body(output_format=formats[kind], sample_rate=rate)
            assert running.post("/waves/v1/tts", request).status_code == 200
        elif kind == 4:
            assert running.post(PATH, body()).text.endswith('"done": true}\n\n')
        elif kind == 5:
            assert running.post("/waves/v1/tts", body(voice_id="nobody")).status_code == 400
        elif kind == 6:
            vanish(running, number // 10)
        elif kind == 7:
            assert running.get("/waves/v1/lightning-v3.1/get_voices").status_code == 200
        else:
            with open_socket(running) as ws:
                ws.send(json.dumps(body(word_timestamps=True, context_id="c" if kind == 8 else None)))
                assert until_complete(ws)[-1]["status"] == "complete"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(n_requests)))


def test_the_end_of_a_short_answer_waits_for_nothing(faulty: RunningServer) -> None:
    """A server that lets the network gather small frames stalls until the client's delayed acknowledgement: 40 ms."""
    waits = []
    with open_socket(faulty) as ws:
        for _ in range(8):
            ws.send(json.dumps(body("Hm.")))
            assert json.loads(ws.recv(5))["status"] == "chunk"
            started = time.monotonic()
            assert until_complete(ws)[-1]["status"] == "complete"
            waits.append(time.monotonic() - started)
    assert sorted(waits)[2] < 0.03, waits


def test_a_request_that_is_refused_for_its_limit_says_when_to_come_back(faulty: RunningServer) -> None:
    with ExitStack() as stack:
        for _ in range(CONCURRENCY):
            stack.enter_context(closing(faulty.post(PATH, body(LONG), stream=True)))
        refused = faulty.post("/waves/v1/tts", body())
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        with open_socket(faulty) as ws:
            ws.send(json.dumps(body()))
            assert until_complete(ws)[-1]["error"]["code"] == "too_many_requests"
        assert requests.get(faulty.url + "/health", timeout=5).status_code == 200
