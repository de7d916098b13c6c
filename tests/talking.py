"""A client of speech to speech that checks every frame it gets."""

import asyncio
import base64
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlencode

import numpy as np
import websockets

from openwaves.types import Samples
from tests.servers import KEY

TALK = "/waves/v1/s2s"
Frame = dict[str, Any]
WAIT_S = 15.0


def pcm(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def silence(seconds: float) -> Samples:
    return np.zeros(round(16000 * seconds), np.float32)


class TalkClient:
    """One open socket.

    Attributes:
        frames: What has come.
        at: When it came.
        session: What ``session.configured`` told.
        code: How the socket was closed, once it is.
    """

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.at: list[float] = []
        self.session: Frame = {}
        self.code: int | None = None
        self._response: str | None = None
        self._problem: BaseException | None = None
        self._new = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                assert isinstance(data, str)
                assert len(data) < 1 << 18
                self._take(json.loads(data))
                async with self._new:
                    self._new.notify_all()
        except websockets.ConnectionClosed:
            pass
        except AssertionError as error:
            self._problem = error
        self.code = self.socket.close_code
        async with self._new:
            self._new.notify_all()

    def _take(self, frame: Frame) -> None:
        """What holds for every frame."""
        kind = frame["type"]
        assert re.fullmatch(r"sv_[0-9a-f]{16}", frame["event_id"])
        if kind == "response.created":
            assert self._response is None
            self._response = frame["response"]["id"]
        elif kind == "response.done":
            assert frame["response"]["id"] == self._response
            self._response = None
        elif kind.startswith("response.") and kind != "response.trace":
            assert frame["response_id"] == self._response
        if kind == "session.configured":
            self.session = frame["session"]
        self.frames.append(frame)
        self.at.append(time.monotonic())

    async def tell(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def send(self, samples: Samples, size: int = 3200) -> None:
        """Send sound at once."""
        data = pcm(samples)
        for begin in range(0, len(data), size):
            piece = data[begin : begin + size].ljust(640, b"\0")
            await self.tell("input_audio_buffer.append", audio=base64.b64encode(piece).decode())

    async def pace(self, samples: Samples, piece_s: float = 0.02) -> float:
        """Send sound as it is spoken; when it began."""
        began = time.monotonic()
        data, n_bytes = pcm(samples), 2 * round(16000 * piece_s)
        for begin in range(0, len(data), n_bytes):
            await asyncio.sleep(began + begin / 32000 - time.monotonic())
            piece = data[begin : begin + n_bytes].ljust(n_bytes, b"\0")
            await self.tell("input_audio_buffer.append", audio=base64.b64encode(piece).decode())
        return began

    async def wait(self, wanted: Callable[[Self], Any], limit_s: float = WAIT_S) -> None:
        """Wait until something holds."""
        try:
            async with asyncio.timeout(limit_s), self._new:
                await self._new.wait_for(lambda: wanted(self) or self.code is not None or self._problem)
        except TimeoutError:
            raise AssertionError(f"the last frames were {self.kinds()[-8:]}") from None
        if self._problem is not None:
            raise self._problem
        assert wanted(self), f"closed with {self.code}; the last frames were {self.kinds()[-8:]}"

    async def wait_for(self, kind: str, number: int = 1, limit_s: float = WAIT_S) -> Frame:
        """Wait for the n-th frame of a kind."""
        await self.wait(lambda client: len(client.of(kind)) >= number, limit_s)
        return self.of(kind)[number - 1]

    async def calm(self, seconds: float) -> None:
        """Nothing comes for a while."""
        before = len(self.frames)
        await asyncio.sleep(seconds)
        assert self.kinds()[before:] == []

    async def configure(self, **session: Any) -> Frame:
        await self.tell("session.configure", session=session)
        return (await self.wait_for("session.configured"))["session"]  # type: ignore[no-any-return]

    async def create(self, **item: Any) -> None:
        await self.tell("conversation.item.create", item=item)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is open and has sounded."""
        deltas = self.of("response.output_audio.delta")
        return bool(deltas) and deltas[-1]["response_id"] == self._response

    def forget(self) -> None:
        """Drop what has come."""
        self.frames.clear()
        self.at.clear()

    def of(self, *kinds: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["type"] in kinds]

    def kinds(self, begin: int = 0) -> list[str]:
        return [frame["type"] for frame in self.frames[begin:]]

    def sound(self, response: str | None = None) -> bytes:
        return b"".join(
            base64.b64decode(frame["delta"])
            for frame in self.of("response.output_audio.delta")
            if response in {None, frame["response_id"]}
        )

    def said(self, response: str | None = None) -> str:
        return "".join(
            frame["delta"]
            for frame in self.of("response.output_audio_transcript.delta")
            if response in {None, frame["response_id"]}
        )

    def heard(self) -> list[str]:
        """The user's turns."""
        items = [frame["item"] for frame in self.of("conversation.item.done")]
        return [item["content"][0]["text"] for item in items if item.get("role") == "user"]


@asynccontextmanager
async def dial(url: str, path: str = TALK, key: str | None = KEY, **query: str) -> AsyncIterator[TalkClient]:
    """Open a socket.

    Raises:
        websockets.InvalidStatus: It was refused.
    """
    address = url.replace("http", "ws", 1) + path + (f"?{urlencode(query)}" if query else "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with websockets.connect(address, additional_headers=headers) as socket:
        client = TalkClient(socket)
        await client.wait_for("session.created")
        yield client


@asynccontextmanager
async def talking(url: str, **session: Any) -> AsyncIterator[TalkClient]:
    """Open a socket and configure the session."""
    async with dial(url) as client:
        await client.configure(**session)
        yield client
