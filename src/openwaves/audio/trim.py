"""Cuts the silence that engines leave before and after an utterance."""

from dataclasses import replace

import numpy as np

from openwaves.types import Audio, PhonemeTiming, Samples

FRAME_S = 0.005
THRESHOLD = 10 ** (-45 / 20)  # of the loudest frame
KEEP_BEFORE_S = 0.03
KEEP_AFTER_S = 0.05
FADE_S = 0.004


def trim(audio: Audio) -> Audio:
    """Cut lead-in and tail, fade both ends, and shift the timings.

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
    begin = max(0, int(loud[0]) * hop - round(KEEP_BEFORE_S * rate))
    end = min(len(audio.samples), (int(loud[-1]) + 1) * hop + round(KEEP_AFTER_S * rate))
    shift_s, length_s = begin / rate, (end - begin) / rate
    timings = tuple(
        PhonemeTiming(*(min(max(time_s - shift_s, 0.0), length_s) for time_s in timing)) for timing in audio.timings
    )
    return replace(audio, samples=_faded(audio.samples[begin:end], round(FADE_S * rate)), timings=timings)


def _faded(samples: Samples, n_fade: int) -> Samples:
    faded = samples.copy()
    n_fade = min(n_fade, len(faded) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(n_fade) / max(n_fade, 1))).astype(np.float32)
    faded[:n_fade] *= ramp
    faded[len(faded) - n_fade :] *= ramp[::-1]
    return faded
