"""``POST /v1/audio/speech``: text to sound, in one piece, chunked, or as Server-Sent Events."""

import base64
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictFloat, StrictStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openwaves.api.chat_errors import chat_error
from openwaves.api.errors import request_id, status_and_message
from openwaves.api.openai.fields import parse_fields
from openwaves.api.openai.names import SPEECH_MODELS, VOICES
from openwaves.api.schemas import Language, SampleRate, VoiceId, parse_object
from openwaves.api.speech import (
    EVENT_STREAM,
    StreamedResponse,
    begin,
    counted,
    data_of,
    metered,
    plan_of,
    read_body,
    whole_wav,
)
from openwaves.api.state import state_of
from openwaves.audio.encode import content_type
from openwaves.errors import FieldError, OpenWavesError, TextTooLongError, VoiceNotFoundError
from openwaves.languages import LANGUAGES
from openwaves.types import EncodedChunk, SpeechRequest, Voice

OPUS_RATES = (8000, 16000, 24000, 48000)
UNSUPPORTED = {
    "instructions": "cannot be followed by these voices; leave it out, and choose a voice and a speed instead",
}
_NAMES = {"text": "input", "voice_id": "voice"}


def _model(value: object) -> object:
    if not isinstance(value, str) or value not in SPEECH_MODELS:
        raise ValueError(f"must be one of {', '.join(SPEECH_MODELS)}")
    return value


def _voice(value: object) -> object:
    """A voice's id, which may come as ``{"id": …}``."""
    if isinstance(value, dict) and set(value) == {"id"}:
        value = value["id"]
    if not isinstance(value, str):
        raise ValueError('must be the id of a voice, or {"id": …}')
    return value


class SpeechBody(BaseModel):
    """The body of ``/v1/audio/speech``."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[StrictStr, BeforeValidator(_model), Field(json_schema_extra={"enum": list(SPEECH_MODELS)})]
    input: StrictStr = Field(description="What to say.")
    voice: Annotated[VoiceId, BeforeValidator(_voice)] = Field(
        description='Id of a voice of the catalogue or of a clone, {"id": …} with one, or a name of OpenAI\'s.'
    )
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = Field(
        "mp3", description="Encoding of the sound; opus comes in Ogg, aac in ADTS, pcm without a header."
    )
    speed: Annotated[StrictFloat, Field(ge=0.5, le=2.0)] = Field(1.0, description="Pace; 1 is the voice's own.")
    stream_format: Literal["audio", "sse"] | None = Field(
        None, description="Sound, or Server-Sent Events; a wav is sent when it is complete if this is not given."
    )
    language: Language = Field("auto", description="Ours: language of the text.")
    sample_rate: SampleRate = Field(24000, description="Ours: rate of the sound, Hz.")
    pronunciation_dicts: list[StrictStr] = Field([], description="Ours: ids of dictionaries, in their order.")

    def to_request(self) -> SpeechRequest:
        """The request that this body makes.

        Raises:
            FieldError: The text is empty, or the format has no such rate.
        """
        if not self.input.strip():
            raise FieldError("input", "must not be empty")
        if self.response_format == "opus" and self.sample_rate not in OPUS_RATES:
            allowed = ", ".join(map(str, OPUS_RATES))
            raise FieldError("sample_rate", f"must be one of {allowed} with opus, not {self.sample_rate}")
        return SpeechRequest(
            text=self.input,
            voice_id=VOICES.get(self.voice, self.voice),
            language=self.language,
            speed=self.speed,
            sample_rate=self.sample_rate,
            output_format=self.response_format,
            dictionary_ids=tuple(self.pronunciation_dicts),
            model=SPEECH_MODELS[self.model],
        )


async def speak(request: Request) -> Response:
    """``POST /v1/audio/speech``."""
    async with metered(request, "tts") as meter:
        await begin(request)
        body = parse_fields(parse_object(await read_body(request)), SpeechBody, UNSUPPORTED)
        meter.transport = "sse" if body.stream_format == "sse" else "http"
        with _openai_names(body.voice):
            plan = await plan_of(request, body.to_request(), meter)
    synthesizer = state_of(request).synthesizer
    wanted = plan.request
    if wanted.output_format == "wav" and body.stream_format is None:
        sound = whole_wav(counted(synthesizer.collect(plan), meter), wanted.sample_rate)
        return StreamedResponse(sound, content_type("wav", wanted.sample_rate), meter)
    chunks = counted(synthesizer.live(plan), meter)
    if body.stream_format != "sse":
        return StreamedResponse(data_of(chunks), content_type(wanted.output_format, wanted.sample_rate), meter)
    response = StreamedResponse(_events(chunks, len(wanted.text), request_id(request.scope)), EVENT_STREAM, meter)
    response.headers.update({"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
    return response


async def list_voices(request: Request) -> Response:
    """``GET /v1/audio/voices``: the catalogue, and OpenAI's names with the voice that answers to each."""
    catalogue = state_of(request).synthesizer.catalogue
    by_id = {voice.id: voice for voice in catalogue.voices}
    rows: list[tuple[str, Voice, str | None]] = [(name, by_id[own], own) for name, own in VOICES.items()]
    rows += [(voice.id, voice, None) for voice in catalogue.voices]
    voices = [
        {
            "id": voice_id,
            "name": voice.name if own is None else voice_id.title(),
            "object": "audio.voice",
            "languages": list(voice.languages),
            "language": LANGUAGES[voice.languages[0]].name,
            "accent": voice.accent,
            "gender": voice.gender,
            "description": voice.description,
            **({} if own is None else {"voice_id": own}),
        }
        for voice_id, voice, own in rows
    ]
    return JSONResponse({"object": "list", "voices": voices})


@contextmanager
def _openai_names(voice: str) -> Iterator[None]:
    """Errors of the block name fields as OpenAI does.

    Raises:
        FieldError: In the place of one that names a field otherwise, or of an unknown voice.
        TextTooLongError: The same.
    """
    try:
        yield
    except VoiceNotFoundError as error:
        raise FieldError("voice", f"{voice!r} is not known; GET /v1/audio/voices lists the voices") from error
    except FieldError as error:
        raise FieldError(
            _NAMES.get(error.field, error.field), error.message.removeprefix(f"{error.field}: ")
        ) from error
    except TextTooLongError as error:
        raise TextTooLongError(error.message.replace("text:", "input:", 1)) from error


async def _events(chunks: AsyncGenerator[EncodedChunk], n_chars: int, its_id: str) -> AsyncGenerator[bytes]:
    """Server-Sent Events, one ``data:`` line each; ``usage`` counts characters spoken, and seconds of sound."""
    sound_s, started = 0.0, False
    try:
        async with aclosing(chunks):
            async for chunk in chunks:
                sound_s += chunk.duration_s
                if chunk.data:
                    started = True
                    audio = base64.b64encode(chunk.data).decode("ascii")
                    yield _event({"type": "speech.audio.delta", "audio": audio})
    except OpenWavesError as error:
        if not started:
            raise
        yield _event(chat_error(*status_and_message(error), its_id, error))
        return
    n_seconds = round(sound_s)
    usage = {"input_tokens": n_chars, "output_tokens": n_seconds, "total_tokens": n_chars + n_seconds}
    yield _event({"type": "speech.audio.done", "usage": usage})


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()
