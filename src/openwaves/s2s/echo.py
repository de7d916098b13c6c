"""Takes the answer's own sound out of what a microphone hears of it.

Clients play an answer beside an open microphone: 80 to 300 ms after it was sent it comes back, some 20 dB quieter. When
it plays is known up to a constant: every few tenths of a second the delay is looked for at which microphone and answer
agree most, and a short filter around it is fitted to the last second (least squares). It is used while it explains what
is heard; while the user speaks louder than the echo the last good one stays.
"""

import numpy as np
import soxr

from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.types import Samples

WINDOW = SAMPLE_RATE
"""Sound that a filter is fitted to."""
MOST_LAG = round(0.7 * SAMPLE_RATE)
"""Longest delay of an echo."""
SEARCH_EVERY, EVERY = SAMPLE_RATE // 10, SAMPLE_RATE // 4
"""Sound between two fits: while no echo is known, and later."""
TAPS, TAPS_BEFORE = 48, 12
"""Length of the filter, and how much of it lies before the delay that was found."""
LEAST_LIKENESS = 0.25
"""Correlation from which there is an echo."""
MOST_LEFT = 0.5
"""Share of the energy that a filter may leave to be used."""
MOST_GAIN = 0.25
"""Energy of an echo by that of the answer; what is as loud is somebody whose voice is like it for a moment."""
LOUDER = 4.0
"""Times the energy of the echo that what is heard has at least where somebody speaks beside it."""
BLOCK = SAMPLE_RATE // 50
"""Sound in which an echo is taken out or is not."""
MOST_MISSES = 6
"""Windows without an echo after which the filter is forgotten."""


class Echo:
    """Follows one talk. Positions count samples of the microphone at 16 kHz.

    ``clean`` may run in another thread than the rest, one call at a time.

    Attributes:
        found_at: Position at which the echo was found last.
    """

    def __init__(self) -> None:
        self.found_at = -1
        self._played: tuple[tuple[int, Samples], ...] = ()  # never changed in place: ``clean`` reads it elsewhere
        self._resampler: soxr.ResampleStream | None = None
        self._heard = np.zeros(WINDOW, np.float32)
        self._since = 0
        self._delay = 0
        self._filter: Samples | None = None
        self._misses = 0

    @property
    def is_found(self) -> bool:
        """Whether an echo is being taken out."""
        return self._filter is not None

    def play(self, data: bytes, sample_rate: int, position: int) -> None:
        """Sound of an answer will play when the microphone is at a position, or right behind what plays before."""
        samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
        if sample_rate != SAMPLE_RATE:
            if self._resampler is None:
                self._resampler = soxr.ResampleStream(sample_rate, SAMPLE_RATE, 1, dtype="float32", quality="MQ")
            samples = self._resampler.resample_chunk(samples)
        if self._played:
            begin, before = self._played[-1]
            if position - begin - len(before) < SAMPLE_RATE // 20:  # it goes on without a gap
                position = begin + len(before)
        self._played = (*self._played, (position, samples))

    def stop(self, position: int) -> None:
        """Nothing plays from a position on."""
        self._resampler = None
        self._played = tuple(
            (begin, samples[: max(0, position - begin)]) for begin, samples in self._played if begin < position
        )

    def is_near(self, position: int) -> bool:
        """Whether sound of an answer may be heard."""
        oldest = position - WINDOW - 2 * MOST_LAG
        self._played = tuple(one for one in self._played if one[0] + len(one[1]) >= oldest)
        if not self._played:
            return False
        begin, samples = self._played[-1]
        return position < begin + len(samples) + MOST_LAG

    def clean(self, samples: Samples, position: int) -> Samples:
        """The samples without the echo.

        Args:
            samples: Mono at 16 kHz, shape (n_samples,), float32.
            position: Of the first one.
        """
        end = position + len(samples)
        self._heard = np.concatenate([self._heard, samples])[-WINDOW:]
        self._since += len(samples)
        if self._since >= (EVERY if self._filter is not None else SEARCH_EVERY):
            self._since = 0
            self._fit(end)
        if self._filter is None:
            return samples
        played = self._reference(position - self._delay - TAPS + 1, end - self._delay)
        expected = np.asarray(np.convolve(played, self._filter, "valid"), np.float32)
        for begin in range(0, len(samples), BLOCK):
            echo, heard = expected[begin : begin + BLOCK], samples[begin : begin + BLOCK]
            if echo @ echo > heard @ heard and echo @ echo > 2 * (echo @ heard):  # it would be louder without it
                echo[:] = 0  # there is no such echo: nobody shall hear the answer for it
        return samples - expected

    def _reference(self, begin: int, end: int) -> Samples:
        """What plays between two positions."""
        found = np.zeros(end - begin, np.float32)
        for at, samples in self._played:
            first, last = max(begin, at), min(end, at + len(samples))
            if first < last:
                found[first - begin : last - begin] = samples[first - at : last - at]
        return found

    def _fit(self, end: int) -> None:
        """Look for the echo in the last second."""
        heard, played = self._heard, self._reference(end - WINDOW - MOST_LAG - TAPS, end)
        lag = self._lag(heard, played[TAPS:])
        fitted = None
        if lag is not None:
            delay = max(0, lag - TAPS_BEFORE)
            first = MOST_LAG + TAPS - delay
            shifted = np.lib.stride_tricks.sliding_window_view(played[first - TAPS + 1 : first + WINDOW], TAPS)
            matrix = shifted.T @ shifted
            matrix += np.eye(TAPS, dtype=np.float32) * (1e-4 * np.trace(matrix) / TAPS + 1e-9)
            taps = np.linalg.solve(matrix, shifted.T @ heard)
            echo = shifted @ taps
            left = heard - echo
            is_quiet = echo @ echo < MOST_GAIN * (shifted[:, -1] @ shifted[:, -1])
            if is_quiet and left @ left < MOST_LEFT * (heard @ heard):
                fitted = (delay, np.asarray(taps[::-1], np.float32))
        if fitted is not None:
            if self._filter is None:
                self.found_at = end
            (self._delay, self._filter), self._misses = fitted, 0
        elif self._filter is not None:
            first = MOST_LAG - self._delay + 1
            expected = np.convolve(played[first : first + WINDOW + TAPS - 1], self._filter, "valid")
            # somebody who speaks louder than the echo tells nothing about it
            self._misses += bool(heard @ heard < LOUDER * (expected @ expected))
            if self._misses >= MOST_MISSES:
                self._filter = None

    @staticmethod
    def _lag(heard: Samples, played: Samples) -> int | None:
        """The delay at which what is heard is likest to what plays; None if it is not alike."""
        size = 1 << (len(played) + len(heard)).bit_length()
        product = np.fft.irfft(np.fft.rfft(played, size) * np.conj(np.fft.rfft(heard, size)), size)
        along = product[: MOST_LAG + 1][::-1]  # by delay
        power = np.concatenate([[0.0], np.cumsum(np.square(played, dtype=np.float64))])
        energies = (power[WINDOW:] - power[:-WINDOW])[: MOST_LAG + 1][::-1]
        likeness = np.abs(along) / np.sqrt(np.maximum(energies, 1e-6) * max(float(heard @ heard), 1e-6))
        best = int(likeness.argmax())
        return best if likeness[best] >= LEAST_LIKENESS else None
