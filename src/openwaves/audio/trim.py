"""Cuts the silence that engines leave around an utterance, and takes it out of the times of phonemes.

Also what is too much of a silence within a word that is written in one piece but said in several.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from openwaves.types import Audio, PhonemeTiming, Samples

FRAME_S = 0.005
THRESHOLD = 10 ** (-45 / 20)  # of the loudest frame
KEEP_BEFORE_S = 0.03
KEEP_AFTER_S = 0.05
SEAM_BEFORE_S = 0.006  # where a clause was cut between two words, which follow each other without a pause
SEAM_AFTER_S = 0.016
FADE_S = 0.004
SEAM_FADE_S = 0.012
INNER_SILENCE_S = 0.1  # what stays of a silence within one written word
ONSET_LEAD_S = 0.025
"""How much earlier words are heard than the durations say. Source: medians of 24 to 28 ms, energy onset of first words
against the durations of Kokoro and hibari, 40 sentences each."""
PUNCTUATION = frozenset('.,;:!?…—"“”()')


@dataclass(frozen=True, slots=True)
class Cut:
    """What is kept of an utterance.

    Attributes:
        begin: The first sample of it.
        end: Past the last.
        n_in: Samples that are faded in.
        n_out: Samples that are faded out.
        sample_rate: Hz.
        timings: Of every phoneme, from the beginning of what is kept.
        gaps: First and past the last sample of silences between begin and end that are not kept, in order.
    """

    begin: int
    end: int
    n_in: int
    n_out: int
    sample_rate: int
    timings: tuple[PhonemeTiming, ...]
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of what is kept."""
        return self.n_kept(self.begin) / self.sample_rate

    def n_kept(self, at: int) -> int:
        """How many of the samples from one on are kept."""
        begin = max(self.begin, at)
        return self.end - begin - sum(max(0, last - max(first, begin)) for first, last in self.gaps)

    def of(self, samples: Samples, at: int = 0) -> Samples:
        """What is kept of some samples, faded.

        Args:
            samples: A piece of the utterance.
            at: Where it begins there.
        """
        begin, end = max(self.begin, at), min(self.end, at + len(samples))
        kept = samples[max(0, begin - at) : max(0, end - at)].copy()
        if len(kept):
            _fade(kept, begin - self.begin, self.n_in)
            _fade(kept[::-1], self.end - end, self.n_out)
        is_kept = np.ones(len(kept), np.bool_)
        for first, last in self.gaps:
            is_kept[max(0, first - begin) : max(0, last - begin)] = False
        return kept[is_kept]


def heard_frames(samples: Samples, hop: int) -> NDArray[np.bool_]:
    """Whether something is heard in each frame of ``hop`` samples; the last, if it is not full, is left out."""
    n_frames = len(samples) // hop
    energy = np.sqrt(np.mean(samples[: n_frames * hop].reshape(n_frames, hop) ** 2, axis=1))
    return np.asarray(energy > energy.max(initial=0.0) * THRESHOLD)


def trim(audio: Audio, phonemes: str, *, seam_before: bool = False, seam_after: bool = False) -> Audio:
    """Cut lead-in and tail, fade both ends, and set the timings right.

    Timings move with the cut and by ``ONSET_LEAD_S``. The phoneme before punctuation, in which the networks put the
    pause, ends with its sound.

    Args:
        audio: What the engine gave.
        phonemes: What was spoken, one character for each timing.
        seam_before: It continues a clause: no pause is kept before it.
        seam_after: The clause goes on after it.

    Returns:
        The audio; unchanged if it is silent throughout.
    """
    hop = round(FRAME_S * audio.sample_rate)
    cut = find_cut(
        heard_frames(audio.samples, hop),
        hop,
        len(audio.samples),
        audio.sample_rate,
        audio.timings,
        phonemes,
        seam_before=seam_before,
        seam_after=seam_after,
    )
    return audio if cut is None else replace(audio, samples=cut.of(audio.samples), timings=cut.timings)


def find_cut(
    heard: NDArray[np.bool_],
    hop: int,
    n_samples: int,
    rate: int,
    timings: Sequence[PhonemeTiming],
    phonemes: str,
    *,
    seam_before: bool,
    seam_after: bool,
    joined: Sequence[tuple[int, int]] = (),
) -> Cut | None:
    """What ``trim`` keeps.

    Args:
        heard: Whether something is heard in each frame.
        hop: Samples of a frame.
        n_samples: Length of the utterance.
        rate: Its sample rate, Hz.
        timings: Of every phoneme.
        phonemes: As in ``trim``.
        seam_before: As in ``trim``.
        seam_after: As in ``trim``.
        joined: First and past the last phoneme of words in which no silence is longer than ``INNER_SILENCE_S``.

    Returns:
        None if it is silent throughout.
    """
    loud = np.flatnonzero(heard)
    if not len(loud):
        return None
    begin = max(0, int(loud[0]) * hop - round((SEAM_BEFORE_S if seam_before else KEEP_BEFORE_S) * rate))
    end = min(n_samples, (int(loud[-1]) + 1) * hop + round((SEAM_AFTER_S if seam_after else KEEP_AFTER_S) * rate))
    spans = [(timings[first].start_s, timings[last - 1].end_s) for first, last in joined if first < last]
    gaps = tuple(gap for span in spans for gap in _inner_gaps(loud, hop, rate, *span))
    shift_s, length_s = begin / rate, (end - begin) / rate
    quiet_from = _quiet_from(loud, len(heard), hop / rate)
    moved = []
    for number, (start_s, end_s) in enumerate(timings):
        follows = phonemes[number + 1 : number + 2]
        if (not follows or follows in PUNCTUATION) and phonemes[number] not in PUNCTUATION:
            end_s = max(start_s, min(end_s, quiet_from(start_s, end_s)))  # noqa: PLW2901
        early_s = shift_s + ONSET_LEAD_S
        kept = (min(max(time_s - early_s, 0.0), length_s) for time_s in (start_s, end_s))
        moved.append(PhonemeTiming(*(time_s - _gone_s(gaps, begin, rate, time_s) for time_s in kept)))
    n_in, n_out = (
        min(round((SEAM_FADE_S if is_seam else FADE_S) * rate), (end - begin) // 2)
        for is_seam in (seam_before, seam_after)
    )
    return Cut(begin, end, n_in, n_out, rate, tuple(moved), gaps)


def _inner_gaps(loud: NDArray[np.intp], hop: int, rate: int, start_s: float, end_s: float) -> Iterator[tuple[int, int]]:
    """What of the silences of a stretch of time is too much: from the middle of each, as samples."""
    inside = loud[(loud * hop >= start_s * rate) & ((loud + 1) * hop <= end_s * rate)]
    for before, after in pairwise(inside.tolist()):
        first, last = (before + 1) * hop, after * hop
        too_much = last - first - round(INNER_SILENCE_S * rate)
        if too_much > 0:
            middle = (first + last - too_much) // 2
            yield middle, middle + too_much


def _gone_s(gaps: Sequence[tuple[int, int]], begin: int, rate: int, time_s: float) -> float:
    """Seconds of gaps before a time from the beginning of what is kept."""
    at = begin + time_s * rate
    return sum(min(max(0.0, at - first), last - first) for first, last in gaps) / rate


def _quiet_from(loud: NDArray[np.intp], n_frames: int, frame_s: float) -> Callable[[float, float], float]:
    """Gives, for a stretch of time, when its last sound ends; its own end if it is silent."""
    last = np.full(n_frames + 1, -1)
    last[loud] = loud
    last = np.maximum.accumulate(last)

    def find(start_s: float, end_s: float) -> float:
        frame = int(last[min(int(end_s / frame_s), n_frames)])
        return (frame + 1) * frame_s if frame * frame_s >= start_s else end_s

    return find


def _fade(samples: Samples, at: int, n_fade: int) -> None:
    """Fade in what lies in the first ``n_fade`` samples of a whole, of which this begins at ``at``."""
    n = max(0, min(n_fade - at, len(samples)))
    if n:
        samples[:n] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(at, at + n) / n_fade)).astype(np.float32)
