"""The protocols of the server, with the bounds that uvicorn's own lack.

HTTP: headers come whole within a time and a size. WebSockets: routes are told about pings, and any byte is a sign of
life. Both: a client that takes nothing of what is sent to it is left.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol as Protocol
else:
    try:
        from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol as Protocol
    except ImportError:  # an older uvicorn
        Protocol = None

PINGED_AT = "pinged_at"
"""Key in a scope's ``state``: when the client sent its last ping, by the clock of the event loop."""
MOST_HEADER_BYTES = 64 * 1024
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def http_protocol(headers_s: float, send_s: float) -> type[asyncio.Protocol]:
    """What uvicorn is to use for HTTP.

    Args:
        headers_s: Longest time from the first byte of a request, or from the connection, to the end of its headers.
        send_s: Longest time in which a client takes nothing.
    """
    return type("BoundedHttp", (_BoundedHttp,), {"headers_s": headers_s, "send_s": send_s})


def websocket_protocol(send_s: float) -> Any:
    """What uvicorn is to use for WebSockets.

    Args:
        send_s: Longest time in which a client takes nothing.
    """
    return "auto" if Protocol is None else type("LivingProtocol", (_LivingProtocol,), {"send_s": send_s})


class _Patience:
    """Leaves a client that takes nothing for too long."""

    send_s = 600.0
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _leaving: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()  # type: ignore[misc]
        self._leaving = self.loop.call_later(self.send_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()  # type: ignore[misc]
        self._take_heart()

    def connection_lost(self, exc: Exception | None) -> None:
        self._take_heart()
        super().connection_lost(exc)  # type: ignore[misc]

    def _take_heart(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None


class _BoundedHttp(_Patience, HttpToolsProtocol):
    """Bounds the headers of each request."""

    headers_s = 20.0
    _awaiting: asyncio.TimerHandle | None = None
    _n_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_awaiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._n_bytes += len(data) if self._awaiting is not None else 0
        super().data_received(data)
        if self._awaiting is not None and self._n_bytes > MOST_HEADER_BYTES and not self.transport.is_closing():
            if not self._is_answering:
                self.transport.write(TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._awaiting is None:  # not the first request of this connection
            self._await_headers()

    def on_headers_complete(self) -> None:
        self._stop_awaiting()
        super().on_headers_complete()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_headers(self) -> None:
        self._n_bytes = 0
        self._awaiting = self.loop.call_later(self.headers_s, self._give_up)

    def _give_up(self) -> None:
        """The headers did not come; an answer to the request before them may end."""
        if self._is_answering:
            self._awaiting = self.loop.call_later(self.headers_s, self._give_up)
        else:
            self.transport.close()

    def _stop_awaiting(self) -> None:
        if self._awaiting is not None:
            self._awaiting.cancel()
            self._awaiting = None


if Protocol is not None:

    class _LivingProtocol(_Patience, Protocol):
        """Remembers when the client was heard.

        uvicorn closes a socket whose answer to a ping does not come. The answer of a client that sends sound faster
        than it is listened to waits behind that sound: as long as bytes come, or are not read for a while, it lives.
        """

        _heard_at = 0.0

        async def run_asgi(self) -> None:
            await super().run_asgi()
            self.loop.call_later(self.close_timeout, self._end)

        def _end(self) -> None:
            """Drop what a client who does not read has still to get."""
            if not self.disconnected:
                self.transport.abort()

        def data_received(self, data: bytes) -> None:
            self._heard_at = self.loop.time()
            super().data_received(data)

        def handle_ping(self) -> None:
            super().handle_ping()
            self.scope["state"][PINGED_AT] = self.loop.time()

        def keepalive_timeout(self) -> None:
            timeout_s = self.ping_timeout or 0.0
            if self.read_paused or self.loop.time() - self._heard_at < timeout_s:
                self.pong_timer = self.loop.call_later(timeout_s, self.keepalive_timeout)
            else:
                super().keepalive_timeout()
