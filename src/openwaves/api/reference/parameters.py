"""What may stand in the queries of recognition. The tests hold each row against the parsers."""

from dataclasses import dataclass
from typing import Any

from openwaves.api import listen_options, transcription_options
from openwaves.api.openai.realtime_session import MODELS as REALTIME_MODELS
from openwaves.api.talk_voices import MODELS as TALK_MODELS
from openwaves.api.transcription_options import HIGHEST_HZ, LOWEST_HZ
from openwaves.audio.live_decode import ENCODINGS, SAMPLE_RATES
from openwaves.stt.keywords import MOST as MOST_KEYWORDS
from openwaves.stt.languages import AUTOMATIC, CODES

LANGUAGES = (*CODES, *AUTOMATIC)
NUMERALS = ("true", "false", "auto")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query.

    Attributes:
        name: As clients write it.
        description: What it does, for people.
        schema: JSON schema of its value.
    """

    name: str
    description: str
    schema: dict[str, Any]


def flag(name: str, description: str, default: bool | None = False) -> Parameter:
    """Of true or false, in any case."""
    return Parameter(name, description, {"type": "boolean", **({} if default is None else {"default": default})})


def choice(name: str, description: str, allowed: tuple[Any, ...], default: Any = None) -> Parameter:
    """Of a few values."""
    kind = "integer" if isinstance(allowed[0], int) else "string"
    schema = {"type": kind, "enum": list(allowed), **({} if default is None else {"default": default})}
    return Parameter(name, description, schema)


def text(name: str, description: str, **schema: Any) -> Parameter:
    """Of any text."""
    return Parameter(name, description, {"type": "string", **schema})


def number(name: str, description: str, default: float, least: float, most: float, kind: str = "integer") -> Parameter:
    """A number."""
    return Parameter(name, description, {"type": kind, "default": default, "minimum": least, "maximum": most})


_SHARED = (
    flag("punctuate", "Keep punctuation.", True),
    flag("capitalize", "Keep capitals.", True),
    flag("format", "False takes punctuation, capitals and written numbers away.", True),
    choice("numerals", "Write numbers in digits.", NUMERALS),
    text("redact_pii", "true, or a list of kinds with commas between them: names, numbers, places, dates."),
    text("redact_pci", "The same for cards and accounts."),
    text("keywords", f"Likely terms as in `NVIDIA:2,Jensen Huang`; the first {MOST_KEYWORDS} count."),
    flag("diarize", "Tell who speaks; implies words."),
    flag("gender_detection", "Tell the gender that the pitch suggests."),
    flag("emotion_detection", "Answered with zeros: nothing here hears emotions."),
)

FILE = (
    choice(
        "model",
        "Required on /stt; pulse elsewhere. pulse-pro hears English only.",
        (*transcription_options.MODELS, *transcription_options.OLD_NAMES),
    ),
    choice("language", "A code, or an automatic code; default multi, of pulse-pro en.", LANGUAGES),
    flag("word_timestamps", "Fill words and utterances."),
    choice("encoding", "Of samples without a header; a header counts more.", transcription_options.ENCODINGS),
    number("sample_rate", "Rate of samples without a header, Hz.", 16000, LOWEST_HZ, HIGHEST_HZ),
    *_SHARED,
    flag("age_detection", "Checked only: removed from the API."),
    text("webhook_url", "Answer at once, and send the result there.", format="uri"),
    choice("webhook_method", "How it is sent.", transcription_options.METHODS, "POST"),
    text("webhook_extra", "Sent along, as in `k:v,k2:v2`."),
)
"""Of a file to transcribe; also fields of its form."""

LIVE = (
    choice(
        "model",
        "pulse-2 hears English only.",
        (*listen_options.MODELS, *listen_options.OLD_NAMES),
        listen_options.MODELS[0],
    ),
    choice("language", "A code, or an automatic code.", LANGUAGES, "en"),
    choice("encoding", "Of the sound that goes up.", ENCODINGS, "linear16"),
    choice("sample_rate", "Of the sound that goes up, Hz.", SAMPLE_RATES, 16000),
    flag("word_timestamps", "Words on finals; default true on the get_text routes.", None),
    flag("sentence_timestamps", "Utterances on finals."),
    *_SHARED,
    flag("itn_normalize", "Write numbers, money, dates and times as they are written, on finals."),
    flag("no_format_delay", "Never hold a number back for the next final."),
    flag("endpointing", "Finals after silence.", True),
    number("endpointing_timeout", "Milliseconds of silence; brought into its range.", 600, 100, 10_000),
    number("eou_timeout_ms", "Milliseconds of silence that end a turn; brought into its range.", 800, 100, 10_000),
    number("eou_timeout", "Older name of eou_timeout_ms; brought into its range.", 800, 100, 10_000),
    flag("finalize_on_words", "Finals about every max_words words.", True),
    Parameter("max_words", "Words of such a final.", {"type": "integer", "default": 10, "minimum": 1}),
    flag("vad_events", "speech_started and speech_ended frames.", None),
    flag("vad", "Older name of vad_events.", None),
    number("vad_threshold", "Of the detector; brought into its range.", 0.5, 0.2, 0.9, "number"),
    number("vad_min_speech_ms", "Of the detector; brought into its range.", 64, 32, 500, "number"),
    flag("smart_turn", "Ours: end a turn sooner where it sounds finished."),
    flag("full_transcript", "All finals so far in every frame."),
    text("external_session_id", "The client's id of its session; not echoed.", pattern=r"^[a-zA-Z0-9_\-.]{1,128}$"),
)
"""Of live recognition."""

KEYS = (
    text("api_key", "The API key or an access token, where a client cannot set headers."),
    text("token", "The same."),
)
"""Of every WebSocket."""
SPEECH_SOCKET = (
    Parameter(
        "timeout", "Seconds without a message after which the socket is closed.", {"type": "number", "default": 60}
    ),
)
TALK = (choice("model", "All are answered alike.", TALK_MODELS, TALK_MODELS[0]),)
REALTIME = (
    text(
        "model",
        f"{', '.join(REALTIME_MODELS)}, another gpt-realtime model, or the name of a chat model.",
        default=REALTIME_MODELS[0],
    ),
)
