"""Runs the application: binds first, loads the voices behind it, shuts down cleanly."""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import uvicorn

from openwaves import memory
from openwaves.api.app import create_app
from openwaves.api.binding import BACKLOG, Bound, bind
from openwaves.api.draining import Stage
from openwaves.api.playground.sign_in import SignInCode, is_loopback, say_where
from openwaves.api.state import State
from openwaves.api.succession import keep_ready_channel, start_successor, tell_ready, tell_system
from openwaves.api.tls import Certificate
from openwaves.api.wire import http_protocol, websocket_protocol
from openwaves.assembly import assemble
from openwaves.cancellation import CancelToken
from openwaves.chat_assembly import assemble_chat
from openwaves.errors import CancelledWorkError, OpenWavesError
from openwaves.models.progress import rich_progress
from openwaves.settings import Settings
from openwaves.storage import Store
from openwaves.storage.accounts import FIRST_ACCOUNT

log = logging.getLogger(__name__)

FROM_SIGNAL = 128  # exit status of a start that a signal ended, plus the signal's number: as shells count
LEAST_GRACE_S = 1.0
OF_GRACE = 0.8  # of the grace is waited for a network that is being loaded; then there is time to end
REFUSED = "ASGI callable returned without completing handshake."
LINGER_S = 1.0  # what was on its way when the server was told to stop has come by then
PRESSING_AT = 0.7  # of the grace
TICK_S = 0.02

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> int:
    """Serve until told to stop.

    Args:
        settings: The options.
        say: Shows a line to the person who started the server.

    Returns:
        Exit status: 0 after a clean stop, 1 if the address is taken or the voices could not be loaded, ``FROM_SIGNAL``
        and the signal's number if it was told to stop before they were.

    Raises:
        CertificateError: The certificate or its key cannot be used.
    """
    certificate = Certificate.of(settings)
    try:
        bound = bind(settings)
    except OSError as error:
        say(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another --port")
        return 1
    keep_ready_channel()
    _leave_no_core_dump()
    logging.getLogger("uvicorn.error").addFilter(_is_no_refusal)
    try:
        with asyncio.Runner(loop_factory=_event_loop()) as runner:
            return runner.run(_serve(settings, bound, certificate, say))
    finally:
        bound.close()


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


async def _serve(settings: Settings, bound: Bound, certificate: Certificate | None, say: Say) -> int:
    url = bound.url("https" if certificate else "http")
    async with await open_store(settings) as store:
        state = State(settings, store)
        state.chat = assemble_chat(settings, state.reserve)
        new_key = await store.make_first_key() if settings.api_key is None else None
        say(f"openwaves listens on {url}")
        if new_key:
            say(f"API key of this server, shown only now:\n\n    {new_key}\n")
        if is_loopback(settings.host) and store.keys.any_of(FIRST_ACCOUNT) is not None:
            state.sign_in = SignInCode()
        say_where(url + settings.root_path, state.sign_in, say)
        store.start()
        state.start()
        config = uvicorn.Config(
            create_app(state),
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=settings.trusted_proxies is not None,
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_keep_alive=settings.keep_alive_s,
            http=http_protocol(settings.headers_timeout_s, settings.send_timeout_s),
            ws=websocket_protocol(settings.send_timeout_s),
            ws_max_size=settings.max_body_bytes,
            ws_per_message_deflate=False,  # base64 of sound hardly shrinks, and deflating it would hold the loop
        )
        config.load()
        config.ssl = certificate.context if certificate else None
        memory.keep_giving_back()
        following = asyncio.create_task(certificate.follow()) if certificate else None
        try:
            return await _run(_Server(config, state), bound, state, say)
        finally:
            if following:
                following.cancel()
            await state.close()


def _leave_no_core_dump() -> None:
    """A crash of native code leaves no image of the memory, which holds keys and texts."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """False for what uvicorn says of a handshake that was answered with a status: it takes it for a forgotten one."""
    return record.msg != REFUSED


def _event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where it exists."""
    try:
        import uvloop  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return loop_factory


class _Server(uvicorn.Server):
    """uvicorn's, which ends in the stages of ``Drain``.

    Signals are left to ``_run``: uvicorn would raise them again after a clean stop, which is then no clean exit.
    """

    def __init__(self, config: uvicorn.Config, state: State) -> None:
        super().__init__(config)
        self._state = state
        self.is_listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for what runs as long as the grace allows; then end it."""
        settings, drain = self._state.settings, self._state.drain
        if self._state.speech is not None:
            await asyncio.sleep(settings.drain_delay_s)
        await self._stop_listening(sockets or [])
        grace_s, began = settings.shutdown_grace_s, time.monotonic()
        while (self.server_state.connections or self.server_state.tasks) and not self.force_exit:
            after_s = time.monotonic() - began
            if after_s >= grace_s:
                break
            if after_s >= min(LINGER_S, grace_s / 2):
                drain.go_to(Stage.CLOSING)
                self._close_idle()
            if after_s >= PRESSING_AT * grace_s:
                drain.go_to(Stage.PRESSING)
            await asyncio.sleep(TICK_S)
        drain.go_to(Stage.PRESSING)
        self.config.timeout_graceful_shutdown = 1 if grace_s else 0
        await super().shutdown(sockets)

    async def _stop_listening(self, sockets: list[socket.socket]) -> None:
        """Take what has connected already, and nothing more: a closed socket would reset it."""
        held = [bound.dup() for bound in sockets]
        for server in self.servers:
            server.close()
        await asyncio.sleep(0)
        loop, taken = asyncio.get_running_loop(), []
        for listener in held:
            with listener, suppress(OSError):  # there are no more
                listener.setblocking(False)
                while True:
                    taken.append(
                        loop.connect_accepted_socket(self._protocol, listener.accept()[0], ssl=self.config.ssl)
                    )
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):  # handshakes of TLS
                await asyncio.gather(*taken, return_exceptions=True)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def _close_idle(self) -> None:
        for connection in list(self.server_state.connections):
            if hasattr(connection, "cycle"):  # of HTTP; uvicorn closes it only if no request is being answered
                connection.shutdown()


async def _run(server: _Server, bound: Bound, state: State, say: Say) -> int:
    start = _Start(state, say)
    stopped_by = 0

    def stop(number: int) -> None:
        nonlocal stopped_by
        stopped_by = stopped_by or number
        tell_system("STOPPING=1")
        state.drain.go_to(Stage.LEAVING)
        server.handle_exit(number, None)
        start.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
    loading = asyncio.create_task(start.load())
    serving = asyncio.create_task(_listen(server, bound, loading))
    following = asyncio.create_task(_hand_over(server, bound, state, say, loading))
    try:
        await asyncio.wait({serving, loading}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done() and not loading.result():
            server.should_exit = True
        await serving
    finally:
        following.cancel()
        start.stop()
        await start.ended(loading)
    return 0 if state.speech else FROM_SIGNAL + stopped_by if stopped_by else 1


async def _listen(server: _Server, bound: Bound, loading: asyncio.Task[bool]) -> None:
    if bound.begins_ready:
        await asyncio.wait({loading})
        if server.should_exit or not loading.result():
            return
        for listener in bound.sockets:
            listener.listen(BACKLOG)
    await server.serve(sockets=bound.sockets)


async def _hand_over(server: _Server, bound: Bound, state: State, say: Say, loading: asyncio.Task[bool]) -> None:
    """Tell when the server is ready; then wait for the signal, start a successor on the same sockets, and end."""
    await asyncio.wait({loading})
    await server.is_listening.wait()
    if not loading.result():
        return
    say("ready")
    tell_ready()
    if not hasattr(signal, "SIGUSR2"):
        return
    wanted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, wanted.set)
    while await wanted.wait():
        wanted.clear()
        say("starting a successor")
        try:
            pid = await start_successor(bound.sockets)
        except OSError as error:
            log.error("no successor can be started: %s", error)
            continue
        if pid:
            say(f"process {pid} goes on; this one ends")
            state.drain.go_to(Stage.LEAVING)
            server.should_exit = True
            return
        log.error("the successor has ended before it was ready; this server goes on")


class _Start:
    """Loads the voices behind the open port, and ends that in time when it is told to stop."""

    def __init__(self, state: State, say: Say) -> None:
        self._state = state
        self._say = say
        self._cancel = CancelToken()
        self._stopped_at: float | None = None

    async def load(self) -> bool:
        """Fill ``state.speech``; whether that went well."""
        try:
            with rich_progress() as progress:
                assembled = asyncio.to_thread(assemble, self._state.settings, progress, self._report, self._cancel)
                speech = await assembled
            await asyncio.to_thread(memory.settle)
            self._state.speech = speech
        except CancelledWorkError:
            self._say("stopped before it was ready")
            return False
        except OpenWavesError as error:
            self._say(f"cannot start: {error.message}")
            return False
        return True

    def stop(self) -> None:
        """End the loading as soon as it can be; nothing once it has ended."""
        if self._stopped_at is None:
            self._stopped_at = time.monotonic()
            self._cancel.cancel()

    async def ended(self, loading: asyncio.Task[bool]) -> None:
        """Wait until the loading has ended. Ends the process at once where it does not end within the grace."""
        grace_s = max(LEAST_GRACE_S, OF_GRACE * self._state.settings.shutdown_grace_s)
        left_s = grace_s - (time.monotonic() - (self._stopped_at or time.monotonic()))
        await asyncio.wait({loading}, timeout=max(0.0, left_s))
        if not loading.done():  # native code loads a network, which nothing can interrupt; no file is being written
            self._say(f"stopped while {self._state.stage}")
            await self._state.store.close()
            os._exit(1)

    def _report(self, stage: str) -> None:
        self._state.stage = stage
        self._say(stage)
