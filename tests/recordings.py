"""Recordings that tests upload: made up, so that no real voice lies in the repository."""

import numpy as np

from tests.audio.test_decode import RATE, file_of


def voice_wav(seconds: float = 5.0, pitch_hz: float = 130.0) -> bytes:
    """A WAV file of a sung vowel, hardly louder and softer, which cloning takes for a voice."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    hertz = pitch_hz * (1 + 0.08 * np.sin(2 * np.pi * 0.6 * time_s))
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    sound = np.random.default_rng(0).normal(0, 0.01, len(time_s))
    for harmonic in range(1, 25):
        sound += np.sin(harmonic * phase) * np.exp(-(((harmonic * pitch_hz - 600) / 900) ** 2))
    sound *= 0.77 + 0.23 * np.sin(2 * np.pi * 3 * time_s)
    return file_of((0.5 * sound / np.abs(sound).max()).astype(np.float32), "wav")
