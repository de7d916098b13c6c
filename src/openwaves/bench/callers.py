"""The three ways to ask for speech. A caller is one client: it speaks one request at a time."""

import asyncio
import io
import json
import time
import wave
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import aiohttp

from openwaves.bench.mp3 import mp3_length_s
from openwaves.bench.options import BYTES_PER_SAMPLE, LoadOptions
from openwaves.bench.outcome import Outcome

SYNC_PATH = "/waves/v1/tts"
LIVE_PATH = "/waves/v1/tts/live"
IDLE_TIMEOUT_S = 3600  # asked of the server: a socket may wait long for its next request
CLOSE_TIMEOUT = aiohttp.ClientWSTimeout(ws_close=1.0)


class Caller(ABC):
    """One client."""

    def __init__(self, session: aiohttp.ClientSession, options: LoadOptions) -> None:
        self._session = session
        self._options = options

    async def call(self, body: dict[str, Any], outcome: Outcome) -> None:
        """Speak one request; whatever happens is written into ``outcome``."""
        try:
            async with asyncio.timeout(self._options.timeout_s):
                outcome.sent = time.perf_counter()
                await self._exchange(body, outcome)
        except TimeoutError:
            outcome.fail("timeout")
        except aiohttp.WSServerHandshakeError as error:
            retry_after = error.headers.get("Retry-After") if error.headers else None
            outcome.refuse_or_fail(error.status, "handshake", error.message, retry_after)
        except (aiohttp.ClientError, OSError) as error:
            outcome.fail(f"connection {type(error).__name__}", str(error))
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # a frame that is not of this wire
            outcome.fail("bad frame", str(error))
        outcome.ended = time.perf_counter()

    async def close(self) -> None:  # noqa: B027 - most hold nothing
        """Give back what it holds."""

    @abstractmethod
    async def _exchange(self, body: dict[str, Any], outcome: Outcome) -> None: ...

    def _length_of(self, audio: str) -> float:
        """Seconds of base64 sound, without decoding it."""
        n_bytes = len(audio) * 3 // 4 - audio.count("=", -2)
        return n_bytes / self._options.bytes_per_second


class SyncCaller(Caller):
    """POST, whole body back."""

    async def _exchange(self, body: dict[str, Any], outcome: Outcome) -> None:
        async with self._session.post(self._options.url + SYNC_PATH, json=body) as answer:
            if answer.status != 200:
                await _read_error(answer, outcome)
                return
            parts = []
            async for part in answer.content.iter_any():
                if outcome.first_audio is None:
                    outcome.first_audio = time.perf_counter()
                parts.append(part)
            outcome.playback.audio_s = self._body_length(parts)
        outcome.complete()

    def _body_length(self, parts: list[bytes]) -> float:
        if self._options.output_format in BYTES_PER_SAMPLE:
            return sum(map(len, parts)) / self._options.bytes_per_second
        whole = b"".join(parts)
        if self._options.output_format == "mp3":
            return mp3_length_s(whole)
        try:
            with wave.open(io.BytesIO(whole)) as file:
                return float(file.getnframes() / file.getframerate())
        except (wave.Error, EOFError) as error:
            raise ValueError(f"not a WAV file: {error}") from error


class SseCaller(Caller):
    """POST, Server-Sent Events back."""

    async def _exchange(self, body: dict[str, Any], outcome: Outcome) -> None:
        async with self._session.post(self._options.url + LIVE_PATH, json=body) as answer:
            if answer.status != 200:
                await _read_error(answer, outcome)
                return
            rest = b""
            async for part in answer.content.iter_any():
                *events, rest = (rest + part).split(b"\n\n")
                for data in _data_lines(events):
                    self._event(json.loads(data), outcome)
                    if outcome.state == "failed":
                        return
        if outcome.state == "unfinished":
            outcome.fail("cut off", "the stream ended without its last event")

    def _event(self, event: dict[str, Any], outcome: Outcome) -> None:
        if audio := event.get("audio"):
            outcome.sound(self._length_of(audio))
        elif event.get("error"):
            outcome.error_frame(f"{event.get('status', '')} {event['error']}", str(event.get("message", "")))
        elif event.get("done"):
            outcome.complete()


class SocketCaller(Caller):
    """WebSocket; one connection serves all requests of the client."""

    _socket: aiohttp.ClientWebSocketResponse | None = None

    async def _exchange(self, body: dict[str, Any], outcome: Outcome) -> None:
        if self._socket is None or self._socket.closed:
            url = f"{self._options.url}{LIVE_PATH}?timeout={IDLE_TIMEOUT_S}"
            self._socket = await self._session.ws_connect(url, max_msg_size=0, timeout=CLOSE_TIMEOUT)
            outcome.connect_s = time.perf_counter() - outcome.sent
        socket = self._socket
        message = json.dumps(body, ensure_ascii=False)
        outcome.sent = time.perf_counter()
        try:
            await socket.send_str(message)
            while outcome.state == "unfinished":
                self._frame(await socket.receive(), outcome)
        finally:
            if outcome.broke_off:  # the rest of this answer would be taken for the next
                await self.close()

    async def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            socket, self._socket = self._socket, None
            await socket.close()

    def _frame(self, message: aiohttp.WSMessage, outcome: Outcome) -> None:
        if message.type is not aiohttp.WSMsgType.TEXT:
            outcome.fail("connection closed", f"in the middle of a request: {message.type.name} {message.data}")
            return
        frame = json.loads(message.data)
        match frame.get("status"):
            case "chunk":
                outcome.sound(self._length_of(frame["data"]["audio"]))
            case "complete":
                outcome.complete()
            case "error":
                error = frame.get("error")
                code = error.get("code", "") if isinstance(error, dict) else ""
                outcome.error_frame(str(code), str(frame.get("message", error)))
            case _:
                pass  # word times, and what later versions may add


CALLERS: dict[str, type[Caller]] = {"sync": SyncCaller, "sse": SseCaller, "ws": SocketCaller}


def _data_lines(events: list[bytes]) -> Iterator[bytes]:
    for event in events:
        for line in event.splitlines():
            if line.startswith(b"data: "):
                yield line[6:]


async def _read_error(answer: aiohttp.ClientResponse, outcome: Outcome) -> None:
    text = await answer.text(errors="replace")
    try:
        body = json.loads(text)
        kind, message = str(body["error"]), str(body.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        kind, message = "", text[:200]
    outcome.refuse_or_fail(answer.status, kind, message, answer.headers.get("Retry-After"))
