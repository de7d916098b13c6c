"""The parts of Kokoro's vocoder that are plain signal processing: harmonic source, its spectrum, inverse STFT.

The published export leaves out the noise of the source and the division by the window sum of the inverse STFT; both
are here. Source: the iSTFTNet generator of StyleTTS 2; the weights of the harmonics are read from Kokoro-82M v1.0.
"""

import numpy as np
from numpy.typing import NDArray

from openwaves.types import Samples

RATE = 24000
HOP = 300  # samples for one value of the fundamental frequency
N_FFT = 20
STEP = 5
N_BINS = N_FFT // 2 + 1
SINE_LEVEL = 0.1
NOISE_LEVEL = 0.003  # under voiced speech
UNVOICED_LEVEL = SINE_LEVEL / 3
VOICED_HZ = 10.0

_HARMONICS = np.array(
    [
        -0.08154187, -0.18519667, -0.18263398, -0.17837206, -0.09873895,
        0.08264039, 0.08743999, -0.39068547, -0.54774433,
    ],
    np.float32,
)  # fmt: skip
_BIAS = np.float32(-0.02945026)
_SPREAD = float(np.linalg.norm(_HARMONICS))  # of the sum of nine independent noises
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)).astype(np.float32)
_ANGLES = 2 * np.pi * np.arange(N_BINS)[:, None] * np.arange(N_FFT) / N_FFT
_FORWARD = np.concatenate([_WINDOW * np.cos(_ANGLES), -_WINDOW * np.sin(_ANGLES)]).astype(np.float32)
_ONE_SIDED = np.full((N_BINS, 1), 2.0)
_ONE_SIDED[0] = _ONE_SIDED[-1] = 1
_INVERSE = (np.concatenate([_ONE_SIDED * np.cos(_ANGLES), -_ONE_SIDED * np.sin(_ANGLES)]) / N_FFT * _WINDOW).astype(
    np.float32
)
_OFFSETS = ((np.arange(HOP) + 0.5) / HOP - 0.5).astype(np.float32)


def source(f0_hz: NDArray[np.float32], random: np.random.Generator) -> Samples:
    """The excitation: nine harmonics where there is voice, noise everywhere.

    Args:
        f0_hz: Fundamental frequency, one value for ``HOP`` samples, shape (n,).
        random: Where the noise comes from.

    Returns:
        Shape (n · HOP,), in (-1, 1).
    """
    turns = np.cumsum(f0_hz.astype(np.float64) * HOP / RATE)
    padded = np.concatenate([turns[:1], turns, turns[-1:]])
    half = HOP // 2
    phase = np.empty((len(f0_hz), HOP))
    early, late = _OFFSETS[:half], _OFFSETS[half:]
    phase[:, :half] = padded[:-2, None] * -early + padded[1:-1, None] * (1 + early)
    phase[:, half:] = padded[1:-1, None] * (1 - late) + padded[2:, None] * late
    phase -= np.floor(phase)
    angle = (phase * 2 * np.pi).astype(np.float32).ravel()
    fundamental = np.sin(angle)
    double_cosine = 2 * np.cos(angle)
    total = _HARMONICS[0] * fundamental
    before, harmonic = np.zeros_like(fundamental), fundamental
    for weight in _HARMONICS[1:]:
        before, harmonic = harmonic, double_cosine * harmonic - before
        total += weight * harmonic
    voiced = np.repeat(f0_hz > VOICED_HZ, HOP)
    total *= np.float32(SINE_LEVEL)
    total[~voiced] = 0
    levels = np.where(voiced, np.float32(NOISE_LEVEL * _SPREAD), np.float32(UNVOICED_LEVEL * _SPREAD))
    total += random.standard_normal(len(total), dtype=np.float32) * levels
    excitation: Samples = np.tanh(total + _BIAS)
    return excitation


def spectrum(samples: Samples) -> NDArray[np.float32]:
    """Magnitudes and phases of a short-time Fourier transform, shape (1, 2 · N_BINS, 1 + n_samples / STEP)."""
    padded = np.pad(samples, N_FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::STEP]
    parts = (frames @ _FORWARD.T).T
    real, imaginary = parts[:N_BINS], parts[N_BINS:]
    return np.concatenate([np.hypot(real, imaginary), np.arctan2(imaginary, real)])[None].astype(np.float32)


def inverse(spec: NDArray[np.float32]) -> Samples:
    """Overlap-add the network's output.

    Args:
        spec: Log magnitudes and the arguments of the sine that gives the phases, shape (2 · N_BINS, n_frames).

    Returns:
        Shape ((n_frames - 1) · STEP,).
    """
    magnitude, phase = np.exp(spec[:N_BINS]), np.sin(spec[N_BINS:])
    parts = np.concatenate([magnitude * np.cos(phase), magnitude * np.sin(phase)])
    n_overlap = N_FFT // STEP
    frames = (parts.T @ _INVERSE).reshape(-1, n_overlap, STEP)
    n_frames = len(frames)
    total = np.zeros((n_frames + n_overlap - 1, STEP), np.float32)
    weight = np.zeros_like(total)
    squared = (_WINDOW * _WINDOW).reshape(n_overlap, STEP)
    for k in range(n_overlap):
        total[k : k + n_frames] += frames[:, k]
        weight[k : k + n_frames] += squared[k]
    total /= np.maximum(weight, np.float32(1e-8))
    return total.ravel()[N_FFT // 2 : -N_FFT // 2]
