"""Makes deltas of the chunks of an OpenAI-compatible server, whatever it does to calls and text."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openwaves.errors import UpstreamError
from openwaves.llm.chat import (
    ArgumentsDelta,
    CallStart,
    ChatRequest,
    Delta,
    Finish,
    FinishReason,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from openwaves.llm.spoken import SpokenText
from openwaves.llm.tools import CallReader, fitting_arguments, is_behind_calls, new_call_id, read_calls

MOST_BEHIND = 12
"""Pieces of text behind a call that begin no other: small models write on until they are stopped."""
CHARS_PER_TOKEN = 4
"""For the usage of servers that tell none."""


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: str = ""


class AnswerReader:
    """Reads one answer. Text leaves at once, a call as soon as it is complete and its arguments fit."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._tools = {tool.name: tool for tool in request.callable_tools}
        self._spoken = None if request.response_schema is not None else SpokenText()
        self._calls_in_text = CallReader() if self._tools and self._spoken else None
        self._called_in_text = ""
        self._calls: dict[int, _Call] = {}
        self._n_called = 0
        self._n_pieces = 0
        self._n_behind = 0
        self._repeats = False
        self._logprobs: list[Mapping[str, Any]] = []
        self._reason = ""
        self._usage: TokenUsage | None = None

    @property
    def has_enough(self) -> bool:
        """Whether there are calls, and what comes behind them is of no use."""
        return self._repeats or self._n_behind > MOST_BEHIND

    def feed(self, chunk: Mapping[str, Any]) -> Iterator[Delta]:
        """Take the next chunk.

        Raises:
            UpstreamError: It is none.
        """
        try:
            yield from self._feed(chunk)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError):
            raise UpstreamError("the language model answered with JSON that is no chat") from None

    def end(self) -> Iterator[Delta]:
        """The stream is over, or its reader has enough.

        Raises:
            UpstreamError: The answer is not.
        """
        if not self._reason and not self.has_enough:
            raise UpstreamError("the language model broke off in the middle of its answer")
        yield from self._end_text()
        yield from self._complete_calls(all_of_them=True)
        reason: FinishReason = "stop"
        if self._n_called:
            reason = "tool_calls"
        elif self._reason in {"length", "content_filter"}:
            reason = self._reason  # type: ignore[assignment]
        yield Finish(reason, self._usage or self._estimate())

    def _feed(self, chunk: Mapping[str, Any]) -> Iterator[Delta]:
        if usage := chunk.get("usage"):
            details = usage.get("prompt_tokens_details") or {}
            cached = details.get("cached_tokens") or 0
            self._usage = TokenUsage(int(usage["prompt_tokens"]), int(usage.get("completion_tokens") or 0), int(cached))
        choices = chunk["choices"]
        if not choices:
            return
        choice = choices[0]
        delta = choice.get("delta") or choice.get("message") or {}
        self._logprobs += (choice.get("logprobs") or {}).get("content") or ()
        if content := delta.get("content"):
            self._n_pieces += 1
            yield from self._text(content if isinstance(content, str) else _parts(content))
        for fragment in delta.get("tool_calls") or ():
            self._n_pieces, self._n_behind = self._n_pieces + 1, 0
            self._fragment(fragment)
        yield from self._complete_calls(all_of_them=False)
        self._reason = choice.get("finish_reason") or self._reason

    def _text(self, text: str) -> Iterator[Delta]:
        if self._calls or self._n_called:
            self._n_behind += 1
            return  # text after calls: clients expect none
        if self._called_in_text:
            self._called_in_text += text
            is_behind = is_behind_calls(self._called_in_text)
            self._n_behind = self._n_behind + 1 if is_behind else 0
            if is_behind and "}" in text:
                written = self._written_calls()
                self._repeats = len(written) > len(set(written)) or (
                    bool(written) and not self._request.parallel_tool_calls
                )
            return
        for piece in self._calls_in_text.feed(text) if self._calls_in_text else ():
            if piece.kind == "name":
                self._called_in_text = piece.written + (self._calls_in_text.held if self._calls_in_text else "")
                return
            yield from self._say(piece.text)
        if self._calls_in_text is None:
            yield from self._say(text)

    def _say(self, text: str) -> Iterator[Delta]:
        said = self._spoken.feed(text) if self._spoken else text
        if said:
            yield TextDelta(said, tuple(self._logprobs))
            self._logprobs.clear()

    def _end_text(self) -> Iterator[Delta]:
        if self._called_in_text:
            for name, arguments in dict.fromkeys(self._written_calls()):
                yield from self._call(ToolCall(new_call_id(), name, arguments))
            return
        if self._calls_in_text and not self._n_called and not self._calls:
            for piece in self._calls_in_text.end():
                yield from self._say(piece.text)
        if self._spoken and (rest := self._spoken.end()):
            yield TextDelta(rest, tuple(self._logprobs))

    def _written_calls(self) -> list[tuple[str, str]]:
        """Names and arguments of the calls that were written as text."""
        return [(call.name, call.arguments) for call in read_calls(self._called_in_text, self._request.callable_tools)]

    def _fragment(self, fragment: Mapping[str, Any]) -> None:
        index = fragment.get("index")
        if index is None:
            begins = fragment.get("id") or (fragment.get("function") or {}).get("name")
            index = len(self._calls) + self._n_called if begins else max(self._calls, default=self._n_called)
        call = self._calls.setdefault(int(index), _Call())
        function = fragment.get("function") or {}
        call.id = call.id or fragment.get("id") or ""
        call.name += function.get("name") or ""
        arguments = function.get("arguments") or ""
        call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)

    def _complete_calls(self, *, all_of_them: bool) -> Iterator[Delta]:
        """The calls to which nothing can be added any more: another one has begun after them."""
        while self._calls and (all_of_them or len(self._calls) > 1):
            index = min(self._calls)
            call = self._calls.pop(index)
            tool = self._tools.get(call.name)
            arguments = fitting_arguments(call.arguments, tool) if tool else None
            if arguments is not None:
                yield from self._call(ToolCall(call.id or new_call_id(), call.name, arguments))

    def _call(self, call: ToolCall) -> Iterator[Delta]:
        if self._n_called and not self._request.parallel_tool_calls:
            return
        yield CallStart(self._n_called, call.id, call.name)
        yield ArgumentsDelta(self._n_called, call.arguments)
        self._n_called += 1

    def _estimate(self) -> TokenUsage:
        chars = sum(len(message.content) for message in self._request.messages)
        return TokenUsage(chars // CHARS_PER_TOKEN + len(self._request.messages), self._n_pieces, 0)


def _parts(content: list[Mapping[str, Any]]) -> str:
    return "".join(part.get("text", "") for part in content if part.get("type", "text") == "text")
