"""What a client of file transcription asks for, in its query or form (contract of speech to text, section 2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from openwaves.api.query import Query, flag
from openwaves.audio.sniff import HEADERLESS
from openwaves.errors import FieldError
from openwaves.stt.keywords import parse_keywords
from openwaves.stt.languages import candidates
from openwaves.stt.transcript import Keyword
from openwaves.stt.written import TextRules, kinds, numerals_mode

PULSE, PULSE_PRO = "pulse", "pulse-pro"
MODELS = (PULSE, PULSE_PRO)
OLD_NAMES = ("lightning",)
ENCODINGS = (*HEADERLESS, "opus", "ogg_opus")
LOWEST_HZ, HIGHEST_HZ = 4000, 192_000
METHODS = ("GET", "POST")
MOST_EXTRAS = 50


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the answer is to be sent.

    Attributes:
        url: Absolute, http or https.
        method: ``GET`` or ``POST``.
        extra: What is sent along.
    """

    url: str
    method: str
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileOptions:
    """One request, as the client wants it.

    Attributes:
        model: ``pulse`` or ``pulse-pro``.
        languages: Served codes: one, or several of which the sound decides.
        tells_words: Answer with words and utterances.
        diarize: Tell who speaks.
        encoding: How samples without a header are stored; None if the client does not say.
        sample_rate: Their rate, Hz.
        rules: How the words are written.
        keywords: Terms that are likelier than usual.
        gender: Tell how high the voice is.
        emotions: Tell emotions.
        webhook: Where the answer goes; None for the client itself.
    """

    model: str
    languages: tuple[str, ...]
    tells_words: bool
    diarize: bool
    encoding: str | None
    sample_rate: int
    rules: TextRules
    keywords: tuple[Keyword, ...]
    gender: bool
    emotions: bool
    webhook: Webhook | None


def parse_query(query: Query, served: Collection[str], default_model: str | None) -> FileOptions:
    """Read the options; those that are not known are ignored.

    Args:
        query: Names and values.
        served: Codes of languages that can be heard here.
        default_model: The model of a client that names none; None if it must.

    Raises:
        FieldError: A value is not allowed.
        LanguageNotServedError: Nobody here hears the language.
    """
    model = _model(query.get("model") or default_model)
    diarize = flag(query, "diarize") and model == PULSE
    formats = flag(query, "format", default=True)
    flag(query, "age_detection")
    redacted = kinds(query.get("redact_pii") or "false", "redact_pii") | kinds(
        query.get("redact_pci") or "false", "redact_pci"
    )
    return FileOptions(
        model=model,
        languages=_languages(query, model, served),
        tells_words=flag(query, "word_timestamps") or diarize,
        diarize=diarize,
        encoding=_encoding(query),
        sample_rate=_sample_rate(query),
        rules=TextRules(
            numerals=numerals_mode(query.get("numerals"), format_=formats),
            redacted=redacted,
            punctuate=flag(query, "punctuate", default=True) and formats,
            capitalize=flag(query, "capitalize", default=True) and formats,
        ),
        keywords=parse_keywords(query.get("keywords", "")),
        gender=flag(query, "gender_detection") and model == PULSE,
        emotions=flag(query, "emotion_detection") and model == PULSE,
        webhook=_webhook(query),
    )


def _model(name: str | None) -> str:
    if name in OLD_NAMES:
        return PULSE
    if name not in MODELS:
        raise FieldError("model", f"{name or ''!r} is not one of {', '.join(MODELS)}")
    return name


def _languages(query: Query, model: str, served: Collection[str]) -> tuple[str, ...]:
    default = "multi" if model == PULSE else "en"
    found = candidates(query.get("language") or default, "language", served)
    if model == PULSE_PRO and found != ("en",):
        raise FieldError("language", f"{query.get('language')!r} is not en, the only language of pulse-pro")
    return found


def _encoding(query: Query) -> str | None:
    value = (query.get("encoding") or "").lower()
    if value and value not in ENCODINGS:
        raise FieldError("encoding", f"{value!r} is not one of {', '.join(ENCODINGS)}")
    return value or None


def _sample_rate(query: Query) -> int:
    value = query.get("sample_rate") or "16000"
    if not value.isdecimal() or not LOWEST_HZ <= int(value[:9]) <= HIGHEST_HZ:
        raise FieldError("sample_rate", f"{value!r} is not a rate from {LOWEST_HZ} to {HIGHEST_HZ} Hz")
    return int(value)


def _webhook(query: Query) -> Webhook | None:
    url = query.get("webhook_url")
    method = (query.get("webhook_method") or "POST").upper()
    if method not in METHODS:
        raise FieldError("webhook_method", f"{method!r} is not one of {', '.join(METHODS)}")
    if not url:
        return None
    check_url(url, "webhook_url")
    pairs = [part.partition(":") for part in (query.get("webhook_extra") or "").split(",") if ":" in part]
    return Webhook(url, method, {name.strip(): value.strip() for name, _, value in pairs[:MOST_EXTRAS] if name.strip()})


def check_url(url: str, field: str) -> None:
    """Refuse what is no absolute URL of the web.

    Raises:
        FieldError: It is not.
    """
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or any(char.isspace() for char in url):
        raise FieldError(field, f"{url[:200]!r} is not an absolute http or https URL")
