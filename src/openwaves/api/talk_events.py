"""What clients of speech to speech send (contract of speech to speech, sections 2 and 4), read and checked."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openwaves.errors import RequestError
from openwaves.llm.chat import Tool
from openwaves.s2s.told import Item

LEAST_AUDIO_BYTES = 320
INPUT_RATES = OUTPUT_RATES = (8000, 16000, 24000, 48000)
INPUT_RATE, OUTPUT_RATE = 16000, 48000
PCM = "pcm16"

JsonObject = Mapping[str, Any]


class EventError(RequestError):
    """An event cannot be taken; the session goes on.

    Attributes:
        code: As the contract names it.
        param: The field that is wrong.
    """

    def __init__(self, code: str, message: str, param: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.param = param


def invalid(param: str, problem: str) -> EventError:
    """The error of a field."""
    return EventError("invalid_request_error", f"{param}: {problem}", param)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``session.configure`` asks for.

    Attributes:
        instructions: None if they are left out.
        voice: Name of a voice; empty if it is left out.
        tools: What may be called.
        greets: The assistant speaks first.
        input_rate: Of the sound that comes, Hz.
        output_rate: Of the answers, Hz.
        language: Code; empty if it is left out.
        traces: Tell when things happened.
    """

    instructions: str | None
    voice: str
    tools: tuple[Tool, ...]
    greets: bool
    input_rate: int
    output_rate: int
    language: str
    traces: bool


def parse(text: str) -> JsonObject:
    """One event.

    Raises:
        EventError: It is no JSON object with a type.
    """
    try:
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EventError("invalid_frame", "the message is not JSON") from error
    if not isinstance(event, dict):
        raise EventError("invalid_frame", "the message must be a JSON object")
    if not isinstance(event.get("type"), str):
        raise EventError("invalid_frame", "type: is missing, or no string", "type")
    return event


def audio_bytes(event: JsonObject) -> bytes:
    """What stands in ``audio``, of any length.

    Raises:
        EventError: It is no base64.
    """
    data = event.get("audio")
    if not isinstance(data, str):
        raise invalid("audio", f"must be a string of base64, not {_kind(data)}")
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EventError("invalid_audio", "audio is not base64", "audio") from error


def audio(event: JsonObject) -> bytes:
    """The sound of an event.

    Raises:
        EventError: It is no sound.
    """
    sound = audio_bytes(event)
    if len(sound) < LEAST_AUDIO_BYTES:
        message = f"audio frame too small ({len(sound)} bytes, need {LEAST_AUDIO_BYTES})"
        raise EventError("invalid_audio", message, "audio")
    if len(sound) % 2:
        raise EventError("invalid_audio", f"audio has {len(sound)} bytes, no whole 16-bit samples", "audio")
    return sound


def wanted(event: JsonObject) -> Wanted:
    """What ``session.configure`` asks for; fields that nobody knows are ignored.

    Raises:
        EventError: A field cannot be served.
    """
    where = "session.configure.session"
    session = _object(event.get("session"), where)
    for name in ("input_audio_format", "output_audio_format"):
        if session.get(name) not in {None, PCM}:
            raise invalid(f"{where}.{name}", f"{session[name]!r} is not served; it is {PCM}")
    return Wanted(
        _text(session, "instructions", where),
        _text(session, "voice", where) or "",
        tools(session.get("tools"), f"{where}.tools"),
        _flag(session, "generate_initial_response", where),
        _rate(session, "input_audio_sample_rate", INPUT_RATES, INPUT_RATE, where),
        _rate(session, "output_audio_sample_rate", OUTPUT_RATES, OUTPUT_RATE, where),
        _text(session, "language", where) or "",
        _flag(session, "trace", where),
    )


def updated_tools(event: JsonObject) -> tuple[Tool, ...] | None:
    """The tools of ``session.update``; None if it leaves them.

    Raises:
        EventError: It is about something else.
    """
    session = _object(event.get("session"), "session.update.session")
    for name in session:
        if name != "tools":
            raise EventError("invalid_frame", f"session.{name} cannot be updated; only tools can", f"session.{name}")
    if session.get("tools") is None:
        return None
    return tools(session["tools"], "session.update.session.tools")


def tools(value: Any, where: str) -> tuple[Tool, ...]:
    """Tools, flat or nested under ``function``, with or without ``type``.

    Raises:
        EventError: They are no tools.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise invalid(where, f"must be an array, not {_kind(value)}")
    return tuple(_tool(entry, f"{where}[{index}]") for index, entry in enumerate(value))


def told_tools(known: Sequence[Tool]) -> list[dict[str, Any]]:
    """Tools as they are echoed: flat."""
    return [{"type": "function", **tool.definition["function"]} for tool in known]


def item(event: JsonObject, default_id: str) -> Item:
    """The item of ``conversation.item.create``.

    Raises:
        EventError: It is none that a client may make.
    """
    where = "item"
    value = _object(event.get("item"), where)
    item_id = _text(value, "id", where) or default_id
    kind = value.get("type")
    if kind == "function_call_output":
        call_id, output = _text(value, "call_id", where), value.get("output")
        if not call_id:
            raise invalid("item.call_id", "is missing")
        if not isinstance(output, str):
            output = "" if output is None else json.dumps(output, ensure_ascii=False)
        return Item(item_id, kind, call_id=call_id, output=output)
    if kind != "message":
        raise invalid("item.type", f"{kind!r} is not one of message, function_call_output")
    role = value.get("role")
    if role not in {"user", "assistant", "system"}:
        raise invalid("item.role", f"{role!r} is not one of user, assistant, system")
    return Item(item_id, "message", role, text=_content(value.get("content")))


def _content(value: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise invalid("item.content", f"must be an array, not {_kind(value)}")
    texts = []
    for index, part in enumerate(value):
        text = _object(part, f"item.content[{index}]").get("text")
        if not isinstance(text, str):
            raise invalid(f"item.content[{index}].text", f"must be a string, not {_kind(text)}")
        texts.append(text)
    return "\n".join(texts)


def _tool(value: Any, where: str) -> Tool:
    entry = _object(value, where)
    if isinstance(entry.get("function"), dict):
        entry = entry["function"]
    name, parameters = entry.get("name"), entry.get("parameters")
    if not isinstance(name, str) or not name:
        raise invalid(f"{where}.name", "is missing, or no string")
    if parameters is not None and not isinstance(parameters, dict):
        raise invalid(f"{where}.parameters", f"must be a JSON schema, not {_kind(parameters)}")
    schema = parameters or {"type": "object", "properties": {}}
    description = entry.get("description")
    function = {"name": name, "description": description if isinstance(description, str) else "", "parameters": schema}
    return Tool(name, schema, {"type": "function", "function": function})


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(where, f"must be an object, not {_kind(value)}")
    return value


def _text(fields: JsonObject, name: str, where: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"{where}.{name}", f"must be a string, not {_kind(value)}")
    return value


def _flag(fields: JsonObject, name: str, where: str) -> bool:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(f"{where}.{name}", f"must be true or false, not {_kind(value)}")
    return bool(value)


def _rate(fields: JsonObject, name: str, rates: Sequence[int], default: int, where: str) -> int:
    value = fields.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or value not in rates:
        raise invalid(f"{where}.{name}", f"{value!r} is not one of {', '.join(map(str, rates))}")
    return int(value)


def _kind(value: Any) -> str:
    names = {
        type(None): "null",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
    }
    return names.get(type(value), "an object")
