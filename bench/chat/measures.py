"""The measurements: each takes a model and gives a line for people."""

import asyncio
import json
import os
import re
import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from statistics import median
from typing import Any

import jsonschema

from bench.chat.prompts import CLINIC, SCHEMAS, TOOL_PROMPTS, TOOLS, long_system
from openwaves.llm.chat import Answer, ChatRequest, Finish, Message, Schema, TextDelta, UsageDelta, collect
from openwaves.llm.local import LocalModel


def user(text: str) -> Message:
    """What a user says."""
    return Message("user", text)


def request(*messages: Message, **more: Any) -> ChatRequest:
    """A short answer at temperature 0, unless told otherwise."""
    return ChatRequest("electron", messages, **{"temperature": 0.0, "max_tokens": 48, **more})


async def timed(model: LocalModel, asked: ChatRequest) -> tuple[float, float, Answer]:
    """Seconds to the first token, tokens a second after it, and the answer."""
    began = time.perf_counter()
    first = 0.0

    async def watched() -> AsyncGenerator[Any]:
        nonlocal first
        async with aclosing(model.complete(asked)) as deltas:
            async for delta in deltas:
                if not first and not isinstance(delta, UsageDelta | Finish):
                    first = time.perf_counter()
                yield delta

    answer = await collect(watched())
    ended = time.perf_counter()
    first = first or ended
    return first - began, (answer.finish.usage.completion - 1) / max(1e-6, ended - first), answer


async def cold_and_warm(model: LocalModel) -> str:
    """First token of a prompt that nothing is known of, and of the next turns; speed."""
    colds, warms, speeds, tokens = [], [], [], 0
    for trial in range(3):
        history = [long_system(f"cold {trial} {os.getpid()}"), user("Hi, how much is a cleaning?")]
        first, speed, answer = await timed(model, request(*history))
        colds.append(first)
        tokens = answer.finish.usage.prompt
        for turn in range(4):
            history += [Message("assistant", answer.text), user(f"And what about topic {turn}, please?")]
            first, speed, answer = await timed(model, request(*history))
            warms.append(first)
            speeds.append(speed)
    began = time.process_time()
    first, speed, answer = await timed(
        model, request(user("Count from one to two hundred in words, without an end."), max_tokens=128)
    )
    cpu_ms = 1000 * (time.process_time() - began) / answer.finish.usage.completion
    return (
        f"cold first token, {tokens}-token prompt: p50 {median(colds):.2f} s, worst {max(colds):.2f} s\n"
        f"warm first token: p50 {1000 * median(warms):.0f} ms, worst {1000 * max(warms):.0f} ms (of {len(warms)})\n"
        f"tokens a second: short answers p50 {median(speeds):.1f}, {answer.finish.usage.completion} tokens {speed:.1f} "
        f"({cpu_ms:.0f} ms of processor time each)"
    )


async def sessions(model: LocalModel) -> str:
    """Four sessions that take turns, each with a system message of its own, every answer interrupted."""
    histories = [[long_system(f"session {index} {os.getpid()}")] for index in range(4)]
    firsts: list[list[float]] = []
    for turn in range(10):
        firsts.append([])
        for history in histories:
            history.append(user(f"Question {turn}: is it open at nine?"))
            first, _, answer = await timed(model, request(*history, max_tokens=12))
            firsts[-1].append(first)
            history.append(Message("assistant", answer.text[: len(answer.text) // 2]))
    second, last = median(firsts[1]), median(firsts[9])
    return (
        f"four sessions in turn: first token of turn 2 {1000 * second:.0f} ms, of turn 10 {1000 * last:.0f} ms "
        f"({last / second:.2f} times)"
    )


async def cancelling(model: LocalModel) -> str:
    """How long the threads go on computing after an answer was closed."""
    decoding, prefilling = [], []
    for trial in range(5):
        deltas = model.complete(request(user(f"Tell long story {trial}."), max_tokens=400))
        async for delta in deltas:
            if isinstance(delta, TextDelta) and len(delta.text) > 3:
                break
        decoding.append(await _until_free(model, deltas))
        long = long_system(f"cancelled {trial} {time.time_ns()}")
        deltas = model.complete(request(long, user("Hi")))
        task = asyncio.ensure_future(anext(deltas))
        await asyncio.sleep(0.5 + 0.07 * trial)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        prefilling.append(await _until_free(model, deltas))
    return (
        f"core free after closing: "
        f"while decoding p50 {1000 * median(decoding):.0f} ms, worst {1000 * max(decoding):.0f}; "
        f"in a prompt p50 {1000 * median(prefilling):.0f} ms, worst {1000 * max(prefilling):.0f}"
    )


async def _until_free(model: LocalModel, deltas: AsyncGenerator[Any]) -> float:
    began = time.perf_counter()
    await deltas.aclose()
    while model.free_slots < 4:  # noqa: ASYNC110 - watched from outside
        await asyncio.sleep(0.001)
    return time.perf_counter() - began


async def tools(model: LocalModel) -> str:
    """Nine requests, seven of which want a call."""
    right = 0
    wrong = []
    for text, name, pattern in TOOL_PROMPTS:
        answer = await collect(
            model.complete(request(Message("system", CLINIC), user(text), tools=TOOLS, max_tokens=64))
        )
        called = answer.calls[0] if answer.calls else None
        good = called is None if name is None else called is not None and called.name == name
        if good and called is not None:
            good = re.search(pattern, called.arguments, re.IGNORECASE) is not None
        right += good
        if not good:
            wrong.append(f"  {text} -> {called.arguments if called else answer.text!r}")
    return "\n".join([f"tool prompts right: {right} of {len(TOOL_PROMPTS)}", *wrong])


def fits_schema(text: str, schema: Schema) -> bool:
    """Whether a text is JSON of a schema."""
    try:
        return bool(jsonschema.Draft202012Validator(schema).is_valid(json.loads(text)))
    except ValueError:
        return False


async def forced_json(model: LocalModel, number: int) -> str:
    """Answers that must be JSON of a schema, four at a time."""
    valid = cut = done = 0
    began = time.perf_counter()
    left = iter(range(number))

    async def one(index: int) -> None:
        nonlocal valid, cut, done
        schema = SCHEMAS[index % len(SCHEMAS)]
        asked = request(
            user(f"Give me example {index} of an order, as JSON."),
            response_schema=schema,
            temperature=0.8,
            seed=index,
            max_tokens=1000,
        )
        answer = await collect(model.complete(asked))
        done += 1
        print(f"\r{done} of {number}", end="", file=sys.stderr, flush=True)
        if answer.finish.reason == "length":
            cut += 1
            print(f"\n{index} was cut: …{answer.text[-160:]}", file=sys.stderr)
        valid += fits_schema(answer.text, schema)

    async def in_turn() -> None:
        for index in left:
            await one(index)

    await asyncio.gather(*(in_turn() for _ in range(4)))
    spent = time.perf_counter() - began
    return f"forced JSON: {valid} of {number} valid; {cut} had to be closed at max_tokens; in {spent:.0f} s"


async def cancelled(model: LocalModel, number: int) -> str:
    """Requests that are closed at any moment; what is left of them."""
    await asyncio.gather(*(collect(model.complete(request(user(f"Hi {n}"), max_tokens=4))) for n in range(4)))
    await _churn(model, number // 10)
    threads, rss = threading.active_count(), _rss_mb()
    began = time.perf_counter()
    await _churn(model, number)
    spent = time.perf_counter() - began
    while model.free_slots < 4:  # noqa: ASYNC110 - watched from outside
        await asyncio.sleep(0.01)
    return (
        f"{number} cancelled requests in {spent:.0f} s: {model.free_slots} of 4 slots free, "
        f"{threading.active_count() - threads:+d} threads, {_rss_mb() - rss:+.0f} MB"
    )


async def _churn(model: LocalModel, number: int) -> None:
    async def one(index: int) -> None:
        deltas = model.complete(request(Message("system", CLINIC), user(f"Question {index % 50}?"), max_tokens=200))
        task = asyncio.ensure_future(anext(deltas))
        await asyncio.sleep(index % 7 * 0.002)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await deltas.aclose()

    for start in range(0, number, 4):
        await asyncio.gather(*(one(index) for index in range(start, min(number, start + 4))))


def _rss_mb() -> float:
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
