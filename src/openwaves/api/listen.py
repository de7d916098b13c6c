"""Live recognition (contract of speech to text, sections 4 and 5): sound in, text out while it is spoken."""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from openwaves.api.access import socket_caller
from openwaves.api.draining import RESTARTS
from openwaves.api.errors import headers_of, status_of
from openwaves.api.listen_options import LiveOptions, parse_query
from openwaves.api.live_frames import Frames
from openwaves.api.state import State, state_of
from openwaves.api.transcription_answer import error_body
from openwaves.api.watch import RequestWatch
from openwaves.api.wire import PINGED_AT
from openwaves.errors import OpenWavesError, OverloadedError, RequestError, TooManyRequestsError
from openwaves.storage.accounts import Caller
from openwaves.stt.messages import Final, Interim, Last, Mark, Message
from openwaves.stt.room import Room
from openwaves.stt.session import Session

log = logging.getLogger(__name__)

SPEAKING_CORES = 0.15
"""Share of a core that somebody who speaks needs, in the mean."""
COUNT_S = 5.0
MOST_TEXT_CHARS = 1000
FLUSH, END = ("finalize",), ("close_stream", "end")
ALIVE = ("keepalive", "ping", "keep_alive", "keep-alive")

Endpoint = Callable[[WebSocket], Awaitable[None]]


def listen_with(*, words_by_default: bool) -> Endpoint:
    """The endpoint of a route.

    Args:
        words_by_default: Whether words are told where the client does not say.
    """

    async def listen(websocket: WebSocket) -> None:
        """Refuse with an HTTP answer to the handshake, or listen."""
        state = state_of(websocket)
        try:
            caller = socket_caller(websocket)
            room = state.loaded.room
            languages = room.hearing.languages
            options = parse_query(websocket.query_params, languages, words_by_default=words_by_default)
            with room.workers.reserve(SPEAKING_CORES):
                pass  # there is room for somebody who speaks
        except OpenWavesError as error:
            await websocket.send_denial_response(refusal(error))
            return
        await websocket.accept()
        await ListenSocket(websocket, state, caller, room, options).serve()

    return listen


def refusal(error: OpenWavesError) -> JSONResponse:
    """The HTTP answer that tells of an error."""
    return JSONResponse(error_body(error, str(uuid.uuid4())), status_of(error)[0], headers_of(error))


class ListenSocket:
    """One accepted socket."""

    def __init__(self, websocket: WebSocket, state: State, caller: Caller, room: Room, options: LiveOptions) -> None:
        self._websocket = websocket
        self._state = state
        self._caller = caller
        self._model = options.model
        self._room = room
        self._session = Session(room, options.listen)
        self._frames = Frames(options)
        self._speaking = ExitStack()
        self._counted_s = 0.0
        self._ending = False
        self._is_heard = False
        self._end_code = 1000
        self._farewell: _Farewell | None = None

    async def serve(self) -> None:
        """Listen until the client leaves, ends the stream or idles too long, or the server stops.

        A client that is told of the end may come again at once: by then its slot is free, and what it used is counted.
        """
        session_id = self._frames.session_id
        meter = RequestWatch(self._state, self._caller, "stt", "websocket", self._websocket, session_id=session_id)
        meter.known(self._model)
        try:
            await self._state.limits.begin(self._caller.account)
            async with self._state.limits.request(self._caller.account):
                with (
                    self._state.listening.session(),
                    self._state.figures.socket("stt"),
                    self._state.drain.watch(self._leave),
                ):
                    await self._listen(meter)
        except TooManyRequestsError as error:
            meter.fail(error)
            self._farewell = self._failed(error)
        finally:
            meter.end()
        await meter.commit()
        if self._farewell is not None:
            await self._leave_with(self._farewell)

    async def _listen(self, meter: RequestWatch) -> None:
        """Read and answer at the same time, until either ends."""
        reading = asyncio.create_task(self._read(meter))
        answering = asyncio.create_task(self._answer(meter))
        try:
            await asyncio.wait({reading, answering}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.result()
            else:
                reading.result()
        except OpenWavesError as error:
            meter.fail(error)
            self._farewell = self._failed(error)
        except (WebSocketDisconnect, TimeoutError):
            pass
        except Exception as error:
            log.exception("a live session failed, id %s", self._frames.session_id)
            meter.fail(error)
            self._farewell = self._failed(OpenWavesError("the server failed; its log tells why"))
        finally:
            for task in (reading, answering):
                task.cancel()
            await asyncio.gather(reading, answering, return_exceptions=True)
            self._speaking.close()
            self._count(meter)
            self._state.listening.skipped.inc(self._session.n_skipped)

    def _leave(self) -> None:
        """The server stops: whoever speaks may end the sentence, as long as time does not press."""
        drain = self._state.drain
        if not self._ending and drain.is_closing and (drain.is_pressing or not self._is_heard):
            self._ending, self._end_code = True, RESTARTS
            self._session.close()

    async def _read(self, meter: RequestWatch) -> None:
        """Take what the client sends; ends when it leaves or idles."""
        while True:
            event = await self._receive()
            if event is None:
                self._farewell = _Farewell(1000)
                return
            if event["type"] == "websocket.disconnect":
                return
            if (data := event.get("bytes")) is not None:
                if not self._ending:
                    await self._session.feed(data)
                    if self._session.heard_s > self._counted_s + COUNT_S:
                        self._count(meter)
            else:
                await self._control(event.get("text") or "")

    async def _receive(self) -> Any:
        """The next event; None once the client has been silent for too long, pings included."""
        wait_s = idle_s = self._state.settings.listen_idle_s
        while True:
            try:
                async with asyncio.timeout(wait_s):
                    return await self._websocket.receive()
            except TimeoutError:
                pinged_at = self._websocket.scope.get("state", {}).get(PINGED_AT, -idle_s)
                wait_s = pinged_at + idle_s - asyncio.get_running_loop().time()
                if wait_s <= 0:
                    return None

    async def _control(self, text: str) -> None:
        """A text message; what is not known is ignored."""
        try:
            message = json.loads(text) if len(text) < MOST_TEXT_CHARS else None
        except ValueError:
            return
        kind = message.get("type") if isinstance(message, dict) else None
        if kind in ALIVE:
            await self._send({"type": "pong"})
        elif self._ending:
            return
        elif kind in FLUSH:
            self._session.finalize()
        elif kind in END:
            self._ending = True
            self._session.close()

    async def _answer(self, meter: RequestWatch) -> None:
        """Send what the session has to say; ends with it."""
        async with aclosing(self._session.messages()) as messages:
            async for message in messages:
                self._observe(message, meter)
                frame = self._frames.of(message)
                if isinstance(message, Last):
                    self._farewell = _Farewell(self._end_code, frame)
                elif frame is not None:
                    await self._send(frame)

    def _observe(self, message: Message, meter: RequestWatch) -> None:
        figures = self._state.listening
        if isinstance(message, Final):
            figures.final.labels(self._model).observe(message.after_s)
            meter.span("final", time.monotonic() - message.after_s)
            meter.text("heard", " ".join([*(word.text for word in message.words), ""]))
        elif isinstance(message, Interim) and message.words:
            figures.lag.labels(self._model).observe(message.lag_s)
        elif isinstance(message, Mark):
            self._speaking.close()
            self._is_heard = message.kind == "started"
            self._leave()
            if message.kind == "started":
                with suppress(OverloadedError):  # what is busy gives way by itself: interims become rare
                    self._speaking.enter_context(self._room.workers.reserve(SPEAKING_CORES))

    def _count(self, meter: RequestWatch) -> None:
        heard_s = self._session.heard_s
        meter.add_heard(heard_s - self._counted_s)
        self._counted_s = heard_s

    def _failed(self, error: OpenWavesError) -> "_Farewell":
        code = 1008 if isinstance(error, RequestError | TooManyRequestsError) else 1011
        return _Farewell(code, self._frames.of_error(error))

    async def _leave_with(self, farewell: "_Farewell") -> None:
        """Tell what is told last, and close."""
        with suppress(WebSocketDisconnect, TimeoutError, RuntimeError):  # the client was quicker
            if farewell.frame is not None:
                await self._send(farewell.frame)
            async with asyncio.timeout(self._state.settings.listen_send_s):
                await self._websocket.close(farewell.code)

    async def _send(self, frame: dict[str, Any]) -> None:
        async with asyncio.timeout(self._state.settings.listen_send_s):
            await self._websocket.send_text(json.dumps(frame, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Farewell:
    """How a socket is closed, and what is told before."""

    code: int
    frame: dict[str, Any] | None = None
