"""What a client wants of a live session, and what it is told."""

from dataclasses import dataclass, field
from typing import Literal

from openwaves.audio.live_decode import Encoding
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.listening import Rules
from openwaves.stt.transcript import Keyword, Word
from openwaves.stt.written import TextRules


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """What a client wants of a session.

    Attributes:
        languages: Codes that may be spoken; of several, the sound decides.
        encoding: Of the bytes.
        sample_rate: Of the bytes, Hz.
        rules: When texts are sent.
        keywords: Terms that are likelier than usual.
        text: How words are written.
        tells_speakers: Tell who speaks.
        tells_pitch: Tell how high the voice is.
    """

    languages: tuple[str, ...] = ("en",)
    encoding: Encoding = "linear16"
    sample_rate: int = SAMPLE_RATE
    rules: Rules = field(default_factory=Rules)
    keywords: tuple[Keyword, ...] = ()
    text: TextRules = field(default_factory=TextRules)
    tells_speakers: bool = False
    tells_pitch: bool = False


@dataclass(frozen=True, slots=True)
class Interim:
    """What is not final yet.

    Attributes:
        words: In order; empty as a sign of life.
        language: Code of the language that was heard, or empty.
        lag_s: Time since its last sound came.
    """

    words: tuple[Word, ...]
    language: str
    lag_s: float


@dataclass(frozen=True, slots=True)
class Final:
    """Words that stay.

    Attributes:
        words: In order; times in seconds from the first sample of the session.
        language: Code of the language that was heard, or empty.
        from_finalize: Answers ``Session.finalize``.
        after_s: Time since it was asked for: since the wait was over, or the client wanted it.
        entities: What was redacted in it, as placeholders.
        pitch_hz: Median pitch so far; None if nobody asked, or it is not known.
    """

    words: tuple[Word, ...]
    language: str
    from_finalize: bool
    after_s: float
    entities: tuple[str, ...] = ()
    pitch_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Speech has begun or ended."""

    kind: Literal["started", "ended"]
    at_s: float


@dataclass(frozen=True, slots=True)
class Last:
    """Nothing follows."""


Message = Interim | Final | Mark | Last
