"""The WebSocket (contract section 6): text in as it is written, speech out as it is made."""

import asyncio
import base64
import json
import logging
import math
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from openwaves.api.access import UNAUTHORIZED_MESSAGE, socket_caller
from openwaves.api.draining import RESTARTS
from openwaves.api.errors import error_response
from openwaves.api.schemas import SocketMessage, parse_message
from openwaves.api.speech import with_own
from openwaves.api.state import State, state_of
from openwaves.api.watch import RequestWatch
from openwaves.errors import AccessError, OpenWavesError, RequestError
from openwaves.storage.accounts import Caller
from openwaves.tts.text.segments import Cutter
from openwaves.tts.text.sentences import begins_word
from openwaves.types import EncodedChunk, Segment, SpeechRequest, Voice, WordTiming

log = logging.getLogger(__name__)

IDLE_S = 60.0
MAX_IDLE_S = 3600.0
REMEMBERED_CONTEXTS = 64
LONG_TEXT = 2000  # characters; longer text is cut off the event loop


async def speak(websocket: WebSocket) -> None:
    """``/waves/v1/tts/live`` and its older names. A refusal is an HTTP answer to the handshake."""
    state = state_of(websocket)
    try:
        caller = socket_caller(websocket)
        state.synthesizer  # noqa: B018 - raises while the voices are being loaded
        async with state.limits.socket(caller.account):
            await websocket.accept()
            with state.figures.socket("tts"):
                await SpeechSocket(websocket, state, caller).serve()
    except OpenWavesError as error:
        await websocket.send_denial_response(error_response(error))


class Utterance:
    """One request on a socket: text that may still grow, cut into segments as soon as it can be.

    Attributes:
        request: Fixed by the first message; its text is only that message's.
        voice: Who speaks.
        context_id: The client's name of it, if any.
        id: The server's name of it.
        backoff_s: Wait between the last sound and ``complete``.
        text: All text so far: what word offsets count in.
        failed: An error was sent; further text is dropped.
        meter: Counts what it uses.
    """

    def __init__(
        self, request: SpeechRequest, voice: Voice, message: SocketMessage, cutter: Cutter, meter: RequestWatch
    ) -> None:
        self.request = request
        self.voice = voice
        self.context_id = message.context_id
        self.id = meter.ids["request_id"]
        self.backoff_s = message.complete_backoff_ms / 1000
        self.text = ""
        self._last = ""
        self.failed = False
        self.meter = meter
        self._cutter = cutter
        self._has_segments = False
        self._segments: asyncio.Queue[Segment | None] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None

    async def add(self, text: str) -> None:
        """Take more text; what has come to a natural break is passed on to be spoken."""
        self._stop_timer()
        text = glue(self.text, self._last, text)
        self._last = text or self._last
        self.text += text
        cut = self._cutter.feed
        self._put(await asyncio.to_thread(cut, text) if len(text) > LONG_TEXT else cut(text))

    def flush(self) -> None:
        """Pass on all text."""
        self._stop_timer()
        self._put(self._cutter.flush())

    def flush_after(self, delay_s: float) -> None:
        """Pass on all text if no more comes for ``delay_s``; 0 waits for a natural break."""
        if delay_s:
            self._timer = asyncio.get_running_loop().call_later(delay_s, self.flush)

    def close(self) -> None:
        """No more text will come."""
        self.flush()
        self._segments.put_nowait(None)

    async def segments(self) -> AsyncIterator[Segment]:
        """The segments, as they come, until ``close``."""
        while (segment := await self._segments.get()) is not None:
            yield segment

    def _put(self, segments: list[Segment]) -> None:
        if segments and not self._has_segments:
            self._has_segments = True
            self.meter.asked()
        for segment in segments:
            self._segments.put_nowait(segment)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class SpeechSocket:
    """One accepted socket: its utterances, open or being spoken, by ``context_id`` (None: without)."""

    def __init__(self, websocket: WebSocket, state: State, caller: Caller) -> None:
        self._websocket = websocket
        self._state = state
        self._caller = caller
        self._session_id = "ws_" + secrets.token_hex(12)
        self._idle_s = _idle_s(websocket.query_params.get("timeout", ""))
        self._active_at = time.monotonic()
        self._open: dict[str | None, Utterance] = {}
        self._speaking: dict[asyncio.Task[None], Utterance] = {}
        self._ended: deque[str] = deque(maxlen=REMEMBERED_CONTEXTS)
        self._leaving: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Answer messages until the client leaves or idles too long, or the server stops."""
        with self._state.drain.watch(self._leave):
            await self._serve()

    async def _serve(self) -> None:
        try:
            while (data := await self._receive()) is not None:
                message = None
                try:
                    message = parse_message(data)
                    await self._handle(message)
                except OpenWavesError as error:
                    await self._send_error(error, context_id=message.context_id if message else None)
        except WebSocketDisconnect:
            pass
        finally:
            await self._stop([*self._speaking, *([self._leaving] if self._leaving else [])])

    def _leave(self) -> None:
        """The server stops: close once all that was begun is spoken. When time presses, no more text is waited for."""
        drain = self._state.drain
        if drain.is_pressing:
            while self._open:
                self._open.popitem()[1].close()
        if drain.is_closing and not self._speaking and self._leaving is None:
            self._leaving = asyncio.create_task(self._close_for_restart())

    async def _close_for_restart(self) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):  # the client was quicker
            await self._websocket.close(RESTARTS)

    async def _receive(self) -> str | None:
        """The next message; None once the client left or the socket was closed for idling."""
        while (left_s := self._active_at + self._idle_s - time.monotonic()) > 0 or self._is_speaking:
            try:
                async with asyncio.timeout(left_s if left_s > 0 else self._idle_s):
                    event = await self._websocket.receive()
            except TimeoutError:
                continue
            self._active_at = time.monotonic()
            if event["type"] == "websocket.disconnect":
                return None
            if event.get("text") is not None:
                return str(event["text"])
            await self._send_error(RequestError("message: must be text, not binary"))
        message = f"Connection timed out after {self._idle_s:g} seconds of inactivity"
        await self._send({"status": "error", "message": message})
        await self._websocket.close(1000)
        return None

    @property
    def _is_speaking(self) -> bool:
        """Whether an utterance that has all its text is still being spoken."""
        waiting = self._open.values()
        return any(utterance not in waiting for utterance in self._speaking.values())

    async def _handle(self, message: SocketMessage) -> None:
        context_id = message.context_id
        if message.cancel_request:
            await self._cancel(context_id)
            return
        caller = self._state.store.keys.current(self._caller)
        if caller is None:
            raise AccessError(UNAUTHORIZED_MESSAGE)
        self._caller = caller
        text = message.text or ""
        utterance = self._open.get(context_id)
        if utterance is None:
            if not text.strip() and (context_id is None or context_id in self._ended):
                return  # keeps the socket alive, or closes what is closed
            utterance = await self._begin(message)
        if not utterance.failed:
            try:
                self._state.synthesizer.check_more(utterance.request, text, len(utterance.text) + len(text))
                await self._state.take_characters(self._caller, len(text))
            except OpenWavesError as error:
                utterance.meter.fail(error)
                await utterance.meter.commit()
                raise
            utterance.meter.text("text", text)
            await utterance.add(text)
        if not message.more:
            del self._open[context_id]
            utterance.close()
        elif message.flush:
            utterance.flush()
        else:
            utterance.flush_after(message.buffer_delay_s)

    async def _begin(self, message: SocketMessage) -> Utterance:
        """Open an utterance; it is spoken after those of the same context.

        Raises:
            StoppingError: The server is about to stop.
            TooManyRequestsError: The account has begun too many requests.
            RequestError: It cannot be spoken as it stands.
        """
        self._state.drain.check()
        ids = {"request_id": "task_" + secrets.token_hex(12), "session_id": self._session_id}
        meter = RequestWatch(self._state, self._caller, "tts", "websocket", self._websocket, **ids)
        try:
            await self._state.limits.begin(self._caller.account)
            request = await with_own(self._state, self._caller, message.to_request())
            synthesizer = self._state.synthesizer
            voice = synthesizer.voice(request)
        except OpenWavesError as error:
            meter.end(error)
            await meter.commit()
            raise
        meter.known(request.model, external_session_id=request.session_id, external_request_id=request.request_id)
        utterance = Utterance(request, voice, message, synthesizer.cutter(request, voice), meter)
        before = [task for task, other in self._speaking.items() if other.context_id == message.context_id]
        task = asyncio.create_task(self._speak(utterance, before))
        self._open[message.context_id] = utterance
        self._speaking[task] = utterance
        task.add_done_callback(lambda ended: meter.end(asyncio.CancelledError() if ended.cancelled() else None))
        task.add_done_callback(self._forget)
        return utterance

    def _forget(self, task: asyncio.Task[None]) -> None:
        utterance = self._speaking.pop(task)
        if utterance.context_id is not None:
            self._ended.append(utterance.context_id)
        self._leave()

    async def _speak(self, utterance: Utterance, before: list[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)
            utterance.meter.asked()
        words = _WordCounter(utterance)
        stream = self._state.synthesizer.stream(utterance.request, utterance.voice, utterance.segments())
        try:
            async with self._state.limits.request(self._caller.account), aclosing(stream) as chunks:
                async for chunk in chunks:
                    utterance.meter.add_audio(chunk.duration_s)
                    await self._send_chunk(utterance, chunk, words)
            if utterance.backoff_s:
                await asyncio.sleep(utterance.backoff_s)
            await utterance.meter.commit()
            await self._send({"status": "complete"}, utterance)
        except OpenWavesError as error:
            utterance.failed = True
            utterance.meter.fail(error)
            await utterance.meter.commit()
            await self._send_error(error, utterance)
        except WebSocketDisconnect as left:
            utterance.meter.fail(left)
        except Exception as error:
            log.exception("request %s failed", utterance.id)
            utterance.failed = True
            utterance.meter.fail(error)
            await utterance.meter.commit()
            await self._send_error(OpenWavesError("unexpected"), utterance)

    async def _send_chunk(self, utterance: Utterance, chunk: EncodedChunk, words: "_WordCounter") -> None:
        if chunk.data:
            audio = base64.b64encode(chunk.data).decode("ascii")
            await self._send({"status": "chunk", "data": {"audio": audio}}, utterance)
            self._active_at = time.monotonic()
        if utterance.request.word_timestamps:
            for word in chunk.words:
                if data := words.frame(word):
                    await self._send({"status": "word_timestamp", "data": data}, utterance)

    async def _cancel(self, context_id: str | None) -> None:
        """Stop what is spoken and what waits in one context."""
        self._open.pop(context_id, None)
        await self._stop([task for task, utterance in self._speaking.items() if utterance.context_id == context_id])

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_error(
        self, error: OpenWavesError, utterance: Utterance | None = None, context_id: str | None = None
    ) -> None:
        frame: dict[str, object] = {
            "status": "error",
            "message": error.message,
            "error": {"message": error.message, "code": error.code},
        }
        if context_id is not None:
            frame["context_id"] = context_id
        await self._send(frame, utterance)

    async def _send(self, frame: dict[str, object], utterance: Utterance | None = None) -> None:
        ids: dict[str, object] = {"session_id": self._session_id}
        if utterance is not None:
            ids["request_id"] = utterance.id
            for name, value in (
                ("context_id", utterance.context_id),
                ("external_session_id", utterance.request.session_id),
                ("external_request_id", utterance.request.request_id),
            ):
                if value is not None:
                    ids[name] = value
        await self._websocket.send_text(json.dumps({**ids, **frame}))


class _WordCounter:
    """Numbers the words of an utterance; a word that was cut into two segments is told once."""

    def __init__(self, utterance: Utterance) -> None:
        self._utterance = utterance
        self._next_id = 0

    def frame(self, word: WordTiming) -> dict[str, object] | None:
        text = self._utterance.text
        if not begins_word(text, word.start):
            return None
        end = word.end
        while end < len(text) and not text[end].isspace() and not begins_word(text, end):
            end += 1
        self._next_id += 1
        return {
            "id": self._next_id - 1,
            "word": text[word.start : end],
            "start": round(word.start_s, 3),
            "end": round(word.end_s, 3),
        }


def glue(before: str, last: str, text: str) -> str:
    """A fragment as it continues what came before it.

    Fragments are glued as written. One client strips its sentences and another drops tokens of white space, so a
    space is put in after a fragment that ends a sentence and before an upper-case letter or one of a script without
    case. A stop after a single letter or a name with dots ends none, and where the stop came alone, as the letters and
    tokens of a model do, what stands in the text decides, as if it had come in one piece.

    Args:
        before: All text so far.
        last: The fragment before this one.
        text: The fragment.
    """
    if before[-1:] not in (".", "!", "?", "।") or not text or not text[0].isalpha() or text[0].islower():
        return text
    word = before.rsplit(maxsplit=1)[-1].rstrip(".!?।")
    is_name = before[-1] == "." and (len(word) == 1 or "." in word)
    is_alone = not any(map(str.isalnum, last))
    return text if is_name or is_alone else " " + text


def _idle_s(value: str) -> float:
    """Seconds of the ``timeout`` parameter; nonsense is ignored."""
    try:
        seconds = float(value)
    except ValueError:
        return IDLE_S
    return seconds if math.isfinite(seconds) and 0 < seconds <= MAX_IDLE_S else IDLE_S
