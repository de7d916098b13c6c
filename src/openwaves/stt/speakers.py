"""Who speaks when: windows of speech are heard by a speaker encoder, and those that sound alike are one speaker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.transcript import Word
from openwaves.types import Samples

WINDOW_S = 1.5
HOP_S = 0.75
LEAST_WINDOW_S = 0.5
ALIKE = 0.35
"""Mean cosine above which two groups of windows are one speaker; windows of 1.5 s err least at 0.26, of 3 s at 0.43."""
MOST_CLUSTERED = 1500
"""Windows that are compared with each other; further ones join the speaker who is nearest."""
LEAST_SHARE = 0.02
"""Speakers with a smaller share of the windows, and with one only, are taken for the one who sounds nearest."""


class Encoder(Protocol):
    """Tells what a voice is like; thread-safe."""

    def embed(self, samples: Samples) -> NDArray[np.float32]:
        """A unit vector, for 0.5 s of speech at 16 kHz or more."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """How somebody sounds at one moment.

    Attributes:
        middle_s: The moment.
        vector: Unit vector, float32.
    """

    middle_s: float
    vector: NDArray[np.float32]


def windows_of(samples: Samples, start_s: float, encoder: Encoder) -> list[Window]:
    """Hear a piece of speech; about 30 ms of one core for a second of sound."""
    size, hop = round(WINDOW_S * SAMPLE_RATE), round(HOP_S * SAMPLE_RATE)
    begins = list(range(0, max(1, len(samples) - size + hop // 2), hop))
    parts = [(begin, samples[begin : begin + size]) for begin in begins]
    return [
        Window(start_s + (begin + len(part) / 2) / SAMPLE_RATE, encoder.embed(part))
        for begin, part in parts
        if len(part) >= LEAST_WINDOW_S * SAMPLE_RATE and np.abs(part).max() > 0
    ]


def with_speakers(words: Sequence[Word], windows: Sequence[Window]) -> list[Word]:
    """The words, with their speakers numbered by first appearance."""
    if not windows:
        return [replace(word, speaker=0) for word in words]
    vectors = np.stack([window.vector for window in windows])
    centres = _centres(vectors)
    likeness = vectors @ centres.T
    middles = np.array([window.middle_s for window in windows])
    numbers: dict[int, int] = {}
    found = []
    for word in words:
        distance = np.abs(middles - (word.start_s + word.end_s) / 2)
        near = likeness[distance <= max(WINDOW_S / 2, float(distance.min()) + 1e-6)].mean(axis=0)
        speaker = int(near.argmax())
        others = np.delete(near, speaker)
        sure = 1.0 if not len(others) else float(np.clip(0.5 + near[speaker] - others.max(), 0.0, 1.0))
        number = numbers.setdefault(speaker, len(numbers))
        found.append(replace(word, speaker=number, speaker_confidence=sure))
    return found


def _centres(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each speaker sounds like, shape (n_speakers, width)."""
    chosen = vectors
    if len(vectors) > MOST_CLUSTERED:
        chosen = vectors[np.linspace(0, len(vectors) - 1, MOST_CLUSTERED).astype(np.intp)]
    if len(chosen) == 1:
        return chosen
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - 15 MB that few servers need

    labels = fcluster(linkage(chosen, "average", "cosine"), 1 - ALIKE, "distance")
    sizes = {int(label): int((labels == label).sum()) for label in np.unique(labels)}
    least = max(2, LEAST_SHARE * len(chosen))
    kept = [label for label, size in sizes.items() if size >= least] or [max(sizes, key=lambda label: sizes[label])]
    centres = np.stack([chosen[labels == label].mean(axis=0) for label in kept])
    return np.asarray(centres / np.linalg.norm(centres, axis=1, keepdims=True), np.float32)
