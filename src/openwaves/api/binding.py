"""Where a server listens: at an address of its own, at one that several processes share, or on sockets it was given."""

import os
import socket
from dataclasses import dataclass

from openwaves.settings import Settings

FIRST_FD = 3
"""The first socket that a process is given. Source: sd_listen_fds(3)."""
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Bound:
    """The sockets of a server.

    Attributes:
        sockets: At least one.
        are_given: They were open before this process, and stay open after it.
        begins_ready: Connections are not accepted before the voices are loaded: until then they wait, or go to another
            process at the same address.
    """

    sockets: list[socket.socket]
    are_given: bool = False
    begins_ready: bool = False

    def url(self, scheme: str) -> str:
        """The address of the first."""
        host, port = self.sockets[0].getsockname()[:2]
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    def close(self) -> None:
        """Close this process's hold on them."""
        for bound in self.sockets:
            bound.close()


def bind(settings: Settings) -> Bound:
    """The sockets that whoever started the process has opened for it, or else one at the settings' address.

    Raises:
        OSError: The address is taken, or is none of this machine's.
    """
    if given := _given():
        return Bound(given, are_given=True, begins_ready=True)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only on sockets whose protocol is named, which create_server does not do.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if settings.reuse_port:
            if not hasattr(socket, "SO_REUSEPORT"):
                raise OSError(0, "this system shares no ports")
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((settings.host, settings.port))
        if not settings.reuse_port:
            listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return Bound([listener], begins_ready=settings.reuse_port)


def _given() -> list[socket.socket]:
    """Sockets by systemd's protocol; ``LISTEN_PID`` may be missing, as a parent cannot know it before it starts us."""
    number, pid = (os.environ.pop(name, "") for name in ("LISTEN_FDS", "LISTEN_PID"))
    os.environ.pop("LISTEN_FDNAMES", None)
    if not number.isdecimal() or pid not in ("", str(os.getpid())):
        return []
    given = [socket.socket(fileno=fd) for fd in range(FIRST_FD, FIRST_FD + int(number))]
    for one in given:
        one.set_inheritable(False)  # no process that this one starts shall keep it open
        if one.family not in (socket.AF_INET, socket.AF_INET6) or one.type != socket.SOCK_STREAM:
            raise OSError(0, "a socket that was given is not one of TCP")
    return given
