"""The speaker encoders: what a voice is like, as a vector. Recordings of one speaker give vectors that lie close."""

from typing import Any, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from openwaves.audio.mel import framed, kaldi_mel, slaney_mel
from openwaves.models.session import one_thread_session
from openwaves.speakers.prepare import PreparedEncoders
from openwaves.types import Samples

CAMPPLUS_LEVEL_DB = -26.0  # RMS at which recordings are shown to the encoder
GE2E_LEVEL_DB = -30.0
WINDOW = 400
HOP = 160
WINDOW_FRAMES = 160  # of one GE2E window: 1.6 s
WINDOW_STEP = round(100 / 1.3)  # frames: 1.3 windows a second
LEAST_REST = 40  # frames after the last window that make another one worth while

Vector = NDArray[np.float32]


class Encoders:
    """CAM++ and GE2E. Thread-safe."""

    def __init__(self, campplus: onnxruntime.InferenceSession, ge2e: onnxruntime.InferenceSession) -> None:
        self._campplus = campplus
        self._ge2e = ge2e

    @classmethod
    def load(cls, prepared: PreparedEncoders) -> Self:
        """Load the graphs."""
        return cls(one_thread_session(str(prepared.campplus)), one_thread_session(str(prepared.ge2e)))

    def embed(self, samples: Samples) -> tuple[Vector, Vector]:
        """What the voice is like.

        Args:
            samples: Speech without pauses at 16 kHz, shape (n_samples,), float32, at least 0.5 s.

        Returns:
            Unit vectors of CAM++, shape (192,), and of GE2E, shape (256,).
        """
        features = kaldi_features(leveled(samples, CAMPPLUS_LEVEL_DB))
        first = _run(self._campplus, "features", features[None])[0]
        windows = ge2e_windows(leveled(samples, GE2E_LEVEL_DB))
        second = _run(self._ge2e, "windows", windows).mean(axis=0)
        return unit(first), unit(second)


class SpeakerEncoder:
    """CAM++ alone, for short pieces of speech. Thread-safe."""

    def __init__(self, campplus: onnxruntime.InferenceSession) -> None:
        self._campplus = campplus

    @classmethod
    def load(cls, prepared: PreparedEncoders) -> Self:
        """Load the graph."""
        return cls(one_thread_session(str(prepared.campplus), keeps_shapes=False))

    def embed(self, samples: Samples) -> Vector:
        """A unit vector, shape (192,), for 0.5 s of speech at 16 kHz or more."""
        features = kaldi_features(leveled(samples, CAMPPLUS_LEVEL_DB))
        output: NDArray[np.float32] = self._campplus.run(None, {"features": features[None]})[0]
        return unit(output[0])


def unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of length one, along the last axis."""
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / (lengths + 1e-9), np.float32)


def leveled(samples: Samples, level_db: float) -> Samples:
    """The samples at an RMS of ``level_db``, relative to 1."""
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) + 1e-9
    return samples * np.float32(10 ** (level_db / 20) / rms)


def kaldi_features(samples: Samples) -> NDArray[np.float32]:
    """80 log-mel energies a frame, their mean over the recording removed, shape (n_frames, 80).

    Source: Kaldi, feat/feature-fbank.cc and feat/mel-computations.cc: Povey window, pre-emphasis 0.97, no dither.
    """
    frames = framed(samples, WINDOW, HOP)
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - np.float32(0.97) * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    power = np.abs(np.fft.rfft(frames * _POVEY, 512)) ** 2
    energies = np.log(np.maximum(power @ _KALDI_MEL.T, np.finfo(np.float32).eps)).astype(np.float32)
    return np.asarray(energies - energies.mean(axis=0), np.float32)


def ge2e_windows(samples: Samples) -> NDArray[np.float32]:
    """Mel power in windows of 1.6 s, shape (n_windows, 160, 40).

    Source: Resemblyzer, audio.py and voice_encoder.py (librosa's mel spectrogram, 1.3 windows a second).
    """
    power = np.abs(np.fft.rfft(framed(np.pad(samples, WINDOW // 2), WINDOW, HOP) * _HANN, WINDOW)) ** 2
    mel = (power @ _SLANEY_MEL.T).astype(np.float32)
    if len(mel) < WINDOW_FRAMES:
        mel = np.pad(mel, ((0, WINDOW_FRAMES - len(mel)), (0, 0)))
    begins = list(range(0, len(mel) - WINDOW_FRAMES + 1, WINDOW_STEP))
    if len(mel) - WINDOW_FRAMES - begins[-1] > LEAST_REST:
        begins.append(len(mel) - WINDOW_FRAMES)
    return np.stack([mel[begin : begin + WINDOW_FRAMES] for begin in begins])


def _run(session: onnxruntime.InferenceSession, name: str, value: NDArray[Any]) -> NDArray[np.float32]:
    """The only output; working memory goes back afterwards, since clones are rare."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    output: NDArray[np.float32] = session.run(None, {name: value}, options)[0]
    return output


_PERIODIC = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
_HANN = _PERIODIC.astype(np.float32)
_POVEY = ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85).astype(np.float32)
_KALDI_MEL = kaldi_mel()
_SLANEY_MEL = slaney_mel(WINDOW, 40)
