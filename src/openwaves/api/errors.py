"""Errors on the wire: one table of status codes, one shape of body."""

import http
import logging
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from openwaves import errors

log = logging.getLogger(__name__)

STATUS: dict[type[errors.OpenWavesError], tuple[int, str]] = {
    errors.TextTooLongError: (413, "PayloadTooLarge"),
    errors.VoiceNotFoundError: (400, "InvalidRequest"),
    errors.NotFoundError: (404, "NotFound"),
    errors.RequestError: (400, "InvalidRequest"),
    errors.LinkError: (403, "Forbidden"),
    errors.AccessError: (401, "Unauthorized"),
    errors.TooManyRequestsError: (429, "TooManyRequests"),
    errors.OverloadedError: (503, "ServiceUnavailable"),
    errors.OpenWavesError: (500, "InternalServerError"),
}
UNAUTHORIZED_MESSAGE = "Bearer token is missing or invalid."


def error_response(error: errors.OpenWavesError, *, plain: bool = False) -> JSONResponse:
    """The answer that tells a client of ``error``.

    Args:
        error: What went wrong.
        plain: Put the message itself under ``error``, as the routes of cloned voices do.
    """
    status, kind = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
    headers = {}
    if isinstance(error, errors.OverloadedError):
        headers["Retry-After"] = str(error.retry_after_s)
    if status == 413:  # the rest of the body is not read
        headers["Connection"] = "close"
    message = error.message if status != 500 else "The server failed to answer; its log tells why."
    return JSONResponse({"error": message} if plain else {"error": kind, "message": message}, status, headers)


def _deliberate(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.OpenWavesError)  # noqa: S101 - registered for this class only
    if isinstance(error, errors.EngineError | errors.StorageError | errors.ModelFileError):
        log.error("request failed: %s", error)
    return error_response(error, plain=getattr(request.state, "plain_errors", False))


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    kind = http.HTTPStatus(error.status_code).phrase.title().replace(" ", "")
    return JSONResponse({"error": kind, "message": error.detail}, error.status_code, error.headers)


HANDLERS: dict[Any, ExceptionHandler] = {
    errors.OpenWavesError: _deliberate,
    HTTPException: _http,
}
