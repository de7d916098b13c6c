"""The frames of live recognition (contract of speech to text, section 5)."""

import uuid
from typing import Any

from openwaves.api.listen_options import LiveOptions
from openwaves.api.transcription_answer import MALE_BELOW_HZ
from openwaves.errors import OpenWavesError
from openwaves.stt.messages import Final, Interim, Last, Mark, Message
from openwaves.stt.sentences import Utterance, utterances
from openwaves.stt.transcript import Word, join, separator
from openwaves.stt.written import lowered

Frame = dict[str, Any]

EMOTIONS = ("neutral", "happy", "sad", "angry", "fear", "surprise")
"""Told where a client asks, all 0: nothing here hears them."""


class Frames:
    """Turns the messages of one session into frames.

    Attributes:
        session_id: In every frame.
    """

    def __init__(self, options: LiveOptions) -> None:
        self.session_id = str(uuid.uuid4())
        self._options = options
        self._full = ""

    def of(self, message: Message) -> Frame | None:
        """The frame of a message; None if the client does not want it."""
        match message:
            case Interim():
                return self._text(join(message.words, message.language))
            case Final():
                return self._final(message)
            case Mark():
                if not self._options.vad_events:
                    return None
                kind = "speech_started" if message.kind == "started" else "speech_ended"
                return {"type": kind, "session_id": self.session_id, "timestamp": round(message.at_s, 3)}
            case Last():
                return self._text("", is_final=True, is_last=True)

    def of_error(self, error: OpenWavesError) -> Frame:
        """The frame that tells of an error."""
        return {
            "type": "error",
            "status": "error",
            "message": error.message,
            "error": error.message,
            "code": error.code,
            "error_code": error.code.upper(),
            "session_id": self.session_id,
        }

    def _text(self, text: str, *, is_final: bool = False, is_last: bool = False, **more: object) -> Frame:
        frame: Frame = {
            "type": "transcription",
            "status": "success",
            "session_id": self.session_id,
            "transcript": text,
            "transcription": text,
            "is_final": is_final,
            "is_last": is_last,
            **more,
        }
        if self._options.full_transcript:
            frame["full_transcript"] = self._full
        return frame

    def _final(self, final: Final) -> Frame:
        words, options = final.words, self._options
        text = join(words, final.language)
        if text:
            text += separator(final.language)
        self._full += text
        more: Frame = {"from_finalize": True} if final.from_finalize else {}
        if text:
            more |= {"language": final.language, "languages": [final.language]}
        if words and options.word_timestamps:
            more["words"] = [self._word(word) for word in words]
        if words and options.sentence_timestamps:
            more["utterances"] = [self._utterance(utterance) for utterance in utterances(words, final.language)]
        if final.entities:
            more["redacted_entities"] = list(final.entities)
        if words and final.pitch_hz is not None:
            more["gender"] = "male" if final.pitch_hz < MALE_BELOW_HZ else "female"
        if words and options.emotion:
            more["emotion"] = dict.fromkeys(EMOTIONS, 0.0)
        return self._text(text, is_final=True, **more)

    def _word(self, word: Word) -> Frame:
        told: Frame = {
            "word": lowered(word.text),
            "start": round(word.start_s, 3),
            "end": round(word.end_s, 3),
            "confidence": round(word.confidence, 4),
        }
        if self._options.diarize:
            told |= {"speaker": word.speaker or 0, "speaker_confidence": round(word.speaker_confidence, 4)}
        return told

    def _utterance(self, utterance: Utterance) -> Frame:
        first, last = utterance.words[0], utterance.words[-1]
        told: Frame = {"text": utterance.text, "start": round(first.start_s, 3), "end": round(last.end_s, 3)}
        if self._options.diarize:
            told["speaker"] = first.speaker or 0
        return told
