"""What the routes share: settings, the store, metrics, and the synthesizer once it is loaded."""

import asyncio
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from prometheus_client import CollectorRegistry, Counter
from starlette.requests import HTTPConnection

from openwaves.api.chat_metrics import ChatMetrics
from openwaves.api.draining import Drain
from openwaves.api.figures import TranscriptionFigures
from openwaves.api.limits import Limits
from openwaves.api.listening import ListeningFigures
from openwaves.api.outside import Outside
from openwaves.api.request_figures import RequestFigures
from openwaves.api.talk_figures import TalkFigures
from openwaves.api.webhooks import Webhooks
from openwaves.errors import NotReadyError, OpenWavesError, StorageError, TooManyRequestsError
from openwaves.llm.chat import ChatModel
from openwaves.scheduler import Scheduler
from openwaves.settings import Settings
from openwaves.storage import Store
from openwaves.storage.accounts import Caller
from openwaves.storage.leases import Leases
from openwaves.storage.usage import seconds_left_today
from openwaves.stt.hearing import Hearing
from openwaves.stt.room import Room
from openwaves.tts.cloning.maker import CloneMaker
from openwaves.tts.synthesis import Synthesizer
from openwaves.types import ClonedStyle

if TYPE_CHECKING:
    from openwaves.api.playground.sign_in import SignInCode
    from openwaves.api.tracing import Tracing


class Loaded(Protocol):
    """What a server needs of the parts that are loaded behind it."""

    @property
    def synthesizer(self) -> Synthesizer: ...

    @property
    def scheduler(self) -> Scheduler: ...

    @property
    def room(self) -> Room: ...

    async def learn_voice(self, recording: bytes) -> ClonedStyle:
        """The style of the person who speaks in a recording."""
        ...

    @property
    def hearing(self) -> Hearing: ...

    def close(self) -> None:
        """Stop running work and end the threads."""
        ...


@dataclass(slots=True)
class State:
    """One server's state.

    Attributes:
        settings: The options.
        store: Accounts, keys, dictionaries, clones, usage.
        metrics: Everything that ``/metrics`` shows.
        began: When the server began, by the monotonic clock.
        requests: Counts HTTP answers by route and status.
        speech: The loaded voices; None until they are.
        stage: What loading is busy with, for people.
        limits: What each account has under way.
        figures: How requests fare.
        tracing: Keeps their traces; None if that is off.
        clone_maker: Makes voices of recordings.
        listening: How live recognition fares.
        outside: Makes the server's own requests.
        webhooks: Delivers answers.
        talks: How speech to speech fares.
        transcriptions: Figures of transcribed files.
        chat: What answers chats; None if that is turned off.
        chat_metrics: Counts answers and tokens.
        chat_problem: What the last probe of it found; empty is well.
        chat_probed_at: When that was, on the monotonic clock.
        chat_probe_s: How long it took.
        drain: Whether the server is stopping.
        sign_in: Code of the link that opens the playground; None where no link was printed.
    """

    settings: Settings
    store: Store
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    speech: Loaded | None = None
    stage: str = "starting"
    began: float = field(default_factory=time.monotonic)
    requests: Counter = field(init=False)
    limits: Limits = field(init=False)
    figures: RequestFigures = field(init=False)
    tracing: "Tracing | None" = None
    clone_maker: CloneMaker = field(init=False)
    listening: ListeningFigures = field(init=False)
    talks: TalkFigures = field(init=False)
    outside: Outside = field(init=False)
    webhooks: Webhooks = field(init=False)
    transcriptions: TranscriptionFigures = field(init=False)
    chat: ChatModel | None = None
    chat_metrics: ChatMetrics = field(init=False)
    chat_problem: str = ""
    chat_probed_at: float = -1e9
    chat_probe_s: float = 0.0
    drain: Drain = field(default_factory=Drain)
    sign_in: "SignInCode | None" = None

    def __post_init__(self) -> None:
        url = self.settings.redis_url
        leases = Leases(url.get_secret_value(), self.settings.redis_lease_s) if url else None
        self.limits = Limits(self.settings.concurrency, leases)
        self.figures = RequestFigures(self.metrics, by_account=self.settings.metrics_by_account)
        self.listening = ListeningFigures(self.metrics)
        self.talks = TalkFigures(self.metrics)
        self.clone_maker = CloneMaker(self.store, self.settings.clones_at_once)
        self.outside = Outside(allows_private=self.settings.private_urls)
        self.webhooks = Webhooks(self.outside)
        self.transcriptions = TranscriptionFigures(self.metrics)
        self.chat_metrics = ChatMetrics(self.metrics)
        self.requests = Counter(
            "openwaves_requests",
            "HTTP answers by route and status.",
            ["route", "status"],
            registry=self.metrics,
        )

    def start(self) -> None:
        """Begin what goes on beside requests: traces, if they are wanted, and what is shared with other servers.

        Raises:
            OpenWavesError: The package for traces is missing.
        """
        if self.settings.otel:
            try:
                from openwaves.api.tracing import Tracing  # noqa: PLC0415 - an extra, and 0.3 s
            except ImportError as error:
                raise OpenWavesError("traces need one more package: pip install 'openwaves[otel]'") from error
            self.tracing = Tracing()
        if self.limits.leases is not None:
            self.limits.leases.start()

    async def close(self) -> None:
        """End all work, what goes on beside requests, and the parts; the store stays open."""
        await self.webhooks.close()
        if self.chat is not None:
            await self.chat.close()
        if self.speech is not None:
            await asyncio.to_thread(self.speech.close)
        if self.limits.leases is not None:
            await self.limits.leases.close()
        if self.tracing is not None:
            await asyncio.to_thread(self.tracing.close)

    @property
    def loaded(self) -> Loaded:
        """The loaded voices.

        Raises:
            NotReadyError: They are not loaded yet.
        """
        if self.speech is None:
            raise NotReadyError(f"the server is not ready yet: {self.stage}", retry_after_s=5)
        return self.speech

    def reserve(self, cores: float) -> AbstractContextManager[None]:
        """Keep so many cores from speech, for other work; nothing to keep before the voices are loaded.

        Raises:
            OverloadedError: They are not free.
        """
        return self.speech.scheduler.reserve(cores) if self.speech is not None else nullcontext()

    @property
    def synthesizer(self) -> Synthesizer:
        """The synthesizer.

        Raises:
            NotReadyError: It is not loaded yet.
        """
        return self.loaded.synthesizer

    async def take_characters(self, caller: Caller, number: int) -> None:
        """Count characters that are to be spoken.

        Raises:
            TooManyRequestsError: They are more than the account has left today.
        """
        account, usage = caller.account, self.store.usage
        most = account.limits.characters_per_day
        if most is not None:
            with suppress(StorageError):  # what this process knows must do
                await usage.know(account.id)
            if usage.characters_today(account.id) + number > most:
                message = f"this account may have {most} characters spoken a day (UTC)"
                raise TooManyRequestsError(message, seconds_left_today())
        usage.count(caller).characters += number


def state_of(connection: HTTPConnection) -> State:
    """The state of the server that got this request."""
    state: State = connection.app.state.openwaves
    return state
