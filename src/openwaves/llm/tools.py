"""Finds tool calls in what models write, however they write them.

Small models leave out the marks that announce a call, double the braces, or wrap the call in a code block. A reader
decides with the first characters whether an answer is text, which then flows on, or perhaps a call, which is held back
until the name of the tool is known.
"""

import json
import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openwaves.llm.chat import Tool, ToolCall
from openwaves.llm.schemas import brought_to_fit, fits, takes_nothing
from openwaves.llm.template import CALL

LONGEST_LEAD = 160  # characters before the name of a tool; an answer in JSON without a name by then is text

_NAME = re.compile(r'"(?:name|function|tool|tool_name)"\s*:\s*"([^"\n]*)"')
_TAGGED_NAME = re.compile(r"<function=([\w.-]+)>")
_OPENERS = ("{", "[", CALL, "```", "<function=", "<|tool_call|>", "[TOOL_CALLS]")
_FILLER = re.compile(
    r"\bfiller|\b(before|while|when)\b[^.]{0,40}\b(tool|function|call)|\bsay\b[^.]{0,40}\bbefore\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """What the reader makes of an answer so far.

    Attributes:
        kind: ``text`` is to be passed on; ``name`` tells that a call begins.
        text: The text, or the name of the tool.
        written: Of a name: all that the model wrote since the call began, up to the end of the name.
    """

    kind: Literal["text", "name"]
    text: str
    written: str = ""


class CallReader:
    """Tells calls from text while an answer is written. Ends with the first call's name."""

    def __init__(self) -> None:
        self._held = ""
        self._mode: Literal["undecided", "text", "call"] = "undecided"

    @property
    def held(self) -> str:
        """What is neither passed on nor a call yet."""
        return self._held

    def feed(self, text: str) -> list[Piece]:
        """Take the next characters of the answer."""
        self._held += text
        pieces: list[Piece] = []
        if self._mode == "undecided":
            self._decide()
        if self._mode == "text":
            pieces += self._pass_text()
        if self._mode == "call":
            pieces += self._find_name()
        return pieces

    def end(self) -> list[Piece]:
        """The answer is over: what is held back is text."""
        text, self._held = self._held, ""
        return [Piece("text", text)] if text else []

    def _decide(self) -> None:
        begun = self._held.lstrip()
        if any(begun.startswith(opener) for opener in _OPENERS):
            self._mode = "call"
        elif begun and not any(opener.startswith(begun) for opener in _OPENERS):
            self._mode = "text"

    def _pass_text(self) -> list[Piece]:
        place = self._held.find(CALL)
        if place >= 0:
            text, self._held, self._mode = self._held[:place], self._held[place:], "call"
        else:
            kept = _tail_that_begins(self._held, CALL)
            text, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return [Piece("text", text)] if text else []

    def _find_name(self) -> list[Piece]:
        found = _NAME.search(self._held) or _TAGGED_NAME.search(self._held)
        if found:
            written, self._held = self._held[: found.end()], self._held[found.end() :]
            return [Piece("name", found[1], written)]
        if len(self._held) > LONGEST_LEAD:
            self._mode = "text"
            return self.end()
        return []


def read_calls(text: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """The calls in a complete answer; those of unknown tools, or whose arguments do not fit, are left out."""
    calls: list[ToolCall] = []
    known = {tool.name: tool for tool in tools}
    for value in _objects(text):
        for item in value if isinstance(value, list) else [value]:
            name, arguments = _name_and_arguments(item)
            if name in known and (fitting := fitting_arguments(arguments, known[name])) is not None:
                calls.append(ToolCall(new_call_id(), name, fitting))
    return calls


def is_behind_calls(text: str) -> bool:
    """Whether a text has a complete object or array, and none that has begun and not ended."""
    place = 0
    while (start := _next_opener(text, place)) >= 0:
        place = _end_of(text, start)
        if closing(text[start:place]):
            return False
    return place > 0


def fitting_arguments(arguments: Any, tool: Tool) -> str | None:
    """Arguments, as text or value, as JSON text that fits the tool's schema; None if they cannot be made to."""
    if takes_nothing(tool.parameters):
        return "{}"
    if isinstance(arguments, str):
        arguments = read_json(arguments or "{}")
    value = brought_to_fit({} if arguments is None else arguments, tool.parameters)
    if not isinstance(value, dict) or not fits(value, tool.parameters):
        return None
    return json.dumps(value, ensure_ascii=False)


def read_json(text: str) -> Any:
    """A value that a model wrote, mended where it is cut or has doubled braces; None if it is none."""
    text = text.strip()
    for attempt in (text, text.replace("{{", "{").replace("}}", "}"), text + closing(text)):
        try:
            return json.loads(attempt)
        except ValueError:
            continue
    return None


def closing(text: str) -> str:
    """What has to follow JSON that was cut, so that it is complete; it need not fit a schema."""
    stack: list[str] = []
    quoted = escaped = False
    for char in text:
        if quoted:
            quoted, escaped = (char != '"' or escaped), (char == "\\" and not escaped)
        elif char == '"':
            quoted = True
        elif char in "{[":
            stack.append("}" if char == "{" else "]")
        elif char in "}]" and stack:
            stack.pop()
    tail = ('\\"' if escaped else '"') if quoted else ""
    bare = (text + tail).rstrip()
    if bare.endswith(":"):
        tail += "null"
    elif stack and stack[-1] == "}" and re.search(r'[{,]\s*"(?:[^"\\]|\\.)*"$', bare):
        tail += ": null"
    elif bare.endswith(","):
        tail += '"": null' if stack and stack[-1] == "}" else "null"
    return tail + "".join(reversed(stack))


def asks_for_filler(systems: Collection[str]) -> bool:
    """Whether a system message wants something said beside a call."""
    return any(_FILLER.search(system) for system in systems)


def new_call_id() -> str:
    """An id that no other call has."""
    return "call_" + uuid.uuid4().hex[:24]


def _objects(text: str) -> list[Any]:
    """Every outermost JSON object or array in a text, in order."""
    found: list[Any] = []
    place = 0
    while (start := _next_opener(text, place)) >= 0:
        end = _end_of(text, start)
        value = read_json(text[start:end])
        if value is None:
            place = start + 1
        else:
            found.append(value)
            place = end
    return found


def _next_opener(text: str, place: int) -> int:
    found = re.compile(r"[{\[]").search(text, place)
    return found.start() if found else -1


def _end_of(text: str, start: int) -> int:
    depth = 0
    quoted = escaped = False
    for place in range(start, len(text)):
        char = text[place]
        if quoted:
            quoted, escaped = (char != '"' or escaped), (char == "\\" and not escaped)
        elif char == '"':
            quoted = True
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            if not depth:
                return place + 1
    return len(text)


def _name_and_arguments(value: Any) -> tuple[str, Any]:
    if not isinstance(value, dict):
        return "", None
    inner = value.get("function")
    if isinstance(inner, dict):
        value = inner
    name = next(
        (value[key] for key in ("name", "function", "tool", "tool_name") if isinstance(value.get(key), str)), ""
    )
    arguments: Any = next((value[key] for key in ("arguments", "parameters", "args", "input") if key in value), {})
    return name, arguments


def _tail_that_begins(text: str, mark: str) -> int:
    """How many characters at the end of a text may be the beginning of a mark."""
    return next(
        (length for length in range(min(len(mark) - 1, len(text)), 0, -1) if mark.startswith(text[-length:])), 0
    )
