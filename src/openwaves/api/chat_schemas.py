"""The body of a chat request (contract section 2): read, checked, defaults filled in."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from openwaves.errors import FieldError, RequestError
from openwaves.llm.bounds import bounded
from openwaves.llm.chat import ChatRequest, Message, Role, Tool, ToolCall

MOST_MESSAGES = 200
MOST_TOOLS = 64
MOST_STOPS = 4
MOST_TOP_LOGPROBS = 20
MOST_STOP_CHARS = 500
MOST_BIASES = 1024
MOST_BIAS = 100
MOST_LEVELS = 100
MOST_TOKENS = 1 << 20  # more than any context
ANY_OBJECT = {"type": "object"}

FIELDS = (
    "model", "messages", "temperature", "top_p", "max_tokens", "max_completion_tokens", "stream", "stream_options",
    "tools", "tool_choice", "parallel_tool_calls", "response_format", "stop", "seed", "logit_bias", "logprobs",
    "top_logprobs", "presence_penalty", "frequency_penalty", "n", "prompt_logprobs",
)  # fmt: skip
"""Every field that is read; others are ignored (contract section 2)."""
MESSAGE_FIELDS = ("role", "content", "tool_calls", "tool_call_id", "name")

_ROLES: Mapping[Any, Role] = {role: role for role in get_args(Role)}
_TOOL_NAME = re.compile(r"[\w.:/-]{1,128}")
_REFUSED_PARTS = "only text parts are supported"

Body = Mapping[str, Any]


class UnsupportedError(FieldError):
    """A field of the wire that this server does not serve; its message stands for itself."""

    code = "unsupported"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)
        self.message = message


def parse_chat(data: bytes, names: Sequence[str]) -> tuple[ChatRequest, bool, bool]:
    """Read a request.

    Args:
        data: The body.
        names: The models there are.

    Returns:
        The request, whether its answer is streamed, and whether the stream tells the usage.

    Raises:
        RequestError: The body is no JSON object.
        FieldError: A field is missing or not allowed.
    """
    body = _read(data)
    if not isinstance(body, dict):
        raise RequestError(f"body: must be a JSON object, not {_told(body)}")
    return read_chat({name: value for name, value in body.items() if value is not None}, names)


def read_chat(body: Body, names: Sequence[str]) -> tuple[ChatRequest, bool, bool]:
    """The same of a body without nulls.

    Raises:
        FieldError: A field is missing or not allowed.
    """
    _refuse_unsupported(body)
    tools = parse_tools(body)
    choice, tool_name = _tool_choice(body, tools)
    response_format, schema = _response_format(body)
    options = _of(body, "stream_options", dict, {})
    request = ChatRequest(
        model=_model(body, names),
        messages=_messages(body),
        temperature=_number(body, "temperature", 0, 2, 1.0),
        top_p=_number(body, "top_p", 0, 1, 1.0),
        max_tokens=_count(body, "max_completion_tokens", _count(body, "max_tokens", None)),
        tools=tools,
        tool_choice=choice,
        tool_name=tool_name,
        parallel_tool_calls=_of(body, "parallel_tool_calls", bool, True),
        response_schema=schema,
        response_format=response_format,
        stop=_stop(body),
        seed=_seed(body),
        logit_bias=_logit_bias(body),
        logprobs=_of(body, "logprobs", bool, False),
        top_logprobs=_top_logprobs(body),
        presence_penalty=_number(body, "presence_penalty", -2, 2, 0.0),
        frequency_penalty=_number(body, "frequency_penalty", -2, 2, 0.0),
    )
    return request, _of(body, "stream", bool, False), _of(options, "include_usage", bool, False)


def _read(data: bytes) -> Any:
    try:
        body = json.loads(data)
    except ValueError as error:
        raise RequestError(f"body: not JSON ({error})") from None
    except RecursionError:
        raise RequestError(f"body: nested deeper than {MOST_LEVELS} levels") from None
    return _whole_characters(body) if b"\\ud" in data.lower() else _flat(body)


def _flat(body: Any) -> Any:
    """The body, which is not nested too deeply for what follows."""
    level = [body]
    for _ in range(MOST_LEVELS):
        level = [
            part
            for value in level
            for part in (value.values() if isinstance(value, dict) else value)
            if isinstance(part, dict | list)
        ]
        if not level:
            return body
    raise RequestError(f"body: nested deeper than {MOST_LEVELS} levels")


def _whole_characters(body: Any) -> Any:
    """The body; halves of characters, which clients leave that cut texts in UTF-16, are replaced."""
    text = json.dumps(_flat(body), ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _refuse_unsupported(body: Body) -> None:
    n = _of(body, "n", int, 1)
    if n < 1:
        raise FieldError("n", f"must be 1, not {n}")
    if n > 1:
        raise UnsupportedError("n", "n > 1 is not supported")
    if body.get("prompt_logprobs", False) is not False:
        raise UnsupportedError("prompt_logprobs", "prompt_logprobs is not supported")


def _model(body: Body, names: Sequence[str]) -> str:
    model: str = _of(body, "model", str, "")
    if not model:
        raise FieldError("model", f"is required; known are {', '.join(names)}")
    if model not in names:
        raise FieldError("model", f"{model[:100]!r} does not exist; known are {', '.join(names)}")
    return model


def _messages(body: Body) -> tuple[Message, ...]:
    messages = _of(body, "messages", list, [])
    if not 1 <= len(messages) <= MOST_MESSAGES:
        raise FieldError("messages", f"must be 1 to {MOST_MESSAGES} messages, not {len(messages)}")
    return tuple(_message(message, f"messages[{index}]") for index, message in enumerate(messages))


def _message(message: Any, place: str) -> Message:
    if not isinstance(message, dict):
        raise FieldError(place, f"must be an object, not {_told(message)}")
    role = message.get("role")
    role = "system" if role == "developer" else role
    if not isinstance(role, str) or role not in _ROLES:
        raise FieldError(f"{place}.role", f"{_told(role)} is not one of system, user, assistant, tool, developer")
    calls = message.get("tool_calls") or [] if role == "assistant" else []
    if not isinstance(calls, list):
        raise FieldError(f"{place}.tool_calls", "must be an array")
    content = message.get("content")
    if content is None and role != "assistant":
        raise FieldError(f"{place}.content", "is required")
    return Message(
        role=_ROLES[role],
        content=_content(content, f"{place}.content"),
        tool_calls=tuple(_call(call, f"{place}.tool_calls[{index}]") for index, call in enumerate(calls)),
        tool_call_id=_text(message.get("tool_call_id")),
        name=_text(message.get("name")),
    )


def _content(content: Any, place: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise FieldError(place, f"must be a string or an array of parts, not {_told(content)}")
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in {"text", "refusal"} or not isinstance(part.get(kind), str):
            raise FieldError(place, f"{_REFUSED_PARTS}, not {kind!r}")
        texts.append(part[kind])
    return "".join(texts)


def _call(call: Any, place: str) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise FieldError(place, "must have a function with a name")
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
    return ToolCall(_text(call.get("id")), function["name"], text)


def parse_tools(body: Body) -> tuple[Tool, ...]:
    """The tools of a body.

    Raises:
        FieldError: One is none.
    """
    tools = _of(body, "tools", list, [])
    if len(tools) > MOST_TOOLS:
        raise FieldError("tools", f"must be at most {MOST_TOOLS}, not {len(tools)}")
    return tuple(_tool(tool, f"tools[{index}]") for index, tool in enumerate(tools))


def _tool(tool: Any, place: str) -> Tool:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or tool.get("type", "function") != "function":
        raise FieldError(place, 'must be {"type": "function", "function": {"name": …}}')
    name = function.get("name")
    if not isinstance(name, str) or not _TOOL_NAME.fullmatch(name):
        allowed = "1 to 128 letters, digits and any of _ - . : /"
        raise FieldError(f"{place}.function.name", f"must be {allowed}, not {_told(name)}")
    parameters = function.get("parameters") or ANY_OBJECT
    if not isinstance(parameters, dict):
        raise FieldError(f"{place}.function.parameters", "must be a JSON schema")
    parameters = {**ANY_OBJECT, **parameters}
    kinds = parameters["type"]
    if kinds != "object" and not (isinstance(kinds, list) and "object" in kinds):
        raise FieldError(f"{place}.function.parameters", f"type must be object, not {_told(kinds)}")
    bounded(parameters, f"{place}.function.parameters")
    return Tool(name, parameters, tool)


def _tool_choice(body: Body, tools: Sequence[Tool]) -> tuple[Any, str | None]:
    choice = body.get("tool_choice", "auto")
    if isinstance(choice, dict):
        function = choice.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        if name not in [tool.name for tool in tools]:
            raise FieldError("tool_choice", f"names {name!r}, which is not among the tools")
        return "required", name
    if choice not in ("auto", "required", "none"):
        raise FieldError("tool_choice", f"{_told(choice)} is not one of auto, required, none, or a function")
    if choice == "required" and not tools:
        raise FieldError("tool_choice", "'required' needs tools")
    return choice, None


def _response_format(body: Body) -> tuple[Body | None, Body | None]:
    """The format as it came, and the schema of the answer; None is free text."""
    wanted = _of(body, "response_format", dict, {"type": "text"})
    match wanted.get("type"):
        case "text":
            return None, None
        case "json_object":
            return wanted, ANY_OBJECT
        case "json_schema":
            described = wanted.get("json_schema")
            schema = described.get("schema") if isinstance(described, dict) else None
            if not isinstance(schema, dict):
                raise FieldError("response_format", "json_schema must have a schema")
            bounded(schema, "response_format.json_schema")
            return wanted, schema
    raise FieldError("response_format", f"type {wanted.get('type')!r} is not one of text, json_object, json_schema")


def _stop(body: Body) -> tuple[str, ...]:
    stop = body.get("stop", [])
    stops = [stop] if isinstance(stop, str) else stop
    if not isinstance(stops, list) or not all(isinstance(text, str) for text in stops):
        raise FieldError("stop", "must be a string or an array of strings")
    if len(stops) > MOST_STOPS:
        raise FieldError("stop", f"must be at most {MOST_STOPS} texts, not {len(stops)}")
    if any(len(text) > MOST_STOP_CHARS for text in stops):
        raise FieldError("stop", f"each text must have at most {MOST_STOP_CHARS} characters")
    return tuple(text for text in stops if text)


def _seed(body: Body) -> int | None:
    seed: int | None = _of(body, "seed", int, None)
    if seed is not None and not -(1 << 63) <= seed < 1 << 63:
        raise FieldError("seed", "must be a whole number of at most 64 bits")
    return seed


def _logit_bias(body: Body) -> dict[str, float]:
    bias = _of(body, "logit_bias", dict, {})
    if len(bias) > MOST_BIASES:
        raise FieldError("logit_bias", f"must have at most {MOST_BIASES} tokens, not {len(bias)}")
    for token, value in bias.items():
        if not re.fullmatch("[0-9]{1,7}", token) or not _is_number(value) or abs(value) > MOST_BIAS:
            pair = f"{_told(token)} to {_told(value)}"
            raise FieldError(
                "logit_bias", f"must map token ids to numbers from -{MOST_BIAS} to {MOST_BIAS}, not {pair}"
            )
    return {token: float(value) for token, value in bias.items()}


def _top_logprobs(body: Body) -> int:
    number: int = _of(body, "top_logprobs", int, 0)
    if not 0 <= number <= MOST_TOP_LOGPROBS:
        raise FieldError("top_logprobs", f"must be 0 to {MOST_TOP_LOGPROBS}, not {number}")
    return number


def _count(body: Body, name: str, default: int | None) -> int | None:
    number: int | None = _of(body, name, int, default)
    if number is not None and number < 1:
        raise FieldError(name, f"must be at least 1, not {number}")
    return None if number is None else min(number, MOST_TOKENS)


def _number(body: Body, name: str, least: float, most: float, default: float) -> float:
    value = body.get(name, default)
    if not _is_number(value) or not least <= value <= most:
        raise FieldError(name, f"must be a number from {least} to {most}, not {_told(value)}")
    return float(value)


def _of(body: Body, name: str, kind: type, default: Any) -> Any:
    """A field of one type; booleans are no numbers."""
    value = body.get(name, default)
    if name in body and (not isinstance(value, kind) or (isinstance(value, bool) and kind is int)):
        words = {str: "a string", bool: "a boolean", int: "an integer", list: "an array", dict: "an object"}
        raise FieldError(name, f"must be {words[kind]}, not {_told(value)}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _told(value: Any) -> str:
    """A value in an error."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
