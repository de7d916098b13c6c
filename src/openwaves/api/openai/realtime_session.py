"""What a Realtime client may set, by OpenAI's names: read, checked, and told back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic import ValidationError as PydanticValidationError

from openwaves.api.openai.names import HEARING_MODELS, VOICES
from openwaves.api.schemas import field_error
from openwaves.api.talk_events import EventError, tools
from openwaves.api.talk_voices import VOICES as TALK_VOICES
from openwaves.audio.live_decode import Encoding
from openwaves.errors import FieldError
from openwaves.llm.chat import Tool
from openwaves.s2s.options import DEFAULT_INSTRUCTIONS
from openwaves.s2s.patience import LONGEST_S
from openwaves.s2s.turns import Rules

MODELS = ("gpt-realtime", "gpt-realtime-mini", "hydra-v1.1", "hydra-v1.0")
"""Names of a session's model beside those of chat models: each is answered by the first chat model."""
FAMILIES = ("gpt-realtime-", "gpt-4o-realtime-", "gpt-4o-mini-realtime-")
"""So do OpenAI's other names begin, each with a version: clients name the newest by themselves."""
DEFAULT_VOICE = "marin"
TRACES = "response.trace"
EAGERNESS_S = {"low": 6.0, "medium": LONGEST_S, "high": 1.0, "auto": LONGEST_S}
"""Silence that ends any turn."""
RATES = (8000, 16000, 24000, 48000)
TELEPHONE_HZ = 8000
_LAWS: Mapping[str, Encoding] = {"audio/pcmu": "mulaw", "audio/pcma": "alaw"}
_NOT_SERVED = {
    "session.prompt": "prompts are not kept on this server; send instructions",
    "session.reasoning": "the models do not reason apart from what they say",
    "session.audio.input.noise_reduction": "is not served; send the sound as it is",
    "session.audio.input.transcription.prompt": "is not served; leave it out",
    "session.audio.input.turn_detection.idle_timeout_ms": "is not served; send response.create when you want to go on",
}

Frame = dict[str, Any]
Fields = TypeVar("Fields", bound=BaseModel)


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RealtimeFormat(_Fields):
    """How sound is coded: PCM is 16 bits, little-endian, mono."""

    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
    rate: Literal[8000, 16000, 24000, 48000] = 24000

    @property
    def hz(self) -> int:
        """Sample rate."""
        return self.rate if self.type == "audio/pcm" else TELEPHONE_HZ

    @property
    def encoding(self) -> Encoding:
        """Name of the encoding where sound is decoded."""
        return _LAWS.get(self.type, "linear16")

    def told(self) -> Frame:
        """As clients read it."""
        return {"type": self.type} | ({"rate": self.rate} if self.type == "audio/pcm" else {})


class RealtimeTranscription(_Fields):
    """The user's words are told, too."""

    model: StrictStr = "gpt-4o-mini-transcribe"
    language: StrictStr | None = None


class ServerVad(_Fields):
    """Silence ends a turn."""

    type: Literal["server_vad"]
    threshold: Annotated[float, Field(ge=0.1, le=0.95)] = 0.5
    prefix_padding_ms: Literal[300] = 300
    silence_duration_ms: Annotated[StrictInt, Field(ge=200, le=6000)] = 500
    create_response: StrictBool = True
    interrupt_response: Literal[True] = True


class SemanticVad(_Fields):
    """What was said, and how, ends a turn."""

    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: StrictBool = True
    interrupt_response: Literal[True] = True


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class AudioIn(_Fields):
    """Sound that comes."""

    format: RealtimeFormat = RealtimeFormat(type="audio/pcm")
    transcription: RealtimeTranscription | None = None
    turn_detection: TurnDetection | None = ServerVad(type="server_vad")
    noise_reduction: None = None


def _voice(value: object) -> object:
    if isinstance(value, dict) and set(value) == {"id"}:
        value = value["id"]
    return value


class AudioOut(_Fields):
    """Sound of the answers."""

    format: RealtimeFormat = RealtimeFormat(type="audio/pcm")
    voice: Annotated[StrictStr, BeforeValidator(_voice)] = DEFAULT_VOICE
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0

    @property
    def voice_id(self) -> str:
        """The voice of the catalogue."""
        return VOICES.get(self.voice) or TALK_VOICES.get(self.voice) or self.voice


class RealtimeAudio(_Fields):
    """Sound both ways."""

    input: AudioIn = AudioIn()
    output: AudioOut = AudioOut()


class NamedTool(_Fields):
    """The function that must be called."""

    type: Literal["function"]
    name: StrictStr


ToolChoice = Literal["auto", "none", "required"] | NamedTool


class AnswerFields(_Fields):
    """What is set for a session, or for one answer."""

    instructions: StrictStr = DEFAULT_INSTRUCTIONS
    output_modalities: Annotated[list[Literal["text", "audio"]], Field(min_length=1, max_length=1)] = ["audio"]
    max_output_tokens: Annotated[StrictInt, Field(ge=1, le=4096)] | Literal["inf"] = "inf"
    tools: list[dict[str, Any]] = []
    tool_choice: ToolChoice = "auto"
    parallel_tool_calls: StrictBool = True

    def functions(self, where: str) -> tuple[Tool, ...]:
        """The tools.

        Raises:
            EventError: One is none that can be called.
        """
        for index, tool in enumerate(self.tools):
            if tool.get("type", "function") != "function":
                problem = f"{where}[{index}].type: {tool['type']!r} is not served; it must be 'function'"
                raise EventError("invalid_value", problem, f"{where}[{index}].type")
        return tools(self.tools, where)


class RealtimeSession(AnswerFields):
    """A session as it is set."""

    type: Literal["realtime"] = "realtime"
    model: StrictStr = MODELS[0]
    audio: RealtimeAudio = RealtimeAudio()
    include: list[Literal["response.trace"]] | None = None
    tracing: Literal["auto"] | None = None
    truncation: Literal["auto"] = "auto"
    prompt: None = None
    reasoning: None = None

    @property
    def traces(self) -> bool:
        """Whether the times of each turn are told."""
        return TRACES in (self.include or ())

    @property
    def rules(self) -> Rules:
        """How turns are taken."""
        detection = self.audio.input.turn_detection
        match detection:
            case None:
                return Rules(turns_by_client=True, answers_turns=False)
            case ServerVad():
                return Rules(answers_turns=detection.create_response, silence_s=detection.silence_duration_ms / 1000)
            case SemanticVad():
                return Rules(answers_turns=detection.create_response, longest_s=EAGERNESS_S[detection.eagerness])

    def changed(self, fields: Mapping[str, Any]) -> "RealtimeSession":
        """The session with other values of some fields; objects are merged, but for lists, tools and turn detection.

        Raises:
            EventError: A field is not known, or its value cannot be served.
        """
        return _checked(RealtimeSession, _merged(self.model_dump(exclude_unset=True), fields), "session")

    def told(self, session_id: str) -> Frame:
        """As clients read it."""
        told = self.model_dump()
        told["id"], told["object"] = session_id, "realtime.session"
        for way, kind in (("input", self.audio.input.format), ("output", self.audio.output.format)):
            told["audio"][way]["format"] = kind.told()
        for name in ("prompt", "reasoning"):
            del told[name]
        return told


class ResponseOutput(_Fields):
    """Sound of one answer; its format is the session's."""

    voice: Annotated[StrictStr, BeforeValidator(_voice)] | None = None


class ResponseAudio(_Fields):
    """See ``ResponseOutput``."""

    output: ResponseOutput = ResponseOutput()


class ResponseFields(AnswerFields):
    """What is set for one answer alone; what is not set is the session's."""

    audio: ResponseAudio = ResponseAudio()
    metadata: dict[str, str] | None = None
    conversation: Literal["auto"] = "auto"

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "ResponseFields":
        """Read the fields of ``response.create``.

        Raises:
            EventError: A field is not known, or its value cannot be served.
        """
        return _checked(cls, fields, "response")


def check_model(model: str, chat_models: Sequence[str], param: str) -> None:
    """Refuse a model that nobody knows.

    Args:
        model: Its name.
        chat_models: Names of this server's chat models.
        param: Where it stands.

    Raises:
        FieldError: It is not known.
    """
    known = (*MODELS, *chat_models)
    if model not in known and not model.startswith(FAMILIES):
        raise FieldError(param, f"{model!r} is not one of {', '.join(known)}, nor another gpt-realtime model")


def check_transcription(transcription: RealtimeTranscription | None) -> None:
    """Refuse a model that nobody knows.

    Raises:
        EventError: It is not known.
    """
    if transcription is not None and transcription.model not in HEARING_MODELS:
        param = "session.audio.input.transcription.model"
        problem = f"{param}: {transcription.model!r} is not one of {', '.join(HEARING_MODELS)}"
        raise EventError("invalid_value", problem, param)


def _merged(before: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(before)
    for key, value in fields.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict) and key != "turn_detection":
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged


def _checked(schema: type[Fields], fields: Mapping[str, Any], where: str) -> Fields:
    try:
        return schema.model_validate(fields)
    except PydanticValidationError as error:
        first = error.errors(include_url=False)[0]
        names = [str(part) for part in first["loc"] if str(part) not in {"server_vad", "semantic_vad", "NamedTool"}]
        param = ".".join((where, *names))
        if first["type"] == "extra_forbidden" or (param in _NOT_SERVED and first["input"] is not None):
            problem = _NOT_SERVED.get(param, "is not a field that this server knows")
            raise EventError("unknown_parameter", f"{param}: {problem}", param) from error
        code = "missing_required_parameter" if first["type"] == "missing" else "invalid_value"
        message = field_error(error).message.partition(": ")[2] or "cannot be served"
        raise EventError(code, f"{param}: {message}", param) from error
