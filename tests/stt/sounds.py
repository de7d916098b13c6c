"""Sounds for tests of recognition."""

import io
import wave

import numpy as np

from openwaves.types import Samples

RATE = 16000


def wav(samples: Samples, rate: int = RATE) -> bytes:
    """A WAV file of 16-bit samples."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm(samples))
    return buffer.getvalue()


def pcm(samples: Samples) -> bytes:
    """16-bit samples without a header."""
    return (samples.clip(-1, 1) * 32767).astype("<i2").tobytes()


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def still_noises(seconds: float) -> dict[str, Samples]:
    """Sounds without a word: silence, noise, a fan with hum, chords, key clicks, a swelling tone."""
    n = round(seconds * RATE)
    time_s = np.arange(n) / RATE
    random = np.random.default_rng(7)
    white = random.standard_normal(n)
    brown = np.convolve(white, 0.95 ** np.arange(60), "same")
    chords = sum(0.05 * np.sin(2 * np.pi * hz * time_s) * (1 + np.sin(4 * np.pi * time_s)) for hz in (220, 277, 330))
    clicks = np.zeros(n)
    for place in random.integers(0, n - 400, round(seconds * 6)):
        clicks[place : place + 240] += 0.4 * random.standard_normal(240) * np.exp(-np.arange(240) / 40)
    sounds = {
        "silence": np.zeros(n),
        "soft noise": 0.003 * white,
        "loud noise": 0.1 * white,
        "fan with hum": 0.05 * np.sin(2 * np.pi * 100 * time_s) + 0.02 * brown,
        "music": np.asarray(chords),
        "typing": clicks + 0.0005 * white,
        "swelling tone": 0.2 * np.sin(2 * np.pi * 440 * time_s) * np.sin(np.pi * time_s / seconds),
    }
    return {name: np.asarray(sound, np.float32) for name, sound in sounds.items()}
