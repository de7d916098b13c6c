"""Answers of ``/v1/audio/transcriptions`` in each of its formats."""

import json
import math
import zlib
from collections.abc import Sequence
from typing import Any

from openwaves.api.openai.transcription_fields import TranscriptionForm
from openwaves.languages import LANGUAGES
from openwaves.stt.recognition import Heard
from openwaves.stt.sentences import Utterance, utterances
from openwaves.stt.subtitles import cues, srt, vtt
from openwaves.stt.transcript import Word, join

DIGITS = 3
LEAST_CONFIDENCE = 1e-4
MEDIA_TYPES = {
    "text": "text/plain; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}
JSON = "application/json"


def answer(heard: Heard, form: TranscriptionForm) -> bytes:
    """The answer in one piece."""
    text = join(heard.words, heard.language)
    match form.response_format:
        case "text":
            return (text + "\n").encode()
        case "srt":
            return srt(cues(heard.words, heard.language)).encode()
        case "vtt":
            return vtt(cues(heard.words, heard.language)).encode()
        case "verbose_json":
            body = _verbose(heard, text, form)
        case "diarized_json":
            body = {
                "task": "transcribe",
                "duration": round(heard.duration_s, DIGITS),
                "text": text,
                "segments": diarized(heard),
                "usage": _usage(heard),
            }
        case _:
            body = {"text": text, "languages": told_languages(heard), "usage": _usage(heard)}
    return json.dumps(body, ensure_ascii=False).encode()


def told_languages(heard: Heard) -> list[dict[str, str]]:
    """The language that was heard, none if nobody spoke."""
    return [{"code": heard.language}] if heard.words else []


def diarized(heard: Heard) -> list[dict[str, Any]]:
    """What each speaker said, speakers being A, B and so on."""
    return [
        {
            "type": "transcript.text.segment",
            "id": f"seg_{number}",
            "start": round(row.words[0].start_s, DIGITS),
            "end": round(row.words[-1].end_s, DIGITS),
            "text": row.text,
            "speaker": _letters(row.words[0].speaker or 0),
        }
        for number, row in enumerate(utterances(heard.words, heard.language))
    ]


def _verbose(heard: Heard, text: str, form: TranscriptionForm) -> dict[str, Any]:
    granularities = form.timestamp_granularities or ["segment"]
    body: dict[str, Any] = {
        "task": "transcribe",
        "language": LANGUAGES[heard.language].name,
        "duration": round(heard.duration_s, DIGITS),
        "text": text,
    }
    if "word" in granularities:
        body["words"] = [{"word": word.text, **_times([word])} for word in heard.words]
    if "segment" in granularities:
        rows = utterances(heard.words, heard.language)
        body["segments"] = [_segment(number, row) for number, row in enumerate(rows)]
    return {**body, "usage": _usage(heard)}


def _segment(number: int, row: Utterance) -> dict[str, Any]:
    """A sentence, with the figures that Whisper tells of it as far as they exist here.

    ``avg_logprob`` is the mean logarithm of the words' confidence; ``compression_ratio`` is Whisper's, bytes of text
    over those of its zlib form. There are no tokens, the temperature is 0, and voice activity has passed everything.
    """
    data = row.text.encode()
    logs = [math.log(max(word.confidence, LEAST_CONFIDENCE)) for word in row.words]
    return {
        "id": number,
        "seek": round(100 * row.words[0].start_s),
        **_times(row.words),
        "text": row.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": round(sum(logs) / len(logs), 4),
        "compression_ratio": round(len(data) / len(zlib.compress(data)), 4),
        "no_speech_prob": 0.0,
    }


def _times(words: Sequence[Word]) -> dict[str, float]:
    return {"start": round(words[0].start_s, DIGITS), "end": round(words[-1].end_s, DIGITS)}


def _usage(heard: Heard) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(heard.duration_s)}


def _letters(number: int) -> str:
    """The name of a speaker: A, B, … Z, AA, AB and so on."""
    letters = ""
    while number >= 0:
        letters, number = chr(ord("A") + number % 26) + letters, number // 26 - 1
    return letters
