"""The fundamental frequency of voices. All for sound at 16 kHz."""

import numpy as np
from numpy.typing import NDArray

from openwaves.audio.mel import RATE, framed
from openwaves.types import Samples

LOWEST_HZ = 65.0
HIGHEST_HZ = 400.0

_PITCH_WINDOW = round(0.048 * RATE)
_BLOCK_FRAMES = 500


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


_PITCH_HANN = np.hanning(_PITCH_WINDOW).astype(np.float32)
_WINDOW_CORRELATION = _autocorrelation(_PITCH_HANN[None])[0]
_WINDOW_CORRELATION = np.maximum(_WINDOW_CORRELATION / _WINDOW_CORRELATION[0], 1e-3)
