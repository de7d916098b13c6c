"""From a recording to a style."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from openwaves.audio.decode import decode
from openwaves.audio.loudness import TARGET_LUFS
from openwaves.cancellation import CancelToken
from openwaves.engines.session import use_one_blas_thread
from openwaves.text.segments import split
from openwaves.types import ClonedStyle, Speech, SpeechJob, Voice
from openwaves.voices.cloning.encoders import Encoders
from openwaves.voices.cloning.prepare import prepare_encoders
from openwaves.voices.cloning.reference import check
from openwaves.voices.cloning.solve import Surrogate, solve
from openwaves.voices.models import ModelStore
from openwaves.voices.styles import StyleLibrary

Speak = Callable[[SpeechJob, CancelToken], Speech]

PITCH_RANGE = (0.6, 1.7)
MOST_GAIN_DB = 15.0
SAMPLE = "Hello! This is how I sound, and I can read to you."


@dataclass(frozen=True, slots=True)
class _Parts:
    encoders: Encoders
    surrogate: Surrogate


class Cloner:
    """Makes styles of recordings. Thread-safe; each call keeps one core busy for about a second.

    The first call loads the speaker encoders and the surrogate, which takes a second more.
    """

    def __init__(self, models: Path, styles: StyleLibrary, speak: Speak) -> None:
        """Load nothing yet.

        Args:
            models: The model folder.
            styles: The packs around which styles are found.
            speak: Speaks with the Kokoro engine, as ``Speaker.speak`` does; for measuring the loudness of a style.
        """
        self._models = models
        self._styles = styles
        self._speak = speak
        self._loaded: _Parts | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load what ``clone`` needs, unless that was done before.

        Raises:
            ModelFileError: A model file is missing or damaged.
        """
        self._parts()

    def clone(self, recording: bytes) -> ClonedStyle:
        """The style of the person who speaks in a recording.

        Blocks: call it off the event loop.

        Args:
            recording: A sound file of any usual kind, with 3 s of speech at least.

        Raises:
            RecordingError: It cannot be read, or no voice can be made of it.
            OverloadedError: The machine is too busy to read it.
            ModelFileError: A model file is missing or damaged.
            EngineError: The new style cannot be spoken.
        """
        reference = check(decode(recording))
        parts = self._parts()
        targets = parts.encoders.embed(reference.samples)
        f0_hz = parts.surrogate.plausible_hz(targets, reference.f0_hz)
        solution = solve(parts.surrogate, targets, f0_hz)
        pitch = float(np.clip(f0_hz / solution.natural_hz, *PITCH_RANGE))
        style = ClonedStyle(solution.vector, pitch, 0.0)
        return ClonedStyle(style.vector, pitch, self._gain_db(style))

    def _parts(self) -> _Parts:
        with self._lock:
            if self._loaded is None:
                use_one_blas_thread()
                store = ModelStore(self._models)
                self._loaded = _Parts(Encoders.load(prepare_encoders(store)), Surrogate(self._styles))
            return self._loaded

    def _gain_db(self, style: ClonedStyle) -> float:
        """What brings a sample of the style to the common loudness."""
        from pyloudnorm import Meter  # noqa: PLC0415 - slow to import

        spoken = [
            self._speak(
                SpeechJob(segment, Voice.of_clone(style), 1.0, "en", None, math_notation=False, seed=0), CancelToken()
            )
            for segment in split(SAMPLE)
        ]
        samples = np.concatenate([speech.samples for speech in spoken]).astype(np.float64)
        loudness = Meter(spoken[0].sample_rate).integrated_loudness(samples)
        return float(np.clip(TARGET_LUFS - loudness, -MOST_GAIN_DB, MOST_GAIN_DB))
