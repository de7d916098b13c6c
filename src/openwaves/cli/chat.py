"""``openwaves chat``."""

import asyncio
import json
import sys
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click

from openwaves.api.chat_schemas import parse_tools
from openwaves.chat_assembly import assemble_chat
from openwaves.cli.options import read_settings, settings_options
from openwaves.errors import FieldError, OpenWavesError
from openwaves.llm.chat import (
    ArgumentsDelta,
    CallStart,
    ChatModel,
    ChatRequest,
    Finish,
    Message,
    TextDelta,
    Tool,
    ToolCall,
)

LLM_SETTINGS = (
    "model_dir",
    "llm_url",
    "llm_key",
    "llm_model",
    "llm_model_path",
    "llm_threads",
    "llm_context",
    "llm_first_token_s",
    "llm_stall_s",
)


@click.command()
@click.argument("text", required=False)
@click.option("--system", default="Answer in one or two short sentences.", show_default=True, help="System message.")
@click.option("--model", default=None, help="Which model, if there are several. Default: the first.")
@click.option(
    "--tools",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file of tools, as in the body of a request; calls are shown, and you type their results.",
)
@click.option("--temperature", type=click.FloatRange(0, 2), default=0.7, show_default=True)
@click.option("--max-tokens", type=click.IntRange(1), help="Longest answer.")
@settings_options(*LLM_SETTINGS)
def chat(
    text: str | None,
    system: str,
    model: str | None,
    tools: Path | None,
    temperature: float,
    max_tokens: int | None,
    config: Path | None,
    **options: Any,
) -> None:
    """Chat with the language model, without a server. With TEXT: one answer. An empty line ends the talk."""
    settings = read_settings(config, {"log_level": "warning", **options})
    found = assemble_chat(settings)
    if found is None:
        raise click.UsageError("chat is turned off: --llm-url local turns it on")
    if model is not None and model not in found.names:
        raise click.UsageError(f"--model: {model!r} does not exist; known are {', '.join(found.names)}")
    talk = _Talk(found, model or found.names[0], system, _read_tools(tools), temperature, max_tokens)
    sys.exit(asyncio.run(talk.run(text)))


class _Talk:
    """A conversation on the terminal."""

    def __init__(
        self,
        model: ChatModel,
        name: str,
        system: str,
        tools: tuple[Tool, ...],
        temperature: float,
        max_tokens: int | None,
    ) -> None:
        self._model = model
        self._name = name
        self._tools = tools
        self._temperature = temperature
        self._max_tokens = max_tokens
        self._history = [Message("system", system)] if system else []

    async def run(self, text: str | None) -> int:
        """Answer what is said, until there is nothing more; gives the exit status."""
        once = text is not None
        try:
            while said := (text if text is not None else await asyncio.to_thread(_ask, "you: ")):
                self._history.append(Message("user", said))
                await self._answer()
                while self._history[-1].tool_calls:
                    for call in self._history[-1].tool_calls:
                        result = "" if once else await asyncio.to_thread(_ask, f"result of {call.name}: ")
                        if result is None:
                            return 0
                        self._history.append(Message("tool", result, tool_call_id=call.id))
                    if once:
                        return 0
                    await self._answer()
                if once:
                    return 0
                text = None
        except OpenWavesError as error:
            click.echo(f"openwaves: {error.message}", err=True)
            return 1
        finally:
            await self._model.close()
        return 0

    async def _answer(self) -> None:
        request = ChatRequest(
            self._name,
            tuple(self._history),
            temperature=self._temperature,
            max_tokens=self._max_tokens,
            tools=self._tools,
        )
        if not self._model.is_loaded:
            click.echo("[the language model is being loaded]", err=True)
            await self._model.prime(request)
        began, first = time.perf_counter(), 0.0
        text = ""
        calls: list[tuple[CallStart, list[str]]] = []
        async with aclosing(self._model.complete(request)) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta | CallStart):
                    first = first or time.perf_counter()
                match delta:
                    case TextDelta():
                        text += delta.text
                        click.echo(delta.text, nl=False)
                    case CallStart():
                        calls.append((delta, []))
                        click.echo(f"\n-> {delta.name} ", nl=False)
                    case ArgumentsDelta():
                        calls[-1][1].append(delta.text)
                        click.echo(delta.text, nl=False)
                    case Finish():
                        _tell(delta, first - began, time.perf_counter() - first)
        made = tuple(ToolCall(start.id, start.name, "".join(parts)) for start, parts in calls)
        self._history.append(Message("assistant", text, made))


def _tell(finish: Finish, first_s: float, rest_s: float) -> None:
    usage = finish.usage
    speed = f", {(usage.completion - 1) / rest_s:.0f} tokens a second" if usage.completion > 1 and rest_s > 0 else ""
    click.echo()
    click.echo(f"[first token {first_s:.2f} s{speed}; {usage.prompt} tokens read, {usage.cached} known]", err=True)


def _ask(prompt: str) -> str | None:
    """What is typed; None once there is nothing more."""
    try:
        return input(prompt).strip()
    except EOFError:
        click.echo()
        return None


def _read_tools(path: Path | None) -> tuple[Tool, ...]:
    if path is None:
        return ()
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return parse_tools(body if isinstance(body, dict) and "tools" in body else {"tools": body})
    except (OSError, ValueError, RecursionError) as error:
        raise click.UsageError(f"--tools: {path} is not JSON: {error}") from error
    except FieldError as error:
        raise click.UsageError(f"--tools: {path}: {error.message}") from error
