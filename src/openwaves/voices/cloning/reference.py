"""Is a recording good enough to make a voice of, and what is its speech and its pitch?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwaves.errors import RecordingError
from openwaves.types import Samples
from openwaves.voices.cloning.encoders import RATE, framed

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
LOWEST_HZ = 65.0
HIGHEST_HZ = 400.0

_FRAME = RATE // 100
_PITCH_WINDOW = round(0.048 * RATE)
_BLOCK_FRAMES = 500
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


def pitch_curve(samples: Samples) -> NDArray[np.float32]:
    """Fundamental frequency every 10 ms in Hz, 0 where there is none.

    Source: P. Boersma, "Accurate short-term analysis of the fundamental frequency", 1993: the autocorrelation of a
    windowed frame, divided by that of the window.
    """
    if len(samples) < _PITCH_WINDOW:
        return np.zeros(0, np.float32)
    frames = framed(samples, _PITCH_WINDOW, RATE // 100)
    blocks = [frames[begin : begin + _BLOCK_FRAMES] for begin in range(0, len(frames), _BLOCK_FRAMES)]
    found = [_pitch(block) for block in blocks]
    f0, clarity, level = (np.concatenate([part[number] for part in found]) for number in range(3))
    voiced = (clarity > 0.55) & (level > np.percentile(level, 95) - 25)
    return np.where(voiced, f0, 0).astype(np.float32)


def _pitch(frames: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Best frequency, its autocorrelation, and the level in dB, of each frame."""
    frames = frames - frames.mean(axis=1, keepdims=True)
    level = 10 * np.log10(np.square(frames).mean(axis=1) + 1e-10)
    correlation = _autocorrelation(frames * _PITCH_HANN) / _WINDOW_CORRELATION
    correlation = correlation / (correlation[:, :1] + 1e-9)
    first, last = int(RATE / HIGHEST_HZ), int(RATE / LOWEST_HZ)
    middle = correlation[:, first:last]
    is_peak = (middle > correlation[:, first - 1 : last - 1]) & (middle >= correlation[:, first + 1 : last + 1])
    score = np.where(is_peak, middle - 0.04 * np.log2(np.arange(first, last) / first), -1)
    best = score.argmax(axis=1) + first
    clarity = np.where(is_peak.any(axis=1), correlation[np.arange(len(frames)), best], np.float32(0))
    return (RATE / best).astype(np.float32), clarity.astype(np.float32), level


def _autocorrelation(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    power = np.abs(np.fft.rfft(frames, 2 * _PITCH_WINDOW)) ** 2
    return np.asarray(np.fft.irfft(power)[:, :_PITCH_WINDOW], np.float32)


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


_PITCH_HANN = np.hanning(_PITCH_WINDOW).astype(np.float32)
_WINDOW_CORRELATION = _autocorrelation(_PITCH_HANN[None])[0]
_WINDOW_CORRELATION = np.maximum(_WINDOW_CORRELATION / _WINDOW_CORRELATION[0], 1e-3)
