"""The routes of the reference; what they answer is made once, from the application that serves them."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openwaves.api.reference.asyncapi import asyncapi
from openwaves.api.reference.openapi import openapi
from openwaves.api.reference.page import llms_text, page
from openwaves.api.state import state_of

Make = Callable[[dict[str, Any], dict[str, Any]], str]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def reference_routes() -> list[BaseRoute]:
    """The routes; they need no key and tell nothing of this server's state."""
    return [
        Route("/reference", _made(page, "text/html; charset=utf-8")),
        Route("/openapi.json", _made(lambda http, _: _json(http), "application/json")),
        Route("/asyncapi.json", _made(lambda _, sockets: _json(sockets), "application/json")),
        Route("/llms.txt", _made(llms_text, "text/plain; charset=utf-8")),
    ]


def _made(make: Make, media_type: str) -> Callable[[Request], Any]:
    made: dict[str, str] = {}

    async def answer(request: Request) -> Response:
        if "text" not in made:
            routes, root = request.app.routes, state_of(request).settings.root_path
            made["text"] = await asyncio.to_thread(lambda: make(openapi(routes, root), asyncapi(routes, root)))
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "max-age=300"}
        return Response(made["text"], media_type=media_type, headers=headers)

    return answer


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)
