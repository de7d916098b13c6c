"""What a decoder may add to a voice: an offset, clicks, a buzz between the harmonics. All for sound at 16 kHz."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwaves.audio.mel import RATE
from openwaves.audio.pitch import pitch_curve
from openwaves.types import Samples

CLICK_SPAN = RATE // 25  # samples around a click, whose own curvature it is set against
PERIODS = 4  # of the pitch, in the window in which harmonics are looked at
HARMONICS = 10
_HOP = RATE // 100
_MIDDLE = round(0.024 * RATE)  # of a frame of the pitch


def offset(samples: Samples) -> float:
    """The mean of the samples, of full scale."""
    return abs(float(samples.mean()))


def click_db(samples: Samples) -> float:
    """The sharpest bend beside the bends around it: the largest second difference over its RMS in 40 ms, dB."""
    bend = np.diff(samples, 2)
    spans = bend[: len(bend) // CLICK_SPAN * CLICK_SPAN].reshape(-1, CLICK_SPAN)
    level = np.sqrt(np.mean(spans**2, axis=1))
    loud = level > np.percentile(level, 95) * 10 ** (-30 / 20)
    return float(20 * np.log10((np.abs(spans).max(axis=1)[loud] / level[loud]).max()))


def between_harmonics_db(samples: Samples) -> float:
    """How far the sound half-way between the first harmonics lies below them; voiced frames, mean in dB."""
    found = []
    for number, f0_hz in enumerate(pitch_curve(samples)):
        half = round(PERIODS * RATE / f0_hz / 2) if f0_hz > 0 else 0
        middle = number * _HOP + _MIDDLE
        if half and half <= middle <= len(samples) - half:
            found.append(_depth_db(samples[middle - half : middle + half], float(f0_hz)))
    return float(np.mean(found)) if found else 0.0


def _depth_db(frame: Samples, f0_hz: float) -> float:
    at = f0_hz * np.arange(1, HARMONICS + 1)
    windowed = frame * np.hanning(len(frame))
    on, off = (_power(windowed, hertz) for hertz in (at, at + f0_hz / 2))
    return float(np.mean(10 * np.log10((on + 1e-12) / (off + 1e-12))))


def _power(samples: NDArray[np.floating[Any]], hertz: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    turns = np.exp(-2j * np.pi * hertz[:, None] / RATE * np.arange(len(samples)))
    return np.asarray(np.abs(turns @ samples) ** 2)
