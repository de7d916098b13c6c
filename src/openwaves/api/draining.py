"""How a server ends: first it looks away, then it takes no new work, and what runs comes to its end.

Three stages, in this order:

``open``      work is taken.
``leaving``   ``/ready`` says no, and answers ask their clients to come back on another connection. What was on its way
              when the server was told to stop is still served.
``closing``   new work is refused; sockets close as soon as what they are busy with has ended.
``pressing``  the grace is nearly over: what waits for more from its client is ended with what came.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from enum import IntEnum

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from openwaves.api.errors import error_response
from openwaves.errors import StoppingError

RESTARTS = 1012
"""Close code of a socket that a stopping server ends. Source: the IANA registry of WebSocket close codes."""


class Stage(IntEnum):
    """See above."""

    OPEN = 0
    LEAVING = 1
    CLOSING = 2
    PRESSING = 3


class Drain:
    """At which stage a server is. Used from one event loop."""

    def __init__(self) -> None:
        self._stage = Stage.OPEN
        self._watchers: set[Callable[[], None]] = set()

    @property
    def is_leaving(self) -> bool:
        """Whether the server was told to stop."""
        return self._stage >= Stage.LEAVING

    @property
    def is_closing(self) -> bool:
        """Whether new work is refused."""
        return self._stage >= Stage.CLOSING

    @property
    def is_pressing(self) -> bool:
        """Whether nothing is waited for any more."""
        return self._stage >= Stage.PRESSING

    def go_to(self, stage: Stage) -> None:
        """Begin a stage; there is no way back. Whoever watches is told of the last two."""
        if stage > self._stage:
            self._stage = stage
            if self.is_closing:
                for watcher in list(self._watchers):
                    watcher()

    def check(self) -> None:
        """Call it before new work begins.

        Raises:
            StoppingError: It is refused.
        """
        if self.is_closing:
            raise StoppingError

    @contextmanager
    def watch(self, changed: Callable[[], None]) -> Iterator[None]:
        """Have ``changed`` called when work is refused, and when time presses, while the block runs."""
        self._watchers.add(changed)
        try:
            if self.is_closing:
                changed()
            yield
        finally:
            self._watchers.discard(changed)


class Draining:
    """Refuses new work once it is to be, and asks clients to come back on another connection."""

    def __init__(self, app: ASGIApp, drain: Drain, probes: Collection[str] = ()) -> None:
        """Wrap an application.

        Args:
            app: What is wrapped.
            drain: At which stage it is.
            probes: Paths that answer to the end.
        """
        self._app = app
        self._drain = drain
        self._probes = probes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start" and self._drain.is_leaving:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        is_refused = self._drain.is_closing and scope.get("path") not in self._probes
        if scope["type"] == "websocket" and is_refused:
            await WebSocket(scope, receive, send).send_denial_response(error_response(StoppingError()))
        elif scope["type"] == "http":
            app = error_response(StoppingError(), scope) if is_refused else self._app
            await app(scope, receive, send_with_header)
        else:
            await self._app(scope, receive, send)
