"""What the fast decoder does with the gains of its network: it filters pulses and noise, frame by frame.

The pulses have every harmonic up to ``HIGHEST_HZ``, in phase with the harmonic source of the full decoder.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from openwaves.tts.engines.kokoro.signal import HOP, RATE, VOICED_HZ
from openwaves.types import Samples

STEP = 150  # samples between frames
WINDOW = 300
N_FFT = 750
HIGHEST_HZ = 11500.0

_FRAMES = HOP // STEP  # for each value of the pitch
_BEFORE = (WINDOW - STEP) // 2  # samples of a window before its frame
_LEAD = (N_FFT - WINDOW) // 2  # what a filter may say before its window
_EARLY = _BEFORE + _LEAD
_PARTS = N_FFT // STEP
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
_OFFSETS = ((np.arange(HOP) + 0.5) / HOP - 0.5).astype(np.float32)


class Excitation:
    """Pulses, and noise as it is and as it moves with the pitch period, of one utterance."""

    def __init__(self, f0_hz: NDArray[np.float32], random: np.random.Generator) -> None:
        """Find the phases, and draw the noise.

        Args:
            f0_hz: Fundamental frequency, one value for ``HOP`` samples, shape (n,).
            random: Where the noise comes from.
        """
        turns = np.cumsum(f0_hz.astype(np.float64) * HOP / RATE)
        self._before, self._after = np.diff(turns, prepend=turns[:1]), np.diff(turns, append=turns[-1:])
        self._turns = turns - np.floor(turns)
        self._f0_hz = f0_hz
        self._noise = random.standard_normal(len(f0_hz) * HOP, dtype=np.float32)

    def windows(self, begin: int, end: int) -> NDArray[np.float32]:
        """Windows around the frames of some values of the pitch.

        Args:
            begin: The first value.
            end: Past the last.

        Returns:
            Of the pulses, the noise, the noise by the cosine and by the sine of the phase: shape
            (4, ``_FRAMES`` · (end - begin), ``WINDOW``).
        """
        first, last = max(0, begin - 1), min(len(self._f0_hz), end + 1)
        made = self._samples(first, last)
        missing = ((first - begin + 1) * HOP, (end + 1 - last) * HOP)
        made = np.pad(made, ((0, 0), missing))[:, HOP - _BEFORE : -(HOP - _BEFORE)]
        return np.lib.stride_tricks.sliding_window_view(made, WINDOW, axis=1)[:, ::STEP] * _HANN

    def _samples(self, begin: int, end: int) -> NDArray[np.float32]:
        """The four signals at some values of the pitch, shape (4, (end - begin) · ``HOP``)."""
        half = HOP // 2
        turns = np.empty((end - begin, HOP), np.float32)
        turns[:, :half] = self._before[begin:end, None] * _OFFSETS[:half]
        turns[:, half:] = self._after[begin:end, None] * _OFFSETS[half:]
        turns += self._turns[begin:end, None].astype(np.float32)
        turns -= np.round(turns)
        f0_hz = self._f0_hz[begin:end, None]
        voiced = f0_hz > VOICED_HZ
        angle = turns * np.float32(2 * np.pi)
        noise = self._noise[begin * HOP : end * HOP].reshape(-1, HOP)
        moved = noise * voiced
        signals = (
            _pulses(turns * np.float32(np.pi), f0_hz) * voiced,
            noise,
            moved * np.cos(angle),
            moved * np.sin(angle),
        )
        return np.stack([signal.ravel() for signal in signals])


def _pulses(angle: NDArray[np.float32], f0_hz: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sum of all harmonics' cosines: a kernel of Dirichlet. Louder where it is higher, so that its power is even.

    Args:
        angle: Half of the phase, -π / 2 to π / 2, shape (n, ``HOP``).
        f0_hz: Shape (n, 1).
    """
    f0_hz = np.maximum(f0_hz, np.float32(VOICED_HZ))
    twice = 2 * np.floor(np.float32(HIGHEST_HZ) / f0_hz) + 1
    below = np.sin(angle)
    near = np.abs(below) < 1e-4
    total = np.where(near, twice, np.sin(twice * angle) / np.where(near, np.float32(1), below))
    pulses: NDArray[np.float32] = (total - 1) * (np.sqrt(f0_hz / np.float32(200)) * np.float32(0.1))
    return pulses


class Filter:
    """Filters frames and adds them up; what reaches over the last frame is kept for the next."""

    def __init__(self) -> None:
        self._rest = np.zeros((_PARTS - 1, STEP), np.float32)
        self._early = _EARLY  # samples before the first, which are not sound

    def add(self, gains: NDArray[np.float32], windows: NDArray[np.float32]) -> Samples:
        """The samples that are complete after some frames.

        Args:
            gains: Real and imaginary part for the pulses, for the noise, and for its cosine and sine, shape
                (5, n_frames, ``N_FFT`` / 2 + 1).
            windows: As ``Excitation.windows`` gives them.

        Returns:
            ``STEP`` for each frame, less ``_EARLY`` at the very beginning.
        """
        real, imaginary, breath, cosine, sine = gains
        pulses, noise, by_cosine, by_sine = scipy.fft.rfft(windows, N_FFT)
        noise += cosine * by_cosine
        noise += sine * by_sine
        noise *= breath
        noise += (real + 1j * imaginary) * pulses
        pieces = np.roll(scipy.fft.irfft(noise, N_FFT), _LEAD, axis=1).reshape(len(noise), _PARTS, STEP)
        total = np.zeros((len(pieces) + _PARTS - 1, STEP), np.float32)
        total[: _PARTS - 1] = self._rest
        for part in reversed(range(_PARTS)):  # in the order of the frames, whichever calls they came in
            total[part : part + len(pieces)] += pieces[:, part]
        self._rest = total[len(pieces) :]
        return self._cut(total[: len(pieces)].ravel())

    def end(self) -> Samples:
        """The last samples."""
        return self._cut(self._rest.ravel()[:_EARLY])

    def _cut(self, samples: Samples) -> Samples:
        begin, self._early = self._early, max(0, self._early - len(samples))
        return samples[begin:]
