"""The values that travel between the stages, in the order in which they are made.

    SpeechRequest ─ plan ─► SpeechPlan(segments) ─ analyze ─► Utterance ─ synthesize ─► Audio ─ encode ─► bytes

All are frozen: a stage makes new values and changes none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from openwaves.cancellation import CancelToken

Samples = NDArray[np.float32]
"""Mono sound, shape (n_samples,), float32, nominally in [-1, 1]."""

AudioFormat = Literal["pcm", "wav", "mp3", "ulaw", "alaw", "opus", "aac", "flac"]
"""Opus comes in Ogg, AAC in ADTS."""

CLONE_ENGINE = "kokoro"
"""The engine that speaks cloned styles."""

Gender = Literal["female", "male", ""]
"""Empty where nobody knows: of clones."""


class DictionaryItem(NamedTuple):
    """One entry of a pronunciation dictionary.

    Attributes:
        word: One word or several, as they are written; case counts.
        pronunciation: How to say it, spelled in an everyday way.
    """

    word: str
    pronunciation: str


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Dictionary:
    """A pronunciation dictionary. Two of the same id and revision are equal.

    Attributes:
        id: Its name on the wire.
        revision: Another one after each change.
        items: Its entries.
    """

    id: str
    revision: int
    items: tuple[DictionaryItem, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One request for speech, validated and with every default filled in.

    Attributes:
        text: What to say, as the client wrote it. Spans elsewhere count characters of this string.
        voice_id: Id of a catalogue voice or a clone.
        language: Language code of the text; None means "by script" (English and Hindi), ``auto`` detects.
        number_language: Language in which numerals are read; None follows the language.
        math_notation: Read operators between digits.
        speed: Pace, 0.5 to 2; 1 is the voice's own.
        sample_rate: Rate of the answer in Hz.
        output_format: Encoding of the answer.
        dictionary_ids: Pronunciation dictionaries as the client names them.
        word_timestamps: Send the time of every word (WebSocket only).
        session_id: The client's own id of the session, echoed.
        request_id: The client's own id of the request, echoed.
        model: Grade of voice by its API name; it only matters where a fast decoder is loaded.
        dictionaries: The dictionaries of ``dictionary_ids``, in their order.
        clone: The voice of ``voice_id``, if that is a clone.
    """

    text: str
    voice_id: str
    language: str | None = "en"
    number_language: str | None = None
    math_notation: bool = False
    speed: float = 1.0
    sample_rate: int = 44100
    output_format: AudioFormat = "pcm"
    dictionary_ids: tuple[str, ...] = ()
    word_timestamps: bool = False
    session_id: str | None = None
    request_id: str | None = None
    model: str = "lightning_v3.1"
    dictionaries: tuple[Dictionary, ...] = ()
    clone: "Voice | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class ClonedStyle:
    """What makes the network speak like the speaker of a recording.

    Attributes:
        vector: Style vector, shape (256,), float32: timbre and prosody halves.
        pitch: Factor on the fundamental frequency that the vector speaks with by itself.
        gain_db: Brings the voice to the common loudness.
        fast_likeness: How much the fast decoder sounds like the full one in this style, as a cosine of CAM++; None
            where that was not measured.
    """

    vector: NDArray[np.float32]
    pitch: float
    gain_db: float
    fast_likeness: float | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """One row of the catalogue, or one clone.

    Attributes:
        id: What clients send as ``voice_id``.
        name: Display name.
        engine: Name of the engine that speaks it.
        languages: Codes that it is meant for, its first language first.
        accent: One word, such as ``american`` or ``indian``.
        gender: ``female`` or ``male``; empty for a clone.
        age: ``young``, ``adult`` or ``senior``; empty for a clone.
        use_cases: What it suits, such as ``narration``.
        description: One line for people.
        models: API model names that list it.
        timbre: Style pack to weight, for the timbre half of the style; weights sum to 1. An engine without styles
            leaves it to the one that speaks in its place.
        prosody: The same for the prosody half.
        speed: Base pace; the request's speed multiplies it.
        pitch: Factor on the fundamental frequency.
        gain_db: Brings the voice to the common loudness.
        style: Style vector of a clone, shape (256,), float32; takes the place of ``timbre`` and ``prosody``.
        fast_likeness: Of a clone, as in ``ClonedStyle``.
    """

    id: str
    name: str
    engine: str
    languages: tuple[str, ...]
    accent: str
    gender: Gender
    age: str
    use_cases: tuple[str, ...]
    description: str
    models: tuple[str, ...]
    timbre: Mapping[str, float] = field(default_factory=dict)
    prosody: Mapping[str, float] = field(default_factory=dict)
    speed: float = 1.0
    pitch: float = 1.0
    gain_db: float = 0.0
    style: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    fast_likeness: float | None = None

    @classmethod
    def of_clone(
        cls,
        style: ClonedStyle,
        voice_id: str = "clone",
        *,
        name: str = "",
        language: str = "en",
        accent: str = "",
        description: str = "",
        models: tuple[str, ...] = (),
    ) -> Self:
        """The voice of a cloned style, which speaks every language."""
        return cls(
            id=voice_id,
            name=name,
            engine=CLONE_ENGINE,
            languages=(language,),
            accent=accent,
            gender="",
            age="",
            use_cases=(),
            description=description,
            models=models,
            pitch=style.pitch,
            gain_db=style.gain_db,
            style=style.vector,
            fast_likeness=style.fast_likeness,
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the request's text that is spoken in one breath.

    Attributes:
        text: The stretch itself, equal to ``request.text[start:end]``.
        start: Offset of its first character in the request's text.
        end: Offset past its last character.
        pause_s: Silence that follows it, seconds; 0 where a clause was cut between two words.
        is_seam: It begins where a clause was cut between two words.
        before: The last words of the same sentence before it, for whoever must know what it continues.
    """

    text: str
    start: int
    end: int
    pause_s: float
    is_seam: bool = False
    before: str = ""


@dataclass(frozen=True, slots=True)
class SpeechPlan:
    """A request that can be answered: its voice is known and its text is cut.

    Attributes:
        request: What was asked.
        voice: Who speaks.
        segments: The text in order; together they cover everything that is spoken.
    """

    request: SpeechRequest
    voice: Voice
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class SpeechJob:
    """One segment of a plan, with all that a worker needs to speak it: the unit of scheduling.

    Attributes:
        segment: The text.
        voice: Who speaks.
        speed: Pace asked by the client; the voice's own multiplies it.
        language: As in ``SpeechRequest``.
        number_language: As in ``SpeechRequest``.
        math_notation: As in ``SpeechRequest``.
        seed: Seed of the network's noise.
        dictionaries: As in ``SpeechRequest``.
    """

    segment: Segment
    voice: Voice
    speed: float
    language: str | None
    number_language: str | None
    math_notation: bool
    seed: int
    dictionaries: tuple[Dictionary, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the input and the phonemes that speak it.

    Attributes:
        start: Offset of its first character in the request's text.
        end: Offset past its last character.
        phonemes_start: Offset of its first phoneme in the utterance's phonemes.
        phonemes_end: Offset past its last phoneme.
    """

    start: int
    end: int
    phonemes_start: int
    phonemes_end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """What an engine speaks in one run.

    Attributes:
        phonemes: IPA in the engine's symbols, words separated by spaces, punctuation kept.
        words: The words of the input in order; punctuation belongs to none.
        languages: Codes of the languages that its segment is read in.
    """

    phonemes: str
    words: tuple[Word, ...] = ()
    languages: frozenset[str] = frozenset({"en"})


@dataclass(frozen=True, slots=True)
class Style:
    """How an engine shall sound.

    Attributes:
        pack: Style vectors by utterance length, shape (510, 256), float32: row n-1 is for n phonemes. None for
            engines with one voice.
        pitch: Factor on the fundamental frequency, 0.5 to 2.
    """

    pack: NDArray[np.float32] | None = None
    pitch: float = 1.0


class PhonemeTiming(NamedTuple):
    """When a phoneme sounds, seconds from the start of the audio."""

    start_s: float
    end_s: float


class WordTiming(NamedTuple):
    """When a word of the request's text sounds.

    Attributes:
        start: Offset of its first character in the request's text.
        end: Offset past its last character.
        start_s: Seconds from the start of the audio.
        end_s: The same for its end.
    """

    start: int
    end: int
    start_s: float
    end_s: float

    def shifted(self, shift_s: float) -> "WordTiming":
        """The same word, later by ``shift_s``."""
        return self._replace(start_s=self.start_s + shift_s, end_s=self.end_s + shift_s)


@dataclass(frozen=True, slots=True)
class Audio:
    """Synthesized sound.

    Attributes:
        samples: Mono, shape (n_samples,), float32.
        sample_rate: Hz.
        timings: One per character of the utterance's phonemes, in order, never running backwards.
    """

    samples: Samples
    sample_rate: int
    timings: tuple[PhonemeTiming, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, slots=True)
class Speech:
    """The sound of one segment, or the next part of it, and the times of its words.

    Attributes:
        samples: Mono, shape (n_samples,), float32; empty if nothing in the segment can be spoken.
        sample_rate: Hz.
        words: Every white-space-delimited word of the segment in order, silent ones included; all in the first part.
        go_on: Makes the next part, on any thread; None after the last.
    """

    samples: Samples
    sample_rate: int
    words: tuple[WordTiming, ...] = ()
    go_on: "Callable[[CancelToken], Speech] | None" = field(default=None, compare=False, repr=False)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """A piece of the answer, in the order of playback.

    Attributes:
        data: Encoded sound; whole samples for pcm.
        words: The words that begin in this piece; times count from the start of the request's audio.
        duration_s: Length of the sound that went into it; an encoder may hold some of it back.
    """

    data: bytes
    words: tuple[WordTiming, ...] = ()
    duration_s: float = 0.0
