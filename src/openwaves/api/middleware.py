"""What surrounds every route: ids, access, the body limit, one log line. Plain ASGI, so that streams pass untouched."""

import logging
import time
import uuid
from collections.abc import Callable, Collection

from prometheus_client import Counter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openwaves.api.errors import UNAUTHORIZED_MESSAGE, error_response
from openwaves.errors import AccessError, OpenWavesError, TextTooLongError
from openwaves.storage.accounts import Caller

log = logging.getLogger("openwaves.access")

API_PREFIXES = ("/waves/v1", "/api/v1")
SAMPLES_PATH = "/voice-cloning/samples/"
OPEN_PATHS = tuple(prefix + path for prefix in API_PREFIXES for path in ("/health", "/voice/preview/", SAMPLES_PATH))
PROBES = ("/health", "/ready", "/metrics")  # asked every few seconds: logged only when debugging
SCHEMES = ("bearer", "token")

FindCaller = Callable[[str], Caller | None]


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
        headers = {
            "X-Session-Id": str(uuid.uuid4()),
            "X-Request-Id": str(uuid.uuid4()),
            "X-External-Session-Id": "",
            "X-External-Request-Id": "",
        }
        scope.setdefault("state", {})["answer_headers"] = headers
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
                await error_response(OpenWavesError("unexpected"))(scope, receive, send_with_headers)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._requests.labels(route=route, status=status or "aborted").inc()
            log.log(
                logging.DEBUG if scope["path"] in PROBES else logging.INFO,
                "%s %s %s %.0f ms %s",
                scope["method"],
                scope["path"],
                status or "aborted",
                1000 * (time.monotonic() - started),
                headers["X-Request-Id"],
            )


class Access:
    """Lets requests under the API's prefixes pass only with a valid key; puts who calls into the state."""

    def __init__(self, app: ASGIApp, find_caller: FindCaller) -> None:
        self._app = app
        self._find_caller = find_caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(API_PREFIXES) and not path.startswith(OPEN_PATHS):
            caller = self._find_caller(bearer_key(Headers(scope=scope)))
            if caller is None:
                await error_response(AccessError(UNAUTHORIZED_MESSAGE))(scope, receive, send)
                return
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


def bearer_key(headers: Headers) -> str:
    """The key in ``Authorization: Bearer <key>``, or the empty string."""
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() in SCHEMES else ""


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
            await error_response(too_long)(scope, receive, send)
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
