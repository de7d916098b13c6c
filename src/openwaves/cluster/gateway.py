"""A gateway: the application of one process, with its workers elsewhere. It holds connections, state and no network."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from ray import serve
from ray.serve.handle import DeploymentHandle
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openwaves import memory
from openwaves.api.app import create_app
from openwaves.api.server import open_store
from openwaves.api.state import State
from openwaves.assembly import Assembly, Networks, fetch_models, load_hearing, put_together
from openwaves.chat_assembly import assemble_chat
from openwaves.cluster import under_way
from openwaves.cluster.place import ReplicaPlace
from openwaves.cluster.roster import EVERY_S
from openwaves.models.progress import SilentProgress
from openwaves.scheduler import Load, Scheduler
from openwaves.settings import Settings
from openwaves.stt.remote import RemoteHearing
from openwaves.tts.remote import RemoteSpeaker

log = logging.getLogger(__name__)

ID_HEADER = "x-request-id"


@serve.ingress()
class Gateway:
    """One replica. Its scheduler has as many threads as all workers have slots, each of which waits for one call."""

    async def __init__(  # type: ignore[misc]
        self, settings: Settings, workers: DeploymentHandle[Any], slots: int, roster: DeploymentHandle[Any]
    ) -> None:
        """Open the store, and wait for the workers.

        Args:
            settings: The options.
            workers: They do the work.
            slots: Calls that each of them does at once.
            roster: Knows what other gateways need of them.
        """
        self._slots = slots
        self._roster = roster
        self._elsewhere = 0.0
        self._name = serve.get_replica_context().replica_id.unique_id
        self._store = await open_store(settings)
        self._store.start()
        self._state = State(settings, self._store)
        self._state.start()
        self._state.chat = assemble_chat(settings, self._state.reserve)
        self._place = ReplicaPlace(workers)
        self._speech = await asyncio.to_thread(self._load, settings)
        memory.keep_giving_back()
        memory.settle()
        self._state.speech = self._speech
        await self._fit()
        self._fitting = asyncio.create_task(self._keep_fitting())

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """See ``ray.serve.ingress``."""
        return behind_proxy(create_app(self._state))

    async def __del__(self) -> None:
        """Ray calls it when no connection is left, or the time for that is over."""
        self._fitting.cancel()
        await self._state.close()
        await self._store.close()

    def _load(self, settings: Settings) -> Assembly:
        if settings.engine == "auto":
            fetch_models(settings, SilentProgress())
        speaker = RemoteSpeaker.at(self._place, settings.worker_limit_s)
        hearing = RemoteHearing(self._place, load_hearing(settings, 1), settings.worker_limit_s)
        networks = Networks(speaker, hearing, lambda: 0.0, self._place.close)
        return put_together(settings, networks, Scheduler(1, settings.max_pending, cpu_time=networks.cpu_time))

    async def _fit(self) -> None:
        """Take in how many workers there are."""
        scheduler = self._speech.scheduler
        if n_workers := under_way.UNDER_WAY.n_workers:
            scheduler.fit(n_workers * self._slots, self._elsewhere)
        self._elsewhere = await self._roster.need.remote(self._name, scheduler.demand)

    async def _keep_fitting(self) -> None:
        before = self._speech.scheduler.load
        while True:
            await asyncio.sleep(EVERY_S)
            now = self._speech.scheduler.load
            self._place.waited_s, before = _mean_wait_s(before, now), now
            with suppress(Exception):  # the roster is away for a moment: what is known stays
                async with asyncio.timeout(EVERY_S):
                    await self._fit()


def behind_proxy(app: ASGIApp) -> ASGIApp:
    """The application behind Ray's proxy, which gives each request an id and adds it to the answer: one id for both."""

    async def passed_on(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if ID_HEADER in headers:
                    del headers[ID_HEADER]
            await send(message)

        if scope["type"] == "http":
            scope.setdefault("state", {})["request_id"] = Headers(scope=scope).get(ID_HEADER, "")
        await app(scope, receive, send_without_id)

    return passed_on


def _mean_wait_s(before: Load, now: Load) -> float:
    """How long the work of the last second waited for a worker."""
    done = now.done - before.done
    return (now.wait_s - before.wait_s) / done if done else 0.0
