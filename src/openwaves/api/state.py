"""What the routes share: settings, the store, metrics, and the synthesizer once it is loaded."""

from contextlib import suppress
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter
from starlette.requests import HTTPConnection

from openwaves.api.limits import Limits
from openwaves.assembly import Assembly
from openwaves.cloning import CloneMaker
from openwaves.errors import NotReadyError, StorageError, TooManyRequestsError
from openwaves.settings import Settings
from openwaves.storage import Store
from openwaves.storage.accounts import Caller
from openwaves.storage.usage import seconds_left_today
from openwaves.synthesis import Synthesizer


@dataclass(slots=True)
class State:
    """One server's state.

    Attributes:
        settings: The options.
        store: Accounts, keys, dictionaries, clones, usage.
        metrics: Everything that ``/metrics`` shows.
        requests: Counts HTTP answers by route and status.
        speech: The loaded voices; None until they are.
        stage: What loading is busy with, for people.
        limits: What each account has under way.
        clone_maker: Makes voices of recordings.
    """

    settings: Settings
    store: Store
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    speech: Assembly | None = None
    stage: str = "starting"
    requests: Counter = field(init=False)
    limits: Limits = field(init=False)
    clone_maker: CloneMaker = field(init=False)

    def __post_init__(self) -> None:
        self.limits = Limits(self.settings.concurrency)
        self.clone_maker = CloneMaker(self.store, self.settings.clones_at_once)
        self.requests = Counter(
            "openwaves_requests",
            "HTTP answers by route and status.",
            ["route", "status"],
            registry=self.metrics,
        )

    @property
    def loaded(self) -> Assembly:
        """The loaded voices.

        Raises:
            NotReadyError: They are not loaded yet.
        """
        if self.speech is None:
            raise NotReadyError(f"the server is not ready yet: {self.stage}", retry_after_s=5)
        return self.speech

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
