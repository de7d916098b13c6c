"""How far the student's sound is from the teacher's.

The teacher's breath is drawn anew by the student, so no sample can be compared with another. The generalized energy
distance d(y1, x) - d(y1, y2) / 2 over log magnitudes makes noise as noisy as the teacher's, which a plain L1 would
smooth away. Source: Gritsenko et al., "A spectral energy distance for parallel speech synthesis", NeurIPS 2020.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from training.model import RATE

RESOLUTIONS = ((2048, 512), (960, 240), (384, 96), (128, 32))
"""Samples in a window, and between windows."""
FEATURE_WEIGHTS = (1.0, 1.0, 2.0, 1.0, 1.0)
"""Of the resolutions; the third is the mel bands of the second."""
PHASE_WEIGHT = 0.3
MEL_WINDOW = 960


class Loss(NamedTuple):
    """The sum, and its parts."""

    total: torch.Tensor
    to_teacher: torch.Tensor
    between: torch.Tensor
    phase: torch.Tensor


def mel_filters(size: int, bands: int = 80) -> NDArray[np.float64]:
    """Triangles, shape (bands, size / 2 + 1)."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    hertz = np.linspace(0, RATE / 2, size // 2 + 1)
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling))


_MEL = torch.from_numpy(mel_filters(MEL_WINDOW).astype(np.float32))
_WINDOWS = {size: torch.hann_window(size) for size, _ in RESOLUTIONS}


def stft(samples: torch.Tensor, size: int, hop: int) -> torch.Tensor:
    """Shape (n_batch, n_windows, size / 2 + 1)."""
    return torch.fft.rfft(samples.unfold(1, size, hop) * _WINDOWS[size])


def features(samples: torch.Tensor) -> list[torch.Tensor]:
    """Log magnitudes at every resolution."""
    found = []
    for size, hop in RESOLUTIONS:
        spectrum = stft(samples, size, hop)
        power = spectrum.real**2 + spectrum.imag**2
        floor = (6e-6 * size) ** 2
        found.append(0.5 * torch.log(power + floor))
        if size == MEL_WINDOW:
            found.append(0.5 * torch.log(power @ _MEL.T + 8 * floor))
    return found


def distance(first: list[torch.Tensor], second: list[torch.Tensor]) -> torch.Tensor:
    """Weighted mean difference of two sounds' features."""
    parts = [w * (a - b).abs().mean() for w, a, b in zip(FEATURE_WEIGHTS, first, second, strict=True)]
    return torch.stack(parts).sum()


def phases(harmonic: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """One minus the cosine between the phases, where the teacher is loud and mostly under 2 kHz.

    Blind to magnitudes: a complex L1 instead makes the student whisper, since silence beats a wrong phase.
    """
    a, b = stft(harmonic, MEL_WINDOW, 240), stft(target, MEL_WINDOW, 240)
    first, second = a.real**2 + a.imag**2, b.real**2 + b.imag**2
    cosine = (a.real * b.real + a.imag * b.imag) * torch.rsqrt(first * second + 1e-9)
    fall = 1 + (torch.linspace(0, RATE / 2, MEL_WINDOW // 2 + 1) / 1500) ** 2
    weight = second**0.25 * (first > 1e-7) / fall
    return (weight * (1 - cosine)).sum() / (weight.sum() + 1e-3)


def loss(harmonic: torch.Tensor, first: torch.Tensor, second: torch.Tensor, target: torch.Tensor) -> Loss:
    """Of two sounds that differ in their noise alone, and their harmonic part; all of shape (n_batch, n_samples)."""
    with torch.no_grad():
        wanted = features(target)
    one, two = features(first), features(second)
    to_teacher = 0.5 * (distance(one, wanted) + distance(two, wanted))
    between = distance(one, two)
    phase = phases(harmonic, target)
    return Loss(to_teacher - 0.5 * between + PHASE_WEIGHT * phase, to_teacher, between, phase)


_MEL_1024 = mel_filters(1024)


def log_mel_db(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Mean difference of 80 mel bands within 60 dB of the loudest, as ``bench.quality.original`` measures it."""

    def bands(samples: NDArray[np.float32]) -> NDArray[np.float64]:
        cut = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), 1024)[::256] * np.hanning(1024)
        return 10 * np.log10((np.abs(np.fft.rfft(cut)) ** 2) @ _MEL_1024.T + 1e-10)

    n = min(len(first), len(second))
    a, b = bands(first[:n]), bands(second[:n])
    loud = np.maximum(a, b) > max(a.max(), b.max()) - 60
    return float(np.abs(a - b)[loud].mean())
