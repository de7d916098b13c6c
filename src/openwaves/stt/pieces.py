"""Cuts sound into pieces of speech that a recogniser can hear at once, as it comes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from openwaves.stt.activity import FRAME_SAMPLES, Activity
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.types import Samples

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
SPEECH = 0.5
STILL_SPEECH = 0.35
"""Probability that keeps speech going; it begins at ``SPEECH``."""
LEAST_SPEECH_S = 0.1
LEAD_S = 0.3
"""What is kept before the first frame of speech, and behind the last."""
PAUSE_S = 0.9
"""Silence that ends a piece."""
LONGEST_S = 24.0
"""A piece of this length is cut at its longest silence. Recognisers lose words at every cut, so there are few."""
SHORTEST_S = 8.0
"""Before that it is not cut there."""
LAST_S = 5.0
"""Where a piece without any silence is cut: at the least likely frame of its last seconds."""
_LEAST_SILENCE = 4  # frames


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Speech between two pauses.

    Attributes:
        samples: Mono at 16 kHz, shape (n_samples,), float32.
        start_s: Where it begins in the whole sound.
        speech_s: Seconds of frames that are speech.
    """

    samples: Samples
    start_s: float
    speech_s: float

    @property
    def length_s(self) -> float:
        """Its length."""
        return len(self.samples) / SAMPLE_RATE


class Cutter:
    """Cuts one sound. What is not speech is never handed on."""

    def __init__(self, activity: Activity, longest_s: float = LONGEST_S) -> None:
        """Begin.

        Args:
            activity: Detector of this sound.
            longest_s: Most seconds of a piece.
        """
        self._activity = activity
        self._longest = round(longest_s / FRAME_S)
        self._rest = np.zeros(0, np.float32)
        self._n_frames = 0
        self._frames: list[Samples] = []
        self._likely: list[float] = []
        self._first = 0  # number of the frame that is first in the list
        self._is_speech = False
        self._n_silent = 0
        self.n_samples = 0

    def feed(self, samples: Samples) -> Iterator[Piece]:
        """Take samples; gives the pieces that end with them."""
        self.n_samples += len(samples)
        samples = np.concatenate([self._rest, samples])
        n_whole = len(samples) // FRAME_SAMPLES
        for frame in samples[: n_whole * FRAME_SAMPLES].reshape(n_whole, FRAME_SAMPLES):
            yield from self._take(frame)
        self._rest = samples[n_whole * FRAME_SAMPLES :]

    def finish(self) -> Iterator[Piece]:
        """Gives the last piece."""
        if len(self._rest):
            yield from self._take(np.pad(self._rest, (0, FRAME_SAMPLES - len(self._rest))))
            self._rest = self._rest[:0]
        if self._is_speech:
            yield from self._end(len(self._frames))

    def _take(self, frame: Samples) -> Iterator[Piece]:
        likely = self._activity.feed(frame)
        if not self._frames:
            self._first = self._n_frames
        self._n_frames += 1
        self._frames.append(frame)
        self._likely.append(likely)
        if not self._is_speech:
            if likely > SPEECH:
                self._is_speech, self._n_silent = True, 0
            elif len(self._frames) > round(LEAD_S / FRAME_S):
                self._forget(1)
            return
        self._n_silent = 0 if likely > STILL_SPEECH else self._n_silent + 1
        if self._n_silent * FRAME_S >= PAUSE_S:
            yield from self._end(len(self._frames))
        elif len(self._frames) >= self._longest:
            yield from self._end(self._best_cut(), goes_on=True)

    def _best_cut(self) -> int:
        """Frames before the middle of the longest silence, or before the least likely frame."""
        likely = np.array(self._likely)
        is_silent = likely <= STILL_SPEECH
        is_silent[: round(SHORTEST_S / FRAME_S)] = False
        edges = np.flatnonzero(np.diff(np.concatenate([[False], is_silent, [False]]).astype(np.int8)))
        runs = [(int(end - begin), int(begin)) for begin, end in edges.reshape(-1, 2)]
        length, begin = max(runs, default=(0, 0))
        if length >= _LEAST_SILENCE:
            return begin + length // 2
        n_last = round(LAST_S / FRAME_S)
        return len(likely) - n_last + int(likely[-n_last:].argmin()) + 1

    def _end(self, n_frames: int, goes_on: bool = False) -> Iterator[Piece]:
        """Hand on the first frames. What is behind them is kept, as speech if it goes on without a pause."""
        n_kept = n_frames
        if not goes_on:
            n_kept = n_frames - max(0, self._n_silent - round(LEAD_S / FRAME_S))
        speech_s = sum(likely > STILL_SPEECH for likely in self._likely[:n_kept]) * FRAME_S
        piece = Piece(np.concatenate(self._frames[:n_kept]), self._first * FRAME_S, speech_s)
        n_lead = 0 if goes_on else round(LEAD_S / FRAME_S)
        self._forget(max(n_kept, n_frames - n_lead))
        if not goes_on:
            self._is_speech = False
        if speech_s >= LEAST_SPEECH_S:
            yield piece

    def _forget(self, n_frames: int) -> None:
        del self._frames[:n_frames], self._likely[:n_frames]
        self._first += n_frames
