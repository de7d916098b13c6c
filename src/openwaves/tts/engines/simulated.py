"""Tones that take as long as a network would: to measure how work is spread, without the work.

Source of the default: Kokoro makes five to nine seconds of sound a second on one core (docs/performance.md).
"""

import threading

from openwaves.cancellation import CancelToken
from openwaves.tts.engines.tone import ToneEngine
from openwaves.types import Audio, Style

FACTOR = 0.2
BEFORE_S = 0.005


class SimulatedEngine(ToneEngine):
    """Sleeps a known time for each second of sound. Thread-safe; a call keeps no core busy.

    Attributes:
        factor: Seconds of sleep for each second of sound.
    """

    name = "simulated"

    def __init__(self, factor: float = FACTOR) -> None:
        self.factor = factor

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
        audio = super().synthesize(phonemes, style, speed, seed=seed, cancel=cancel)
        stopped = threading.Event()
        with (cancel or CancelToken()).interrupting(stopped.set):
            stopped.wait(BEFORE_S + self.factor * audio.duration_s)
        return audio
