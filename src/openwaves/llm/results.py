"""What comes after the results of calls: words, not the same calls again.

Small models like to repeat a call whose result they have, for ever; and where they must not call, they write the call
as text. So a call that was answered since the user last spoke is told to nobody, and where nothing else was told, the
model is asked for words, as a user would.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from openwaves.llm.chat import (
    ArgumentsDelta,
    CallStart,
    ChatRequest,
    Delta,
    Deltas,
    Finish,
    Message,
    TextDelta,
)

ASK = "(Tell me in a short sentence what came back.)"
"""What a user would say to whom stays silent about a result."""

_Key = tuple[str, str]


async def in_words(complete: Callable[[ChatRequest], Deltas], request: ChatRequest) -> Deltas:
    """An answer that repeats no call.

    Args:
        complete: See ``ChatModel``.
        request: What is asked.
    """
    answered = _answered(request.messages) if request.tool_choice == "auto" else frozenset[_Key]()
    if request.tool_choice == "none" and request.tools and _ends_with_result(request):
        request = _asking(request)
    news = _News(answered)
    async with aclosing(complete(request)) as deltas:
        async for delta in deltas:
            for told in news.feed(delta):
                yield told
    if news.is_silent:
        async with aclosing(complete(_asking(replace(request, tool_choice="none")))) as deltas:
            async for delta in deltas:
                yield delta


class _News:
    """Lets through what is new of an answer."""

    def __init__(self, answered: frozenset[_Key]) -> None:
        self._answered = answered
        self._names = {name for name, _ in answered}
        self._held: list[Delta] = []
        self._name, self._arguments = "", ""
        self._n_calls = 0
        self._has_repeated = False
        self._has_spoken = False

    @property
    def is_silent(self) -> bool:
        """All of it so far were calls that had been answered; then its end is not let through either."""
        return self._has_repeated and not self._has_spoken and not self._n_calls

    def feed(self, delta: Delta) -> list[Delta]:
        """What is to be told with the next delta."""
        match delta:
            case CallStart(id=id_, name=name):
                told = self._end_call()
                self._name, self._arguments = name, ""
                self._held = [CallStart(self._n_calls, id_, name)]
                return told if name in self._names else told + self._release()
            case ArgumentsDelta(text=text):
                self._arguments += text
                if self._held:
                    self._held.append(ArgumentsDelta(self._n_calls, text))
                    return []
                return [ArgumentsDelta(self._n_calls - 1, text)]
            case Finish(reason=reason, usage=usage):
                told = self._end_call()
                if reason == "tool_calls" and not self._n_calls:
                    reason = "stop"
                return [] if self.is_silent else [*told, Finish(reason, usage)]
            case TextDelta(text=text):
                self._has_spoken = self._has_spoken or bool(text.strip())
        return [delta]

    def _release(self) -> list[Delta]:
        """The call that is held back is to be told."""
        held, self._held = self._held, []
        self._n_calls += 1
        return held

    def _end_call(self) -> list[Delta]:
        """The running call, if one is held back, is complete."""
        if not self._held:
            return []
        if _key(self._name, self._arguments) not in self._answered:
            return self._release()
        self._held = []
        self._has_repeated = True
        return []


def _ends_with_result(request: ChatRequest) -> bool:
    return bool(request.messages) and request.messages[-1].role == "tool"


def _asking(request: ChatRequest) -> ChatRequest:
    return replace(request, messages=(*request.messages, Message("user", ASK)))


def _answered(messages: Sequence[Message]) -> frozenset[_Key]:
    """The calls that were answered since the user last spoke."""
    found: set[_Key] = set()
    for message in reversed(messages):
        if message.role == "user":
            break
        found |= {_key(call.name, call.arguments) for call in message.tool_calls}
    return frozenset(found)


def _key(name: str, arguments: str) -> _Key:
    try:
        return name, json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except ValueError:
        return name, arguments
