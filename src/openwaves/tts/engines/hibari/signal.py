"""From what the hibari network predicts to its sound: plain signal processing.

The network gives five parts of a spectrum for each frame. The sound is the inverse short-time Fourier transform of

    exp(a) · exp(i·π·tanh(b)) · (spectrum of a pulse train) + exp(c) · (Gaussian noise) + exp(d) · exp(i·e)

Source: the package hibari-tts 0.2.1, ``hibari.dsp``, which defines it.
"""

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from openwaves.types import Samples

RATE = 24000
HOP = 300  # samples from one frame to the next
N_FFT = 1200
N_BINS = N_FFT // 2 + 1
N_PARTS = 5
MOST_LOG = np.float32(7)  # of magnitudes
VOICED_HZ = np.float32(40)
MOST_HZ = np.float32(11000)  # of a harmonic

_OVERLAP = N_FFT // HOP
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)).astype(np.float32)
_PULSE_WINDOW = _WINDOW / np.float32(HOP)  # a harmonic then has a magnitude of one
_SQUARED = (_WINDOW * _WINDOW).reshape(_OVERLAP, HOP)
_AFTER = ((np.arange(HOP) + 0.5) / HOP).astype(np.float32)  # of a sample, between the middles of two frames
_BLOCK_FRAMES = 64  # temporary arrays then stay in the processor's cache
_NEAR_ZERO = np.float32(2e-3)  # of sin(x) / sin(y)
_N_NOISE = 1 << 17


def sound(parts: NDArray[np.float32], f0_hz: NDArray[np.float32], random: np.random.Generator) -> Samples:
    """Make the sound of some frames.

    Args:
        parts: Shape (n_frames, N_PARTS · N_BINS): a to e of the formula above, one after the other.
        f0_hz: Fundamental frequency of each frame; below ``VOICED_HZ`` there is no voice.
        random: Where the noise comes from.

    Returns:
        Shape (n_frames · HOP,).
    """
    n_frames = len(f0_hz)
    padded = np.pad(pulses(f0_hz), N_FFT // 2, mode="reflect")
    pulse_frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    noise_frames = np.lib.stride_tricks.sliding_window_view(_noise(), N_BINS)
    places = random.integers(len(noise_frames), size=n_frames)
    total = np.zeros((n_frames + _OVERLAP - 1, HOP), np.float32)
    for first in range(0, n_frames, _BLOCK_FRAMES):
        last = min(first + _BLOCK_FRAMES, n_frames)
        spectrum = scipy.fft.rfft(pulse_frames[first:last] * _PULSE_WINDOW, axis=1).astype(np.complex64, copy=False)
        _shape(spectrum, parts[first:last].reshape(-1, N_PARTS, N_BINS), noise_frames[places[first:last]])
        frames = scipy.fft.irfft(spectrum, N_FFT, axis=1, overwrite_x=True)
        frames *= _WINDOW
        for k in range(_OVERLAP):
            total[first + k : last + k] += frames[:, k * HOP : (k + 1) * HOP]
    cover = np.zeros_like(total)
    for k in range(_OVERLAP):
        cover[k : k + n_frames] += _SQUARED[k]
    total /= np.maximum(cover, np.float32(1e-11))
    return total.ravel()[N_FFT // 2 :][: n_frames * HOP]


def _shape(spectrum: NDArray[np.complex64], parts: NDArray[np.float32], noise: NDArray[np.complex64]) -> None:
    """Turn the spectrum of the pulses into that of the sound, in place.

    Args:
        spectrum: Shape (n_frames, N_BINS).
        parts: Shape (n_frames, N_PARTS, N_BINS).
        noise: Shape (n_frames, N_BINS); is spent.
    """
    harmonic, turn, noisy, free, phase = (parts[:, n] for n in range(N_PARTS))
    spectrum *= _polar(harmonic, np.tanh(turn) * np.float32(np.pi))
    noise *= _magnitude(noisy)
    spectrum += noise
    spectrum += _polar(free, phase)


def _polar(log_magnitude: NDArray[np.float32], phase: NDArray[np.float32]) -> NDArray[np.complex64]:
    value = np.empty(phase.shape, np.complex64)
    np.cos(phase, out=value.real)
    np.sin(phase, out=value.imag)
    value *= _magnitude(log_magnitude)
    return value


def _magnitude(log: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.exp(np.minimum(log, MOST_LOG))


@lru_cache(maxsize=1)
def _noise() -> NDArray[np.complex64]:
    """Gaussian noise, from which each frame takes a piece at a random place: drawing it anew costs as much as the rest.

    Pieces of neighbouring frames seldom overlap, and then not in the same bins.
    """
    return np.random.default_rng(0).standard_normal(2 * _N_NOISE, dtype=np.float32).view(np.complex64)


def pulses(f0_hz: NDArray[np.float32]) -> Samples:
    """A pulse train: the sum of cos(h · t) for all harmonics h up to ``MOST_HZ``; zero without voice.

    The sum is sin((n + 1/2) · t) / (2 · sin(t / 2)) - 1/2.

    Args:
        f0_hz: One value for each frame; linear between the middles of frames.

    Returns:
        Shape (n_frames · HOP,).
    """
    half = HOP // 2
    around = np.pad(f0_hz, 1, mode="edge")[:, None]
    rows = np.empty((len(f0_hz), HOP), np.float32)
    rows[:, :half] = around[:-2] + (around[1:-1] - around[:-2]) * _AFTER[half:]
    rows[:, half:] = around[1:-1] + (around[2:] - around[1:-1]) * _AFTER[:half]
    hz: Samples = rows.ravel()
    voiced = hz > VOICED_HZ
    np.maximum(hz, VOICED_HZ, out=hz)
    turns = np.cumsum(hz, dtype=np.float64)
    turns /= RATE
    turns -= np.floor(turns)
    turns *= 2 * np.pi
    angle = turns.astype(np.float32)
    order = np.floor(MOST_HZ / hz) + np.float32(0.5)
    below = 2 * np.sin(angle / 2)
    train: Samples = np.sin(order * angle)
    at_pulse = np.abs(below) <= _NEAR_ZERO
    below[at_pulse] = 1
    train /= below
    train[at_pulse] = order[at_pulse]
    train -= np.float32(0.5)
    train[~voiced] = 0
    return train
