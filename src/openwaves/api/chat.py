"""The chat routes: answers in one piece and as Server-Sent Events, and the models there are (contract-llm)."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from openwaves.api.chat_errors import chat_error
from openwaves.api.chat_metrics import ChatWatch
from openwaves.api.chat_schemas import parse_chat
from openwaves.api.errors import status_and_message
from openwaves.api.speech import EVENT_STREAM, StreamedResponse, metered, read_body
from openwaves.api.state import State, state_of
from openwaves.api.watch import RequestWatch
from openwaves.errors import NotFoundError, OpenWavesError, OverloadedError
from openwaves.llm.chat import (
    ArgumentsDelta,
    CallStart,
    ChatModel,
    ChatRequest,
    Deltas,
    Finish,
    TextDelta,
    TokenUsage,
    UsageDelta,
    collect,
    probe,
)
from openwaves.llm.tools import asks_for_filler

OWNER = "openwaves"
PROBE_KEPT_S = 10.0
LONG_BODY = 1 << 15


def chat_routes(prefix: str) -> list[Route]:
    """The routes under one prefix; a base URL with a slash at its end doubles the slash."""
    return [
        Route(f"{prefix}{slash}{path}{end}", endpoint, methods=[method])
        for method, path, endpoint in (
            ("POST", "chat/completions", complete),
            ("GET", "models", list_models),
            ("GET", "models/{model:path}", get_model),
        )
        for slash in ("/", "//")
        for end in ("", "/")
    ]


async def complete(request: Request) -> Response:
    """``POST /waves/v1/chat/completions``."""
    state = state_of(request)
    async with metered(request, "chat") as meter:
        model = _model(state)
        await state.limits.begin(request.state.caller.account)
        body = await read_body(request)
        if len(body) > LONG_BODY:  # reading it would hold up everybody's frames
            chat, streamed, tells_usage = await asyncio.to_thread(parse_chat, body, model.names)
        else:
            chat, streamed, tells_usage = parse_chat(body, model.names)
        meter.transport = "sse" if streamed else "http"
        meter.known(chat.model)
    answer = _Answer(chat.model, request.state.answer_headers["X-Request-Id"], tells_usage)
    deltas = _watched(model.complete(chat), state, meter)
    if not streamed:
        return StreamedResponse(_whole(answer, chat, deltas), "application/json", meter)
    response = StreamedResponse(_events(answer, deltas), EVENT_STREAM, meter)
    response.headers.update({"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
    return response


async def list_models(request: Request) -> Response:
    """``GET /waves/v1/models``: for tools that look first."""
    names = _model(state_of(request)).names
    return JSONResponse({"object": "list", "data": [told_model(name) for name in names]})


async def get_model(request: Request) -> Response:
    """``GET /waves/v1/models/{id}``."""
    wanted = request.path_params["model"].rstrip("/")
    names = _model(state_of(request)).names
    if wanted not in names:
        raise NotFoundError(f"model {wanted!r} does not exist; known are {', '.join(names)}")
    return JSONResponse(told_model(wanted))


async def health(request: Request) -> Response:
    """``GET /health/chat``: runs one token; what it finds stands for some seconds."""
    state = state_of(request)
    if state.chat is not None and not state.chat.is_loaded:  # a probe fetches no model
        return JSONResponse({"status": "idle", "model": state.chat.state})
    if time.monotonic() - state.chat_probed_at > PROBE_KEPT_S:
        state.chat_probed_at, state.chat_problem = time.monotonic(), ""
        began = time.monotonic()
        try:
            await probe(_model(state))
        except OpenWavesError as error:
            state.chat_problem = status_and_message(error, chat=True)[1]
        state.chat_probe_s = time.monotonic() - began
    if state.chat_problem:
        return JSONResponse({"status": "failing", "problem": state.chat_problem}, 503, {"Retry-After": "10"})
    told = {"status": "ok", "model": _model(state).state, "first_token_ms": round(1000 * state.chat_probe_s)}
    return JSONResponse(told)


def _model(state: State) -> ChatModel:
    if state.chat is None:
        raise OverloadedError("chat is turned off on this server", retry_after_s=3600)
    return state.chat


def told_model(name: str) -> dict[str, Any]:
    """A model as OpenAI's clients read it."""
    return {"id": name, "object": "model", "created": 1735689600, "owned_by": OWNER}


async def _watched(deltas: Deltas, state: State, meter: RequestWatch) -> Deltas:
    """The deltas, whose tokens are counted, however they end. The end comes once no crash can lose the count."""
    watch = ChatWatch(state.chat_metrics, meter)
    try:
        async with aclosing(deltas):
            async for delta in deltas:
                watch.see(delta)
                yield delta
    except OpenWavesError as error:
        watch.outcome = "failed"
        meter.fail(error)
        raise
    finally:
        usage = watch.end()
        meter.add_tokens(usage.prompt, usage.completion)
        await meter.commit()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What all parts of one answer have in common."""

    model: str
    request_id: str
    tells_usage: bool
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def event(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        """One chunk of a stream."""
        chunk = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        return _event({**chunk, "choices": choices, **more})

    def delta(self, delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> bytes:
        """A chunk with the next piece."""
        return self.event([{"index": 0, "delta": delta, **more, "finish_reason": finish}])


async def _whole(answer: _Answer, chat: ChatRequest, deltas: Deltas) -> AsyncGenerator[bytes]:
    """The answer in one piece."""
    found = await collect(deltas)
    content: str | None = found.text
    message: dict[str, Any] = {"role": "assistant"}
    if found.calls and found.finish.reason == "tool_calls":
        systems = [message.content for message in chat.messages if message.role == "system"]
        content = found.text.strip() or None if asks_for_filler(systems) else None
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in found.calls
        ]
    logprobs = {"content": list(found.logprobs)} if chat.logprobs else None
    choice = {
        "index": 0,
        "message": {**message, "content": content},
        "logprobs": logprobs,
        "finish_reason": found.finish.reason,
    }
    head = {"id": answer.id, "object": "chat.completion", "created": answer.created, "model": answer.model}
    told = {**head, "choices": [choice], "usage": _told_usage(found.finish.usage)}
    yield json.dumps(told, ensure_ascii=False).encode()


async def _events(answer: _Answer, deltas: Deltas) -> AsyncGenerator[bytes]:
    """The answer as it is made (contract section 4). What fails before its first piece fails as plain HTTP."""
    begun = False
    try:
        async with aclosing(deltas):
            async for delta in deltas:
                if isinstance(delta, UsageDelta):
                    continue
                if not begun:
                    begun = True
                    yield answer.delta({"role": "assistant", "content": ""})
                match delta:
                    case TextDelta():
                        more: dict[str, Any] = {"logprobs": {"content": list(delta.logprobs)}} if delta.logprobs else {}
                        yield answer.delta({"content": delta.text}, **more)
                    case CallStart():
                        function = {"name": delta.name, "arguments": ""}
                        call = {"index": delta.index, "id": delta.id, "type": "function", "function": function}
                        yield answer.delta({"tool_calls": [call]})
                    case ArgumentsDelta():
                        fragment = {"index": delta.index, "function": {"arguments": delta.text}}
                        yield answer.delta({"tool_calls": [fragment]})
                    case Finish():
                        yield answer.delta({}, delta.reason)
                        if answer.tells_usage:
                            yield answer.event([], usage=_told_usage(delta.usage))
    except OpenWavesError as error:
        if not begun:
            raise
        status, message = status_and_message(error, chat=True)
        yield _event(chat_error(status, message, answer.request_id, error))
        return
    yield b"data: [DONE]\n\n"


def _told_usage(usage: TokenUsage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
    }


def _event(data: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
