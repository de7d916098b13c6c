"""Request bodies as clients send them, and how they become ``SpeechRequest``."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)
from pydantic import ValidationError as PydanticValidationError

from openwaves.errors import FieldError, RequestError
from openwaves.languages import CODES
from openwaves.types import AudioFormat, SpeechRequest

MODELS = ("lightning_v3.1", "lightning_v3.1_pro")
SAMPLE_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
WireFormat = Literal["pcm", "mp3", "wav", "ulaw", "alaw"]
FORMATS: tuple[AudioFormat, ...] = get_args(WireFormat)
FORMAT_ALIASES: Mapping[str, AudioFormat] = {"mulaw": "ulaw"}
ID_PATTERN = r"^[a-zA-Z0-9_\-.]+$"
ID_CHARS = 128
SHOWN_CHARS = 60  # of a wrong value, in an error message


def _one_of(allowed: tuple[object, ...], value: object) -> object:
    if value not in allowed or isinstance(value, bool):
        raise ValueError(f"must be one of {', '.join(map(str, allowed))}")
    return value


def _model(value: object) -> object:
    name = value.replace("-", "_") if isinstance(value, str) else value
    if name not in MODELS:
        raise ValueError(f"must be one of {', '.join(MODELS)}")
    return name


def _format(value: object) -> object:
    return _one_of(FORMATS, FORMAT_ALIASES.get(value, value) if isinstance(value, str) else value)


def _whole(value: object) -> object:
    """Clients whose language has only floating-point numbers send 24000.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[StrictInt, BeforeValidator(_whole)]
Model = Annotated[Literal["lightning_v3.1", "lightning_v3.1_pro"], BeforeValidator(_model)]
Language = Annotated[
    StrictStr, BeforeValidator(lambda value: _one_of(CODES, value)), Field(json_schema_extra={"enum": list(CODES)})
]
SampleRate = Annotated[
    Whole,
    AfterValidator(lambda value: _one_of(SAMPLE_RATES, value)),
    Field(json_schema_extra={"enum": list(SAMPLE_RATES)}),
]
VoiceId = Annotated[StrictStr, Field(min_length=1, max_length=256)]
ClientId = Annotated[StrictStr, Field(pattern=ID_PATTERN, max_length=ID_CHARS)]


class _SpeechFields(BaseModel):
    """What bodies and socket messages share. ``null`` means "not given"; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    model: Model = Field("lightning_v3.1", description="Grade of voice; also taken from the query.")
    sample_rate: SampleRate = Field(44100, description="Rate of the sound, Hz.")
    speed: Annotated[StrictFloat, Field(ge=0.5, le=2.0)] = Field(1.0, description="Pace; 1 is the voice's own.")
    language: Language | None = Field(
        None, description="Language of the text; default en, of the pro model English and Hindi by script."
    )
    number_pronunciation_language: Language | None = Field(
        None, description="Language in which numerals are read; default as language."
    )
    math_notation: StrictBool = Field(False, description="Read operators between digits.")
    output_format: Annotated[WireFormat, BeforeValidator(_format)] = Field(
        "pcm", description="Encoding of the sound; pcm is 16-bit little-endian mono without a header, mulaw is ulaw."
    )
    pronunciation_dicts: list[StrictStr] = Field(
        [], description="Ids of dictionaries, in the order in which they apply."
    )
    word_timestamps: StrictBool = Field(False, description="Tell when each word sounds; WebSocket only.")
    session_id: ClientId | None = Field(None, description="The client's id of its session, echoed.")
    request_id: ClientId | None = Field(None, description="The client's id of the request, echoed.")

    def _request(self, text: str, voice_id: str) -> SpeechRequest:
        """The request, with defaults that depend on other fields filled in."""
        language = self.language or self.number_pronunciation_language
        if language is None and self.model != "lightning_v3.1_pro":
            language = "en"
        return SpeechRequest(
            text=text,
            voice_id=voice_id,
            language=language,
            number_language=self.number_pronunciation_language,
            math_notation=self.math_notation,
            speed=self.speed,
            sample_rate=self.sample_rate,
            output_format=self.output_format,
            dictionary_ids=tuple(self.pronunciation_dicts),
            word_timestamps=self.word_timestamps,
            session_id=self.session_id,
            request_id=self.request_id,
            model=self.model,
        )


class SpeechBody(_SpeechFields):
    """The body of every speech route."""

    text: StrictStr = Field(description="What to say.")
    voice_id: VoiceId = Field(description="Id of a voice of the catalogue, or of a clone.")

    def to_request(self) -> SpeechRequest:
        """The request that this body makes.

        Raises:
            FieldError: The text is empty.
        """
        if not self.text.strip():
            raise FieldError("text", "must not be empty")
        return self._request(self.text, self.voice_id)


class DeprecatedSpeechBody(SpeechBody):
    """The body of lightning, lightning-large and lightning-v2: three more fields, checked and otherwise ignored."""

    consistency: Annotated[StrictFloat, Field(ge=0, le=1)] | None = Field(None, description="Checked only.")
    similarity: Annotated[StrictFloat, Field(ge=0, le=1)] | None = Field(None, description="Checked only.")
    enhancement: Annotated[StrictFloat, Field(ge=0, le=2)] | None = Field(None, description="Checked only.")


class SocketMessage(_SpeechFields):
    """A message on a WebSocket (contract section 6). Only the first of an utterance needs a voice."""

    text: StrictStr | None = Field(None, description="What to say, or a fragment of it.")
    voice_id: VoiceId | None = Field(None, description="Id of a voice; the first message of an utterance needs one.")
    more: StrictBool = Field(False, alias="continue", description="More text of this utterance will follow.")
    flush: StrictBool = Field(False, description="Speak now what is buffered.")
    max_buffer_flush_ms: Annotated[Whole, Field(ge=0, le=1000)] = Field(
        0, description="Longest wait for more text; 0 is until a natural break."
    )
    complete_backoff_ms: Annotated[Whole, Field(ge=0, le=10000)] = Field(
        0, description="Wait between the last sound and complete."
    )
    context_id: ClientId | None = Field(None, description="One of several utterances on this socket.")
    max_buffer_delay_ms: Annotated[Whole, Field(ge=0, le=5000)] = Field(
        3000, description="As max_buffer_flush_ms, for messages with a context_id."
    )
    cancel_request: StrictBool = Field(False, description="Stop this context, or the current request, now.")

    def to_request(self) -> SpeechRequest:
        """The request that this message opens.

        Raises:
            FieldError: No voice is named.
        """
        if self.voice_id is None:
            raise FieldError("voice_id", "is required")
        return self._request(self.text or "", self.voice_id)

    @property
    def buffer_delay_s(self) -> float:
        """How long text may wait for more before it is spoken; 0 is "until a natural break"."""
        return (self.max_buffer_delay_ms if self.context_id is not None else self.max_buffer_flush_ms) / 1000


def parse_message(data: str) -> SocketMessage:
    """Read a message of a WebSocket.

    Raises:
        FieldError: A field is missing or wrong.
        RequestError: It is not a JSON object.
    """
    fields = {name: value for name, value in parse_object(data).items() if value is not None}
    try:
        message = SocketMessage.model_validate(fields)
    except PydanticValidationError as error:
        raise field_error(error) from error
    if message.text is None and not (message.cancel_request or message.flush or "continue" in fields):
        raise FieldError("text", "is required")
    return message


def parse_speech(data: bytes, query: Mapping[str, str], schema: type[SpeechBody] = SpeechBody) -> SpeechRequest:
    """Read a speech request.

    Args:
        data: The body: JSON in UTF-8, whatever the content type says.
        query: Query parameters; ``model`` is taken from there if the body has none.
        schema: The route's body.

    Raises:
        FieldError: A field is missing or wrong.
        RequestError: The body is not a JSON object.
    """
    fields = {name: value for name, value in parse_object(data).items() if value is not None}
    if "model" in query:
        fields.setdefault("model", query["model"])
    try:
        return schema.model_validate(fields).to_request()
    except PydanticValidationError as error:
        raise field_error(error) from error


def parse_object(data: bytes | str) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RequestError: The bytes are not UTF-8, not JSON, or not an object.
    """
    try:
        fields = json.loads(data.decode("utf-8") if isinstance(data, bytes) else data)
    except UnicodeDecodeError as error:
        raise RequestError(f"body: not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise RequestError("body: nested too deeply") from error
    except ValueError as error:
        raise RequestError(f"body: not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise RequestError(f"body: must be a JSON object, not {type(fields).__name__}")
    return fields


def field_error(error: PydanticValidationError) -> FieldError:
    """The first problem, as a message that names the field, the rule and the value."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-"))
    if first["type"] == "missing":
        return FieldError(field, "is required")
    problem = first["msg"].removeprefix("Value error, ")
    shown = ascii(first["input"])
    if len(shown) > SHOWN_CHARS:
        shown = shown[:SHOWN_CHARS] + "…"
    return FieldError(field, f"{problem[:1].lower()}{problem[1:]}, not {shown}")
