"""When each token was said: from the attention that a recogniser pays to the sound, and from the sound itself."""

import numpy as np
from numpy.typing import NDArray

from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.types import Samples

_HOP = SAMPLE_RATE // 100
_BELOW_DB = 32.0
_QUIETEST_DB = -65.0
_SPEECH_BELOW_DB, _ABOVE_NOISE_DB = 20.0, 5.0
"""Speech that is plain to hear: no weaker than this, and stronger than the tenth of the frames that is weakest."""
_LEAST_FRAMES = 5
"""Silence at the edge of a word that is cut off, if it is not shorter: 50 ms."""
_MOST_FRAMES = 15
"""Sound beyond that silence that still belongs to the neighbour: 150 ms."""


class Loudness:
    """Where a sound is silent, every 10 ms."""

    def __init__(self, samples: Samples) -> None:
        n_frames = len(samples) // _HOP
        power = np.square(samples[: n_frames * _HOP].reshape(n_frames, _HOP)).mean(axis=1)
        levels = 10 * np.log10(power + 1e-12)
        quiet, loud = np.percentile(levels, [10, 95]) if n_frames else (0.0, 0.0)
        self._is_sound = levels > max(loud - _BELOW_DB, _QUIETEST_DB)
        self._is_plain = levels > max(loud - _SPEECH_BELOW_DB, min(quiet + _ABOVE_NOISE_DB, loud - 1), _QUIETEST_DB)

    def plain_s(self, start_s: float, end_s: float) -> float:
        """Seconds of a span that are plain to hear: neither silence nor the noise of the recording."""
        return float(self._is_plain[_frame(start_s) : _frame(end_s)].sum()) / 100

    def pause(self, start_s: float, end_s: float) -> float | None:
        """The middle of the longest pause in a span; None if there is none of 50 ms."""
        first = _frame(start_s)
        begin, end = max(_runs(~self._is_plain[first : _frame(end_s)]), key=lambda run: run[1] - run[0], default=(0, 0))
        return (first + (begin + end) / 2) / 100 if end - begin >= _LEAST_FRAMES else None

    def within(self, start_s: float, end_s: float) -> tuple[float, float]:
        """A word's span without the silence at its edges, and without what of its neighbours is beyond that silence.

        The span itself if all of it is silent.
        """
        first = _frame(start_s)
        is_sound = self._is_sound[first : _frame(end_s)]
        if not is_sound.any():
            return start_s, end_s
        begin, end = _before(is_sound), len(is_sound) - _before(is_sound[::-1])
        if begin >= end:
            return start_s, end_s
        start = start_s if begin == 0 else (first + begin) / 100
        return start, end_s if end == len(is_sound) else (first + end) / 100


def _frame(seconds: float) -> int:
    return max(0, round(100 * seconds))


def _runs(holds: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where something holds: first frame and the one behind the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _before(is_sound: NDArray[np.bool_]) -> int:
    """Frames up to the end of the first silence, if little or no sound is before it; else 0."""
    for begin, end in _runs(~is_sound):
        if begin > min(_MOST_FRAMES, len(is_sound) // 2):
            return 0
        if end - begin >= _LEAST_FRAMES:
            return end
    return 0


def token_starts(attention: NDArray[np.float32]) -> NDArray[np.intp] | None:
    """The frame at which each token begins.

    Each head is standardized over the tokens, and the cheapest monotone path through the mean of the heads gives every
    token one frame or more.

    Args:
        attention: Shape (n_heads, n_tokens, n_frames), float32.

    Returns:
        Rising frame numbers, shape (n_tokens,); None if there are fewer frames than tokens.

    Source: dynamic time warping as in H. Sakoe, S. Chiba, "Dynamic programming algorithm optimization for spoken word
    recognition", 1978.
    """
    _, n_tokens, n_frames = attention.shape
    if n_frames < n_tokens:
        return None
    mean, deviation = attention.mean(axis=1, keepdims=True), attention.std(axis=1, keepdims=True)
    cost = -((attention - mean) / (deviation + 1e-6)).mean(axis=0, dtype=np.float64)
    before = np.full(n_frames, np.inf)  # cost of all earlier tokens, if this one begins at the frame
    before[0] = 0.0
    begins = np.zeros((n_tokens, n_frames), np.intp)
    frames = np.arange(n_frames)
    for token in range(n_tokens):
        total = np.cumsum(cost[token])
        entry = before - (total - cost[token])
        best = np.minimum.accumulate(entry)
        begins[token] = np.maximum.accumulate(np.where(entry == best, frames, 0))
        before = np.concatenate([[np.inf], (total + best)[:-1]])
    starts = np.zeros(n_tokens, np.intp)
    last = n_frames - 1
    for token in reversed(range(n_tokens)):
        starts[token] = begins[token, last]
        last = starts[token] - 1
    return starts
