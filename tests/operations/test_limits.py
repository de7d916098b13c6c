"""Bounds of a connection: headers in time and of a size, idle connections, clients that take nothing."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.forked import ForkedServer
from tests.servers import KEY

HEAD = f"POST /waves/v1/tts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
LIVE = f"GET /waves/v1/tts/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedServer]:
    options = ("--headers-timeout-s", "0.7", "--keep-alive-s", "1", "--send-timeout-s", "1", "--concurrency", "1")
    with ForkedServer(tmp_path_factory.mktemp("bounded"), "", *options) as forked:
        forked.start()
        yield forked


@pytest.fixture
def raw(running: ForkedServer) -> Iterator[socket.socket]:
    """A connection without a library that would keep to the rules."""
    address = urlsplit(running.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 30) as connection:
        yield connection


def until_closed(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    data = b""
    try:
        while part := connection.recv(1 << 16):
            data += part
    except ConnectionResetError:
        pass
    return data


@pytest.mark.parametrize("said", ["", "GET /health HTTP/1.1\r\nHost: x\r\n", LIVE])
def test_headers_that_do_not_come_are_not_waited_for(raw: socket.socket, said: str) -> None:
    raw.sendall(said.encode())
    assert until_closed(raw) == b""


def test_so_it_is_with_those_of_the_next_request(raw: socket.socket) -> None:
    raw.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /hea")
    answer = until_closed(raw)
    assert answer.count(b"HTTP/1.1") == 1
    assert answer.startswith(b"HTTP/1.1 200")


def test_an_idle_connection_is_closed(raw: socket.socket) -> None:
    raw.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert until_closed(raw).startswith(b"HTTP/1.1 200")


def test_a_body_may_be_slower_than_headers(raw: socket.socket) -> None:
    body = b'{"text": "Slow.", "voice_id": "magnus"}'
    raw.sendall((HEAD + f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n").encode())
    time.sleep(1.0)
    raw.sendall(body)
    assert until_closed(raw).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begin", ["GET /health HTTP/1.1\r\nX-Long: ", "GET /"])
def test_headers_and_addresses_have_a_size(raw: socket.socket, begin: str) -> None:
    raw.sendall(begin.encode())
    try:
        for _ in range(64):
            raw.sendall(b"a" * 65536)
    except OSError:
        return  # refused already
    assert until_closed(raw)[:12] in (b"HTTP/1.1 431", b"")


def test_many_bodies_on_one_connection_are_no_headers(running: ForkedServer) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {KEY}"
        for _ in range(3):
            body = {"text": "Hi.", "voice_id": "magnus", "padding": "x" * 200_000}
            assert session.post(running.url + "/waves/v1/tts", json=body, timeout=30).status_code in (200, 400, 429)


@pytest.mark.parametrize("kind", ["events", "socket"])
def test_a_client_that_takes_nothing_is_left(running: ForkedServer, kind: str) -> None:
    address = urlsplit(running.url)
    text = "Much is said to nobody. " * 300
    said = json.dumps({"text": text, "voice_id": "magnus", "output_format": "pcm"}).encode()
    time.sleep(0.3)  # the request before this one gives its slot back
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect((address.hostname or "", address.port or 0))
        if kind == "events":
            connection.sendall(
                (HEAD.replace("/tts", "/tts/live") + f"Content-Length: {len(said)}\r\n\r\n").encode() + said
            )
            assert connection.recv(12) == b"HTTP/1.1 200"
        else:
            connection.sendall((LIVE + UPGRADE).encode())
            assert connection.recv(12) == b"HTTP/1.1 101"
            connection.sendall(b"\x81\xfe" + struct.pack(">H", len(said)) + bytes(4) + said)
        end, statuses = time.monotonic() + 25, [status(running)]
        while statuses[-1] != 200 or 429 not in statuses:
            assert time.monotonic() < end, "it still holds the one slot, or never did"
            time.sleep(0.05)
            statuses.append(status(running))


def status(running: ForkedServer) -> int:
    """Of another request."""
    body = {"text": "Hi.", "voice_id": "magnus"}
    headers = {"Authorization": f"Bearer {KEY}"}
    return requests.post(running.url + "/waves/v1/tts", json=body, headers=headers, timeout=30).status_code
