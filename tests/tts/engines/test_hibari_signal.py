"""The sound that our signal processing makes of hibari's spectra, against that of the package that defines it."""

import numpy as np
import pytest
from hibari import dsp
from numpy.typing import NDArray

from openwaves.tts.engines.hibari import signal
from openwaves.types import Samples

N_FRAMES = 171
SILENT = -50.0  # log magnitude
HARMONIC, TURN, NOISY, FREE, PHASE = range(signal.N_PARTS)


@pytest.fixture(scope="module")
def f0_hz() -> NDArray[np.float32]:
    random = np.random.default_rng(1)
    curve = 160 + 70 * np.sin(np.arange(N_FRAMES) / 9) + random.normal(0, 2, N_FRAMES)
    curve[60:100] = random.uniform(0, 39, 40)
    return curve.astype(np.float32)


@pytest.fixture
def parts() -> NDArray[np.float32]:
    """Of a tilted spectrum, loud enough to reach the highest magnitude here and there."""
    shape = (N_FRAMES, signal.N_PARTS, signal.N_BINS)
    return np.random.default_rng(2).normal(0, 3, shape).astype(np.float32) - np.linspace(0, 6, signal.N_BINS, dtype="f")


def sound(parts: NDArray[np.float32], f0_hz: NDArray[np.float32], seed: int = 0) -> Samples:
    return signal.sound(parts.reshape(len(f0_hz), -1), f0_hz, np.random.default_rng(seed))


def defined(parts: NDArray[np.float32], f0_hz: NDArray[np.float32]) -> Samples:
    samples: Samples = dsp.synth(*parts.transpose(1, 2, 0), f0_hz, np.random.default_rng(0))
    return samples


def power(samples: Samples) -> NDArray[np.float64]:
    """Mean power in each band of 80 Hz."""
    mean: NDArray[np.float64] = (np.abs(np.fft.rfft(samples.reshape(-1, signal.HOP), axis=1)) ** 2).mean(0)
    return mean


def test_pulses_are_as_defined(f0_hz: NDArray[np.float32]) -> None:
    found, truth = signal.pulses(f0_hz), dsp.pulses(f0_hz)
    assert np.abs(truth).max() > 60
    assert np.abs(found - truth).max() < 0.05
    assert not found[62 * signal.HOP : 98 * signal.HOP].any()


def test_all_but_the_noise_is_as_defined(parts: NDArray[np.float32], f0_hz: NDArray[np.float32]) -> None:
    parts[:, NOISY] = SILENT
    found, truth = sound(parts, f0_hz), defined(parts, f0_hz)
    assert found.dtype == np.float32
    assert found.shape == truth.shape == (N_FRAMES * signal.HOP,)
    assert np.abs(found - truth).max() < 1e-3 * np.abs(truth).max()


def test_the_noise_is_as_loud_as_defined_and_white(f0_hz: NDArray[np.float32]) -> None:
    only_noise = np.full((N_FRAMES, signal.N_PARTS, signal.N_BINS), SILENT, np.float32)
    only_noise[:, NOISY] = np.where(np.arange(signal.N_BINS) < 300, 0, -3)
    found, truth = sound(only_noise, f0_hz), defined(only_noise, f0_hz)
    assert found.std() == pytest.approx(truth.std(), rel=0.02)
    ours, theirs = (10 * np.log10(power(samples)[1:-1]) for samples in (found, truth))
    assert np.abs(ours - theirs).max() < 2.0
    assert abs(np.corrcoef(found, sound(only_noise, f0_hz, seed=1))[0, 1]) < 0.03
    lags = [np.corrcoef(found[lag:], found[:-lag])[0, 1] for lag in range(4 * signal.HOP, len(found) // 2, signal.HOP)]
    assert max(map(abs, lags)) < 0.03


def test_the_seed_alone_decides(parts: NDArray[np.float32], f0_hz: NDArray[np.float32]) -> None:
    first, again, other = (sound(parts, f0_hz, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("n_frames", [1, 3, 64, 65])
def test_any_number_of_frames_has_its_sound(n_frames: int) -> None:
    parts = np.random.default_rng(3).normal(0, 1, (n_frames, signal.N_PARTS, signal.N_BINS)).astype(np.float32)
    samples = sound(parts, np.full(n_frames, 120, np.float32))
    assert samples.shape == (n_frames * signal.HOP,)
    assert np.isfinite(samples).all()
