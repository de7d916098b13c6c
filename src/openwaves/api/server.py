"""Runs the application: binds first, loads the voices behind it, shuts down cleanly."""

import asyncio
import ctypes
import logging
import os
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import uvicorn

from openwaves.api.app import create_app
from openwaves.api.state import State
from openwaves.assembly import assemble
from openwaves.errors import OpenWavesError
from openwaves.settings import Settings
from openwaves.storage import Store
from openwaves.voices.progress import rich_progress

log = logging.getLogger(__name__)

TRIM_EVERY_S = 30.0  # takes a few milliseconds, on a thread of its own

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> int:
    """Serve until told to stop.

    Args:
        settings: The options.
        say: Shows a line to the person who started the server.

    Returns:
        Exit status: 0 after a clean stop, 1 if the address is taken or the voices could not be loaded.
    """
    try:
        listener = _listen(settings)
    except OSError as error:
        say(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another --port")
        return 1
    _leave_no_core_dump()
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    with listener, asyncio.Runner(loop_factory=_event_loop()) as runner:
        return runner.run(_serve(settings, listener, url, say))


async def open_store(settings: Settings) -> Store:
    """The store that the settings name.

    Raises:
        StorageError: It cannot be opened.
    """
    url, key, blob_url = (
        secret.get_secret_value() if secret else None
        for secret in (settings.database_url, settings.api_key, settings.blob_url)
    )
    return await Store.open(url, settings.data_dir, key, blob_url=blob_url)


async def _serve(settings: Settings, listener: socket.socket, url: str, say: Say) -> int:
    async with await open_store(settings) as store:
        state = State(settings, store)
        new_key = await store.make_first_key() if settings.api_key is None else None
        say(f"openwaves listens on {url}")
        if new_key:
            say(f"API key of this server, shown only now:\n\n    {new_key}\n")
        store.start()
        server = _Server(
            uvicorn.Config(
                create_app(state),
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=settings.shutdown_grace_s,
                ws_max_size=settings.max_body_bytes,
                ws_per_message_deflate=False,  # base64 of sound hardly shrinks, and deflating it would hold the loop
            )
        )
        trimming = asyncio.create_task(_give_memory_back())
        try:
            return await _run(server, listener, state, say)
        finally:
            trimming.cancel()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only on sockets whose protocol is named, which create_server does not do.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _leave_no_core_dump() -> None:
    """A crash of native code leaves no image of the memory, which holds keys and texts."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


async def _give_memory_back() -> None:
    """Return what the networks have freed to the system, now and then: glibc keeps it in pieces of its own."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return
    while True:
        await asyncio.sleep(TRIM_EVERY_S)
        await asyncio.to_thread(trim, 0)


def _event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where it exists."""
    try:
        import uvloop  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return loop_factory


class _Server(uvicorn.Server):
    """Leaves signals to ``_run``: uvicorn would raise them again after a clean stop, which is then no clean exit."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def _run(server: uvicorn.Server, listener: socket.socket, state: State, say: Say) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, server.handle_exit, number, None)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    loading = asyncio.create_task(_load(state, say))
    status = 0
    try:
        await asyncio.wait({serving, loading}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done() and not loading.result():
            server.should_exit = True
            status = 1
        await serving
    finally:
        if not loading.done():
            say("stopping as soon as the current step of loading ends")
        await loading
        state.clone_maker.close()
        if state.speech is not None:
            await asyncio.to_thread(state.speech.close)
    return status


async def _load(state: State, say: Say) -> bool:
    def report(stage: str) -> None:
        state.stage = stage
        say(stage)

    try:
        with rich_progress() as progress:
            state.speech = await asyncio.to_thread(assemble, state.settings, progress, report)
    except OpenWavesError as error:
        say(f"cannot start: {error.message}")
        return False
    say("ready")
    return True
