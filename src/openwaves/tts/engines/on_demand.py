"""Takes an engine's memory only while somebody speaks."""

from collections.abc import Callable
from typing import cast

from openwaves.cancellation import CancelToken
from openwaves.models.on_demand import OnDemand
from openwaves.tts.engines.base import Engine, Outline, StreamingEngine, Traits
from openwaves.types import Audio, Style


class OnDemandEngine:
    """An engine that is loaded when it is needed, and unloaded after a while without speech. Thread-safe."""

    def __init__(self, load: Callable[[], Engine], idle_s: float, kind: Traits | None = None) -> None:
        """Load the engine, or begin without it.

        Args:
            load: Loads it, each time that it is needed and not there.
            idle_s: Seconds without speech after which it is unloaded; infinite for never.
            kind: What it is like, if it is not to be loaded before it is needed.

        Raises:
            EngineError: It cannot be loaded.
        """
        engine = None if kind else load()
        traits = kind or cast("Engine", engine)
        self.name = traits.name
        self.sample_rate = traits.sample_rate
        self.symbols = traits.symbols
        self.max_phonemes = traits.max_phonemes
        self.segment_chars = traits.segment_chars
        self._engine = OnDemand(self.name, load, idle_s, engine)

    @property
    def is_loaded(self) -> bool:
        """Whether it is in memory now."""
        return self._engine.is_loaded

    def synthesize(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Audio:
        """See ``Engine``."""
        with self._engine.in_use() as engine:
            return engine.synthesize(phonemes, style, speed, seed=seed, cancel=cancel)


class OnDemandStreamingEngine(OnDemandEngine):
    """The same for an engine that streams. What is under way when it is unloaded ends as it began."""

    def begin(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Outline:
        """See ``StreamingEngine``."""
        with self._engine.in_use() as engine:
            streaming = cast("StreamingEngine", engine)
            return streaming.begin(phonemes, style, speed, seed=seed, cancel=cancel)
