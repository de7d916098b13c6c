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
_OVERLAP = N_FFT // STEP
_SQUARED = (_WINDOW * _WINDOW).reshape(_OVERLAP, STEP)
_COVER = _SQUARED.sum(0)  # of the frames over a sample
_ONE_SIDED = np.full((N_BINS, 1), 2.0)
_ONE_SIDED[0] = _ONE_SIDED[-1] = 1
_INVERSE = np.ascontiguousarray(
    (
        np.concatenate([_ONE_SIDED * np.cos(_ANGLES), -_ONE_SIDED * np.sin(_ANGLES)])
        / N_FFT
        * (_WINDOW / np.tile(_COVER, _OVERLAP))
    ).T,
    np.float32,
)
_OFFSETS = ((np.arange(HOP) + 0.5) / HOP - 0.5).astype(np.float32)
_BLOCK_VALUES = 64  # of the fundamental frequency
_BLOCK_FRAMES = 2048  # of the short-time transforms; temporary arrays then stay in the processor's cache


def _in_cosine() -> list[float]:
    """Factors p of sum(p[k] · cos(x) ** k) · sin(x), the sum of all harmonics at the source's level."""
    before, now = np.zeros(1), np.ones(1)  # polynomials of Chebyshev's second kind: sin(k · x) / sin(x)
    total = np.zeros(len(_HARMONICS))
    for k, weight in enumerate(_HARMONICS):
        total[: k + 1] += weight * now
        before, now = now, 2 * np.append(0, now) - np.append(before, [0] * (k + 2 - len(before)))
    return [float(value) for value in total * SINE_LEVEL]


_IN_COSINE = _in_cosine()


def source(f0_hz: NDArray[np.float32], random: np.random.Generator) -> Samples:
    """The excitation: nine harmonics where there is voice, noise everywhere.

    Args:
        f0_hz: Fundamental frequency, one value for ``HOP`` samples, shape (n,).
        random: Where the noise comes from.

    Returns:
        Shape (n · HOP,), in (-1, 1).
    """
    n = len(f0_hz)
    voiced = f0_hz > VOICED_HZ
    levels = np.where(voiced, np.float32(NOISE_LEVEL * _SPREAD), np.float32(UNVOICED_LEVEL * _SPREAD))
    noise = random.standard_normal(n * HOP, dtype=np.float32)
    excitation = noise.reshape(n, HOP) * levels[:, None]
    excitation += _BIAS
    turns = np.cumsum(f0_hz.astype(np.float64) * HOP / RATE)
    before, after = np.diff(turns, prepend=turns[:1]), np.diff(turns, append=turns[-1:])
    turns -= np.floor(turns)
    rows = np.flatnonzero(voiced)
    for first in range(0, len(rows), _BLOCK_VALUES):
        block = rows[first : first + _BLOCK_VALUES]
        angles = ((part[block, None] * 2 * np.pi).astype(np.float32) for part in (turns, before, after))
        excitation[block] += _harmonics(*angles)
    return np.tanh(excitation, out=excitation).ravel()


def _harmonics(
    angle: NDArray[np.float32], before: NDArray[np.float32], after: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Harmonics around some moments, at which the fundamental has ``angle``.

    Args:
        angle: Radians, shape (n, 1).
        before: What the angle grew by since the last moment, ``HOP`` samples ago.
        after: What it grows by until the next.

    Returns:
        Shape (n, HOP).
    """
    half = HOP // 2
    angles = np.empty((len(angle), HOP), np.float32)
    np.multiply(before, _OFFSETS[:half], out=angles[:, :half])
    np.multiply(after, _OFFSETS[half:], out=angles[:, half:])
    angles += angle
    cosine = np.cos(angles)
    total = cosine * np.float32(_IN_COSINE[-1])
    for factor in _IN_COSINE[-2:0:-1]:
        total += np.float32(factor)
        total *= cosine
    total += np.float32(_IN_COSINE[0])
    total *= np.sin(angles, out=angles)
    return total


def spectrum(samples: Samples) -> NDArray[np.float32]:
    """Magnitudes and phases of a short-time Fourier transform, shape (1, 2 · N_BINS, 1 + n_samples / STEP)."""
    padded = np.pad(samples, N_FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::STEP]
    result = np.empty((1, 2 * N_BINS, len(frames)), np.float32)
    for first in range(0, len(frames), _BLOCK_FRAMES):
        parts = _FORWARD @ np.ascontiguousarray(frames[first : first + _BLOCK_FRAMES].T)
        real, imaginary = parts[:N_BINS], parts[N_BINS:]
        out = result[0, :, first : first + _BLOCK_FRAMES]
        np.arctan2(imaginary, real, out=out[N_BINS:])
        parts *= parts
        np.sqrt(np.add(real, imaginary, out=real), out=out[:N_BINS])
    return result


def inverse(spec: NDArray[np.float32]) -> Samples:
    """Overlap-add the network's output.

    Args:
        spec: Log magnitudes and the arguments of the sine that gives the phases, shape (2 · N_BINS, n_frames), at
            least ``N_FFT / STEP`` frames.

    Returns:
        Shape ((n_frames - 1) · STEP,).
    """
    n_frames = spec.shape[1]
    total = np.zeros((STEP, n_frames + _OVERLAP - 1), np.float32)
    for first in range(0, n_frames, _BLOCK_FRAMES):
        block = spec[:, first : first + _BLOCK_FRAMES]
        magnitude, phase = np.exp(block[:N_BINS]), np.sin(block[N_BINS:])
        parts = np.empty(block.shape, np.float32)
        np.multiply(np.cos(phase), magnitude, out=parts[:N_BINS])
        np.multiply(np.sin(phase), magnitude, out=parts[N_BINS:])
        frames = _INVERSE @ parts
        for k in range(_OVERLAP):
            total[:, first + k : first + k + block.shape[1]] += frames[k * STEP : (k + 1) * STEP]
    kept = total[:, _OVERLAP // 2 : -(_OVERLAP // 2)].T.copy()
    kept[0] *= _COVER / (_COVER - _SQUARED[-1])  # one frame fewer lies over the first and last samples
    kept[-1] *= _COVER / (_COVER - _SQUARED[0])
    return kept.ravel()
