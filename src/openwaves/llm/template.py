"""From a history to the text that a model reads.

Models of the ChatML family (Qwen, SmolLM and many more) get their prompt from here, exactly as their own template would
write it. For others the history is brought into the plain shape that every template takes: one system message first,
then user and assistant in turn.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from openwaves.llm.chat import Message, Role, Tool

START, END = "<|im_start|>", "<|im_end|>"
ANSWER = f"{START}assistant\n"
CALL, CALL_END = "<tool_call>", "</tool_call>"
CHATML = "<|im_start|>"

# Source: the chat template in the model files of Qwen2.5, which these lines repeat word for word.
_TOOLS_BEFORE = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>"
)
_TOOLS_AFTER = (
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
    '<tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n'
    "</tool_call>"
)
_MARKS = re.compile(r"<(?=\|[A-Za-z_]+\|>)")
_FOREIGN_MARKS = re.compile(
    r"<(?=(?:start|end)_of_turn>|/?s>|bos>|eos>)|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\])"
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model reads.

    Attributes:
        text: All of it, up to where the answer begins.
        head: How many of its characters every turn of the session begins with: the system message and the tools.
        settled: How many of them come before the last message.
        grows: Whether the last message may go on, so that nothing asks for an answer yet.
    """

    text: str
    head: int
    settled: int = 0
    grows: bool = False

    @property
    def asked(self) -> int:
        """How many characters are the history; the rest asks for the answer."""
        return len(self.text) if self.grows else max(0, len(self.text) - len(ANSWER))


def render_chatml(
    messages: Sequence[Message], tools: Sequence[Tool], default_system: str, *, grows: bool = False
) -> Prompt:
    """The prompt of a ChatML model.

    Args:
        messages: The history, of any shape.
        tools: What may be called.
        default_system: What the model's template says where there is no system message; may be empty.
        grows: The last message, if it is a user's, may go on; no answer is asked for.
    """
    first = messages[0] if messages and messages[0].role == "system" else None
    system = _defused(first.content) if first else default_system
    if tools:
        system = f"{system}\n\n{describe(tools)}"
    head = f"{START}system\n{system}{END}\n" if system or first else ""
    rest = messages[1:] if first else messages
    turns = [_turn(rest, index) for index in range(len(rest))]
    settled = len(head) + sum(map(len, turns[:-1]))
    if not grows:
        return Prompt(head + "".join(turns) + ANSWER, len(head), settled)
    if rest and rest[-1].role == "user":
        turns[-1] = turns[-1].removesuffix(f"{END}\n").rstrip()
    return Prompt(head + "".join(turns), len(head), settled, grows=True)


def describe(tools: Iterable[Tool]) -> str:
    """The tools, for a system message."""
    lines = "".join("\n" + json.dumps(tool.definition, ensure_ascii=False) for tool in tools)
    return _TOOLS_BEFORE + _defused(lines) + _TOOLS_AFTER


def _turn(messages: Sequence[Message], index: int) -> str:
    message = messages[index]
    content = _defused(message.content)
    if message.role == "tool":
        begins = index == 0 or messages[index - 1].role != "tool"
        ends = index == len(messages) - 1 or messages[index + 1].role != "tool"
        before, after = f"{START}user" if begins else "", f"{END}\n" if ends else ""
        return f"{before}\n<tool_response>\n{content}\n</tool_response>{after}"
    if not message.tool_calls:
        return f"{START}{message.role}\n{content}{END}\n"
    spoken = f"\n{content}" if content else ""
    return f"{START}assistant{spoken}{_calls(message)}{END}\n"


def _calls(message: Message) -> str:
    return "".join(
        f'\n{CALL}\n{{"name": "{_defused(call.name)}", "arguments": {_defused(_spaced(call.arguments))}}}\n{CALL_END}'
        for call in message.tool_calls
    )


def _spaced(arguments: str) -> str:
    """JSON as the model's template writes it; what is no JSON stays as it is."""
    try:
        return json.dumps(json.loads(arguments or "{}"), ensure_ascii=False)
    except ValueError:
        return json.dumps(arguments, ensure_ascii=False)


def _defused(text: str) -> str:
    """Text in which no mark of the template is left: what a caller says cannot end its own turn."""
    return _MARKS.sub("< ", text)


def _plain(text: str) -> str:
    """Text without the marks of other families either."""
    return _FOREIGN_MARKS.sub(lambda found: f"{found[0]} ", _defused(text))


def cut_behind(text: str, content: str) -> Prompt:
    """A rendered prompt up to the end of its last message, which may go on."""
    content = content.rstrip()
    place = text.rfind(content) if content else -1
    return Prompt(text[: place + len(content)] if place >= 0 else text, 0, grows=True)


def plain_shape(messages: Sequence[Message], tools: Sequence[Tool]) -> list[dict[str, str]]:
    """The history as one system message (if any), then user and assistant in turn, ending with the user.

    Calls and their results become text of the assistant and the user.
    """
    system = "\n\n".join(
        _plain(message.content) for message in messages if message.role == "system" and message.content
    )
    if tools:
        system = f"{system}\n\n{describe(tools)}".strip()
    turns: list[Message] = []
    for message in messages:
        if message.role == "system":
            continue
        role: Role = "assistant" if message.role == "assistant" else "user"
        content = _plain(message.content)
        if message.role == "tool":
            content = f"<tool_response>\n{content}\n</tool_response>"
        text = (content + _calls(message)).strip()
        if turns and turns[-1].role == role:
            turns[-1] = replace(turns[-1], content=f"{turns[-1].content}\n{text}".strip())
        else:
            turns.append(Message(role, text))
    if not turns or turns[0].role == "assistant":
        turns.insert(0, Message("user", ""))
    if turns[-1].role == "assistant":
        turns.append(Message("user", ""))
    head = [{"role": "system", "content": system}] if system else []
    return head + [{"role": turn.role, "content": turn.content} for turn in turns]
