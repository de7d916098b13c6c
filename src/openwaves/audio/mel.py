"""Spectra on mel scales, as the networks that hear speech were trained with. All for sound at 16 kHz."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from openwaves.types import Samples

RATE = 16000
HOP = 160
"""Samples between two frames of ``log_mel``."""

_WINDOW = 400


def framed(samples: Samples, window: int, hop: int) -> NDArray[np.float32]:
    """Overlapping frames, a read-only view of shape (n_frames, window)."""
    return np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]


def log_mel(samples: Samples, n_mels: int = 80) -> NDArray[np.float32]:
    """The features of Whisper, shape (n_mels, n_samples // 160), float32; at least 400 samples are needed.

    Source: A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, audio.py: Hann window
    of 25 ms, reflected ends, eight decades below the loudest.
    """
    padded = np.pad(samples, _WINDOW // 2, mode="reflect")
    power = np.abs(np.fft.rfft(framed(padded, _WINDOW, HOP)[:-1] * _HANN, _WINDOW)) ** 2
    energies = np.log10(np.maximum(power @ slaney_mel(_WINDOW, n_mels).T, 1e-10)).T
    return np.ascontiguousarray((np.maximum(energies, energies.max() - 8) + 4) / 4, np.float32)


def kaldi_mel() -> NDArray[np.float32]:
    """Triangular filters from 20 Hz to 8 kHz on Kaldi's mel scale, shape (80, 257)."""

    def mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1127 * np.log1p(hz / 700)

    low, high = mel(np.array([20.0, RATE / 2]))
    step = (high - low) / 81
    begins = low + np.arange(80)[:, None] * step
    bins = mel(np.arange(256) * RATE / 512)
    filters = np.maximum(0, np.minimum(bins - begins, begins + 2 * step - bins) / step)
    return np.pad(filters, ((0, 0), (0, 1))).astype(np.float32)


@cache
def slaney_mel(n_fft: int, n_mels: int) -> NDArray[np.float32]:
    """Triangular filters of equal area up to 8 kHz on Slaney's mel scale, shape (n_mels, n_fft / 2 + 1).

    Source: M. Slaney, Auditory Toolbox, 1998; the default of librosa.filters.mel.
    """
    log_step = np.log(6.4) / 27
    top = 15 + np.log(RATE / 2 / 1000) / log_step
    mels = np.linspace(0, top, n_mels + 2)
    edges = np.where(mels >= 15, 1000 * np.exp(log_step * (mels - 15)), mels * 200 / 3)
    ramps = edges[:, None] - np.linspace(0, RATE / 2, n_fft // 2 + 1)[None]
    widths = np.diff(edges)
    filters = np.maximum(0, np.minimum(-ramps[:-2] / widths[:-1, None], ramps[2:] / widths[1:, None]))
    return (filters * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)).astype(np.float32)
