"""From a recording to a style."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr

from openwaves.audio.decode import decode
from openwaves.audio.loudness import TARGET_LUFS
from openwaves.audio.mel import RATE
from openwaves.cancellation import CancelToken
from openwaves.models.progress import Progress
from openwaves.models.session import use_one_blas_thread
from openwaves.models.store import ModelStore
from openwaves.speakers.encoders import Encoders
from openwaves.speakers.prepare import prepare_encoders
from openwaves.tts.cloning.reference import check, spoken
from openwaves.tts.cloning.solve import Surrogate, solve
from openwaves.tts.text.segments import split
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import Audio, ClonedStyle, Speech, SpeechJob, Voice

Speak = Callable[[SpeechJob, CancelToken], Speech]

PITCH_RANGE = (0.6, 1.7)
MOST_GAIN_DB = 15.0
SAMPLE = "Hello! This is how I sound, and I can read to you."
FULL_SAMPLE = "The shop on the corner closes at six, and the last bus leaves a little later. How far is it from here?"
FAST_SAMPLE = (
    "Nothing in the letter explained why they had left so early that morning. You can borrow my umbrella, but please "
    "bring it back. What a beautiful view of the old harbour!"
)
"""What each decoder says for its likeness, about ten seconds: of three, the full one would be 0.85 like itself."""


@dataclass(frozen=True, slots=True)
class _Parts:
    encoders: Encoders
    surrogate: Surrogate


class Cloner:
    """Makes styles of recordings. Thread-safe; each call keeps one core busy for about a second.

    The first call loads the speaker encoders and the surrogate, which takes a second more.
    """

    def __init__(self, models: Path, styles: StyleLibrary, speak: Speak, fast_engine: str | None = None) -> None:
        """Load nothing yet.

        Args:
            models: The model folder.
            styles: The packs around which styles are found.
            speak: Speaks with the Kokoro engine, as ``Speaker.speak`` does; for measuring the loudness of a style.
            fast_engine: The engine with a fast decoder, if ``speak`` has one: its likeness is measured, too.
        """
        self._fast_engine = fast_engine
        self._models = models
        self._styles = styles
        self._speak = speak
        self._loaded: _Parts | None = None
        self._lock = threading.Lock()

    def fetch(self, progress: Progress) -> None:
        """Fetch the model files that are missing or damaged, unless they were loaded before.

        Raises:
            ModelFileError: A file cannot be fetched, or the folder is not writable.
        """
        with self._lock:
            if self._loaded is None:
                ModelStore(self._models).pull(progress)

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
        sound = self._said(SAMPLE, Voice.of_clone(style))
        return ClonedStyle(style.vector, pitch, _gain_db(sound), self._fast_likeness(style, sound, parts.encoders))

    def _parts(self) -> _Parts:
        with self._lock:
            if self._loaded is None:
                use_one_blas_thread()
                store = ModelStore(self._models)
                self._loaded = _Parts(Encoders.load(prepare_encoders(store)), Surrogate(self._styles))
            return self._loaded

    def _said(self, text: str, voice: Voice) -> Audio:
        """What a voice sounds like."""
        parts = [
            self._speak(SpeechJob(segment, voice, 1.0, "en", None, math_notation=False, seed=0), CancelToken())
            for segment in split(text)
        ]
        return Audio(np.concatenate([part.samples for part in parts]), parts[0].sample_rate)

    def _fast_likeness(self, style: ClonedStyle, full: Audio, encoders: Encoders) -> float | None:
        """The cosine of what CAM++ hears of the full decoder and of the fast one, which says something else."""
        if self._fast_engine is None:
            return None
        voice = Voice.of_clone(style)
        more = self._said(FULL_SAMPLE, voice)
        fast = self._said(FAST_SAMPLE, replace(voice, engine=self._fast_engine))
        rate = full.sample_rate
        one, other = (
            encoders.embed(spoken(np.asarray(soxr.resample(samples, rate, RATE), np.float32)))[0]
            for samples in (np.concatenate([full.samples, more.samples]), fast.samples)
        )
        return float(one @ other)


def _gain_db(sound: Audio) -> float:
    """What brings a sound to the common loudness."""
    from pyloudnorm import Meter  # noqa: PLC0415 - slow to import

    loudness = Meter(sound.sample_rate).integrated_loudness(sound.samples.astype(np.float64))
    return float(np.clip(TARGET_LUFS - loudness, -MOST_GAIN_DB, MOST_GAIN_DB))
