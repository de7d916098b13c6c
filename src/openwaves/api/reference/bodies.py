"""JSON schemas of what clients send: of the classes that parse it; where no class does, of the parser's own tables."""

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from openwaves.api import chat_schemas as chat
from openwaves.api.access import LEAST_TTL_S, MOST_TTL_S, TTL_S
from openwaves.api.clones import CloneForm
from openwaves.api.dictionaries import ChangedDictionary, NamedDictionary, NewDictionary
from openwaves.api.listen import ALIVE, END, FLUSH
from openwaves.api.openai.realtime_session import RealtimeSession, ResponseFields
from openwaves.api.openai.speech import SpeechBody as OpenAISpeechBody
from openwaves.api.openai.transcription_fields import TranscriptionForm
from openwaves.api.reference.answers import FLAG, NUMBER, TEXT, Schema, fields, one_of, ref, rows
from openwaves.api.reference.parameters import FILE, Parameter
from openwaves.api.schemas import DeprecatedSpeechBody, SocketMessage, SpeechBody
from openwaves.llm.chat import Role
from openwaves.storage.accounts import LIMIT_NAMES

MODELS: dict[type[BaseModel], str] = {
    SpeechBody: "Speech",
    DeprecatedSpeechBody: "OlderSpeech",
    SocketMessage: "SpeechMessage",
    NewDictionary: "NewDictionary",
    ChangedDictionary: "ChangedDictionary",
    NamedDictionary: "NamedDictionary",
    CloneForm: "CloneForm",
    OpenAISpeechBody: "OpenAISpeech",
    TranscriptionForm: "OpenAITranscriptionForm",
    RealtimeSession: "RealtimeSession",
    ResponseFields: "RealtimeResponse",
}
"""Classes that parse bodies, and how the reference calls them."""

_ONE_OR_MORE = {"type": "integer", "minimum": 1}


def _number(least: float, most: float, default: float) -> Schema:
    return {"type": "number", "minimum": least, "maximum": most, "default": default}


_CHAT_MESSAGE = fields(
    {
        "content": {"type": ["string", "array", "null"]},
        "tool_calls": rows({"type": "object"}),
        "tool_call_id": TEXT,
        "name": TEXT,
    },
    role=one_of(*get_args(Role), "developer"),
)
CHAT: Schema = fields(
    {
        "temperature": _number(0, 2, 1),
        "top_p": _number(0, 1, 1),
        "max_tokens": _ONE_OR_MORE,
        "max_completion_tokens": _ONE_OR_MORE,
        "stream": {**FLAG, "default": False},
        "stream_options": fields({"include_usage": {**FLAG, "default": False}}),
        "tools": {**rows({"type": "object"}), "maxItems": chat.MOST_TOOLS},
        "tool_choice": {"oneOf": [one_of("auto", "required", "none"), {"type": "object"}]},
        "parallel_tool_calls": {**FLAG, "default": True},
        "response_format": fields(type=one_of("text", "json_object", "json_schema")),
        "stop": {"oneOf": [TEXT, {**rows(TEXT), "maxItems": chat.MOST_STOPS}]},
        "seed": {"type": "integer"},
        "logit_bias": {"type": "object", "additionalProperties": NUMBER},
        "logprobs": {**FLAG, "default": False},
        "top_logprobs": {"type": "integer", "minimum": 0, "maximum": chat.MOST_TOP_LOGPROBS, "default": 0},
        "presence_penalty": _number(-2, 2, 0),
        "frequency_penalty": _number(-2, 2, 0),
        "n": {"const": 1},
        "prompt_logprobs": {"const": False},
    },
    model=TEXT,
    messages={**rows(ref("ChatMessage")), "minItems": 1, "maxItems": chat.MOST_MESSAGES},
)
_LIMITS = {name: {"type": ["integer", "null"], "minimum": 0} for name in LIMIT_NAMES}

_PLAIN: dict[str, Schema] = {
    "ChatMessage": _CHAT_MESSAGE,
    "Chat": CHAT,
    "TokenWish": fields(
        {"ttl_seconds": {"type": "integer", "minimum": LEAST_TTL_S, "maximum": MOST_TTL_S, "default": TTL_S}}
    ),
    "SoundAddress": fields(url={"type": "string", "format": "uri"}),
    "SignInCode": fields(code=TEXT),
    "CloneName": fields(voiceId=TEXT),
    "NewAccount": fields(_LIMITS, name=TEXT),
    "ChangedAccount": fields({"name": TEXT, **_LIMITS}),
    "NewKey": fields({"name": TEXT}, account=TEXT),
    "ListenControl": fields(type=one_of(*FLUSH, *END, *ALIVE)),
}


def schemas() -> dict[str, Schema]:
    """All of them, by name."""
    made, definitions = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    del made
    found = definitions["$defs"]
    names = {_name_of(found, model.__name__, model.__module__): name for model, name in MODELS.items()}
    told = {names.get(key, key): _renamed(schema, names) for key, schema in found.items()}
    return {**told, **_PLAIN}


def form(parameters: Iterable[Parameter] = FILE, required: tuple[str, ...] = ("file",)) -> Schema:
    """A form with a sound file, and parameters beside it."""
    told = {row.name: {"description": row.description, **row.schema} for row in parameters}
    return {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary", "description": "The sound."}, **told},
        "required": list(required),
    }


def _name_of(found: dict[str, Schema], name: str, module: str) -> str:
    """The key of a class; two of one name are told apart by their module."""
    if name in found:
        return name
    return module.replace(".", "__") + "__" + name


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """A schema with its references renamed, without titles that repeat its names, and what only OpenAPI knows."""
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    told = {
        key: _renamed(item, names)
        for key, item in value.items()
        if not (key == "title" and isinstance(item, str)) and not (key == "discriminator" and isinstance(item, dict))
    }
    if isinstance(told.get("$ref"), str):
        told["$ref"] = "/".join(
            [*told["$ref"].split("/")[:-1], names.get(told["$ref"].rpartition("/")[2], told["$ref"].rpartition("/")[2])]
        )
    return told
