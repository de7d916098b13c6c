"""``POST /v1/audio/transcriptions``: a sound file to text, whole or as Server-Sent Events."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from openwaves.api.chat_errors import chat_error
from openwaves.api.errors import request_id, status_and_message
from openwaves.api.openai.fields import UnsupportedError
from openwaves.api.openai.transcription_answer import JSON, MEDIA_TYPES, answer, diarized, told_languages
from openwaves.api.openai.transcription_fields import TranscriptionForm, parse_form
from openwaves.api.speech import EVENT_STREAM, StreamedResponse, metered
from openwaves.api.state import State, state_of
from openwaves.api.transcription import hear
from openwaves.api.uploads import FORM, Upload, receive
from openwaves.api.watch import RequestWatch
from openwaves.errors import OpenWavesError, RequestError
from openwaves.stt.recognition import Found, Heard, Task
from openwaves.stt.transcript import Word, join, separator

Hear = Callable[[Found | None], Awaitable[Heard]]


async def transcribe(request: Request) -> Response:
    """``POST /v1/audio/transcriptions``."""
    state = state_of(request)
    async with metered(request, "stt") as meter:
        hearing, settings = state.loaded.hearing, state.settings
        await state.limits.begin(request.state.caller.account)
        if FORM not in request.headers.get("content-type", "").lower():
            raise RequestError(f"body: must be a form ({FORM}) with a sound file under the name file")
        async with state.limits.request(request.state.caller.account):
            upload = await receive(request, settings.stt_max_bytes, settings.stt_upload_timeout_s)
        try:
            form = parse_form(upload.values)
            task = form.task(hearing.languages)
        except RequestError:
            upload.close()
            raise
    meter.transport = "sse" if form.stream else "http"
    meter.known(form.model)
    heard = partial(_heard, state, upload, task, meter)
    if not form.stream:
        return StreamedResponse(_whole(heard, form), MEDIA_TYPES.get(form.response_format, JSON), meter)
    events = _events(heard, form, request_id(request.scope))
    response = StreamedResponse(events, EVENT_STREAM, meter)
    response.headers.update({"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
    return response


async def translate(request: Request) -> Response:
    """``POST /v1/audio/translations``, which is not served.

    Raises:
        UnsupportedError: Always.
    """
    raise UnsupportedError(
        "model", "no model here translates speech; POST /v1/audio/transcriptions writes it down in its own language"
    )


async def _heard(state: State, upload: Upload, task: Task, meter: RequestWatch, found: Found | None = None) -> Heard:
    with state.transcriptions.request():
        try:
            heard, _ = await hear(state, upload, task, meter, time.monotonic(), found=found)
        except OpenWavesError as error:  # an event may tell of it, behind a 200
            meter.fail(error)
            raise
    await meter.commit()
    return heard


async def _whole(hear_it: Hear, form: TranscriptionForm) -> AsyncGenerator[bytes]:
    yield await asyncio.to_thread(answer, await hear_it(None), form)


async def _events(hear_it: Hear, form: TranscriptionForm, its_id: str) -> AsyncGenerator[bytes]:
    """Server-Sent Events, one ``data:`` line each: text as it is heard, who said it, then everything."""
    pieces: asyncio.Queue[tuple[Sequence[Word], str] | None] = asyncio.Queue()
    hearing = asyncio.ensure_future(hear_it(lambda words, language: pieces.put_nowait((words, language))))
    hearing.add_done_callback(lambda _: pieces.put_nowait(None))
    text = ""
    try:
        while piece := await pieces.get():
            words, language = piece
            if words:
                delta = (separator(language) if text else "") + join(words, language)
                text += delta
                yield _event({"type": "transcript.text.delta", "delta": delta})
        heard = await hearing
    except OpenWavesError as error:
        if not text:
            raise
        yield _event(chat_error(*status_and_message(error), its_id, error))
        return
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    if form.response_format == "diarized_json":
        for segment in diarized(heard):
            yield _event(segment)
    yield _event({"type": "transcript.text.done", "text": text, "languages": told_languages(heard)})


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
