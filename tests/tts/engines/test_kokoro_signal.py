"""Kokoro's harmonic source, its spectrum and the inverse transform, against their definitions in float64."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from openwaves.tts.engines.kokoro import signal

HARMONICS = [-0.08154187, -0.18519667, -0.18263398, -0.17837206, -0.09873895]
HARMONICS += [0.08264039, 0.08743999, -0.39068547, -0.54774433]
BIAS = -0.02945026
WINDOW = np.hanning(21)[:20]


@pytest.fixture(scope="module")
def f0_hz() -> NDArray[np.float32]:
    random = np.random.default_rng(1)
    curve = 180 + 60 * np.sin(np.arange(400) / 17) + random.normal(0, 3, 400)
    curve[90:170] = random.uniform(-5, 9.5, 80)
    return curve.astype(np.float32)


def test_the_voiced_source_is_nine_harmonics_and_little_noise(f0_hz: NDArray[np.float32]) -> None:
    turns = np.cumsum(f0_hz.astype(np.float64)) * 300 / 24000
    moments = np.arange(400) * 300 + 149.5
    phase = np.interp(np.arange(120000), moments, turns)
    pure = sum(0.1 * weight * np.sin(2 * np.pi * (k + 1) * phase) for k, weight in enumerate(HARMONICS))
    found = np.arctanh(signal.source(f0_hz, np.random.default_rng(0)).astype(np.float64)) - BIAS
    voiced = np.repeat(f0_hz > 10, 300)
    spread = np.linalg.norm(HARMONICS)
    rest = (found - pure)[voiced]
    assert rest.std() == pytest.approx(0.003 * spread, rel=0.02)
    assert found[~voiced].std() == pytest.approx(0.1 / 3 * spread, rel=0.02)
    assert np.abs(rest).max() < 0.003 * spread * 6
    other = np.arctanh(signal.source(f0_hz, np.random.default_rng(5)).astype(np.float64)) - BIAS
    assert np.abs(np.corrcoef(rest, (other - pure)[voiced])[0, 1]) < 0.02


def test_the_source_depends_on_the_seed_alone_at_any_length() -> None:
    long = np.full(2000, 100, np.float32)
    first, again, other = (signal.source(long, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (600000,)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(signal.source(np.zeros(1, np.float32), np.random.default_rng(0))) == 300


@pytest.mark.parametrize("n_samples", [300, 36000])
def test_the_spectrum_is_that_of_windowed_frames(n_samples: int) -> None:
    samples = np.random.default_rng(2).uniform(-1, 1, n_samples).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 10, mode="reflect"), 20)[::5]
    truth = np.fft.rfft(frames * WINDOW).T
    spectrum = signal.spectrum(samples)
    assert spectrum.shape == (1, 22, n_samples // 5 + 1)
    assert spectrum.dtype == np.float32
    magnitude, phase = spectrum[0, :11], spectrum[0, 11:]
    assert np.abs(magnitude * np.exp(1j * phase) - truth).max() < 1e-5


@pytest.mark.parametrize("n_frames", [61, 7201])
def test_the_inverse_is_overlapped_frames_over_their_windows(n_frames: int) -> None:
    spec = np.random.default_rng(3).standard_normal((22, n_frames)).astype(np.float32)
    frames = np.fft.irfft(np.exp(spec[:11]) * np.exp(1j * np.sin(spec[11:].astype(np.float64))), axis=0).T * WINDOW
    total, weight = np.zeros((2, n_frames * 5 + 15))
    for k, frame in enumerate(frames):
        total[k * 5 : k * 5 + 20] += frame
        weight[k * 5 : k * 5 + 20] += WINDOW**2
    truth = (total / np.maximum(weight, 1e-8))[10:-10]
    samples = signal.inverse(spec)
    assert samples.shape == truth.shape
    assert np.abs(samples - truth).max() < 1e-5


def test_the_transforms_keep_to_the_calling_thread() -> None:
    """In a process of its own, where no other thread works."""
    done = subprocess.run([sys.executable, "-c", TRANSFORMS], check=True, capture_output=True, text=True)
    own_s, others_s = map(float, done.stdout.split())
    assert others_s < 0.2 * own_s


TRANSFORMS = """
import time
import numpy as np
from openwaves.tts.engines.kokoro import signal
from openwaves.models.session import use_one_blas_thread

use_one_blas_thread()
samples = np.random.default_rng(2).uniform(-1, 1, 120000).astype(np.float32)
spec = signal.spectrum(samples)[0]
signal.inverse(spec)
time.sleep(0.3)  # threads that numpy's import began wait busily for a moment
own, all_threads = time.thread_time(), time.process_time()
for _ in range(10):
    signal.spectrum(samples)
    signal.inverse(spec)
own = time.thread_time() - own
print(own, time.process_time() - all_threads - own)
"""
