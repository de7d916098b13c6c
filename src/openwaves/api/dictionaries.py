"""Pronunciation dictionaries on the wire (contract section 8)."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr
from pydantic import ValidationError as PydanticValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openwaves.api.schemas import parse_object
from openwaves.api.speech import read_body
from openwaves.api.state import state_of
from openwaves.errors import DictionaryFullError, DictionaryNotFoundError, FieldError, OpenWavesError, RequestError
from openwaves.storage.dictionaries import MOST_ITEMS
from openwaves.tts.text.analyze import check_speakable
from openwaves.types import DictionaryItem

WORD_CHARS = 200
PRONUNCIATION_CHARS = 500
MOST_DETAILS = 20  # problems that one answer names
CODES = {
    "missing": "invalid_type",
    "string_type": "invalid_type",
    "list_type": "invalid_type",
    "model_type": "invalid_type",
    "too_short": "too_small",
    "string_too_short": "too_small",
    "too_long": "too_big",
    "string_too_long": "too_big",
}
"""What pydantic calls a problem, and what the wire calls it; others are ``custom``."""


def _text(value: str) -> str:
    if not value.strip() or "\x00" in value or not _is_unicode(value):
        raise ValueError("must be a string with visible characters")
    return value.strip()


def _said(value: str) -> str:
    try:
        check_speakable(value, "en")
    except FieldError as error:
        raise ValueError(error.message.removeprefix("text: ")) from error
    return value


class Item(BaseModel):
    """A word, and how it is said: spelled in an everyday way."""

    word: Annotated[StrictStr, Field(min_length=1, max_length=WORD_CHARS), AfterValidator(_text)]
    pronunciation: Annotated[
        StrictStr, Field(min_length=1, max_length=PRONUNCIATION_CHARS), AfterValidator(_text), AfterValidator(_said)
    ]


class NewDictionary(BaseModel):
    """A dictionary to be made."""

    model_config = ConfigDict(extra="ignore")

    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]


class NamedDictionary(BaseModel):
    """A dictionary that is there."""

    id: Annotated[StrictStr, Field(min_length=1, max_length=100)]


class ChangedDictionary(NewDictionary, NamedDictionary):
    """A dictionary with its new entries."""


class BodyError(RequestError):
    """The body of a request about dictionaries is wrong.

    Attributes:
        details: Each problem: its code, the path to the field, and a message.
    """

    code = "invalid_dictionary"

    def __init__(self, details: list[dict[str, object]]) -> None:
        super().__init__("; ".join(f"{_path(detail['path'])}: {detail['message']}" for detail in details))
        self.details = details


def body_error(_request: Request, error: Exception) -> Response:
    """The answer to a wrong body."""
    assert isinstance(error, BodyError)  # noqa: S101 - registered for this class only
    return JSONResponse({"error": "InvalidRequest", "message": error.message, "details": error.details}, 400)


async def get_dictionaries(request: Request) -> Response:
    """``GET``: all dictionaries of the account, oldest first."""
    found = await state_of(request).store.dictionaries.of_account(_account_id(request))
    return JSONResponse(
        [
            {"id": dictionary.id, "items": _wire(dictionary.items), "createdAt": iso(dictionary.created_ms)}
            for dictionary in found
        ]
    )


async def create_dictionary(request: Request) -> Response:
    """``POST``: keep a new dictionary."""
    body = await _read(request, NewDictionary)
    with _room():
        made = await state_of(request).store.dictionaries.create(_account_id(request), _items(body))
    return JSONResponse({"id": made.id, "items": _wire(made.items), "createdAt": iso(made.created_ms)})


async def replace_dictionary(request: Request) -> Response:
    """``PUT``: put other entries in the place of a dictionary's own."""
    body = await _read(request, ChangedDictionary)
    items = _items(body)
    try:
        with _room():
            await state_of(request).store.dictionaries.replace(_account_id(request), body.id, items)
    except DictionaryNotFoundError as error:
        return _not_found(error)
    return JSONResponse({"id": body.id, "items": _wire(items)})


async def delete_dictionary(request: Request) -> Response:
    """``DELETE``: remove the dictionary that the body, or the query, names."""
    query_id = request.query_params.get("id")
    dictionary_id = query_id if query_id is not None else (await _read(request, NamedDictionary)).id
    try:
        await state_of(request).store.dictionaries.delete(_account_id(request), dictionary_id)
    except DictionaryNotFoundError as error:
        return _not_found(error)
    return JSONResponse({"id": dictionary_id, "deleted": True})


def parse_items(items: object) -> list[DictionaryItem]:
    """Check entries as the wire has them.

    Raises:
        BodyError: Something is wrong with them.
    """
    return _items(_validated({"items": items}, NewDictionary))


def iso(ms: int) -> str:
    """A moment as ISO 8601 in UTC, with milliseconds and ``Z``."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


@contextmanager
def _room() -> Iterator[None]:
    """Too many entries, in the shape of these routes."""
    try:
        yield
    except DictionaryFullError as error:
        message = error.message.removeprefix("items: ")
        raise BodyError([{"code": "too_big", "path": ["items"], "message": message}]) from error


_Body = TypeVar("_Body", bound=BaseModel)


async def _read(request: Request, schema: type[_Body]) -> _Body:
    try:
        fields = parse_object(await read_body(request))
    except RequestError as error:
        if type(error) is not RequestError:
            raise
        message = error.message.removeprefix("body: ")
        raise BodyError([{"code": "invalid_json", "path": [], "message": message}]) from error
    return await asyncio.to_thread(_validated, fields, schema)


def _validated(fields: dict[str, Any], schema: type[_Body]) -> _Body:
    try:
        return schema.model_validate(fields)
    except PydanticValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise BodyError([_detail(problem) for problem in problems[:MOST_DETAILS]]) from error


def _detail(problem: Any) -> dict[str, object]:
    message = "is required" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
    return {
        "code": CODES.get(problem["type"], "custom"),
        "path": list(problem["loc"]),
        "message": f"{message[:1].lower()}{message[1:]}",
    }


def _path(path: object) -> str:
    return ".".join(map(str, path)) if isinstance(path, list) and path else "body"


def _not_found(error: OpenWavesError) -> Response:
    message = error.message.removeprefix("pronunciation_dicts: ")
    details = [{"code": "not_found", "path": ["id"], "message": message}]
    return JSONResponse({"error": "NotFound", "message": f"id: {message}", "details": details}, 404)


def _items(body: NewDictionary) -> list[DictionaryItem]:
    return [DictionaryItem(item.word, item.pronunciation) for item in body.items]


def _wire(items: Sequence[DictionaryItem]) -> list[dict[str, str]]:
    return [item._asdict() for item in items]


def _account_id(request: Request) -> str:
    return str(request.state.caller.account.id)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
