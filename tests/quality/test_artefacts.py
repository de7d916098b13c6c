"""The measures of what a decoder may add, on sounds that have it and such that do not."""

import numpy as np
from bench.quality.artefacts import between_harmonics_db, click_db, offset

from openwaves.types import Samples

RATE = 16000


def voice(noise: float = 0.0) -> Samples:
    """Two seconds of harmonics of 120 Hz with noise between them."""
    time_s = np.arange(2 * RATE) / RATE
    harmonics = sum(np.cos(2 * np.pi * 120 * k * time_s + k * k) / k for k in range(1, 20))
    hiss = noise * np.random.default_rng(0).standard_normal(len(time_s))
    return np.asarray(0.1 * (harmonics + hiss), np.float32)


def test_a_click_is_sharper_than_the_voice() -> None:
    clean = voice(0.1)
    clicked = clean.copy()
    clicked[20000] += 0.5
    assert click_db(clicked) > click_db(clean) + 6


def test_noise_fills_the_space_between_harmonics() -> None:
    depths = [between_harmonics_db(voice(noise)) for noise in (0.0, 0.3, 1.5)]
    assert depths[0] > depths[1] > depths[2]
    assert depths[0] > 20


def test_an_offset_is_the_mean() -> None:
    assert offset(voice() + np.float32(0.01)) - offset(voice()) > 0.009
