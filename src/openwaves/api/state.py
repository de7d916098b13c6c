"""What the routes share: settings, keys, metrics, and the synthesizer once it is loaded."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter
from starlette.requests import HTTPConnection

from openwaves.api.limits import Limits
from openwaves.assembly import Assembly
from openwaves.errors import NotReadyError
from openwaves.settings import Settings
from openwaves.storage.keys import KeyRing
from openwaves.synthesis import Synthesizer


@dataclass(slots=True)
class State:
    """One server's state.

    Attributes:
        settings: The options.
        keys: Who may ask.
        metrics: Everything that ``/metrics`` shows.
        requests: Counts HTTP answers by route and status.
        speech: The loaded voices; None until they are.
        stage: What loading is busy with, for people.
        limits: What each account has under way.
    """

    settings: Settings
    keys: KeyRing
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    speech: Assembly | None = None
    stage: str = "starting"
    requests: Counter = field(init=False)
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.limits = Limits(self.settings.concurrency)
        self.requests = Counter(
            "openwaves_requests",
            "HTTP answers by route and status.",
            ["route", "status"],
            registry=self.metrics,
        )

    @property
    def synthesizer(self) -> Synthesizer:
        """The synthesizer.

        Raises:
            NotReadyError: It is not loaded yet.
        """
        if self.speech is None:
            raise NotReadyError(f"the server is not ready yet: {self.stage}", retry_after_s=5)
        return self.speech.synthesizer


def state_of(connection: HTTPConnection) -> State:
    """The state of the server that got this request."""
    state: State = connection.app.state.openwaves
    return state
