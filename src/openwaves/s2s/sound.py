"""The sound that came: its last seconds, and when each of them did."""

from collections import deque

import numpy as np

from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.types import Samples

KEPT_S = 8.0
"""As much as the detector of ends of turns looks at."""
MOST_ARRIVALS = 4096


class Sound:
    """Remembers the last seconds of a stream at 16 kHz."""

    def __init__(self) -> None:
        self._samples = np.zeros(round(2 * KEPT_S * SAMPLE_RATE), np.float32)
        self._n_kept = 0
        self._n = 0
        self._arrivals: deque[tuple[float, float]] = deque(maxlen=MOST_ARRIVALS)

    @property
    def end(self) -> int:
        """Position behind the last sample."""
        return self._n

    @property
    def end_s(self) -> float:
        """Seconds that came."""
        return self._n / SAMPLE_RATE

    def add(self, samples: Samples, now: float) -> None:
        """More sound came.

        Args:
            samples: Mono at 16 kHz, shape (n_samples,), float32.
            now: When, on the monotonic clock.
        """
        self._n += len(samples)
        self._arrivals.append((self.end_s, now))
        samples = samples[-len(self._samples) // 2 :]
        if self._n_kept + len(samples) > len(self._samples):
            half = len(self._samples) // 2
            kept = self._samples[max(0, self._n_kept - half) : self._n_kept].copy()
            self._samples[: len(kept)] = kept
            self._n_kept = len(kept)
        self._samples[self._n_kept : self._n_kept + len(samples)] = samples
        self._n_kept += len(samples)

    def last(self, since_s: float, quiet_s: float) -> Samples:
        """The last seconds up to ``quiet_s`` behind a place, with silence where sound has not come.

        Args:
            since_s: Behind the last voice, in seconds from the first sample.
            quiet_s: Silence that is to follow it.
        """
        missing = round((since_s + quiet_s) * SAMPLE_RATE) - self._n
        end = self._n_kept + min(0, missing)
        samples = self._samples[max(0, end - round(KEPT_S * SAMPLE_RATE)) : max(0, end)].copy()
        return np.concatenate([samples, np.zeros(missing, np.float32)]) if missing > 0 else samples

    def came_at(self, at_s: float) -> float | None:
        """When a place of the sound came, on the monotonic clock; None if that is not known any more."""
        found = None
        for end_s, now in reversed(self._arrivals):
            if end_s < at_s:
                break
            found = now
        return found


def pcm(samples: Samples) -> bytes:
    """Samples as 16-bit sound."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()
