"""``POST /v1/chat/completions``: the route of contract-llm, whose ignored fields are refused here."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from openwaves.api import chat
from openwaves.api.chat_schemas import FIELDS, MESSAGE_FIELDS
from openwaves.api.openai.fields import UnsupportedError
from openwaves.api.speech import read_body
from openwaves.errors import FieldError

LABELS = ("metadata", "prompt_cache_key", "safety_identifier", "user")
"""Names that a client gives to its requests; OpenAI promises nothing of the answer for them."""
HARMLESS: Mapping[str, tuple[Any, ...]] = {
    "store": (False,),
    "service_tier": ("auto", "default"),
    "modalities": (["text"],),
    "verbosity": ("medium",),
}
"""Values of fields that say what happens in any case."""


async def complete(request: Request) -> Response:
    """``POST /v1/chat/completions``."""
    try:
        body = json.loads(await read_body(request))
    except ValueError:
        body = None
    if isinstance(body, dict):  # all else is told by the route
        _check(body)
    return await chat.complete(request)


def _check(body: Mapping[str, Any]) -> None:
    """Refuse what would be ignored.

    Raises:
        UnsupportedError: A field that OpenAI knows has a value that cannot be served.
        FieldError: A field is not known.
    """
    for name, value in body.items():
        if value is None or name in FIELDS or name in LABELS:
            continue
        if name not in HARMLESS:
            known = ", ".join(sorted((*FIELDS, *LABELS, *HARMLESS)))
            raise FieldError(name, f"is not known here; known are {known}")
        if value not in HARMLESS[name]:
            allowed = " or ".join(json.dumps(value) for value in HARMLESS[name])
            raise UnsupportedError(name, f"must be {allowed}, not {json.dumps(value)[:60]}")
    messages = body.get("messages")
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        for name, value in message.items() if isinstance(message, dict) else ():
            if value is not None and name not in MESSAGE_FIELDS:
                raise FieldError(
                    f"messages[{index}].{name}", f"is not known here; known are {', '.join(MESSAGE_FIELDS)}"
                )
