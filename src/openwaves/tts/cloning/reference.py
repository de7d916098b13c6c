"""Is a recording good enough to make a voice of, and what is its speech and its pitch?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwaves.audio.mel import RATE
from openwaves.audio.pitch import pitch_curve
from openwaves.errors import RecordingError
from openwaves.types import Samples

LEAST_SPEECH_S = 3.0
MOST_SPEECH_S = 30.0
QUIETEST_DB = -55.0
"""Least level of the loud frames, relative to full scale."""
CLIPPED_SHARE = 0.03
"""Most samples within ``CLIPPED_DB`` of the greatest. Speech has under 0.0001; driven 6 dB over the limit it has 0.001
to 0.014, driven 14 dB over it 0.02 to 0.15."""
CLIPPED_DB = -0.3
VOICED_SHARE = 0.15
"""Least share of frames with a pitch: clean speech has over 0.4, under noise 5 dB below it over 0.17."""
LEAST_DYNAMICS_DB = 1.5
"""Least standard deviation of the level: clean speech has over 6 dB, under such noise 3.7 dB, a sung vowel 1.9 dB."""
LEAST_MELODY_SEMITONES = 0.5
"""Least distance of the 10th and 90th percentile of the pitch, which signal tones do not reach."""

_FRAME = RATE // 100
_ADVICE = "Please record 10 to 30 s of one person speaking, close to the microphone, in a quiet room."


@dataclass(frozen=True, slots=True)
class Reference:
    """What a voice is made of.

    Attributes:
        samples: Speech without pauses at 16 kHz, shape (n_samples,), float32, 3 to 30 s.
        f0_hz: Median fundamental frequency.
    """

    samples: Samples
    f0_hz: float


def check(samples: Samples) -> Reference:
    """Take the speech out of a recording.

    Args:
        samples: Mono at 16 kHz, shape (n_samples,), float32.

    Raises:
        RecordingError: It is too quiet, clipped, holds no speech or too little.
    """
    levels = _levels(samples)
    if not len(levels) or np.percentile(levels, 97) < QUIETEST_DB:
        raise RecordingError(f"the recording is silent or far too quiet. {_ADVICE}")
    speech = spoken(samples)[: round(MOST_SPEECH_S * RATE)]
    f0 = pitch_curve(speech)
    voiced = f0[f0 > 0]
    if not len(voiced) or len(voiced) < VOICED_SHARE * len(f0) or not _is_alive(speech, voiced):
        raise RecordingError(f"no speech was found in the recording. {_ADVICE}")
    length_s = len(speech) / RATE
    if length_s < LEAST_SPEECH_S:
        raise RecordingError(
            f"the recording holds {length_s:.1f} s of speech; at least {LEAST_SPEECH_S:g} s are needed. {_ADVICE}"
        )
    if _clipped_share(speech) > CLIPPED_SHARE:
        raise RecordingError(
            "the recording is distorted: its loud parts are cut off. Please lower the input level of the microphone, "
            "or move away from it, and record again."
        )
    return Reference(speech, float(np.median(voiced)))


def spoken(samples: Samples) -> Samples:
    """The samples without pauses: what is within 38 dB of the loud frames, and 0.06 s around it."""
    n_frames = len(samples) // _FRAME
    levels = _levels(samples)
    threshold = max(float(np.percentile(levels, 97)) - 38, -75.0)
    near = np.convolve((levels > threshold).astype(np.float32), np.ones(12, np.float32), "same") > 0
    return np.asarray(samples[: n_frames * _FRAME][np.repeat(near, _FRAME)], np.float32)


def _levels(samples: Samples) -> NDArray[np.float32]:
    """Level of every 10 ms in dB relative to full scale."""
    n_frames = len(samples) // _FRAME
    power = np.square(samples[: n_frames * _FRAME].reshape(n_frames, _FRAME)).mean(axis=1)
    levels: NDArray[np.float32] = 10 * np.log10(power + 1e-10)
    return levels


def _is_alive(speech: Samples, voiced: NDArray[np.float32]) -> bool:
    """Level and pitch move, as in speech and not as in tones or noise."""
    low, high = np.percentile(voiced, [10, 90])
    melody = 12 * np.log2(high / low)
    return bool(_levels(speech).std() >= LEAST_DYNAMICS_DB and melody >= LEAST_MELODY_SEMITONES)


def _clipped_share(samples: Samples) -> float:
    size = np.abs(samples)
    return float(np.mean(size > size.max() * 10 ** (CLIPPED_DB / 20)))
