"""What a client of live recognition asks for in its query (contract of speech to text, section 4)."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from openwaves.api.query import Query, flag
from openwaves.audio.live_decode import ENCODINGS, SAMPLE_RATES, Encoding
from openwaves.errors import FieldError, RequestError
from openwaves.stt.keywords import parse_keywords
from openwaves.stt.languages import candidates
from openwaves.stt.listening import Rules
from openwaves.stt.messages import ListenOptions
from openwaves.stt.written import TextRules, kinds, numerals_mode

MODELS = ("pulse", "pulse-2")
OLD_NAMES = ("lightning",)
NO_STREAMING = (
    "Pulse Pro has no streaming transport. Use POST /waves/v1/stt/?model=pulse-pro instead."  # the hosted text
)
LEAST_WAIT_MS, MOST_WAIT_MS = 100, 10_000
_EXTERNAL_ID = re.compile(r"[a-zA-Z0-9_\-.]{1,128}")


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """One session, as the client wants it.

    Attributes:
        model: ``pulse`` or ``pulse-2``.
        listen: What the session needs to know.
        word_timestamps: Tell the words of finals.
        sentence_timestamps: Tell the sentences of finals.
        diarize: Tell who speaks.
        full_transcript: Repeat all finals in every frame.
        vad_events: Tell when speech begins and ends.
        emotion: Tell emotions.
    """

    model: str
    listen: ListenOptions
    word_timestamps: bool
    sentence_timestamps: bool
    diarize: bool
    full_transcript: bool
    vad_events: bool
    emotion: bool


def parse_query(query: Query, languages: Collection[str], *, words_by_default: bool) -> LiveOptions:
    """Read a query; parameters that are not known are ignored.

    Args:
        query: Names and values; the last of several values counts.
        languages: Codes that can be heard here.
        words_by_default: Whether words are told where the client does not say.

    Raises:
        FieldError: A value is not allowed.
        LanguageNotServedError: Nobody here hears the language.
        RequestError: The model cannot be heard live.
    """
    model = _model(query)
    found = candidates(query.get("language") or "en", "language", languages)
    if model == "pulse-2" and "en" not in found:
        raise FieldError("language", f"{query.get('language')!r} is not en, the only language of pulse-2")
    formats = flag(query, "format", default=True)
    diarize = flag(query, "diarize")
    words = flag(query, "word_timestamps", default=words_by_default)
    sentences = flag(query, "sentence_timestamps")
    emotion, gender = flag(query, "emotion_detection"), flag(query, "gender_detection")
    external_id = query.get("external_session_id")
    if external_id and not _EXTERNAL_ID.fullmatch(external_id):
        raise FieldError("external_session_id", "must be 1 to 128 of the characters a-z A-Z 0-9 _ - .")
    return LiveOptions(
        model=model,
        listen=ListenOptions(
            languages=("en",) if model == "pulse-2" else found,
            encoding=_encoding(query),
            sample_rate=_sample_rate(query),
            rules=_rules(query, with_times=words or sentences or diarize),
            keywords=parse_keywords(query.get("keywords", "")),
            text=_text_rules(query, formats=formats),
            tells_speakers=diarize,
            tells_pitch=gender and model == "pulse-2",
        ),
        word_timestamps=words or diarize,
        sentence_timestamps=sentences,
        diarize=diarize,
        full_transcript=flag(query, "full_transcript"),
        vad_events=flag(query, "vad_events" if query.get("vad_events") else "vad"),
        emotion=emotion and model == "pulse-2",
    )


def _text_rules(query: Query, *, formats: bool) -> TextRules:
    itn = flag(query, "itn_normalize")
    redacted = kinds(query.get("redact_pii") or "false", "redact_pii")
    redacted |= kinds(query.get("redact_pci") or "false", "redact_pci")
    return TextRules(
        numerals=numerals_mode(query.get("numerals"), itn_normalize=itn, format_=formats),
        redacted=redacted,
        punctuate=flag(query, "punctuate", default=True) and formats,
        capitalize=flag(query, "capitalize", default=True) and formats,
        delays=not flag(query, "no_format_delay"),
    )


def _model(query: Query) -> str:
    model = query.get("model") or "pulse"
    if model == "pulse-pro":
        raise RequestError(NO_STREAMING)
    if model in OLD_NAMES:
        return "pulse"
    if model not in MODELS:
        raise FieldError("model", f"{model!r} is not one of {', '.join(MODELS)}")
    return model


def _encoding(query: Query) -> Encoding:
    value = (query.get("encoding") or "linear16").lower()
    for encoding in ENCODINGS:
        if encoding == value:
            return encoding
    raise FieldError("encoding", f"{value!r} is not one of {', '.join(ENCODINGS)}")


def _sample_rate(query: Query) -> int:
    value = query.get("sample_rate") or "16000"
    allowed = ", ".join(map(str, SAMPLE_RATES))
    if not value.isdecimal() or int(value[:9]) not in SAMPLE_RATES:
        raise FieldError("sample_rate", f"{value!r} is not one of {allowed}")
    return int(value)


def _rules(query: Query, *, with_times: bool) -> Rules:
    pause_s = _milliseconds(query, "endpointing_timeout", 600) / 1000
    turn_s = _milliseconds(query, "eou_timeout_ms" if query.get("eou_timeout_ms") else "eou_timeout", 800) / 1000
    final_wait_s = min(pause_s, turn_s) if flag(query, "endpointing", default=True) else turn_s
    max_words = max(1, _whole(query, "max_words", 10))
    return Rules(
        final_wait_s=final_wait_s,
        ended_wait_s=max(pause_s, final_wait_s),
        max_words=max_words if flag(query, "finalize_on_words", default=True) else None,
        threshold=min(0.9, max(0.2, _number(query, "vad_threshold", 0.5))),
        min_speech_s=min(0.5, max(0.032, _number(query, "vad_min_speech_ms", 64.0) / 1000)),
        with_times=with_times,
        asks_turn=flag(query, "smart_turn"),
    )


def _milliseconds(query: Query, name: str, default: int) -> int:
    """A time, brought into its bounds: old clients send 0."""
    return min(MOST_WAIT_MS, max(LEAST_WAIT_MS, _whole(query, name, default)))


def _whole(query: Query, name: str, default: int) -> int:
    return round(_number(query, name, default))


def _number(query: Query, name: str, default: float) -> float:
    value = query.get(name)
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e9:
        raise FieldError(name, f"{value!r} is not a number")
    return number
