"""The OpenAPI document of the routes that an application serves."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import BaseRoute, Route

from openwaves import __version__
from openwaves.api.reference.answers import SCHEMAS, Schema, ref
from openwaves.api.reference.bodies import schemas
from openwaves.api.reference.operations import JSON, OPERATIONS, Operation
from openwaves.api.reference.parameters import Parameter
from openwaves.api.reference.talking import SCHEMAS as TALKING

DESCRIPTION = """A self-hosted voice server. Every path under `/waves/v1` also answers under `/api/v1`, the prefix of
the oldest clients, and every path also with a slash at its end; nothing redirects. `null` means "not given"."""
_STATUSES = {
    "400": "A field is missing, wrong or out of range; the message names it and what is allowed.",
    "401": "No key, or a wrong one.",
    "429": "The account has as many requests open as it may; `Retry-After` says when to come back.",
    "503": "The server cannot take the request now; `Retry-After` says when to come back.",
}


def served(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    """Method and path of every route, each once: without prefixes and slashes that only repeat others."""
    found: dict[tuple[str, str], None] = {}
    for route in routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                found[method, canonical(route.path)] = None
    return list(found)


def canonical(path: str) -> str:
    """The path that stands for all spellings of one."""
    path = re.sub(r"{(\w+):\w+}", r"{\1}", path.replace("//", "/"))
    return re.sub(r"^/api/v1/", "/waves/v1/", path).rstrip("/") or "/"


def openapi(routes: Iterable[BaseRoute], root_path: str = "") -> dict[str, Any]:
    """The document; a route without a row in ``OPERATIONS`` is left out, which the tests do not let pass.

    Args:
        routes: What the application serves.
        root_path: Path under which a proxy offers it.
    """
    paths: dict[str, dict[str, Any]] = {}
    for method, path in served(routes):
        if (method, path) in OPERATIONS:
            paths.setdefault(path, {})[method.lower()] = _operation(method, path, OPERATIONS[method, path])
    groups = dict.fromkeys(operation.group for operation in OPERATIONS.values())
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "openwaves",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": root_path or "/"}],
        "tags": [{"name": group} for group in groups],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, **TALKING, **schemas()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
        },
    }


def _operation(method: str, path: str, operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "tags": [operation.group],
        "summary": operation.summary,
        "parameters": list(_parameters(path, operation.query)),
        "responses": _responses(operation),
    }
    if operation.note:
        told["description"] = operation.note
    if operation.body:
        told["requestBody"] = {"content": _content(operation.body), "required": True}
    if operation.is_older:
        told["deprecated"] = True
    if operation.is_open:
        told["security"] = []
    return told


def _parameters(path: str, query: Iterable[Parameter]) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for row in query:
        yield {"name": row.name, "in": "query", "description": row.description, "schema": row.schema}


def _responses(operation: Operation) -> dict[str, Any]:
    told = {str(operation.status): {"description": operation.summary, "content": _content(operation.answer)}}
    if operation.is_open:
        return told
    errors = {JSON: {"schema": ref(operation.error)}}
    return {**{status: {"description": text, "content": errors} for status, text in _STATUSES.items()}, **told}


def _content(content: dict[str, Schema]) -> dict[str, Any]:
    return {kind: {"schema": schema} for kind, schema in content.items()}
