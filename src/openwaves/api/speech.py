"""The speech routes over HTTP: in one piece, and as Server-Sent Events."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from openwaves.api.schemas import DeprecatedSpeechBody, SpeechBody, parse_speech
from openwaves.api.state import State, state_of
from openwaves.api.watch import RequestWatch
from openwaves.audio.encode import WavFile, content_type
from openwaves.errors import DictionaryNotFoundError, FieldError, OpenWavesError, RequestError
from openwaves.storage.accounts import Caller
from openwaves.storage.clones import is_clone_id
from openwaves.types import EncodedChunk, SpeechPlan, SpeechRequest

EVENT_STREAM = "text/event-stream"


async def speak(request: Request) -> Response:
    """``POST /waves/v1/tts`` and its older names."""
    return await _speak(request, SpeechBody)


async def speak_deprecated(request: Request) -> Response:
    """The same for the routes of older models, with their extra fields."""
    return await _speak(request, DeprecatedSpeechBody)


async def stream(request: Request) -> Response:
    """``POST /waves/v1/tts/live`` and its older name: Server-Sent Events."""
    return await _stream(request, SpeechBody)


async def stream_deprecated(request: Request) -> Response:
    """The same for the routes of older models, with their extra fields."""
    return await _stream(request, DeprecatedSpeechBody)


async def _speak(request: Request, schema: type[SpeechBody]) -> Response:
    async with metered(request, "tts") as meter:
        plan = await _read_plan(request, schema, meter)
    chunks = counted(state_of(request).synthesizer.collect(plan), meter)
    wanted = plan.request
    body = whole_wav(chunks, wanted.sample_rate) if wanted.output_format == "wav" else data_of(chunks)
    return StreamedResponse(body, content_type(wanted.output_format, wanted.sample_rate), meter)


async def _stream(request: Request, schema: type[SpeechBody]) -> Response:
    async with metered(request, "tts", "sse") as meter:
        plan = await _read_plan(request, schema, meter)
    chunks = counted(state_of(request).synthesizer.live(plan), meter)
    response = StreamedResponse(_events(chunks), EVENT_STREAM, meter)
    response.headers.update({"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
    return response


async def _read_plan(request: Request, schema: type[SpeechBody], meter: RequestWatch) -> SpeechPlan:
    """Read a speech request and plan it; raises every error that is the caller's."""
    await begin(request)
    speech = parse_speech(await read_body(request), request.query_params, schema)
    request.state.answer_headers["X-External-Session-Id"] = speech.session_id or ""
    request.state.answer_headers["X-External-Request-Id"] = speech.request_id or ""
    return await plan_of(request, speech, meter)


async def begin(request: Request) -> None:
    """Count a request for speech that begins.

    Raises:
        NotReadyError: The voices are not loaded yet.
        TooManyRequestsError: The account has begun too many.
    """
    state = state_of(request)
    _ = state.synthesizer
    await state.limits.begin(request.state.caller.account)


async def plan_of(request: Request, speech: SpeechRequest, meter: RequestWatch) -> SpeechPlan:
    """The plan of a request, whose characters are counted; raises every error that is the caller's."""
    state, caller = state_of(request), request.state.caller
    meter.known(speech.model, external_session_id=speech.session_id, external_request_id=speech.request_id)
    meter.text("text", speech.text)
    speech = await with_own(state, caller, speech)
    plan = await asyncio.to_thread(state.synthesizer.plan, speech)
    await state.take_characters(caller, len(speech.text))
    return plan


async def with_own(state: State, caller: Caller, speech: SpeechRequest) -> SpeechRequest:
    """The request, with what it names of the account's own: a cloned voice, and dictionaries.

    Raises:
        VoiceNotFoundError: The account has no such cloned voice.
        FieldError: The account has no such dictionary.
    """
    account_id = caller.account.id
    if is_clone_id(speech.voice_id):
        speech = replace(speech, clone=await state.store.clones.resolve(account_id, speech.voice_id))
    if not speech.dictionary_ids:
        return speech
    try:
        found = await state.store.dictionaries.resolve(account_id, speech.dictionary_ids)
    except DictionaryNotFoundError as error:
        raise FieldError("pronunciation_dicts", f"{error.dictionary_id!r} does not exist") from error
    return replace(speech, dictionaries=found)


@asynccontextmanager
async def metered(request: Request, capability: str, transport: str = "http") -> AsyncIterator[RequestWatch]:
    """Watch a request while it is received, and its end if the block fails; else whoever answers it ends the watch."""
    request_id = request.state.answer_headers["X-Request-Id"]
    meter = RequestWatch(state_of(request), request.state.caller, capability, transport, request, request_id=request_id)
    request.state.watch = meter
    try:
        yield meter
        meter.received()
    except BaseException as error:
        meter.end(error)
        if isinstance(error, Exception) and not isinstance(error, ClientDisconnect):
            await meter.commit()
        raise


async def counted(chunks: AsyncGenerator[EncodedChunk], meter: RequestWatch) -> AsyncGenerator[EncodedChunk]:
    """The chunks, whose sound is counted; so is an error. The end comes once no crash can lose the count."""
    try:
        async with aclosing(chunks):
            async for chunk in chunks:
                meter.add_audio(chunk.duration_s)
                yield chunk
    except Exception as error:
        meter.fail(error)
        await meter.commit()
        raise
    await meter.commit()


async def read_body(request: Request) -> bytes:
    """The whole body.

    Raises:
        RequestError: It did not arrive in time.
    """
    async with body_deadline(request):
        return await request.body()


@asynccontextmanager
async def body_deadline(request: Request) -> AsyncIterator[None]:
    """Gives the block that receives a body as long as the settings say.

    Raises:
        RequestError: It did not arrive in time.
    """
    limit_s = state_of(request).settings.body_timeout_s
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError:
        raise RequestError(f"body: not received within {limit_s:g} seconds") from None


class StreamedResponse(Response):
    """Sends a body as it is made, and counts as one of the account's requests meanwhile.

    Who has read the end may ask again at once: the slot is given back before anybody else's turn.
    The first chunk is awaited before the headers go out, so that an error up to there still gets its status code.
    A client that hangs up cancels the work at once. A later failure breaks the connection: no truncated sound
    passes for whole.
    """

    def __init__(self, body: AsyncGenerator[bytes], media_type: str, meter: RequestWatch) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._body = body
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        try:
            await _until_disconnect(receive, self._send(Request(scope), send))
        except BaseException as error:
            self._meter.end(error)
            if isinstance(error, OpenWavesError):
                await self._meter.commit()
            raise
        self._meter.end()

    async def _send(self, request: Request, send: Send) -> None:
        async with state_of(request).limits.request(request.state.caller.account), aclosing(self._body) as body:
            first = await anext(body, b"")
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for chunk in body:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_disconnect(receive: Receive, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but cancel it when the client hangs up.

    Raises:
        ClientDisconnect: The client hung up first.
    """

    async def disconnected() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(disconnected())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def data_of(chunks: AsyncGenerator[EncodedChunk]) -> AsyncGenerator[bytes]:
    """The sound of chunks."""
    async with aclosing(chunks):
        async for chunk in chunks:
            if chunk.data:
                yield chunk.data


async def whole_wav(chunks: AsyncGenerator[EncodedChunk], sample_rate: int) -> AsyncGenerator[bytes]:
    """A WAV with true lengths: the sound is collected first, on disk once it is long."""
    with WavFile(sample_rate) as wav:
        async with aclosing(data_of(chunks)) as data:
            async for part in data:
                await asyncio.to_thread(wav.write, part)
        for part in wav.parts():
            yield part


async def _events(chunks: AsyncGenerator[EncodedChunk]) -> AsyncGenerator[bytes]:
    """Server-Sent Events (contract section 5): one ``data:`` line each, then the end or an error."""
    started = False
    try:
        async with aclosing(data_of(chunks)) as data:
            async for part in data:
                started = True
                audio = base64.b64encode(part).decode("ascii")
                yield b"event: audio\n" + _event({"audio": audio, "done": False, "status": "206"})
    except OpenWavesError as error:
        if not started:
            raise
        message = {"status": "500", "error": "InternalServerError", "message": error.message, "done": True}
        yield b"event: error\n" + _event(message)
        return
    yield _event({"status": "200", "done": True})


def _event(data: dict[str, object]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()
