"""A small OpenAI-like server on a real port, which can be told to misbehave."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

ANSWER = "Hello there, how are you?"


@dataclass
class Behaviour:
    """How the server answers.

    Attributes:
        fault: What goes wrong; empty is nothing.
        chunks: Deltas to send in place of the text.
        first_token_s: Wait before the first token.
        asked: The bodies that came.
        hung_up: How many streams the client closed before their end.
    """

    fault: str = ""
    chunks: list[dict[str, Any]] = field(default_factory=list)
    finish: str = "stop"
    first_token_s: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    hung_up: int = 0
    url: str = ""


@contextmanager
def upstream(behaviour: Behaviour) -> Iterator[str]:
    """Run the server until the block ends; gives its base URL."""
    config = uvicorn.Config(_app(behaviour), port=0, log_level="warning", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    behaviour.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield behaviour.url
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


def _app(behaviour: Behaviour) -> Starlette:
    async def complete(request: Request) -> Response:
        body = await request.json()
        behaviour.asked.append(body)
        match behaviour.fault:
            case "429":
                return JSONResponse({"error": {"message": "slow down"}}, 429, {"Retry-After": "7"})
            case "500" | "503" | "401" | "404":
                return JSONResponse({"error": {"message": "no"}}, int(behaviour.fault))
            case "400":
                return JSONResponse({"error": {"message": "too long: 40001 tokens of 4096"}}, 400)
            case "silent":
                await asyncio.sleep(60)
            case "html":
                return Response("<html>hello</html>", media_type="text/html")
            case "plain":
                message = {"role": "assistant", "content": ANSWER}
                usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
                return JSONResponse({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})
        return StreamingResponse(_stream(behaviour, body), media_type="text/event-stream")

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])


async def _stream(behaviour: Behaviour, body: dict[str, Any]) -> AsyncGenerator[bytes]:
    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return b"data: " + json.dumps({"id": "x", "choices": [choice]}).encode() + b"\n\n"

    chunks, finish = behaviour.chunks, behaviour.finish
    if finish == "tool_calls" and (not body.get("tools") or body.get("tool_choice") == "none"):
        chunks, finish = [delta for delta in chunks if "tool_calls" not in delta], "stop"
    deltas = chunks or [{"content": word} for word in ANSWER.replace(" ", " \n").split("\n")]
    ended = False
    try:
        yield b": ping\n\n"
        await asyncio.sleep(behaviour.first_token_s)
        yield event({"role": "assistant", "content": ""})
        for index, delta in enumerate(deltas):
            yield event(delta)
            if index == 1:
                if behaviour.fault == "cut":
                    ended = True
                    return
                if behaviour.fault == "nonsense":
                    yield b"data: {oops\n\n"
                if behaviour.fault == "error event":
                    yield b'data: {"error": {"message": "out of memory"}}\n\n'
                if behaviour.fault == "stall":
                    await asyncio.sleep(60)
                if behaviour.fault == "endless":
                    while True:
                        await asyncio.sleep(0.02)
                        yield event({"content": " and"})
        yield event({}, finish)
        if (body.get("stream_options") or {}).get("include_usage"):
            usage = {
                "prompt_tokens": 11,
                "completion_tokens": len(deltas),
                "prompt_tokens_details": {"cached_tokens": 5},
            }
            yield b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n"
        yield b"data: [DONE]\n\n"
        ended = True
    finally:
        behaviour.hung_up += not ended
