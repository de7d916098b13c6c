"""Speaks texts as the server does."""

from functools import cached_property

import numpy as np
import soxr

from openwaves.assembly import load_speaker
from openwaves.cancellation import CancelToken
from openwaves.models.progress import rich_progress
from openwaves.settings import load_settings
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Samples, SpeechJob, Voice

RATE = 24000
HEARD_RATE = 16000


class Studio:
    """The voices, in this process. What was spoken is kept."""

    def __init__(self, speaker: LocalSpeaker | None = None) -> None:
        """Speak with loaded networks.

        Args:
            speaker: The networks; None loads them on first use.
        """
        self._given = speaker
        self._spoken: dict[tuple[str, str, str], Samples] = {}

    @cached_property
    def speaker(self) -> LocalSpeaker:
        """The loaded networks."""
        if self._given is not None:
            return self._given
        with rich_progress() as progress:
            return load_speaker(load_settings(), 2, progress, lambda line: None)

    def voice(self, voice_id: str) -> Voice:
        """A row of the catalogue."""
        return Catalogue.load().get(voice_id)

    def speak(self, voice_id: str, text: str, language: str = "en") -> Samples:
        """A text in the segments of a stream, with the pauses between them, at ``RATE``."""
        key = (voice_id, text, language)
        if key not in self._spoken:
            self._spoken[key] = self._speak(*key)
        return self._spoken[key]

    def _speak(self, voice_id: str, text: str, language: str) -> Samples:
        voice = self.voice(voice_id)
        parts: list[Samples] = []
        pause_s = 0.0
        for number, segment in enumerate(split(text, self.speaker.engine(voice).segment_chars)):
            job = SpeechJob(segment, voice, 1.0, language, None, math_notation=False, seed=number)
            speech = self.speaker.speak(job, CancelToken())
            parts += [np.zeros(round(pause_s * RATE), np.float32), speech.samples]
            pause_s = segment.pause_s
        return np.concatenate(parts)


def heard(samples: Samples, rate: int = RATE) -> Samples:
    """What every judge is given: ``HEARD_RATE``, a peak of 0.7."""
    found = np.asarray(soxr.resample(samples, rate, HEARD_RATE), np.float32)
    return found * np.float32(0.7 / max(1e-6, float(np.abs(found).max())))
