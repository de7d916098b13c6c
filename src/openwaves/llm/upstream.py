"""Any OpenAI-compatible server as the model: its stream, with our errors and our promises around it.

What small servers get wrong is set right on the way: calls written as text are read, arguments are mended, several
fragments in one chunk are taken apart, thinking and template marks are left out. A server that does not hold its model
to a call is asked again for the call as JSON.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from openwaves.errors import OpenWavesError, OverloadedError, RequestError, TooManyRequestsError, UpstreamError
from openwaves.llm.chat import ArgumentsDelta, CallStart, ChatRequest, Deltas, Finish, Message, TextDelta, ToolCall
from openwaves.llm.reading import AnswerReader
from openwaves.llm.template import describe
from openwaves.llm.tools import asks_for_filler, read_calls

log = logging.getLogger(__name__)

CONNECT_S = 5.0
LONGEST_LINE = 4 << 20
LONGEST_RETRY_S = 60
MOST_WITHOUT_CALL = 400
"""Characters of text where a call was asked for; whoever writes more will not call."""
_HTTP_ATTEMPTS = 2
"""A connection that was kept open may have died meanwhile."""


@dataclass(frozen=True, slots=True)
class UpstreamOptions:
    """Where a model is, and how long to wait for it.

    Attributes:
        url: Base URL, as OpenAI clients take it.
        key: Its API key; empty where it wants none.
        models: Their name for each of our names; ``*`` stands for all others.
        first_token_s: Longest wait for the first token.
        stall_s: Longest wait for each of the next.
    """

    url: str
    key: str = field(default="", repr=False)
    models: Mapping[str, str] = field(default_factory=dict)
    first_token_s: float = 30.0
    stall_s: float = 30.0


class Upstream:
    """One server."""

    def __init__(self, options: UpstreamOptions) -> None:
        self._options = options
        self._emulates = False
        headers = {"Authorization": f"Bearer {options.key}"} if options.key else {}
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(None, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=32, keepalive_expiry=60.0),
        )
        self.names = tuple(name for name in options.models if name != "*")
        self.is_loaded = True
        self.state = f"answers at {httpx.URL(options.url).host}"

    async def complete(self, request: ChatRequest) -> Deltas:
        """See ``ChatModel``."""
        forced = bool(request.callable_tools) and (request.tool_choice == "required" or request.tool_name is not None)
        if forced:
            stream = self._forced(request)
        elif request.callable_tools and request.response_schema is None:
            stream = self._free(request)
        else:
            stream = self._ask(request)
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                yield delta

    async def prime(self, request: ChatRequest) -> None:
        """See ``ChatModel``; other servers remember by themselves."""

    async def close(self) -> None:
        """See ``ChatModel``."""
        await self._client.aclose()

    async def _free(self, request: ChatRequest) -> Deltas:
        """Text or calls; a call of what does not exist is asked again as text."""
        said = False
        async with aclosing(self._ask(request)) as deltas:
            async for delta in deltas:
                said |= not isinstance(delta, Finish)
                if isinstance(delta, Finish) and not said and delta.usage.completion:
                    break
                yield delta
            else:
                return
        async with aclosing(self._ask(replace(request, tool_choice="none"))) as deltas:
            async for delta in deltas:
                yield delta

    async def _forced(self, request: ChatRequest) -> Deltas:
        """Calls, in any case."""
        if not self._emulates:
            called, n_said = False, 0
            filler = asks_for_filler([message.content for message in request.messages if message.role == "system"])
            async with aclosing(self._ask(request)) as deltas:
                async for delta in deltas:
                    called |= isinstance(delta, CallStart)
                    n_said += len(delta.text) if isinstance(delta, TextDelta) else 0
                    if n_said > MOST_WITHOUT_CALL and not called:
                        break
                    if called or (filler and isinstance(delta, TextDelta)):
                        yield delta
            if called:
                return
            self._emulates = True
        async with aclosing(self._emulated(request)) as deltas:
            async for delta in deltas:
                yield delta

    async def _emulated(self, request: ChatRequest) -> Deltas:
        """A call that is asked for as an answer in JSON."""
        tools = request.callable_tools
        alternatives = [
            {
                "type": "object",
                "properties": {"name": {"const": tool.name}, "arguments": tool.parameters},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
            for tool in tools
        ]
        schema = alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}
        asked = replace(
            request,
            messages=(Message("system", describe(tools)), *request.messages),
            tools=(),
            tool_choice="auto",
            tool_name=None,
            response_schema=schema,
            response_format={"type": "json_schema", "json_schema": {"name": "call", "strict": True, "schema": schema}},
            stop=(),
            logprobs=False,
        )
        text, finish = "", None
        async with aclosing(self._ask(asked)) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    text += delta.text
                elif isinstance(delta, Finish):
                    finish = delta
        calls = read_calls(text, tools)[: None if request.parallel_tool_calls else 1]
        if not calls or finish is None:
            raise UpstreamError("the language model did not call the tool that it had to call")
        for delta in as_deltas(calls):
            yield delta
        yield Finish("tool_calls", finish.usage)

    async def _ask(self, request: ChatRequest) -> Deltas:
        """One answer of the server, set right."""
        reader = AnswerReader(request)
        body = self._body(request)
        async with aclosing(self._chunks(body)) as chunks:
            deadline_s = self._options.first_token_s
            while True:
                try:
                    async with asyncio.timeout(deadline_s):
                        chunk = await anext(chunks, None)
                except TimeoutError:
                    raise OverloadedError(f"the language model was silent for {deadline_s:g} s", 2) from None
                if chunk is None:
                    break
                for delta in reader.feed(chunk):
                    deadline_s = self._options.stall_s
                    yield delta
                if reader.has_enough:
                    break
        for delta in reader.end():
            yield delta

    async def _chunks(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any]]:
        """The chunks of a streamed answer, or the answer of a server that does not stream."""
        request = self._client.build_request("POST", self._options.url.rstrip("/") + "/chat/completions", json=body)
        response = await self._sent(request)
        try:
            if response.status_code != 200:
                raise _refusal(response, await _content(response))
            if "event-stream" not in response.headers.get("content-type", ""):
                yield _read(await _content(response))
                return
            async with aclosing(_events(response)) as events:
                async for event in events:
                    yield _read(event)
        except httpx.HTTPError as error:
            raise UpstreamError(f"the language model broke off: {type(error).__name__}") from error
        finally:
            await response.aclose()

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(_HTTP_ATTEMPTS):
            try:
                return await self._client.send(request, stream=True)
            except httpx.ConnectTimeout as error:
                raise UpstreamError(f"the language model cannot be reached within {CONNECT_S:g} s") from error
            except httpx.HTTPError as error:
                if attempt == _HTTP_ATTEMPTS - 1:
                    raise UpstreamError(f"the language model cannot be reached: {type(error).__name__}") from error
        raise AssertionError

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        models = self._options.models
        body: dict[str, Any] = {
            "model": models.get(request.model) or models.get("*") or request.model,
            "messages": [_message(message) for message in request.messages],
            "temperature": request.temperature,
            "top_p": request.top_p,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.tools:
            body["tools"] = [dict(tool.definition) for tool in request.tools]
            named = {"type": "function", "function": {"name": request.tool_name}}
            body["tool_choice"] = named if request.tool_name else request.tool_choice
            if not request.parallel_tool_calls:
                body["parallel_tool_calls"] = False
        optional: dict[str, Any] = {
            "max_tokens": request.max_tokens,
            "stop": list(request.stop) or None,
            "seed": request.seed,
            "logit_bias": dict(request.logit_bias) or None,
            "logprobs": request.logprobs or None,
            "top_logprobs": request.top_logprobs or None,
            "presence_penalty": request.presence_penalty or None,
            "frequency_penalty": request.frequency_penalty or None,
            "response_format": request.response_format,
        }
        return body | {name: value for name, value in optional.items() if value is not None}


def as_deltas(calls: list[ToolCall]) -> list[CallStart | ArgumentsDelta]:
    """Complete calls as a stream has them."""
    return [
        delta
        for index, call in enumerate(calls)
        for delta in (CallStart(index, call.id, call.name), ArgumentsDelta(index, call.arguments))
    ]


def _message(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        found["content"] = message.content or None
        found["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}
            for call in message.tool_calls
        ]
    if message.role == "tool":
        found["tool_call_id"] = message.tool_call_id
    if message.name:
        found["name"] = message.name
    return found


async def _events(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The data of server-sent events, without ``[DONE]``; a line ends at a line feed: JSON may hold other breaks."""
    held = b""
    async for part in response.aiter_bytes():
        held += part
        *lines, held = held.split(b"\n")
        if len(held) > LONGEST_LINE:
            raise UpstreamError("the language model answered with a line without end")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
            if data == b"[DONE]":
                return
            if data:
                yield data


async def _content(response: httpx.Response) -> bytes:
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > LONGEST_LINE:
            break
    return content


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        chunk = json.loads(content)
    except ValueError:
        raise UpstreamError("the language model answered with something that is not JSON") from None
    if not isinstance(chunk, dict):
        raise UpstreamError("the language model answered with JSON that is no chat")
    if chunk.get("error"):
        raise UpstreamError(f"the language model failed: {_error_message(chunk)}")
    return chunk


def _refusal(response: httpx.Response, content: bytes) -> OpenWavesError:
    status = response.status_code
    try:
        message = _error_message(json.loads(content))
    except ValueError:
        message = ""
    message = message or f"status {status}"
    if status in {400, 413, 422}:
        return RequestError(message)
    if status == 429:
        return TooManyRequestsError(f"the language model takes no more requests now: {message}", _retry_s(response))
    if status in {408, 503}:
        return OverloadedError(f"the language model is overloaded: {message}", _retry_s(response))
    log.error("a language model's server answers chats with status %d: check its URL, key and model name", status)
    return UpstreamError(f"the language model's server answered with status {status}")


def _error_message(body: Any) -> str:
    error = body.get("error", body.get("message", body.get("detail"))) if isinstance(body, dict) else None
    if isinstance(error, dict):
        error = error.get("message")
    return error[:1000] if isinstance(error, str) else ""


def _retry_s(response: httpx.Response) -> int:
    told = response.headers.get("retry-after", "")
    return min(LONGEST_RETRY_S, int(told)) if told.isdecimal() else 1
