"""Cloned voices on the wire (contract section 9). Errors are ``{"error": "…"}``, as clients of these routes expect."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import wraps
from pathlib import PureWindowsPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr
from pydantic import ValidationError as PydanticValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openwaves.api.dictionaries import iso
from openwaves.api.middleware import API_PREFIXES, SAMPLES_PATH
from openwaves.api.ranges import ranged
from openwaves.api.schemas import field_error, parse_object
from openwaves.api.speech import body_deadline, read_body
from openwaves.api.state import state_of
from openwaves.api.voices import public_url
from openwaves.errors import FieldError, LinkError, RequestError
from openwaves.storage.clones import CloneDetails, StoredClone
from openwaves.tts.text.analyze import check_language

Endpoint = Callable[[Request], Awaitable[Response]]

MB = 1024 * 1024
RECORDING_BYTES = 5 * MB
FORM_BYTES = RECORDING_BYTES + 128 * 1024
DRAINED_BYTES = 32 * MB  # read and dropped, so that the client reads the refusal before the connection ends
FIELD_BYTES = 16 * 1024
MOST_PARTS = 32
FILE_NAME_CHARS = 255
MODELS = ("lightning-v3.1", "lightning-v3.1-pro")
V2_MESSAGE = "Voice cloning for lightning-v2 is deprecated. Please use lightning-v3.1"


def _printable(value: str) -> str:
    if any(not (char.isprintable() or char in "\n\r\t") for char in value):
        raise ValueError("must hold printable characters only")
    return value.strip()


def _tags(value: str) -> str:
    tags = _split(value)
    if len(tags) > 50 or any(len(tag) > 100 for tag in tags):
        raise ValueError("must be at most 50 tags of at most 100 characters, with commas between them")
    return value


def _model(value: str) -> str:
    name = value.strip().replace("_", "-")
    if name not in MODELS:
        raise ValueError(f"must be one of {', '.join(MODELS)}")
    return name


def _language(value: str) -> str:
    code = value.strip().lower()
    try:
        check_language(code)
    except FieldError as error:
        raise ValueError(error.message.removeprefix("language: ")) from error
    return code


class CloneForm(BaseModel):
    """The fields beside the file; unknown ones are ignored, empty ones are as if not sent."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[StrictStr, AfterValidator(_printable), Field(min_length=1, max_length=500, alias="displayName")]
    description: Annotated[StrictStr, AfterValidator(_printable), Field(max_length=5000)] = ""
    accent: Annotated[StrictStr, AfterValidator(_printable), Field(max_length=200)] = ""
    tags: Annotated[StrictStr, AfterValidator(_printable), AfterValidator(_tags)] = ""
    language: Annotated[StrictStr, AfterValidator(_language)] = ""
    model: Annotated[StrictStr, AfterValidator(_model)] = MODELS[0]
    consent: Annotated[StrictStr, AfterValidator(_printable), Field(max_length=10_000)] = ""


class _InMemory(MultiPartParser):
    """Spools no file to disk: bodies are bounded."""

    spool_max_size = FORM_BYTES


def _plain_errors(endpoint: Endpoint) -> Endpoint:
    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        request.state.plain_errors = True
        return await endpoint(request)

    return answer


@_plain_errors
async def create_clone(request: Request) -> Response:
    """``POST``: make a voice of the recording in a form."""
    state, account = state_of(request), request.state.caller.account
    await state.limits.begin(account)
    details, recording = await _read_form(request)
    speech = state.loaded
    made = await state.clone_maker.make(speech.learn_voice, speech.synthesizer.whole, account.id, details, recording)
    data = await _whole(request, made.id)
    return JSONResponse({"message": "Voice clone created successfully", "data": data})


@_plain_errors
async def get_clones(request: Request) -> Response:
    """``GET``: all cloned voices of the account, oldest first."""
    return JSONResponse({"data": await _rows(request)})


@_plain_errors
async def get_cloned_voices(request: Request) -> Response:
    """The same on the deprecated route, under another key."""
    return JSONResponse({"voices": await _rows(request)})


@_plain_errors
async def get_clone(request: Request) -> Response:
    """``GET`` of one, by either of its ids; with new links to its samples."""
    return JSONResponse({"success": True, "data": await _whole(request, request.path_params["clone_id"])})


@_plain_errors
async def delete_clone(request: Request) -> Response:
    """Remove the voice that the body, or the query, names."""
    voice_id = request.query_params.get("voiceId")
    if voice_id is None:
        voice_id = parse_object(await read_body(request)).get("voiceId")
    if not isinstance(voice_id, str):
        raise FieldError("voiceId", "is required and must be a string")
    await state_of(request).store.clones.delete(_account_id(request), voice_id)
    return JSONResponse({"success": True, "voiceId": voice_id})


@_plain_errors
async def get_sample(request: Request) -> Response:
    """``GET`` of a signed link: a sample as MP3. Needs no key."""
    voice_id, number = request.path_params["voice_id"], request.path_params["number"]
    expires, signature = (request.query_params.get(name, "") for name in ("expires", "signature"))
    store = state_of(request).store
    if not store.signer.is_signed(_signed(voice_id, number, expires), signature):
        raise LinkError("signature: this link was not made by this server, or it was changed")
    if int(expires) < time.time():
        raise LinkError("expires: this link has expired; GET /waves/v1/voice-cloning/{voiceId} gives new ones")
    mp3 = await store.clones.sample(voice_id, number)
    return ranged(request, mp3, "audio/mpeg", {"Cache-Control": "private, max-age=3600"})


async def _read_form(request: Request) -> tuple[CloneDetails, bytes]:
    """What a form says about a voice, and the recording in it.

    Raises:
        FieldError: A field is missing or wrong.
        RequestError: It is no form, or has too much in it.
    """
    form = await _parse_form(request)
    try:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        file = form.get("file")
        details = parse_details(texts, (file.filename or "") if isinstance(file, UploadFile) else "")
        if not isinstance(file, UploadFile):
            raise FieldError("file", "is required: a recording of the voice, as a file in the form")
        recording = await file.read()
    finally:
        await form.close()
    if len(recording) > RECORDING_BYTES:
        raise _too_large()
    return details, recording


def parse_details(fields: Mapping[str, str], file_name: str) -> CloneDetails:
    """What the fields of a form say about a voice; empty ones are as if not sent.

    Args:
        fields: By their names on the wire.
        file_name: What the recording is called, perhaps with folders.

    Raises:
        FieldError: A field is missing or wrong.
        RequestError: The model is one that clones no more.
    """
    given = {name: value for name, value in fields.items() if value.strip()}
    if given.get("model", "").strip().replace("_", "-") == "lightning-v2":
        raise RequestError(V2_MESSAGE)
    try:
        form = CloneForm.model_validate(given)
    except PydanticValidationError as error:
        raise field_error(error) from error
    return CloneDetails(
        name=form.name,
        description=form.description,
        accent=form.accent,
        tags=_split(form.tags),
        language=form.language,
        model=form.model,
        consent=form.consent,
        file_name=_base_name(file_name),
    )


async def _parse_form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise RequestError("body: must be a form (multipart/form-data) with the fields displayName and file")
    body = _bounded(request)
    parser = _InMemory(request.headers, body, max_files=MOST_PARTS, max_fields=MOST_PARTS, max_part_size=FIELD_BYTES)
    async with body_deadline(request):
        try:
            return await parser.parse()
        except MultiPartException as error:
            async for _ in body:
                pass
            raise RequestError(f"body: is not a form that this server takes: {error.message}") from error


async def _bounded(request: Request) -> AsyncGenerator[bytes]:
    """The body, as far as it may be kept; more is read for a while, dropped, and refused at the end."""
    n_bytes = 0
    async for chunk in request.stream():
        n_bytes += len(chunk)
        if n_bytes <= FORM_BYTES:
            yield chunk
        elif n_bytes > DRAINED_BYTES:
            break
    if n_bytes > FORM_BYTES:
        raise _too_large()


async def _rows(request: Request) -> list[dict[str, object]]:
    found = await state_of(request).store.clones.of_account(_account_id(request))
    return [_row(clone) for clone in found]


def _row(clone: StoredClone) -> dict[str, object]:
    details = clone.details
    return {
        "_id": clone.record_id,
        "voiceId": clone.id,
        "displayName": details.name,
        "description": details.description,
        "accent": details.accent,
        "tags": list(details.tags),
        "language": details.language,
        "status": clone.status,
        "cloningType": "instant",
        "modelIds": [details.model],
        "createdAt": iso(clone.created_ms),
    }


async def _whole(request: Request, any_id: str) -> dict[str, object]:
    """All that is told of one voice."""
    account_id = _account_id(request)
    clone, texts = await state_of(request).store.clones.find(account_id, any_id)
    samples = [{"text": text, "audioUrl": _sample_url(request, clone.id, number)} for number, text in enumerate(texts)]
    return {
        **_row(clone),
        "model": clone.details.model,
        "audioFileNames": [clone.details.file_name],
        "organizationId": account_id,
        "consent": clone.details.consent,
        "samples": samples,
    }


def _sample_url(request: Request, voice_id: str, number: int) -> str:
    state = state_of(request)
    expires = str(int(time.time()) + state.settings.link_lifetime_s)
    signature = state.store.signer.sign(_signed(voice_id, number, expires))
    path = f"{API_PREFIXES[0]}{SAMPLES_PATH}{voice_id}/{number}.mp3"
    return f"{public_url(request)}{path}?expires={expires}&signature={signature}"


def _signed(voice_id: str, number: int, expires: str) -> str:
    return f"sample {voice_id} {number} {expires}"


def _split(tags: str) -> tuple[str, ...]:
    return tuple(tag for part in tags.split(",") if (tag := part.strip()))


def _base_name(file_name: str) -> str:
    """The last part of a name, whatever system it is from, without what cannot be shown."""
    name = "".join(char for char in PureWindowsPath(file_name).name if char.isprintable()).strip(". ")
    return name[-FILE_NAME_CHARS:] or "recording"


def _too_large() -> FieldError:
    return FieldError("file", f"must be at most {RECORDING_BYTES // MB} MB")


def _account_id(request: Request) -> str:
    return str(request.state.caller.account.id)
