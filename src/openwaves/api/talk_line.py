"""One accepted socket of speech to speech, whichever protocol it speaks: read, told, counted, ended."""

import asyncio
import json
import logging
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import aclosing, suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from openwaves.api.draining import RESTARTS
from openwaves.api.state import State
from openwaves.api.talk_events import EventError, JsonObject, parse
from openwaves.api.watch import RequestWatch
from openwaves.errors import OverloadedError
from openwaves.s2s.options import Parts
from openwaves.s2s.session import Talk
from openwaves.s2s.told import AudioDelta, ItemDone, Output, ResponseDone, Trace, WordsDelta
from openwaves.storage.accounts import Caller

log = logging.getLogger(__name__)

SEND_S = 20.0
"""A client must take a frame within this time."""
AUDIO_ERROR_EVERY_S = 1.0
COUNT_S = 5.0
CHECK_IDLE_S = 1.0
FAILED = 1011
"""Close code of a socket whose talk failed."""

Frame = dict[str, Any]


def talk_parts(state: State) -> Parts:
    """What a talk needs.

    Raises:
        OverloadedError: Something is not loaded, or turned off.
    """
    room, synthesizer = state.loaded.room, state.synthesizer
    if state.chat is None:
        raise OverloadedError("speech to speech needs chat, which is turned off on this server", retry_after_s=3600)
    return Parts(room, state.chat, synthesizer)


class TalkLine(ABC):
    """A protocol says what its events do (``handle``) and how outputs look (``frames``)."""

    def __init__(self, websocket: WebSocket, state: State, caller: Caller, parts: Parts, model: str) -> None:
        self.state = state
        self.caller = caller
        self.parts = parts
        self.model = model
        self.session_id = str(uuid.uuid4())
        self.talk: Talk | None = None
        self._websocket = websocket
        self._telling: asyncio.Task[None] | None = None
        self._meter: RequestWatch | None = None
        self._active_at = time.monotonic()
        self._audio_error_at = -AUDIO_ERROR_EVERY_S
        self._counted_s = 0.0

    @abstractmethod
    async def greet(self) -> None:
        """Send what a client is told first."""

    @abstractmethod
    async def handle(self, event: JsonObject) -> None:
        """Do what an event asks.

        Raises:
            EventError: It cannot be done; the client is told, and the talk goes on.
        """

    @abstractmethod
    def frames(self, output: Output) -> Iterable[Frame]:
        """What a client is told of an output."""

    @abstractmethod
    def error(self, code: str, message: str, param: str = "", event_id: str = "") -> Frame:
        """The frame that tells of an error."""

    async def refuse(self) -> None:
        """Tell that no more sessions may be open, and close."""
        self.state.talks.refuse()
        most = self.state.settings.talk_sessions
        await self.send(self.error("server_full", f"this server has as many sessions open as it may: {most}"))
        await self._close(1013)

    async def run(self) -> None:
        """Talk, or refuse where as many sessions are open as may be."""
        if self.state.talks.n_open >= self.state.settings.talk_sessions:
            await self.refuse()
            return
        await self.serve()

    async def serve(self) -> None:
        """Talk until the client leaves or idles too long; who is told of the end may come again at once."""
        meter = self._meter = RequestWatch(
            self.state, self.caller, "s2s", "websocket", self._websocket, session_id=self.session_id
        )
        meter.known(self.model)
        code: int | None = None
        try:
            with self.state.talks.session(), self.state.figures.socket("s2s"):  # who has left makes room at once
                await self.greet()
                code = await self._read()
        except (WebSocketDisconnect, TimeoutError):
            pass
        except Exception as error:
            log.exception("a talk failed, id %s", meter.ids["session_id"])
            meter.fail(error)
            code = FAILED
        finally:
            if self._telling is not None:
                self._telling.cancel()
                await asyncio.gather(self._telling, return_exceptions=True)
            self._count()
            meter.end()
            await meter.commit()
        if code is not None:
            with suppress(WebSocketDisconnect, TimeoutError, RuntimeError):
                if code == FAILED:
                    await self.send(self.error("internal_error", "the server failed; its log tells why"))
                await self._close(code)

    def begin(self, talk: Talk) -> None:
        """The talk is set up: tell what it has to say."""
        self.talk = talk
        self._telling = asyncio.create_task(self._tell(talk))

    async def send(self, told: Frame) -> None:
        """Send one frame."""
        async with asyncio.timeout(SEND_S):
            await self._websocket.send_text(json.dumps(told, ensure_ascii=False))
        self._active_at = time.monotonic()

    async def feed(self, talk: Talk, sound: bytes) -> None:
        """Sound came."""
        await talk.feed(sound)
        if talk.heard_s > self._counted_s + COUNT_S:
            self._count()

    async def _read(self) -> int | None:
        """Take what the client sends until it leaves, idles, the talk fails, or the server stops.

        Returns:
            The code to close the socket with; None if the client has left.
        """
        receiving: asyncio.Task[object] | None = None
        try:
            while True:
                receiving = receiving or asyncio.ensure_future(self._websocket.receive())
                waited = {task for task in (receiving, self._telling) if task is not None}
                await asyncio.wait(waited, timeout=CHECK_IDLE_S, return_when=asyncio.FIRST_COMPLETED)
                if self._telling is not None and self._telling.done():
                    self._telling.result()
                    return None
                if self.state.drain.is_closing and not self._is_busy:
                    return RESTARTS
                if not receiving.done():
                    if self._is_idle:
                        return 1000
                    continue
                event, receiving = receiving.result(), None
                assert isinstance(event, dict)  # noqa: S101 - ASGI
                if event["type"] == "websocket.disconnect":
                    return None
                self._active_at = time.monotonic()
                await self._take(event.get("text"))
        finally:
            if receiving is not None:
                receiving.cancel()
                await asyncio.gather(receiving, return_exceptions=True)

    @property
    def _is_busy(self) -> bool:
        return self.talk is not None and self.talk.is_busy

    @property
    def _is_idle(self) -> bool:
        return not self._is_busy and time.monotonic() - self._active_at > self.state.settings.talk_idle_s

    async def _take(self, text: str | None) -> None:
        """One message of the client; a bad one is told, and the talk goes on."""
        event: JsonObject = {}
        try:
            if text is None:
                raise EventError("invalid_frame", "the message must be text, not binary")
            event = parse(text)
            await self.handle(event)
        except EventError as error:
            if error.code == "invalid_audio":
                now = time.monotonic()
                if now - self._audio_error_at < AUDIO_ERROR_EVERY_S:
                    return
                self._audio_error_at = now
            event_id = event.get("event_id")
            named = event_id if isinstance(event_id, str) else ""
            await self.send(self.error(error.code, error.message, error.param, named))

    async def _tell(self, talk: Talk) -> None:
        """Send what the talk has to say."""
        async with aclosing(talk.outputs()) as outputs:
            async for output in outputs:
                self._observe(output)
                for told in self.frames(output):
                    await self.send(told)

    def _observe(self, output: Output) -> None:
        self.state.talks.see(output)
        assert self._meter is not None  # noqa: S101 - serving
        match output:
            case AudioDelta():
                self._meter.add_audio(output.duration_s)
            case WordsDelta():
                self.state.store.usage.count(self.caller).characters += len(output.text)
                self._meter.text("text", output.text)
            case ResponseDone():
                self._meter.add_tokens(output.usage.prompt, output.usage.completion)
            case Trace():
                if self._meter.trace is not None:
                    self._meter.trace.turn(output)
            case ItemDone() if output.item.role == "user" and output.item.text:
                self._meter.text("heard", output.item.text + " ")
            case _:
                pass

    def _count(self) -> None:
        if self.talk is not None and self._meter is not None:
            self._meter.add_heard(self.talk.heard_s - self._counted_s)
            self._counted_s = self.talk.heard_s

    async def _close(self, code: int) -> None:
        async with asyncio.timeout(SEND_S):
            await self._websocket.close(code)
