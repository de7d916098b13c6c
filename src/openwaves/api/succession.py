"""A server that starts its own successor and hands its sockets over, and what it tells the system that watches it."""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

from openwaves.api.binding import FIRST_FD

log = logging.getLogger(__name__)

READY_VARIABLE = "READY_FD"
"""Names the file descriptor to which a server writes a line once it is ready. Source: s6's readiness notification."""
CLEAR_OF_PLACES = 64  # file descriptors from here on are moved into their places


def tell_system(*assignments: str) -> None:
    """Tell the service manager, if there is one. Source: sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address.startswith(("/", "@")):
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto("\n".join(assignments).encode(), address.replace("@", "\0", 1))


def tell_ready() -> None:
    """Tell whoever waits for it that this server is ready: the service manager, or the server before it."""
    tell_system("READY=1")
    number = os.environ.pop(READY_VARIABLE, "")
    if number.isdecimal():
        with suppress(OSError):
            os.write(int(number), b"\n")
            os.close(int(number))


def keep_ready_channel() -> None:
    """No process that this one starts shall hold the channel open: its end tells that this server died."""
    number = os.environ.get(READY_VARIABLE, "")
    if number.isdecimal():
        with suppress(OSError):
            os.set_inheritable(int(number), False)


async def start_successor(sockets: Sequence[socket.socket]) -> int:
    """Run this process's command again with the same sockets, and wait until it is ready.

    Returns:
        Its process id; 0 if it ended before it was ready.

    Raises:
        OSError: It cannot be started.
    """
    reading, writing = os.pipe()
    try:
        pid = _spawn([*(one.fileno() for one in sockets), writing], len(sockets))
    finally:
        os.close(writing)
    try:
        is_ready = await _readable(reading) == b"\n"
    finally:
        os.close(reading)
    if is_ready:
        tell_system(f"MAINPID={pid}", "READY=1")
        return pid
    await asyncio.to_thread(os.waitpid, pid, 0)
    return 0


def _spawn(descriptors: Sequence[int], n_sockets: int) -> int:
    import fcntl  # noqa: PLC0415 - not on Windows, where no signal asks for a successor

    environment = {
        **os.environ,
        "LISTEN_FDS": str(n_sockets),
        READY_VARIABLE: str(FIRST_FD + n_sockets),
    }
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, CLEAR_OF_PLACES) for descriptor in descriptors]
    try:
        places = [(os.POSIX_SPAWN_DUP2, source, FIRST_FD + place) for place, source in enumerate(moved)]
        command = [sys.executable, *sys.orig_argv[1:]]
        return os.posix_spawn(sys.executable, command, environment, file_actions=places)
    finally:
        for descriptor in moved:
            os.close(descriptor)


async def _readable(descriptor: int) -> bytes:
    """A byte, once it is there; none at the end."""
    loop = asyncio.get_running_loop()
    there = loop.create_future()
    loop.add_reader(descriptor, lambda: None if there.done() else there.set_result(None))
    try:
        await there
    finally:
        loop.remove_reader(descriptor)
    return os.read(descriptor, 1)
