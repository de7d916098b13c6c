"""Bodies of file transcription: answers, what webhooks get, and errors (contract of speech to text, section 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openwaves import errors
from openwaves.api.errors import status_of
from openwaves.api.transcription_options import PULSE_PRO, FileOptions
from openwaves.stt.recognition import Heard
from openwaves.stt.sentences import utterances
from openwaves.stt.transcript import Word, join
from openwaves.stt.written import Writer, lowered

Body = dict[str, Any]

EMOTIONS = ("happiness", "sadness", "disgust", "fear", "anger")
DIGITS = 4
REGION = "self-hosted"
FAILED_MESSAGE = "The server failed to answer; its log tells why."


@dataclass(frozen=True, slots=True)
class Sent:
    """What the client sent.

    Attributes:
        n_bytes: Size of the sound file.
        filename: Its name, if it came from a URL; else empty.
    """

    n_bytes: int
    filename: str = ""


def answer(heard: Heard, options: FileOptions, sent: Sent, request_id: str, spent_s: float) -> Body:
    """The answer of either model."""
    redacted = Writer(options.rules).final(heard.words, heard.language)
    if options.model == PULSE_PRO:
        return _pulse_pro(heard, redacted.words, options, sent, request_id, spent_s)
    body: Body = {
        "status": "success",
        "transcription": join(redacted.words, heard.language),
        "words": [_word(word, options.diarize) for word in redacted.words] if options.tells_words else [],
        "utterances": _utterances(redacted.words, heard.language, options) if options.tells_words else [],
        "audio_length": round(heard.duration_s, DIGITS),
        "metadata": {"duration": round(heard.duration_s, DIGITS), "fileSize": sent.n_bytes},
        "language": heard.language,
    }
    if sent.filename:
        body["metadata"]["filename"] = sent.filename
    if options.gender and heard.pitch_hz:
        body["gender"] = "male" if heard.pitch_hz < MALE_BELOW_HZ else "female"
    if options.emotions:
        body["emotions"] = dict.fromkeys(EMOTIONS, 0.0)
    return body


MALE_BELOW_HZ = 160.0
"""Median pitch that parts the voices of most men from those of most women."""


def _pulse_pro(
    heard: Heard, words: Sequence[Word], options: FileOptions, sent: Sent, request_id: str, spent_s: float
) -> Body:
    return {
        "status": "success",
        "transcription": join(words, heard.language),
        "words": [_word(word, diarize=False) for word in words] if options.tells_words else [],
        "language": heard.language,
        "metadata": {
            "duration": round(heard.duration_s, DIGITS),
            "processing_time_ms": round(1000 * spent_s),
            "rtfx": round(heard.duration_s / max(spent_s, 1e-3), 2),
            "num_chunks": heard.n_pieces,
        },
        "totalBytes": sent.n_bytes,
        "request_id": request_id,
    }


def _word(word: Word, diarize: bool) -> Body:
    body: Body = {
        "word": lowered(word.text),
        "start": round(word.start_s, DIGITS),
        "end": round(word.end_s, DIGITS),
        "confidence": round(word.confidence, DIGITS),
    }
    if diarize:
        body |= {"speaker": word.speaker or 0, "speaker_confidence": round(word.speaker_confidence, DIGITS)}
    return body


def _utterances(words: Sequence[Word], language: str, options: FileOptions) -> list[Body]:
    rows = []
    for utterance in utterances(words, language):
        first, last = utterance.words[0], utterance.words[-1]
        row: Body = {
            "text": utterance.text,
            "start": round(first.start_s, DIGITS),
            "end": round(last.end_s, DIGITS),
        }
        if options.diarize:
            row["speaker"] = first.speaker or 0
        rows.append(row)
    return rows


def delivered(body: Body, request_id: str, extra: Mapping[str, str]) -> Body:
    """What a webhook gets: the answer, and what the client wants along, which never takes the place of a result."""
    return {**extra, **body, "request_id": request_id}


def failure(error: errors.OpenWavesError, request_id: str, extra: Mapping[str, str]) -> Body:
    """What a webhook gets when there is no answer."""
    message = _message(error)
    return {**extra, "status": "failed", "request_id": request_id, "error": message, "message": message}


def error_body(error: errors.OpenWavesError, request_id: str) -> Body:
    """What an error says to every kind of client."""
    message, (_, kind) = _message(error), status_of(error)
    body: Body = {
        "status": "error",
        "error": message,
        "message": message,
        "code": error.code if error.code in _OWN_CODES else kind,
        "error_code": error.code.upper(),
        "request_id": request_id,
    }
    if isinstance(error, errors.LanguageNotServedError):
        body |= {"error_code": "LANGUAGE_NOT_ENABLED_IN_REGION", "language": error.language, "region": REGION}
    if isinstance(error, errors.FieldError):
        body["errors"] = [{"path": [error.field], "code": error.code, "message": error.message}]
    return body


_OWN_CODES = frozenset({errors.NoAudioError.code, errors.AudioDecodeError.code})


def _message(error: errors.OpenWavesError) -> str:
    return error.message if status_of(error)[0] != 500 else FAILED_MESSAGE
