"""``POST /waves/v1/stt`` and its older names: a sound file to text (contract of speech to text, sections 2 and 3)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from openwaves.api.errors import headers_of, status_of
from openwaves.api.speech import metered
from openwaves.api.state import State, state_of
from openwaves.api.transcription_answer import Body, Sent, answer, delivered, error_body, failure
from openwaves.api.transcription_options import PULSE, PULSE_PRO, FileOptions, parse_query
from openwaves.api.uploads import Upload, opened, receive
from openwaves.api.watch import RequestWatch
from openwaves.audio.decode import stream
from openwaves.errors import EngineError, ModelFileError, OpenWavesError, OverloadedError, RequestError
from openwaves.stt.recognition import Found, Heard, Task, recognise

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


def _superset_errors(endpoint: Endpoint) -> Endpoint:
    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except OpenWavesError as error:
            if isinstance(error, EngineError | ModelFileError):
                log.error("transcription failed: %s", error)
            body = error_body(error, request.state.answer_headers["X-Request-Id"])
            return JSONResponse(body, status_of(error)[0], headers_of(error))

    return answered


@_superset_errors
async def transcribe(request: Request) -> Response:
    """The route that must name its model."""
    return await _transcribe(request, None)


@_superset_errors
async def get_text(request: Request) -> Response:
    """The older routes, which know one model."""
    return await _transcribe(request, PULSE)


async def _transcribe(request: Request, default_model: str | None) -> Response:
    state, account = state_of(request), request.state.caller.account
    _ = state.loaded
    began = time.monotonic()
    async with metered(request, "stt") as meter:
        await state.limits.begin(account)
        async with state.limits.request(account):
            with state.transcriptions.request():
                return await _served(request, default_model, meter, began)


async def _served(request: Request, default_model: str | None, meter: RequestWatch, began: float) -> Response:
    """Receive a file; answer with its text, or promise it to a webhook."""
    state, request_id = state_of(request), request.state.answer_headers["X-Request-Id"]
    hearing, settings = state.loaded.hearing, state.settings
    query = dict(request.query_params)
    if "multipart" not in request.headers.get("content-type", ""):
        parse_query(query, hearing.languages, default_model)  # a wrong value is told before a long upload
    upload = await receive(request, settings.stt_max_bytes, settings.stt_upload_timeout_s)
    options = _options(upload, query, hearing.languages, default_model)
    if request.headers.get("x-expire-content", "").strip().lower() == "true":
        request.state.answer_headers["x-content-expiry"] = "applied"  # nothing is kept in any case
    meter.known(options.model)
    work = partial(_heard, state, upload, options, meter, request_id, began)
    if options.webhook is None:
        body = await _until_disconnect(request, work())
        meter.end()
        return JSONResponse(body)
    with _closing_on_error(upload):
        await state.outside.run(state.outside.check, options.webhook.url, "webhook_url")
        delivery = partial(_delivered, state, work, options, meter, request_id)
        state.webhooks.start(request.state.caller.account.id, delivery)
    return JSONResponse({"status": "processing", "request_id": request_id})


def _options(
    upload: Upload, query: Mapping[str, str], served: Collection[str], default_model: str | None
) -> FileOptions:
    """What the query and the form ask for; the upload is closed if that cannot be."""
    with _closing_on_error(upload):
        options = parse_query({**upload.fields, **query}, served, default_model)
        if upload.url and options.model == PULSE_PRO:
            raise RequestError("url: is not supported with pulse-pro; send the sound itself")
    return options


@contextmanager
def _closing_on_error(upload: Upload) -> Iterator[None]:
    try:
        yield
    except OpenWavesError:
        upload.close()
        raise


async def _heard(
    state: State, upload: Upload, options: FileOptions, meter: RequestWatch, request_id: str, began: float
) -> Body:
    """Recognise an upload, which is closed at the end; gives the answer."""
    task = Task(options.languages, options.keywords, tells_speakers=options.diarize, tells_pitch=options.gender)
    heard, sent = await hear(state, upload, task, meter, began, options.encoding, options.sample_rate)
    spent_s = time.monotonic() - began
    body = await asyncio.to_thread(answer, heard, options, sent, request_id, spent_s)
    await meter.commit()
    return body


async def hear(
    state: State,
    upload: Upload,
    task: Task,
    meter: RequestWatch,
    began: float,
    encoding: str | None = None,
    sample_rate: int = 16000,
    found: Found | None = None,
) -> tuple[Heard, Sent]:
    """Recognise an upload, which is closed at the end.

    Args:
        state: The server's.
        upload: The sound.
        task: What to find out.
        meter: Counts it.
        began: When the request began, by the monotonic clock.
        encoding: How samples without a header are stored; None if the client does not say.
        sample_rate: Their rate, Hz.
        found: Told the words of each piece.

    Raises:
        OverloadedError: It takes too long.
        OpenWavesError: What fetching, decoding or recognising raises.
    """
    loaded, settings = state.loaded, state.settings
    try:
        async with (
            asyncio.timeout(settings.stt_timeout_s),
            opened(upload, state.outside, settings.stt_max_bytes) as (file, n_bytes, name),
            state.transcriptions.turn(),
        ):
            chunks = stream(file, encoding, sample_rate)
            workers = loaded.scheduler.workers
            heard = await recognise(chunks, task, loaded.hearing, loaded.scheduler, at_once=workers, found=found)
    except TimeoutError:
        raise OverloadedError(f"not recognised within {settings.stt_timeout_s:g} seconds", 30) from None
    meter.add_heard(heard.duration_s)
    meter.text("heard", " ".join(word.text for word in heard.words))
    state.transcriptions.heard(heard.duration_s, time.monotonic() - began)
    return heard, Sent(n_bytes, name)


async def _delivered(
    state: State, work: Callable[[], Awaitable[Body]], options: FileOptions, meter: RequestWatch, request_id: str
) -> None:
    webhook = options.webhook
    assert webhook is not None  # noqa: S101 - that is why we are here
    try:
        async with state.transcriptions.turn_behind():
            body = delivered(await work(), request_id, webhook.extra)
    except OpenWavesError as error:
        meter.end(error)
        await meter.commit()
        body = failure(error, request_id, webhook.extra)
    finally:
        meter.end()
    await state.webhooks.deliver(webhook, body)


async def _until_disconnect(request: Request, work: Coroutine[Any, Any, Body]) -> Body:
    """Do the work, but cancel it when the client hangs up.

    Raises:
        ClientDisconnect: The client hung up first.
    """

    async def disconnected() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(disconnected())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
