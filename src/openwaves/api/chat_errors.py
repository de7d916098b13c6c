"""Errors of the routes with OpenAI's names (contract section 5): an object, as OpenAI's clients read it."""

import re
from typing import Any

from openwaves.errors import FieldError

_CHAT_PATHS = re.compile(r"/(?:waves/|api/)?v1/+(?:chat|models|completions|responses|embeddings)(?:/|$)")
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def is_chat_path(path: str) -> bool:
    """Whether a path is one of OpenAI's for chat, served or not."""
    return _CHAT_PATHS.match(path) is not None


def is_openai_path(path: str) -> bool:
    """Whether errors of a path are told as OpenAI's clients read them."""
    return path.startswith("/v1/") or is_chat_path(path)


def chat_error(status: int, message: str, request_id: str, error: Exception | None = None) -> dict[str, Any]:
    """The body that tells of an error; also an event of a stream."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    field = error.field if isinstance(error, FieldError) else None
    body: dict[str, Any] = {
        "message": message,
        "type": kind,
        "code": getattr(error, "code", None),
        "param": field,
        "request_id": request_id,
    }
    if field is not None:
        body["details"] = [{"code": "custom", "message": message, "path": [field]}]
    return {"error": body}
