import numpy as np
import pytest

from openwaves.tts.engines.kokoro.fast_signal import N_FFT, STEP, Excitation, Filter
from openwaves.tts.engines.kokoro.signal import HOP, RATE, source
from openwaves.types import Samples

BINS = N_FFT // 2 + 1


def filtered(f0_hz: np.ndarray, gains: np.ndarray, sizes: list[int], seed: int = 0) -> Samples:
    """An utterance in pieces of some values of the pitch each."""
    excitation, whole, at, parts = Excitation(f0_hz, np.random.default_rng(seed)), Filter(), 0, []
    for size in sizes:
        parts.append(whole.add(gains[:, 2 * at : 2 * (at + size)], excitation.windows(at, at + size)))
        at += size
    return np.concatenate([*parts, whole.end()])


def flat(n: int, real: float = 0, noise: float = 0) -> np.ndarray:
    gains = np.zeros((5, 2 * n, BINS), np.float32)
    gains[0], gains[2] = real, noise
    return gains


def test_gains_of_one_give_the_noise_back() -> None:
    f0_hz = np.zeros(20, np.float32)
    noise = np.random.default_rng(7).standard_normal(20 * HOP, dtype=np.float32)
    assert filtered(f0_hz, flat(20, noise=1), [20], seed=7)[STEP:-STEP] == pytest.approx(noise[STEP:-STEP], abs=1e-5)


def test_pulses_lie_on_the_pitch_up_to_the_limit_and_nowhere_else() -> None:
    f0_hz = np.full(80, 200, np.float32)
    sound = filtered(f0_hz, flat(80, real=1), [80])[2400:-2400]
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    harmonic = np.abs(hertz - 200 * np.round(hertz / 200)) < 5
    assert power[~harmonic].sum() < 1e-4 * power.sum()
    peaks = [power[np.argmin(np.abs(hertz - 200 * k))] for k in range(1, 58)]
    assert max(peaks) / min(peaks) < 1.2
    assert power[hertz > 11600].max() < 1e-6 * max(peaks)


def test_pulses_are_in_phase_with_the_source_of_the_full_decoder() -> None:
    f0_hz = np.full(120, 150, np.float32)
    spectra = []
    for sound in (filtered(f0_hz, flat(120, real=1), [120]), source(f0_hz, np.random.default_rng(0))):
        spectra.append(np.fft.rfft(sound[6000:30000]))
    turns = np.angle(spectra[0] * spectra[1].conj())[150:1351:150] / np.pi  # of harmonics 1 to 9, a bin for each hertz
    assert np.abs(turns - turns.round()).max() > 0.4  # the source has sines, the pulses are cosines
    assert np.abs(np.abs(turns) - 0.5).max() < 0.05


@pytest.mark.parametrize("sizes", [[1] * 50, [48, 2], [3, 17, 30]])
def test_pieces_are_the_whole_sample_for_sample(sizes: list[int]) -> None:
    random = np.random.default_rng(1)
    f0_hz = np.where(random.random(50) < 0.7, random.uniform(80, 300, 50), 0).astype(np.float32)
    gains = random.standard_normal((5, 100, BINS)).astype(np.float32)
    whole = filtered(f0_hz, gains, [50])
    assert len(whole) == 50 * HOP
    assert np.array_equal(filtered(f0_hz, gains, sizes), whole)
