"""A recogniser that gives its memory back while nobody is heard."""

from collections.abc import Callable, Collection
from typing import Any

from openwaves.cancellation import CancelToken
from openwaves.models.on_demand import OnDemand
from openwaves.stt.engines.base import LanguageIdentifier, Recogniser
from openwaves.stt.transcript import Transcript
from openwaves.types import Samples


class OnDemandRecogniser:
    """A recogniser that is unloaded after a while without work, and loaded again for the next. Thread-safe."""

    def __init__(self, load: Callable[[], Recogniser], idle_s: float, loaded: Recogniser) -> None:
        """Begin with a recogniser that is loaded.

        Args:
            load: Loads it again.
            idle_s: Seconds without work after which it is unloaded.
            loaded: The recogniser.
        """
        self.name = loaded.name
        self.languages = loaded.languages
        self.longest_s = loaded.longest_s
        self._recogniser = OnDemand(self.name, load, idle_s, loaded)

    @property
    def is_loaded(self) -> bool:
        """Whether it is in memory now."""
        return self._recogniser.is_loaded

    def transcribe(self, samples: Samples, language: str, **options: Any) -> Transcript:
        """See ``Recogniser``, which has the options."""
        with self._recogniser.in_use() as recogniser:
            return recogniser.transcribe(samples, language, **options)


class OnDemandIdentifier(OnDemandRecogniser):
    """One that tells languages apart, too."""

    def identify(self, samples: Samples, among: Collection[str], cancel: CancelToken | None = None) -> str:
        """See ``LanguageIdentifier``."""
        with self._recogniser.in_use() as recogniser:
            assert isinstance(recogniser, LanguageIdentifier)  # noqa: S101 - as the one before
            return recogniser.identify(samples, among, cancel)


def on_demand(load: Callable[[], Recogniser], idle_s: float) -> Recogniser:
    """Load a recogniser that is unloaded after a while without work.

    Args:
        load: Loads it; called again after each unloading.
        idle_s: Seconds without work after which it is unloaded.

    Raises:
        EngineError: It cannot be loaded.
    """
    loaded = load()
    kind = OnDemandIdentifier if isinstance(loaded, LanguageIdentifier) else OnDemandRecogniser
    return kind(load, idle_s, loaded)
