"""How an answer is made on a slot: text, text in JSON, calls of tools.

A call is written in steps, each bound by a grammar: which tool, then its arguments. Where the model may choose between
text and a call, it begins freely; as soon as it has named a tool, the arguments follow under their grammar. A tool that
does not exist makes it begin anew, as text.
"""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from openwaves.errors import EngineError
from openwaves.llm.bounds import bounded
from openwaves.llm.chat import (
    ArgumentsDelta,
    CallStart,
    ChatRequest,
    Delta,
    Deltas,
    Finish,
    FinishReason,
    LogProb,
    Schema,
    TextDelta,
    Tool,
    UsageDelta,
)
from openwaves.llm.lost import is_lost, pinned
from openwaves.llm.schemas import fits, takes_nothing
from openwaves.llm.spoken import SpokenText
from openwaves.llm.template import CALL, CALL_END, END, START
from openwaves.llm.tools import CallReader, asks_for_filler, closing, new_call_id, read_json
from openwaves.llm.turn import Turn

MOST_CALLS = 8
MOST_ARGUMENT_TOKENS = 1024
LEAST_ARGUMENT_TOKENS = 256
"""A call that has begun is completed, even beyond ``max_tokens``: half a call is of no use to anybody."""

MOST_TRIES = 4
"""Times that JSON is begun, see ``lost``."""

FILLER_TOKENS = 30
PEEK_TOKENS = 24

_NO_CALL = r"""root ::= [^\x00-\x20!%&()+,./:;<=>?@\[\\\]^_`{|}~] (other | "{"+ behind)*
other ::= [^{\x00]
behind ::= [^{"\x00] | "\"" ([^n{\x00] | "n" [^a{\x00])
"""
"""Grammar of an answer that is no call: it begins like text, and ``{"na`` comes nowhere."""


def answer(request: ChatRequest, prompt: str, turn: Turn) -> Deltas:
    """Answer a request whose prompt is rendered."""
    steps = _Answer(request, turn, prompt)
    if request.callable_tools and (request.tool_choice == "required" or request.tool_name):
        return steps.forced_calls()
    if request.callable_tools and request.response_schema is None:
        return steps.text_or_calls()
    return steps.text({"grammar": _NO_CALL} if request.tools and request.response_schema is None else {})


_NO_LOOPS = {
    "dry_multiplier": 0.8,
    "dry_base": 1.75,
    "dry_allowed_length": 32,
    "dry_penalty_last_n": 128,
    "dry_sequence_breakers": ['"', ":", "\n"],
}
"""Small models begin to repeat themselves between quotes ("1234567890123…"), and a grammar lets that go on for ever.
What would repeat more than 32 tokens of the last 128 becomes ever less likely; keys and other texts count anew.
Source: the DRY sampler of llama.cpp."""


@dataclass(slots=True)
class _Answer:
    request: ChatRequest
    turn: Turn
    so_far: str
    told_usage: bool = False

    async def text(self, bounds: Mapping[str, Any]) -> Deltas:
        """Text to the end."""
        async with aclosing(self._text(bounds)) as deltas:
            async for delta in deltas:
                yield delta
        yield self._finish("length" if self.turn.finish == "length" else "stop")

    async def _text(self, bounds: Mapping[str, Any]) -> Deltas:
        if self.request.response_schema is not None:
            async with aclosing(self._json(self.request.response_schema)) as deltas:
                async for delta in deltas:
                    yield delta
            return
        spoken = SpokenText()
        logprobs: list[LogProb] = []
        async with aclosing(self._run(self.so_far, {**self._sampling(), **bounds})) as pieces:
            async for piece in pieces:
                if isinstance(piece, UsageDelta):
                    yield piece
                    continue
                logprobs += piece[1]
                if said := spoken.feed(piece[0]):
                    yield TextDelta(said, tuple(logprobs))
                    logprobs.clear()
        if rest := spoken.end():
            yield TextDelta(rest, tuple(logprobs))

    async def _json(self, schema: Schema) -> Deltas:
        """JSON of a schema, as often begun again as it loses itself."""
        written, rest = "", schema
        logprobs: list[LogProb] = []
        for tries_left in reversed(range(MOST_TRIES)):
            again, going_on = "", None
            options = {**self._sampling(), "json_schema": bounded(rest, "response_format"), **_NO_LOOPS}
            async with aclosing(self._run(self.so_far, options)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, UsageDelta):
                        yield piece
                        continue
                    again += piece[0]
                    if not again.startswith(written[: len(again)]):  # the library writes it another way
                        self.turn.finish = "length"
                        break
                    if len(again) < len(written):
                        continue
                    logprobs += piece[1]
                    if len(again) == len(written):
                        continue
                    yield TextDelta(again[len(written) :], tuple(logprobs))
                    written = again
                    logprobs.clear()
                    if tries_left and is_lost(written):
                        going_on = pinned(schema, read_json(written))
                        if going_on is not None:
                            break
            if going_on is None:
                break
            rest = going_on
            self.turn.start_again()
        if tail := self._tail(written, schema):
            yield TextDelta(tail)

    def _tail(self, written: str, schema: Schema) -> str:
        """What closes JSON that was cut, where that fits its schema; half a number would be another one."""
        if self.request.stop:
            return ""
        if self.turn.finish == "length":
            tail = closing(written)
            is_whole = tail.startswith('"') or written.endswith(('"', "]", "}"))
            return tail if is_whole and fits(read_json(written + tail), schema) else ""
        if not _is_json(written):
            raise EngineError("the language model left the schema of its answer")
        return ""

    async def text_or_calls(self) -> Deltas:
        """What the model chooses."""
        reader, spoken = CallReader(), SpokenText()
        name, said, logprobs = "", "", list[LogProb]()
        async with aclosing(self._run(self.so_far, self._sampling())) as pieces:
            async for piece in pieces:
                if isinstance(piece, UsageDelta):
                    yield piece
                    continue
                logprobs += piece[1]
                for part in reader.feed(piece[0]):
                    if part.kind == "name":
                        name, said = part.text, said + part.written
                        break
                    said += part.text
                    if text := spoken.feed(part.text):
                        yield TextDelta(text, tuple(logprobs))
                        logprobs.clear()
                if name:
                    break
        known = {tool.name: tool for tool in self.request.callable_tools}
        if name in known:
            self.so_far += said
            async with aclosing(self._calls(known[name])) as calls:
                async for delta in calls:
                    yield delta
            return
        if name and not said.strip().startswith(tuple("{[<`")):  # it spoke, then called what does not exist
            yield self._finish("stop")
            return
        if name:
            async with aclosing(self.text({"grammar": _NO_CALL})) as deltas:
                async for delta in deltas:
                    yield delta
            return
        if rest := spoken.feed("".join(part.text for part in reader.end())) + spoken.end():
            yield TextDelta(rest, tuple(logprobs))
        yield self._finish("length" if self.turn.finish == "length" else "stop")

    async def forced_calls(self) -> Deltas:
        """At least one call; a spoken sentence before it if the system message asks for one."""
        if asks_for_filler([message.content for message in self.request.messages if message.role == "system"]):
            bounds = {"grammar": _NO_CALL, "stop": ["\n", CALL, "{", END], "n_predict": FILLER_TOKENS}
            async with aclosing(self._text(bounds)) as deltas:
                async for delta in deltas:
                    if isinstance(delta, TextDelta):
                        self.so_far += delta.text
                    yield delta
            self.so_far += "\n"
        tools = self.request.callable_tools
        self.so_far += f'{CALL}\n{{"name": "'
        if len(tools) == 1:
            name = tools[0].name
        else:
            names = " | ".join(json.dumps(tool.name + '"') for tool in tools)
            name = ""
            async with aclosing(self._run(self.so_far, {**self._sampling(), "grammar": f"root ::= {names}"})) as pieces:
                async for piece in pieces:
                    if isinstance(piece, UsageDelta):
                        yield piece
                    else:
                        name += piece[0]
            name = name.removesuffix('"')
        tool = next((tool for tool in tools if tool.name == name), tools[0])  # cut by max_tokens: the first
        self.so_far += tool.name + '"'
        async with aclosing(self._calls(tool)) as calls:
            async for delta in calls:
                yield delta

    async def _calls(self, tool: Tool | None) -> Deltas:
        """Calls, the first of which is named and begun."""
        made: list[tuple[str, Any]] = []
        reason: FinishReason = "tool_calls"
        while tool is not None:
            index = len(made)
            written: list[str] = []
            held: list[Delta] = [CallStart(index, new_call_id(), tool.name)]
            async with aclosing(self._arguments(tool)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, UsageDelta):
                        yield piece
                        continue
                    written.append(piece)
                    held.append(ArgumentsDelta(index, piece))
                    if index == 0:  # a later one may turn out to repeat an earlier one
                        for delta in held:
                            yield delta
                        held.clear()
            value = read_json("".join(written))
            if index and ((tool.name, value) in made or not fits(value, tool.parameters)):
                break
            for delta in held:
                yield delta
            made.append((tool.name, value))
            if not fits(value, tool.parameters):
                reason = "length"
                break
            if not self.request.parallel_tool_calls or len(made) == MOST_CALLS or not self._left():
                break
            self.so_far += f"{''.join(written)}}}\n{CALL_END}"
            tool = await self._next_call()
        yield self._finish(reason)

    async def _arguments(self, tool: Tool) -> AsyncGenerator[str | UsageDelta]:
        """The arguments of a call, in pieces; complete JSON in any case."""
        self.so_far += ', "arguments": '
        if takes_nothing(tool.parameters):
            yield "{}"
            return
        options = {**self._sampling(), "json_schema": bounded(tool.parameters, "tools"), "stop": [], **_NO_LOOPS}
        options["n_predict"] = max(LEAST_ARGUMENT_TOKENS, min(MOST_ARGUMENT_TOKENS, self._left()))
        text = ""
        async with aclosing(self._run(self.so_far, options)) as pieces:
            async for piece in pieces:
                if isinstance(piece, UsageDelta):
                    yield piece
                elif said := piece[0] if text else piece[0].lstrip():
                    text += said
                    yield said
        if tail := closing(text or "{"):
            yield tail if text else "{" + tail

    async def _next_call(self) -> Tool | None:
        """The tool that the model goes on to call, if it does."""
        reader, written = CallReader(), ""
        options = {**self._sampling(), "n_predict": min(PEEK_TOKENS, self._left())}
        async with aclosing(self._run(self.so_far, options)) as pieces:
            async for piece in pieces:
                if isinstance(piece, UsageDelta):
                    continue
                written += piece[0]
                for part in reader.feed(piece[0]):
                    if part.kind == "text" and part.text.strip():
                        return None
                    if part.kind == "name":
                        self.so_far += written[: len(written) - len(reader.held)]
                        return next((tool for tool in self.request.callable_tools if tool.name == part.text), None)
        return None

    async def _run(
        self, text: str, options: Mapping[str, Any]
    ) -> AsyncGenerator[tuple[str, tuple[LogProb, ...]] | UsageDelta]:
        """Pieces of text and their tokens; before them, once, what the prompt took."""
        async with aclosing(self.turn.run(text, options)) as pieces:
            async for piece in pieces:
                if not self.told_usage and piece.text:
                    self.told_usage = True
                    yield UsageDelta(self.turn.usage)
                if piece.text or piece.logprobs:
                    yield piece.text, _told(piece.logprobs, self.request.top_logprobs)

    def _left(self) -> int:
        """Tokens that the answer may still have."""
        most = self.request.max_tokens
        return MOST_ARGUMENT_TOKENS if most is None else max(0, most - self.turn.completion_tokens)

    def _sampling(self) -> dict[str, Any]:
        """The request's options in the library's words."""
        request = self.request
        options: dict[str, Any] = {
            "temperature": request.temperature,
            "top_p": request.top_p,
            "presence_penalty": request.presence_penalty,
            "frequency_penalty": request.frequency_penalty,
            "stop": [*request.stop, END, START],
            "n_predict": -1 if request.max_tokens is None else max(1, self._left()),
            "cache_prompt": True,
        }
        if request.seed is not None:
            options["seed"] = request.seed & 0x7FFFFFFF
        if request.logit_bias:
            options["logit_bias"] = [[int(token), bias] for token, bias in request.logit_bias.items()]
        if request.logprobs:
            options["logprobs"] = max(1, request.top_logprobs)
        return options

    def _finish(self, reason: FinishReason) -> Finish:
        return Finish(reason, self.turn.usage)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _told(logprobs: tuple[LogProb, ...], most: int) -> tuple[LogProb, ...]:
    """Tokens in OpenAI's form, with as many others as were asked for."""
    return tuple(
        {
            "token": one["token"],
            "logprob": one["logprob"],
            "bytes": one.get("bytes"),
            "top_logprobs": [
                {"token": other["token"], "logprob": other["logprob"], "bytes": other.get("bytes")}
                for other in (one.get("top_logprobs") or ())[:most]
            ],
        }
        for one in logprobs
    )
