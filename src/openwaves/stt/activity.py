"""Is somebody speaking, and has the speaker finished?"""

from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime

from openwaves.audio.mel import log_mel
from openwaves.errors import EngineError
from openwaves.models.session import one_thread_session
from openwaves.types import Samples

FRAME_SAMPLES = 512
"""Samples of one frame: 32 ms at 16 kHz."""
QUIETEST_DB = -62.0
"""RMS below which a frame is silence for every detector."""

_RATE = np.array(16000, np.int64)
_CONTEXT_SAMPLES = 64
_SETTLED_FRAMES = 10
"""Quiet frames after which the detector's memory says no more than that it is quiet."""
_TURN_SAMPLES = 8 * 16000


class Activity(Protocol):
    """Tells speech from everything else, for one stream. Not thread-safe: it remembers what came before."""

    def feed(self, frame: Samples) -> float:
        """How likely the frame is speech.

        Args:
            frame: The next samples at 16 kHz, shape (``FRAME_SAMPLES``,), float32.

        Returns:
            0 to 1; over 0.5 is speech.
        """
        ...

    def reset(self) -> None:
        """Forget what came before, for another stream."""
        ...


class EndOfTurn(Protocol):
    """Tells whether a speaker who is silent now has finished. Thread-safe; about 50 ms of one core."""

    def probability(self, samples: Samples) -> float:
        """How likely the speaker has finished.

        Args:
            samples: What was said up to now, 0.2 s of silence at its end, at 16 kHz, shape (n_samples,), float32; the
                last 8 s count.
        """
        ...


class SileroActivity:
    """Silero VAD, which is not asked about frames that are too quiet for speech."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        """Begin a stream.

        Args:
            session: The network, shared by all streams.
        """
        self._session = session
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._is_fresh = True
        self._n_quiet = 0

    def feed(self, frame: Samples) -> float:
        """See ``Activity``; about 0.15 ms of one core, or 0.005 for a quiet frame."""
        if level_db(frame) < QUIETEST_DB:
            if self._is_fresh:
                return 0.0
            self._n_quiet += 1
            if self._n_quiet > _SETTLED_FRAMES:
                self.reset()
                return 0.0
        else:
            self._n_quiet = 0
        self._is_fresh = False
        given = np.concatenate([self._context, frame])[None]
        self._context = frame[-_CONTEXT_SAMPLES:]
        output, self._state = self._session.run(None, {"input": given, "state": self._state, "sr": _RATE})
        return float(output[0, 0])

    def reset(self) -> None:
        """See ``Activity``."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._is_fresh = True
        self._n_quiet = 0


class SmartTurn:
    """smart-turn v3: judges melody and wording of the last 8 s. Proven for en, es, fr, hi and ta."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    @classmethod
    def load(cls, path: Path) -> "SmartTurn":
        """Load the network.

        Raises:
            EngineError: It cannot be loaded.
        """
        return cls(load_network(path))

    def probability(self, samples: Samples) -> float:
        """See ``EndOfTurn``."""
        last = samples[-_TURN_SAMPLES:].astype(np.float32)
        padded = np.pad(last, (_TURN_SAMPLES - len(last), 0))
        padded = (padded - padded.mean()) / np.sqrt(padded.var() + 1e-7)
        output = self._session.run(None, {"input_features": log_mel(padded)[None]})[0]
        return float(output.ravel()[0])


def load_network(path: Path) -> onnxruntime.InferenceSession:
    """A detector's network, to be shared by all streams.

    Raises:
        EngineError: It cannot be loaded.
    """
    try:
        return one_thread_session(str(path))
    except Exception as error:
        raise EngineError(f"cannot load {path.name}: {error}") from error


class EnergyActivity:
    """Takes everything that is loud enough for speech: for tests, and beside the tone recogniser."""

    def feed(self, frame: Samples) -> float:
        """See ``Activity``."""
        return 1.0 if level_db(frame) > -40.0 else 0.0

    def reset(self) -> None:
        """See ``Activity``."""


class PauseEndOfTurn:
    """Takes every pause for the end: beside the tone recogniser."""

    def probability(self, samples: Samples) -> float:
        """See ``EndOfTurn``."""
        return 1.0 if len(samples) else 0.0


def level_db(samples: Samples) -> float:
    """RMS relative to 1, in dB."""
    if not len(samples):
        return -120.0
    return float(10 * np.log10(np.dot(samples, samples) / len(samples) + 1e-12))
