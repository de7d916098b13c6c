"""Sound that clients send to be transcribed: as a body, in a form, or behind a URL. It lies on disk, not in memory."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import unquote, urlsplit

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from openwaves.api.outside import Outside
from openwaves.api.transcription_options import check_url
from openwaves.errors import FieldError, NoAudioError, RequestError, TextTooLongError

WRITE_BYTES = 256 * 1024
FIELD_BYTES = 64 * 1024
MOST_FIELDS = 100
MOST_JSON_BYTES = 64 * 1024
FETCH_S = 120.0
MB = 1_000_000
FORM, JSON = "multipart/form-data", "application/json"
BAD_JSON = "Invalid JSON data: missing or invalid 'url' field"


@dataclass(frozen=True, slots=True)
class Upload:
    """What a client sent.

    Attributes:
        file: The sound; of the operating system, gone once it is closed. None if it is behind ``url``.
        n_bytes: Its size.
        url: Where it is to be fetched; else empty.
        fields: Text fields of a form; the last of several of one name.
        values: All of them.
    """

    file: IO[bytes] | None
    n_bytes: int
    url: str
    fields: Mapping[str, str]
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def close(self) -> None:
        """Forget the sound."""
        if self.file is not None:
            self.file.close()


async def receive(request: Request, most_bytes: int, timeout_s: float) -> Upload:
    """Read a body; what it is called counts only for forms and JSON.

    Raises:
        TextTooLongError: It is longer than ``most_bytes``.
        RequestError: It is no form or JSON though it says so, or does not arrive in time.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:19]) > most_bytes:
        raise too_large(most_bytes)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(timeout_s):
            if kind == FORM:
                return await _read_form(request, most_bytes)
            file, n_bytes = await _read_file(_limited(request.stream(), most_bytes))
    except TimeoutError:
        raise RequestError(f"body: not received within {timeout_s:g} seconds") from None
    if kind == JSON:
        with file:
            file.seek(0)
            return Upload(None, 0, _url_of(file.read(MOST_JSON_BYTES)), {})
    return Upload(file, n_bytes, "", {})


@asynccontextmanager
async def opened(upload: Upload, outside: Outside, most_bytes: int) -> AsyncGenerator[tuple[IO[bytes], int, str]]:
    """The file of an upload, its size and, for those behind a URL, its name; it is fetched if need be.

    Raises:
        OutsideError: The URL cannot be fetched.
        TextTooLongError: What it names is longer than ``most_bytes``.
        NoAudioError: There is no byte.
    """
    if upload.file is None:
        file, n_bytes, name = await outside.run(_fetched, outside, upload.url, most_bytes)
    else:
        file, n_bytes, name = upload.file, upload.n_bytes, ""
    try:
        if not n_bytes:
            raise NoAudioError("no audio was sent: the body is empty")
        yield file, n_bytes, name
    finally:
        file.close()


def too_large(most_bytes: int) -> TextTooLongError:
    """The error that tells of the limit."""
    return TextTooLongError(f"File size exceeds maximum limit of {most_bytes / MB:g}MB.")


def _url_of(data: bytes) -> str:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise RequestError(BAD_JSON) from None
    url = found.get("url") if isinstance(found, dict) else None
    if not isinstance(url, str) or not url:
        raise RequestError(BAD_JSON)
    check_url(url, "url")
    return url


def _fetched(outside: Outside, url: str, most_bytes: int) -> tuple[IO[bytes], int, str]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on
    n_bytes = 0

    def write(data: bytes) -> None:
        nonlocal n_bytes
        n_bytes += len(data)
        if n_bytes > most_bytes:
            raise too_large(most_bytes)
        file.write(data)

    try:
        reply = outside.fetch(url, write, time.monotonic() + FETCH_S)
        file.flush()
    except BaseException:
        file.close()
        raise
    return file, n_bytes, unquote(PurePosixPath(urlsplit(reply.url).path).name)[:255]


async def _limited(stream: AsyncIterator[bytes], most_bytes: int) -> AsyncGenerator[bytes]:
    n_bytes = 0
    async for data in stream:
        n_bytes += len(data)
        if n_bytes > most_bytes:
            raise too_large(most_bytes)
        yield data


async def _read_file(stream: AsyncIterator[bytes]) -> tuple[IO[bytes], int]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on
    waiting, n_bytes = bytearray(), 0
    try:
        async for data in stream:
            waiting += data
            n_bytes += len(data)
            if len(waiting) >= WRITE_BYTES:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        file.write(waiting)
        file.flush()
    except BaseException:
        file.close()
        raise
    return file, n_bytes


async def _read_form(request: Request, most_bytes: int) -> Upload:
    parser = MultiPartParser(
        request.headers,
        _limited(request.stream(), most_bytes + MOST_FIELDS * FIELD_BYTES),
        max_files=4,
        max_fields=MOST_FIELDS,
        max_part_size=FIELD_BYTES,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise RequestError(f"body: is no form that can be read: {error}") from error
    try:
        return await asyncio.to_thread(_upload_of, form, most_bytes)
    finally:
        await form.close()


def _upload_of(form: FormData, most_bytes: int) -> Upload:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    values = {name: [text for text in form.getlist(name) if isinstance(text, str)] for name in fields}
    sent = next((value for _, value in form.multi_items() if isinstance(value, UploadFile)), None)
    if sent is None:
        if fields.get("url"):
            check_url(fields["url"], "url")
            return Upload(None, 0, fields["url"], fields, values)
        raise FieldError("file", "is required: a sound file, as a file in the form")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on
    n_bytes = 0
    while data := sent.file.read(WRITE_BYTES):
        n_bytes += len(data)
        if n_bytes > most_bytes:
            file.close()
            raise too_large(most_bytes)
        file.write(data)
    file.flush()
    return Upload(file, n_bytes, "", fields, values)
