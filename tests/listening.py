"""A client of live recognition that checks every frame it gets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlencode

import numpy as np
import websockets

from openwaves.types import Samples
from tests.servers import KEY

LIVE = "/waves/v1/stt/live"
AT_ONCE = 10
"""So many may speak at the same time on two cores, whatever else these do; of more, some are refused."""
Frame = dict[str, Any]


def pcm(samples: Samples) -> bytes:
    return (samples * 32767).astype("<i2").tobytes()


def silence(seconds: float) -> Samples:
    return np.zeros(round(16000 * seconds), np.float32)


class Client:
    """One open socket.

    Attributes:
        frames: What has come.
        at: When it came.
        code: How the socket was closed, once it is.
    """

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.at: list[float] = []
        self.code: int | None = None
        self._new = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                assert isinstance(data, str)
                self.frames.append(json.loads(data))
                self.at.append(time.monotonic())
                async with self._new:
                    self._new.notify_all()
        except websockets.ConnectionClosed:
            pass
        self.code = self.socket.close_code
        async with self._new:
            self._new.notify_all()

    async def send(self, samples: Samples | bytes, size: int = 8192) -> Self:
        """Send sound at once, in pieces."""
        data = samples if isinstance(samples, bytes) else pcm(samples)
        for begin in range(0, len(data), size):
            await self.socket.send(data[begin : begin + size])
        return self

    async def pace(self, samples: Samples, piece_s: float = 0.02) -> float:
        """Send sound as it is spoken; when it began."""
        began = time.monotonic()
        data, n_bytes = pcm(samples), 2 * round(16000 * piece_s)
        for begin in range(0, len(data), n_bytes):
            await asyncio.sleep(began + begin / 32000 - time.monotonic())
            await self.socket.send(data[begin : begin + n_bytes])
        return began

    async def tell(self, kind: str) -> None:
        await self.socket.send(json.dumps({"type": kind}))

    async def wait(self, wanted: Callable[[Self], bool], limit_s: float = 10) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(limit_s), self._new:
            await self._new.wait_for(lambda: wanted(self) or self.code is not None)
        assert wanted(self), f"closed with {self.code}; the last frames were {self.frames[-3:]}"

    async def end(self, kind: str = "close_stream", limit_s: float = 10) -> Self:
        """End the stream and check that it ends well."""
        await self.tell(kind)
        await self.wait(lambda client: client.code is not None, limit_s)
        self.check()
        assert self.code == 1000
        assert self.frames[-1]["is_last"]
        return self

    @property
    def finals(self) -> list[Frame]:
        return [frame for frame in self.frames if frame.get("is_final")]

    @property
    def interims(self) -> list[Frame]:
        return [frame for frame in self.frames if frame.get("is_final") is False]

    @property
    def text(self) -> str:
        return "".join(frame["transcript"] for frame in self.finals)

    @property
    def words(self) -> list[Frame]:
        return [word for frame in self.finals for word in frame.get("words", [])]

    def kinds(self, *kinds: str) -> list[str]:
        return [frame["type"] for frame in self.frames if frame["type"] in kinds]

    def check(self) -> None:
        """What holds for every session."""
        assert len({frame["session_id"] for frame in self.frames if frame["type"] != "pong"}) <= 1
        for frame in self.frames:
            assert None not in frame.values()
            assert ("error" in frame) == (frame["type"] == "error")
            if frame["type"] != "transcription":
                continue
            text = frame["transcript"]
            assert text == frame["transcription"]
            if frame["is_final"]:
                assert text == "" or (text.endswith(" ") and text == text.strip() + " ")
                assert not text or frame["language"]
            else:
                assert not {"words", "utterances", "language", "from_finalize"} & set(frame)
        lasts = [frame for frame in self.frames if frame.get("is_last")]
        assert len(lasts) <= 1
        if lasts:
            assert lasts[0] is self.frames[-1]
            assert (lasts[0]["is_final"], lasts[0]["transcript"]) == (True, "")


@asynccontextmanager
async def connect(
    url: str, path: str = LIVE, *, key: str | None = KEY, pairs: Sequence[tuple[str, str]] = (), **query: object
) -> AsyncIterator[Client]:
    """Open a socket.

    Raises:
        websockets.InvalidStatus: It was refused.
    """
    address = url.replace("http", "ws", 1) + path
    asked = urlencode([*pairs, *((name, str(value)) for name, value in query.items())])
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with websockets.connect(f"{address}?{asked}", additional_headers=headers, max_size=None) as socket:
        yield Client(socket)
