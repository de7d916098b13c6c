"""Cuts the silence that engines leave before and after an utterance, and takes it out of the times of phonemes."""

from collections.abc import Callable
from dataclasses import replace

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
ONSET_LEAD_S = 0.025
"""How much earlier words are heard than the durations say. Source: medians of 24 to 28 ms, energy onset of first words
against the durations of Kokoro and hibari, 40 sentences each."""
PUNCTUATION = frozenset('.,;:!?…—"“”()')


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
    rate = audio.sample_rate
    hop = round(FRAME_S * rate)
    n_frames = len(audio.samples) // hop
    if not n_frames:
        return audio
    energy = np.sqrt(np.mean(audio.samples[: n_frames * hop].reshape(n_frames, hop) ** 2, axis=1))
    loud = np.flatnonzero(energy > energy.max() * THRESHOLD)
    if not len(loud):
        return audio
    begin = max(0, int(loud[0]) * hop - round((SEAM_BEFORE_S if seam_before else KEEP_BEFORE_S) * rate))
    end = min(
        len(audio.samples), (int(loud[-1]) + 1) * hop + round((SEAM_AFTER_S if seam_after else KEEP_AFTER_S) * rate)
    )
    shift_s, length_s = begin / rate, (end - begin) / rate
    quiet_from = _quiet_from(loud, n_frames)
    timings = []
    for number, (start_s, end_s) in enumerate(audio.timings):
        follows = phonemes[number + 1 : number + 2]
        if (not follows or follows in PUNCTUATION) and phonemes[number] not in PUNCTUATION:
            end_s = max(start_s, min(end_s, quiet_from(start_s, end_s)))  # noqa: PLW2901
        early_s = shift_s + ONSET_LEAD_S
        timings.append(PhonemeTiming(*(min(max(time_s - early_s, 0.0), length_s) for time_s in (start_s, end_s))))
    n_in = round((SEAM_FADE_S if seam_before else FADE_S) * rate)
    n_out = round((SEAM_FADE_S if seam_after else FADE_S) * rate)
    return replace(audio, samples=_faded(audio.samples[begin:end], n_in, n_out), timings=tuple(timings))


def _quiet_from(loud: NDArray[np.intp], n_frames: int) -> Callable[[float, float], float]:
    """Gives, for a stretch of time, when its last sound ends; its own end if it is silent."""
    last = np.full(n_frames + 1, -1)
    last[loud] = loud
    last = np.maximum.accumulate(last)

    def find(start_s: float, end_s: float) -> float:
        frame = int(last[min(int(end_s / FRAME_S), n_frames)])
        return (frame + 1) * FRAME_S if frame * FRAME_S >= start_s else end_s

    return find


def _faded(samples: Samples, n_in: int, n_out: int) -> Samples:
    faded = samples.copy()
    for part, n_fade in ((faded, n_in), (faded[::-1], n_out)):
        n_fade = min(n_fade, len(part) // 2)  # noqa: PLW2901
        part[:n_fade] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(n_fade) / max(n_fade, 1))).astype(np.float32)
    return faded
