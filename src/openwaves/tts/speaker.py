"""Speaks one segment, in parts where the engine streams: analyze, synthesize, trim, bring to the common loudness."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.scheduler import Work
from openwaves.tts.engines import Engine, Outline, StreamingEngine, Traits
from openwaves.tts.parts import SpokenSegment, SpokenUtterance, outline_of
from openwaves.tts.text.analyze import analyze, ended
from openwaves.tts.text.timing import time_words
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import Segment, Speech, SpeechJob, Style, Utterance, Voice

_DOT_INSIDE = re.compile(r"\w\.\w")

AnyEngine = TypeVar("AnyEngine", bound=Traits)

ENGINE_LANGUAGES = {"hibari": frozenset({"en"})}  # of engines that do not speak every language
FALLBACK_ENGINE = "kokoro"
FAST_ENGINES = {"kokoro": "kokoro-fast"}  # with a fast decoder, where that is loaded


class Speaker(Protocol):
    """Speaks jobs while the calling thread waits. Thread-safe."""

    @property
    def engines(self) -> Mapping[str, Traits]:
        """By the name that catalogue rows use."""
        ...

    def engine(self, voice: Voice) -> Traits:
        """The engine that speaks ``voice``.

        Raises:
            EngineError: There is none.
        """
        ...

    def speak(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        """All of ``begin`` in one.

        Returns:
            The sound without any pause around it; no samples if nothing in the segment can be spoken.

        Raises:
            EngineError: The network failed.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        ...

    def begin(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        """Analyze one segment and speak its first part, without its silent ends and at the common loudness.

        Engines that do not stream give all of it at once. See ``speak`` for errors.
        """
        ...

    def work(self, job: SpeechJob) -> Work[Speech]:
        """A job for the scheduler; its size is in characters at the voice's own pace."""
        ...


@dataclass(frozen=True, slots=True)
class LocalSpeaker:
    """Speaks with networks of this process, on the calling thread. See ``Speaker``.

    Attributes:
        engines: By the name that catalogue rows use.
        styles: The styles of voices that are mixed from packs; None if no engine needs them.
    """

    engines: Mapping[str, Engine]
    styles: StyleLibrary | None

    def speak(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        """See ``Speaker``."""
        parts = [self.begin(job, cancel)]
        while (go_on := parts[-1].go_on) is not None:
            parts.append(go_on(cancel))
        return replace(parts[0], samples=np.concatenate([part.samples for part in parts]), go_on=None)

    def begin(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        """See ``Speaker``."""
        engine = self.engine(job.voice)
        fallback = self.engines.get(FALLBACK_ENGINE, engine)
        speed = job.speed * job.voice.speed
        most = min(engine.max_phonemes, fallback.max_phonemes)  # the languages that are found decide who speaks
        utterances = analyze(job, int(most * min(1.0, speed)))
        if any(
            utterance.languages - ENGINE_LANGUAGES.get(engine.name, utterance.languages) for utterance in utterances
        ):
            engine = fallback
        style = self.style(job.voice)
        spoken: list[SpokenUtterance] = []
        for utterance in utterances:
            cancel.raise_if_cancelled()
            phonemes = ended(utterance.phonemes, job.segment)
            outline = _outline(engine, phonemes, style, speed, job.seed, cancel)
            seam_before = job.segment.is_seam or bool(spoken)
            seam_after = not job.segment.pause_s or utterance is not utterances[-1]
            joined = _joined(job.segment, utterance)
            spoken.append(
                SpokenUtterance(outline, phonemes, seam_before=seam_before, seam_after=seam_after, joined=joined)
            )
        words = time_words(job.segment, utterances, spoken)
        return SpokenSegment(spoken, job.voice.gain_db, engine.sample_rate).more(cancel, words)

    def style(self, voice: Voice) -> Style:
        """How an engine sounds as ``voice``.

        Raises:
            ModelFileError: A style pack is missing or damaged.
        """
        if self.styles is None:
            return Style(pitch=voice.pitch)
        if voice.style is not None:
            return Style(self.styles.of_clone(voice.style), voice.pitch)
        if not voice.timbre:
            return Style(pitch=voice.pitch)
        return Style(self.styles.pack(voice.timbre, voice.prosody), voice.pitch)

    def engine(self, voice: Voice) -> Engine:
        """See ``Speaker``."""
        return engine_of(self.engines, voice)

    def work(self, job: SpeechJob) -> Work[Speech]:
        """See ``Speaker``."""
        return work_of(job, partial(self.begin, job))


def engine_of(engines: Mapping[str, AnyEngine], voice: Voice) -> AnyEngine:
    """The one of some engines that speaks ``voice``.

    Raises:
        EngineError: It is not loaded.
    """
    try:
        return engines[voice.engine]
    except KeyError:
        raise EngineError(f"engine {voice.engine!r} of voice {voice.id!r} is not loaded") from None


def work_of(
    job: SpeechJob, begin: Callable[[CancelToken], Speech], is_usual: Callable[[], bool] = lambda: True
) -> Work[Speech]:
    """A job for the scheduler, as ``Speaker.work`` says; for ``is_usual`` see ``Work``."""
    kind = ("speech", job.voice.engine, job.language)
    size = len(job.segment.text) / (job.speed * job.voice.speed)
    return Work(begin, kind, size, _duration_s, _go_on, is_usual)


def _joined(segment: Segment, utterance: Utterance) -> list[tuple[int, int]]:
    """Phonemes of names with dots inside, such as addresses: several words, without the pauses that those may have."""
    return [
        (word.phonemes_start, word.phonemes_end)
        for word in utterance.words
        if _DOT_INSIDE.search(segment.text, word.start - segment.start, word.end - segment.start)
    ]


def _outline(engine: Engine, phonemes: str, style: Style, speed: float, seed: int, cancel: CancelToken) -> Outline:
    if isinstance(engine, StreamingEngine):
        return engine.begin(phonemes, style, speed, seed=seed, cancel=cancel)
    return outline_of(engine.synthesize(phonemes, style, speed, seed=seed, cancel=cancel))


def _duration_s(speech: Speech) -> float:
    return speech.duration_s


def _go_on(speech: Speech) -> Callable[[CancelToken], Speech] | None:
    return speech.go_on
