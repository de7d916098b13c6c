"""What comes before recognition: the sound of a session, kept as long as it may be wanted, and its speech found."""

import numpy as np
from numpy.typing import NDArray

from openwaves.stt.activity import FRAME_SAMPLES, QUIETEST_DB, Activity
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.types import Samples

AWAKE_FRAMES = 50
"""Quiet frames after which the detector is not asked any more: 1.6 s."""
_QUIETEST = 10 ** (QUIETEST_DB / 10)
_LEAST_CAPACITY = 2 * SAMPLE_RATE


class Tape:
    """Samples by their position in the session. Those before ``drop`` are forgotten."""

    def __init__(self) -> None:
        self._samples = np.zeros(_LEAST_CAPACITY, np.float32)
        self._begin = 0
        self._n = 0

    @property
    def end(self) -> int:
        """Position behind the last sample."""
        return self._begin + self._n

    def append(self, samples: Samples) -> None:
        """Add samples at the end."""
        if self._n + len(samples) > len(self._samples):
            self._move(2 * (self._n + len(samples)))
        self._samples[self._n : self._n + len(samples)] = samples
        self._n += len(samples)

    def drop(self, position: int) -> None:
        """Forget what comes before a position, in large steps."""
        n_dropped = min(position - self._begin, self._n)
        if n_dropped < _LEAST_CAPACITY // 2:
            return
        self._samples[: self._n - n_dropped] = self._samples[n_dropped : self._n]
        self._n -= n_dropped
        self._begin += n_dropped
        if len(self._samples) > max(_LEAST_CAPACITY, 8 * self._n):
            self._move(max(_LEAST_CAPACITY, 2 * self._n))

    def part(self, start: int, end: int) -> Samples:
        """A copy of the samples between two positions."""
        return self._samples[start - self._begin : end - self._begin].copy()

    def around(self, start_s: float, end_s: float) -> tuple[Samples, float]:
        """The samples of a stretch of time and a little around it, as far as they are there, and when they begin."""
        start = max(self._begin, round((start_s - 0.1) * SAMPLE_RATE))
        end = min(self.end, round((end_s + 0.1) * SAMPLE_RATE))
        return self.part(start, max(start, end)), start / SAMPLE_RATE

    def _move(self, capacity: int) -> None:
        samples = np.zeros(capacity, np.float32)
        samples[: self._n] = self._samples[: self._n]
        self._samples = samples


class Ear:
    """Cuts samples into frames and tells how likely each is speech; the detector never hears long silence."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._rest = np.zeros(0, np.float32)
        self._n_quiet = AWAKE_FRAMES

    def frames(self, samples: Samples) -> NDArray[np.float32]:
        """The frames that are whole now, shape (n_frames, ``FRAME_SAMPLES``)."""
        samples = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        n_whole = len(samples) // FRAME_SAMPLES
        self._rest = samples[n_whole * FRAME_SAMPLES :].copy()
        return samples[: n_whole * FRAME_SAMPLES].reshape(n_whole, FRAME_SAMPLES)

    def judge_silence(self, frames: NDArray[np.float32]) -> list[float] | None:
        """The probabilities, if the detector is not needed: takes microseconds."""
        if self._n_quiet < AWAKE_FRAMES or (_powers(frames) > _QUIETEST).any():
            return None
        return [0.0] * len(frames)

    def judge(self, frames: NDArray[np.float32]) -> list[float]:
        """The probabilities; about 0.15 ms a frame, so off the event loop."""
        for power in _powers(frames):
            self._n_quiet = 0 if power > _QUIETEST else self._n_quiet + 1
        return [self._activity.feed(frame) for frame in frames]


def _powers(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.einsum("nm,nm->n", frames, frames) / FRAME_SAMPLES, np.float32)
