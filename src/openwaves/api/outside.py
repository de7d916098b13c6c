"""Requests that the server makes itself: sounds behind URLs, and webhooks. Private addresses are barred by a switch."""

import asyncio
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple, TypeVar
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from openwaves import __version__
from openwaves.errors import FieldError, RequestError

Made = TypeVar("Made")

MOST_AT_ONCE = 32
CONNECT_S = 10.0
READ_S = 30.0
MOST_REDIRECTS = 5
CHUNK_BYTES = 256 * 1024
_IN_PATHS = "%/:?#[]@!$&'()*+,;=~"
"""What a path or query has already in the form in which it is sent."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class OutsideError(RequestError):
    """What a URL names cannot be reached, or may not be."""

    code = "url_not_fetched"


class Reply(NamedTuple):
    """What came back.

    Attributes:
        status: HTTP status.
        url: Where it came from, after redirects.
    """

    status: int
    url: str


class Outside:
    """Makes requests. They block, for as long as others please: ``run`` has threads for them. Thread-safe."""

    def __init__(self, *, allows_private: bool) -> None:
        """Take the switch.

        Args:
            allows_private: Whether addresses may be reached that are not public: this machine, local networks.
        """
        self._allows_private = allows_private
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="openwaves-outside")

    async def run(self, call: Callable[..., Made], *arguments: object) -> Made:
        """Call something that makes requests, in a thread that does nothing else."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    def check(self, url: str, field: str) -> None:
        """Refuse a URL of a private address. One that is not found now may be later.

        Raises:
            FieldError: The address is private, and those are barred.
        """
        if self._allows_private:
            return
        with suppress(OSError):
            if not all(map(_is_public, _addresses(urlsplit(url)))):
                raise FieldError(field, f"{url[:200]!r} is not a public address")

    def fetch(self, url: str, write: Callable[[bytes], object], until: float) -> Reply:
        """Get what a URL names, redirects followed.

        Args:
            url: Absolute, http or https.
            write: Gets the body, piece by piece; what it raises ends the request.
            until: When it must be complete, on the monotonic clock.

        Raises:
            OutsideError: It cannot be reached, the address is private, or the answer is no success.
        """
        for _ in range(MOST_REDIRECTS + 1):
            reply, target = self._once("GET", url, None, {}, write, until)
            if target is None:
                if not 200 <= reply.status < 300:
                    raise OutsideError(f"url: {url[:200]!r} was answered with status {reply.status}")
                return reply
            url = urljoin(url, target)
            if urlsplit(url).scheme not in ("http", "https"):
                raise OutsideError("url: is redirected to something that is not http or https")
        raise OutsideError(f"url: is redirected more than {MOST_REDIRECTS} times")

    def send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> int:
        """Send something; gives the status of the answer.

        Raises:
            OutsideError: It cannot be reached, or the address is private.
        """
        reply, _ = self._once(method, url, body, headers, None, time.monotonic() + READ_S)
        return reply.status

    def _once(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        write: Callable[[bytes], object] | None,
        until: float,
    ) -> tuple[Reply, str | None]:
        """One request, whose answer is read if somebody wants it; gives the target if that is a redirect."""
        try:
            connection = self._connect(url)
            watch = threading.Timer(max(0.1, until - time.monotonic()), _hang_up, [connection.sock])
            watch.daemon = True
            watch.start()
            try:
                parts = urlsplit(url)
                path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_IN_PATHS)
                sent = {"User-Agent": f"openwaves/{__version__}", "Accept-Encoding": "identity", **headers}
                connection.request(method, path, body, sent)
                answer = connection.getresponse()
                target = answer.getheader("Location") if answer.status in REDIRECTS else None
                if write is not None and target is None and 200 <= answer.status < 300:
                    while data := answer.read(CHUNK_BYTES):
                        write(data)
                    if time.monotonic() > until:
                        raise OutsideError("url: took too long to fetch")
                    if answer.length:
                        raise OutsideError(f"url: ended {answer.length} bytes too early")
                return Reply(answer.status, url), target
            finally:
                watch.cancel()
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise OutsideError(f"url: {url[:200]!r} cannot be reached: {type(error).__name__}") from error

    def _connect(self, url: str) -> http.client.HTTPConnection:
        """A connection to an address that was looked at: the name is resolved once only."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        addresses = _addresses(parts)
        if not self._allows_private and not all(_is_public(address) for address in addresses):
            raise OutsideError(f"url: {host!r} is not a public address")
        connection = http.client.HTTPConnection(host, _port(parts), timeout=READ_S)
        plain = _reached(addresses, _port(parts))
        plain.settimeout(READ_S)
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
        return connection


def _addresses(parts: SplitResult) -> list[str]:
    """What the name in a URL stands for."""
    rows = socket.getaddrinfo(parts.hostname or "", _port(parts), type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _reached(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first address that answers."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), CONNECT_S)
    return socket.create_connection((addresses[-1], port), CONNECT_S)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _hang_up(connection: socket.socket) -> None:
    """End a connection that another thread waits on: whoever sends a byte now and then would hold it for ever."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or found
    return bool(mapped.is_global and not mapped.is_multicast)
