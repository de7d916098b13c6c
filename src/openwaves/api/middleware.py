"""What surrounds every route: ids, access, the body limit, one log line. Plain ASGI, so that streams pass untouched."""

import logging
import time
import uuid
from collections.abc import Callable, Collection, Sequence

from prometheus_client import Counter
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openwaves.api.access import UNAUTHORIZED_MESSAGE, bearer_key
from openwaves.api.errors import error_response
from openwaves.errors import AccessError, OpenWavesError, StartError, TextTooLongError
from openwaves.storage.accounts import Caller

log = logging.getLogger("openwaves.access")

API_PREFIXES = ("/waves/v1", "/api/v1")
OPENAI_PREFIX = "/v1"
ROOT_PATHS = ("/stt", "/stt/")
"""Routes outside of the prefixes that need a key, too."""
SAMPLES_PATH = "/voice-cloning/samples/"
OPEN_PATHS = tuple(prefix + path for prefix in API_PREFIXES for path in ("/health", "/voice/preview/", SAMPLES_PATH))
PROBES = ("/health", "/ready", "/metrics")  # asked every few seconds: logged only when debugging
SHOWN_HEADERS = ("X-Session-Id", "X-Request-Id", "X-External-Session-Id", "X-External-Request-Id", "Retry-After")
PREFLIGHT_S = 600

FindCaller = Callable[[str, str], Caller | None]
"""Tells who comes with a key to a path; raises `AccessError` if the key is valid elsewhere only."""


class Envelope:
    """Wraps every HTTP answer: its headers, its line in the access log, its count; the last resort for errors.

    Routes add headers through ``request.state.answer_headers``. Query strings are not logged: they may hold keys.
    An error after the first byte leaves the answer unfinished, so that the client sees it break.
    """

    def __init__(self, app: ASGIApp, requests: Counter) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        known_id: str = scope.setdefault("state", {}).get("request_id", "")  # from whoever passed the request on
        headers = {
            "X-Session-Id": str(uuid.uuid4()),
            "X-Request-Id": known_id or str(uuid.uuid4()),
            "X-External-Session-Id": "",
            "X-External-Request-Id": "",
        }
        scope["state"]["answer_headers"] = headers
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(headers)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            pass
        except Exception:
            log.exception("%s %s failed, id %s", scope["method"], scope["path"], headers["X-Request-Id"])
            if not status:
                await error_response(OpenWavesError("unexpected"), scope)(scope, receive, send_with_headers)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._requests.labels(route=route, status=status or "aborted").inc()
            spent_ms = 1000 * (time.monotonic() - started)
            line = scope["method"], scope["path"], status or "aborted"
            fields = {**dict(zip(("method", "path", "status"), line, strict=True)), "ms": round(spent_ms, 1)}
            watch = scope["state"].get("watch")
            log.log(
                logging.DEBUG if scope["path"] in PROBES else logging.INFO,
                "%s %s %s %.0f ms %s",
                *line,
                spent_ms,
                headers["X-Request-Id"],
                extra={"fields": {**fields, "request_id": headers["X-Request-Id"], **(watch.told() if watch else {})}},
            )


class Prefix:
    """Takes the path off under which a proxy offers this server, where the proxy has not."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path, root = scope.get("path", ""), self._root_path
        if scope["type"] == "http" and path == root:  # what the page names is relative to the folder
            await RedirectResponse(root + "/", 308)(scope, receive, send)
            return
        if path.startswith(root + "/"):
            raw = scope.get("raw_path", b"").removeprefix(root.encode("ascii"))
            scope = {**scope, "path": path.removeprefix(root), "raw_path": raw}
        await self._app(scope, receive, send)


def prefix(root_path: str, routes: Sequence[BaseRoute]) -> list[Middleware]:
    """What serves ``routes`` under a path; nothing without one.

    Raises:
        StartError: A route has this path, too: which of the two is asked for could not be told.
    """
    if not root_path:
        return []
    first = root_path.split("/")[1]
    if any(getattr(route, "path", "").split("/")[1] == first for route in routes):
        raise StartError(f"root_path: {root_path} begins as paths of the server itself do; choose another")
    return [Middleware(Prefix, root_path=root_path)]


class Access:
    """Lets requests under the API's prefixes pass only with a valid key; puts who calls into the state."""

    def __init__(self, app: ASGIApp, find_caller: FindCaller) -> None:
        self._app = app
        self._find_caller = find_caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path = scope.get("path", "")
        needs_key = path.startswith((*API_PREFIXES, OPENAI_PREFIX + "/")) or path in ROOT_PATHS
        if scope["type"] == "http" and needs_key and not path.startswith(OPEN_PATHS):
            try:
                caller = self._find_caller(bearer_key(Headers(scope=scope)), path)
                if caller is None:
                    raise AccessError(UNAUTHORIZED_MESSAGE)
            except AccessError as error:
                await error_response(error, scope)(scope, receive, send)
                return
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


class Options:
    """Answers OPTIONS, which no key comes with: the methods of the path. Browsers ask it before they call."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["method"] == "OPTIONS" and (allowed := self._methods(scope)):
            await Response(status_code=204, headers={"Allow": ", ".join(sorted(allowed))})(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _methods(self, scope: Scope) -> set[str]:
        found = [
            route.methods or set()
            for route in self._routes
            if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE
        ]
        return set().union(*found, {"OPTIONS"}) if found else set()


def cors(origins: str | None) -> list[Middleware]:
    """What lets scripts of web pages call this server; nothing without ``origins``, as in the settings.

    No cookies are involved: the key comes in a header, which a page must have been given.
    """
    if origins is None:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=[origin.strip() for origin in origins.split(",")],
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["*"],
            expose_headers=SHOWN_HEADERS,
            max_age=PREFLIGHT_S,
        )
    ]


class BodyLimit:
    """Refuses a body over the limit while it is read, before it is held in memory."""

    def __init__(self, app: ASGIApp, max_bytes: int, self_limited: Collection[str] = ()) -> None:
        """Wrap an application.

        Args:
            app: What is wrapped.
            max_bytes: The limit.
            self_limited: Paths whose routes have a limit of their own.
        """
        self._app = app
        self._max_bytes = max_bytes
        self._self_limited = self_limited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] in self._self_limited:
            await self._app(scope, receive, send)
            return
        too_long = TextTooLongError(f"body: more than {self._max_bytes} bytes, the limit of this server (field: text)")
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared[:19]) > self._max_bytes:
            await error_response(too_long, scope)(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self._max_bytes:
                    raise too_long
            return message

        await self._app(scope, limited, send)
