"""Errors on the wire: one table of status codes, one shape of body."""

import http
import logging
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from openwaves import errors
from openwaves.api.chat_errors import chat_error, is_chat_path, is_openai_path

log = logging.getLogger(__name__)

STATUS: dict[type[errors.OpenWavesError], tuple[int, str]] = {
    errors.TextTooLongError: (413, "PayloadTooLarge"),
    errors.VoiceNotFoundError: (400, "InvalidRequest"),
    errors.NotFoundError: (404, "NotFound"),
    errors.RequestError: (400, "InvalidRequest"),
    errors.LinkError: (403, "Forbidden"),
    errors.TokenScopeError: (403, "Forbidden"),
    errors.AccessError: (401, "Unauthorized"),
    errors.TooManyRequestsError: (429, "TooManyRequests"),
    errors.OverloadedError: (503, "ServiceUnavailable"),
    errors.UpstreamError: (502, "BadGateway"),
    errors.OpenWavesError: (500, "InternalServerError"),
}


def error_response(
    error: errors.OpenWavesError, scope: Mapping[str, Any] | None = None, *, plain: bool = False
) -> JSONResponse:
    """The answer that tells a client of ``error``.

    Args:
        error: What went wrong.
        scope: The request's; routes with OpenAI's names have a body of their own.
        plain: Put the message itself under ``error``, as the routes of cloned voices do.
    """
    chat = scope is not None and is_chat_path(scope["path"])
    status, message = status_and_message(error, chat=chat)
    headers = headers_of(error, status)
    if scope is not None and is_openai_path(scope["path"]):
        return JSONResponse(chat_error(status, message, request_id(scope), error), status, headers)
    kind = status_of(error)[1]
    return JSONResponse({"error": message} if plain else {"error": kind, "message": message}, status, headers)


def status_of(error: errors.OpenWavesError) -> tuple[int, str]:
    """The status code, and the kind of error for people."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def headers_of(error: errors.OpenWavesError, status: int | None = None) -> dict[str, str]:
    """The headers that belong to an error, told with ``status`` or its own."""
    status = status or status_of(error)[0]
    headers = {}
    if isinstance(error, errors.OverloadedError):
        headers["Retry-After"] = str(error.retry_after_s)
    elif status == 503:
        headers["Retry-After"] = "30"
    if status == 413:  # the rest of the body is not read
        headers["Connection"] = "close"
    return headers


def status_and_message(error: errors.OpenWavesError, *, chat: bool = False) -> tuple[int, str]:
    """What a client is told; of failures within the server not more than that."""
    status = next(STATUS[cls][0] for cls in type(error).__mro__ if cls in STATUS)
    if status != 500:
        return status, error.message
    if chat and isinstance(error, errors.EngineError | errors.ModelFileError):
        return 503, "the language model cannot be run now; the server's log tells why"
    return status, "The server failed to answer; its log tells why."


def request_id(scope: Mapping[str, Any]) -> str:
    """The id that the answer to a request carries."""
    headers: dict[str, str] = scope.get("state", {}).get("answer_headers", {})
    return headers.get("X-Request-Id", "")


def _deliberate(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.OpenWavesError)  # noqa: S101 - registered for this class only
    if isinstance(error, errors.EngineError | errors.StorageError | errors.ModelFileError):
        log.error("request failed: %s", error)
    return error_response(error, request.scope, plain=getattr(request.state, "plain_errors", False))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if is_openai_path(request.scope["path"]):
        body = chat_error(error.status_code, error.detail, request_id(request.scope))
        return JSONResponse(body, error.status_code, error.headers)
    kind = http.HTTPStatus(error.status_code).phrase.title().replace(" ", "")
    return JSONResponse({"error": kind, "message": error.detail}, error.status_code, error.headers)


HANDLERS: dict[Any, ExceptionHandler] = {
    errors.OpenWavesError: _deliberate,
    HTTPException: _http,
}
