"""A recogniser without a model: it hears words that are whistled. For tests, and to try a client without model files.

A word is a pair of tones, as on the keys of a telephone: a low one for 80 ms, then a high one joins it for 80 ms, then
40 ms are silent. Until the high one is heard, the word is taken for the first of its row: so texts of unfinished
speech change, as those of real recognisers do. ``whistle`` makes such sound.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from openwaves.cancellation import CancelToken
from openwaves.stt.engines.base import SAMPLE_RATE, checked_length_s
from openwaves.stt.transcript import Keyword, Transcript, Word
from openwaves.types import Samples

VOCABULARY = (
    "the a and of to in is it",
    "hello good morning please thank you yes no",
    "zero one two three four five six seven",
    "eight nine ten twenty thirty hundred thousand million",
    "my name number card phone address email code",
    "John Smith Mary Jones Paris London Monday March",
    "call book table order order's ship weather time",
    "dollars percent o'clock past half at on for",
)
WORDS = tuple(word for row in VOCABULARY for word in row.split())
"""Everything that can be heard; the token of a word is its place."""

LOW_HZ = tuple(range(400, 1200, 100))
HIGH_HZ = tuple(range(1600, 3200, 200))
PART_S = 0.08
GAP_S = 0.04
WORD_S = 2 * PART_S + GAP_S
LEVEL = 0.2

_FRAME = SAMPLE_RATE // 50
_QUIETEST = 10 ** (-50 / 20)
_PURE = 0.6
"""Least share of a frame's energy in its tones."""


class ToneRecogniser:
    """Hears ``WORDS``. Thread-safe, needs milliseconds."""

    name = "tone"
    longest_s = 60.0

    def __init__(self, languages: Collection[str] = ("en",)) -> None:
        self.languages = frozenset(languages)

    def transcribe(
        self,
        samples: Samples,
        language: str,
        *,
        prefix: Sequence[int] = (),
        draft: Sequence[int] = (),
        keywords: Sequence[Keyword] = (),
        is_final: bool = True,
        with_times: bool = True,
        cancel: CancelToken | None = None,
    ) -> Transcript:
        """See ``Recogniser``; keywords change nothing."""
        if cancel is not None:
            cancel.raise_if_cancelled()
        end_s = checked_length_s(samples, self.longest_s)
        heard = _words(samples)
        tokens = (*prefix, *(token for token, _, _ in heard[len(prefix) :]))
        times = [(start, end) for _, start, end in heard][: len(tokens)]
        times += [(end_s, end_s)] * (len(tokens) - len(times))
        if not with_times:
            each = end_s / max(1, len(tokens))
            times = [(n * each, (n + 1) * each) for n in range(len(tokens))]
        words = tuple(Word(WORDS[token], start, end, 0.9) for token, (start, end) in zip(tokens, times, strict=True))
        return Transcript(words, language, tokens)

    def identify(self, samples: Samples, among: Collection[str], cancel: CancelToken | None = None) -> str:
        """See ``LanguageIdentifier``: English if that is allowed, else the first code."""
        return "en" if "en" in among else min(among)


def whistle(text: str, gap_s: float = GAP_S) -> Samples:
    """The sound of words of ``WORDS``, with silence of ``gap_s`` behind each.

    Raises:
        ValueError: A word is not one of ``WORDS``.
    """
    time_s = np.arange(round(PART_S * SAMPLE_RATE)) / SAMPLE_RATE
    gap = np.zeros(round(gap_s * SAMPLE_RATE))
    parts = []
    for word in text.split():
        low, high = divmod(WORDS.index(word), len(HIGH_HZ))
        first = LEVEL * np.sin(2 * np.pi * LOW_HZ[low] * time_s)
        parts += [first, first + LEVEL * np.sin(2 * np.pi * HIGH_HZ[high] * time_s), gap]
    return np.concatenate(parts or [gap[:0]]).astype(np.float32)


def _words(samples: Samples) -> list[tuple[int, float, float]]:
    """Token, start and end in seconds of each word."""
    n_frames = len(samples) // _FRAME
    frames = samples[: n_frames * _FRAME].reshape(n_frames, _FRAME)
    energy = np.square(frames).mean(axis=1)
    low, high = _strengths(frames, LOW_HZ), _strengths(frames, HIGH_HZ)
    is_tone = (energy > _QUIETEST**2) & (low.max(axis=1, initial=0) + high.max(axis=1, initial=0) > _PURE * energy)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_tone.astype(np.int8), [0]])))
    found = []
    for begin, end in edges.reshape(-1, 2):
        for first, last in _changes(low[begin:end].argmax(axis=1), begin):
            found += _one(low[first:last], high[first:last], first)
    return found


def _changes(rows: NDArray[np.intp], begin: int) -> list[tuple[int, int]]:
    """Cut a run of frames where its low tone changes."""
    cuts = [0, *(np.flatnonzero(np.diff(rows)) + 1), len(rows)]
    return [(begin + int(first), begin + int(last)) for first, last in pairwise(cuts)]


def _one(low: NDArray[np.float64], high: NDArray[np.float64], first: int) -> list[tuple[int, float, float]]:
    """The word of some frames; none if they are fewer than 40 ms."""
    if len(low) < 2:
        return []
    row = int(low.mean(axis=0).argmax())
    is_whole = high.max(axis=1) > 0.3 * low.max(axis=1)
    column = int(high[is_whole].mean(axis=0).argmax()) if is_whole.sum() >= 2 else 0
    second_s = _FRAME / SAMPLE_RATE
    return [(row * len(HIGH_HZ) + column, int(first) * second_s, (int(first) + len(low)) * second_s)]


def _strengths(frames: Samples, frequencies: Sequence[int]) -> NDArray[np.float64]:
    """Energy of each frequency in each frame, shape (n_frames, n_frequencies)."""
    angle = 2 * np.pi * np.outer(np.arange(_FRAME) / SAMPLE_RATE, frequencies)
    waves = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    parts = 2 * np.square(frames @ waves / _FRAME)
    return np.asarray(parts[:, : len(frequencies)] + parts[:, len(frequencies) :], np.float64)
