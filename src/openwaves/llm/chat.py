"""What a chat is made of, and what answers one.

    ChatRequest ─ ChatModel.complete ─► TextDelta … | CallStart, ArgumentsDelta … ─► Finish(reason, usage)

Text comes before calls; calls come one after the other. All values are frozen.
"""

import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
Schema = Mapping[str, Any]
"""A JSON schema."""

LogProb = Mapping[str, Any]
"""One token in OpenAI's form: token, logprob, bytes, top_logprobs."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model wants called.

    Attributes:
        id: Ties the result to the call.
        name: Name of the function.
        arguments: JSON text.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a history.

    Attributes:
        role: Who said it.
        content: Its text; empty where there is none.
        tool_calls: What an assistant's message calls.
        tool_call_id: The call whose result a tool's message brings.
        name: Who of several users, or which tool.
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call.

    Attributes:
        name: Name of the function.
        parameters: Schema of its arguments, an object.
        definition: All of it, as the client sent it.
    """

    name: str
    parameters: Schema
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request, validated and with every default filled in.

    Attributes:
        model: Name of the model on this wire.
        messages: The history, oldest first.
        temperature: 0 to 2.
        top_p: 0 to 1.
        max_tokens: Most tokens of the answer; None is the rest of the context.
        tools: What may be called; empty with ``tool_choice`` none.
        tool_choice: May, must or must not a tool be called.
        tool_name: The tool that must be called.
        parallel_tool_calls: Whether several may be called.
        response_schema: Schema of an answer in JSON; None is free text.
        response_format: The format as the client sent it; None is free text.
        stop: Texts that end the answer and are not part of it.
        seed: Makes the answer repeatable, as far as the model can.
        logit_bias: Added to the logits of tokens, by token id.
        logprobs: Whether to tell the probability of every token.
        top_logprobs: How many other tokens to tell at each place.
        presence_penalty: -2 to 2.
        frequency_penalty: -2 to 2.
        session: Names the conversation, so that it keeps its place in the model's memory whatever is edited; may be
            empty.
    """

    model: str
    messages: tuple[Message, ...]
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: Literal["auto", "required", "none"] = "auto"
    tool_name: str | None = None
    parallel_tool_calls: bool = True
    response_schema: Schema | None = None
    response_format: Mapping[str, Any] | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    logit_bias: Mapping[str, float] = field(default_factory=dict)
    logprobs: bool = False
    top_logprobs: int = 0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    session: str = ""

    @property
    def callable_tools(self) -> tuple[Tool, ...]:
        """The tools that an answer may call."""
        if self.tool_choice == "none":
            return ()
        return tuple(tool for tool in self.tools if self.tool_name in {None, tool.name})


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens that a request took.

    Attributes:
        prompt: Of the history.
        completion: Of the answer.
        cached: Those of the history that were still known from an earlier request.
    """

    prompt: int = 0
    completion: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of an answer's text.

    Attributes:
        text: The piece.
        logprobs: Its tokens, if they were asked for.
    """

    text: str
    logprobs: tuple[LogProb, ...] = ()


@dataclass(frozen=True, slots=True)
class CallStart:
    """A call begins: its index, its id and the whole name."""

    index: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ArgumentsDelta:
    """The next piece of the arguments of the call that began last."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class UsageDelta:
    """What the answer has taken so far; an answer that is broken off has no ``Finish``."""

    usage: TokenUsage


@dataclass(frozen=True, slots=True)
class Finish:
    """The answer is complete."""

    reason: FinishReason
    usage: TokenUsage


Delta = TextDelta | CallStart | ArgumentsDelta | UsageDelta | Finish
Deltas = AsyncGenerator[Delta]


class ChatModel(Protocol):
    """Answers chats."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which it is asked."""
        ...

    @property
    def state(self) -> str:
        """Where it stands, for people."""
        ...

    @property
    def is_loaded(self) -> bool:
        """Whether it answers without being fetched or loaded first."""
        ...

    def complete(self, request: ChatRequest) -> Deltas:
        """Answer a chat; closing the answer stops the work at once.

        Raises:
            FieldError: The request cannot be answered as it stands.
            OverloadedError: Not now.
            UpstreamError: The model failed.
        """
        ...

    async def prime(self, request: ChatRequest) -> None:
        """Read a history ahead: an answer to one that begins alike then starts sooner.

        The last message of a user may still be growing, as what a recogniser has heard so far. Returns once all is
        read; cancelling stops the reading within one slice of the prompt, and what has been read stays of use. Where
        ``request.session`` is set, a later ``prime`` or ``complete`` of that session goes on from what is read, waits
        for a reading under way that it can use, and stops one that it cannot. A hint: it takes no place from answers
        under way, and what goes wrong is told by ``complete``. Does nothing where the model is another server.

        Args:
            request: Its model, messages, tools and session count.
        """
        ...

    async def close(self) -> None:
        """Stop all answers and free what the model holds."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in one piece."""

    text: str
    calls: tuple[ToolCall, ...]
    logprobs: tuple[LogProb, ...]
    finish: Finish


async def collect(deltas: Deltas) -> Answer:
    """The answer in one piece."""
    texts: list[str] = []
    logprobs: list[LogProb] = []
    starts: list[CallStart] = []
    arguments: list[list[str]] = []
    finish = Finish("stop", TokenUsage())
    async with aclosing(deltas):
        async for delta in deltas:
            match delta:
                case TextDelta():
                    texts.append(delta.text)
                    logprobs.extend(delta.logprobs)
                case CallStart():
                    starts.append(delta)
                    arguments.append([])
                case ArgumentsDelta():
                    arguments[-1].append(delta.text)
                case Finish():
                    finish = delta
    calls = tuple(
        ToolCall(start.id, start.name, "".join(parts)) for start, parts in zip(starts, arguments, strict=True)
    )
    return Answer("".join(texts), calls, tuple(logprobs), finish)


async def probe(model: ChatModel) -> None:
    """Run one token through a model.

    Raises:
        OpenWavesError: It does not answer.
    """
    request = ChatRequest(model.names[0], (Message("user", "Hi"),), max_tokens=1)
    await collect(model.complete(request))


async def first_then_rest(deltas: Deltas) -> Deltas:
    """The same deltas, once the first one is there: what fails before it fails here."""
    first = await anext(deltas)

    async def rest() -> Deltas:
        async with aclosing(deltas):
            yield first
            async for delta in deltas:
                yield delta

    return rest()


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """Stands where no scheduler shares out the cores."""
    yield
