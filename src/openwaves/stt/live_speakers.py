"""Who speaks, told while the session goes on: what was told stays."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.speakers import Encoder, windows_of
from openwaves.stt.transcript import Word
from openwaves.types import Samples

ALIKE = 0.3
"""Cosine above which a window sounds like a known speaker; windows of 1.5 s err least at 0.26, of 3 s at 0.43."""
NEW_S = 1.0
"""Least sound of a speaker who was not heard before."""
MOST = 16


class LiveSpeakers:
    """Knows the speakers of one session, in the order in which they came. One call at a time."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._sums: list[NDArray[np.float32]] = []
        self._last = 0

    def tell(self, words: Sequence[Word], samples: Samples, start_s: float) -> tuple[Word, ...]:
        """The words with their speakers; about 30 ms of one core for a second of sound.

        Args:
            words: With times from the start of the session.
            samples: Their sound at 16 kHz, shape (n_samples,), float32.
            start_s: When the sound begins.
        """
        may_be_new = len(samples) >= NEW_S * SAMPLE_RATE or not self._sums
        windows = windows_of(samples, start_s, self._encoder)
        found = [(window.middle_s, *self._speaker(window.vector, may_be_new=may_be_new)) for window in windows]
        told = []
        for word in words:
            middle_s = (word.start_s + word.end_s) / 2
            _, speaker, sure = min(found, key=lambda row: abs(row[0] - middle_s), default=(0.0, self._last, 0.5))
            told.append(replace(word, speaker=speaker, speaker_confidence=sure))
            self._last = speaker
        return tuple(told)

    def _speaker(self, vector: NDArray[np.float32], *, may_be_new: bool) -> tuple[int, float]:
        """Number of who sounds like this, and how sure that is."""
        likeness = [float(vector @ known / np.linalg.norm(known)) for known in self._sums]
        best = int(np.argmax(likeness)) if likeness else 0
        if not likeness or (likeness[best] < ALIKE and may_be_new and len(self._sums) < MOST):
            self._sums.append(vector.copy())
            return len(self._sums) - 1, 1.0 if not likeness else 1 - max(0.0, likeness[best])
        if likeness[best] >= ALIKE:
            self._sums[best] += vector
        others = max((value for n, value in enumerate(likeness) if n != best), default=0.0)
        return best, min(1.0, max(0.0, 0.5 + likeness[best] - others))
