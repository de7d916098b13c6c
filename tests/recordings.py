"""Recordings that tests upload: made up, so that no real voice lies in the repository."""

import io
import wave

import numpy as np

RATE = 16000


def voice_wav(seconds: float = 5.0, pitch_hz: float = 130.0) -> bytes:
    """A WAV file of a drawn-out vowel in syllables, which cloning takes for a voice."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    hertz = pitch_hz * (1 + 0.08 * np.sin(2 * np.pi * 0.6 * time_s))
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    sound = sum(np.sin(k * phase) * np.exp(-(((k * pitch_hz - 600) / 900) ** 2)) for k in range(1, 25))
    sound = sound * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * time_s)) + 0.01 * np.random.default_rng(0).normal(
        size=len(time_s)
    )
    return wav(0.5 * sound / np.abs(sound).max())


def wav(samples: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> bytes:
    """16-bit mono WAV of samples in [-1, 1]."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes((samples * 32767).astype("<i2").tobytes())
    return file.getvalue()
