"""The embedded model: fetched and loaded when the first chat comes, then kept."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from openwaves.errors import NotReadyError, OpenWavesError, OverloadedError
from openwaves.llm.ahead import Ahead
from openwaves.llm.answers import answer
from openwaves.llm.chat import ChatRequest, Deltas, unlimited
from openwaves.llm.engine import LlamaEngine
from openwaves.llm.results import in_words
from openwaves.llm.slots import Shelf, Slot, Slots
from openwaves.llm.template import CHATML, END, START, Prompt, cut_behind, plain_shape, render_chatml
from openwaves.llm.turn import Turn
from openwaves.observing import loads

log = logging.getLogger(__name__)

LOAD_WAIT_S = 300.0
"""Longest wait of a request for the model to be fetched and loaded."""

SLOT_WAIT_S = 10.0
"""Longest wait of a request while all slots are taken."""


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """How the embedded model runs.

    Attributes:
        sessions: Answers at the same time, and conversations that stay warm by themselves.
        context: Tokens of one conversation, its answer included.
        threads: Cores that it writes answers on.
        prompt_threads: Cores that it reads prompts on: what a first token waits for.
        shelf_bytes: Memory for what other conversations and heads of sessions have left behind.
    """

    sessions: int = 4
    context: int = 4096
    threads: int = 1
    prompt_threads: int = 1
    shelf_bytes: int = 256 << 20


class LocalModel:
    """A GGUF file in this process. Used from one event loop."""

    def __init__(
        self,
        names: tuple[str, ...],
        locate: Callable[[], Path],
        options: LocalOptions,
        reserve: Callable[[], AbstractContextManager[None]] = unlimited,
    ) -> None:
        """Begin without the model.

        Args:
            names: The names under which it is asked.
            locate: Gives the model file, and fetches it first if it must; runs on a thread.
            options: How it runs.
            reserve: Held while an answer is made: where the scheduler counts it.
        """
        self.names = names
        self.state = "is loaded with the first chat"
        self._locate = locate
        self._options = options
        self._reserve = reserve
        self._loading: asyncio.Task[LlamaEngine] | None = None
        self._slots = Slots(options.sessions)
        self._shelf = Shelf(options.shelf_bytes)
        self._ahead = Ahead()
        self._freed = asyncio.Condition()
        self._default_system = ""
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def is_loaded(self) -> bool:
        """See ``ChatModel``."""
        loading = self._loading
        return loading is not None and loading.done() and not loading.cancelled() and loading.exception() is None

    @property
    def free_slots(self) -> int:
        """Slots in which nobody works."""
        return self._slots.free

    def complete(self, request: ChatRequest) -> Deltas:
        """See ``ChatModel``."""
        return in_words(self._complete, request)

    async def _complete(self, request: ChatRequest) -> Deltas:
        engine = await self._ready()
        prompt = await self._render(engine, request)
        await self._ahead.settle(request.session, prompt.text)
        with self._reserve():
            slot = await self._take(prompt, request.session)
            async with (
                self._turn(engine, slot, prompt) as turn,
                aclosing(answer(request, prompt.text, turn)) as deltas,
            ):
                async for delta in deltas:
                    yield delta

    async def prime(self, request: ChatRequest) -> None:
        """See ``ChatModel``."""
        try:
            engine = await self._ready()
            prompt = await self._render(engine, request, grows=True)
            await self._ahead.settle(request.session, prompt.text)
            await self._ahead.run(request.session, prompt.text, self._read(engine, prompt, request.session))
        except OpenWavesError as error:
            log.info("a history was not read ahead (%s)", error.code)

    async def load(self) -> None:
        """Fetch and load the model now; does nothing if it is loaded.

        Raises:
            ModelFileError: It cannot be fetched.
            EngineError: It cannot be loaded.
        """
        await asyncio.shield(self._load_once())

    async def close(self) -> None:
        """See ``ChatModel``."""
        if self._loading is None:
            return
        loading, self._loading = self._loading, None
        try:
            engine = await loading
        except Exception:  # noqa: BLE001 - it was told to those who waited for it
            return
        await asyncio.to_thread(engine.close)

    async def _ready(self) -> LlamaEngine:
        loading = self._load_once()
        try:
            async with asyncio.timeout(LOAD_WAIT_S):
                return await asyncio.shield(loading)
        except TimeoutError:
            raise NotReadyError(f"the language model {self.state}", retry_after_s=15) from None

    def _load_once(self) -> asyncio.Task[LlamaEngine]:
        """The loading that is under way or done; a failed one is tried again."""
        failed = self._loading is not None and self._loading.done() and self._loading.exception() is not None
        if self._loading is None or failed:
            self._loading = asyncio.create_task(self._load())
        return self._loading

    async def _load(self) -> LlamaEngine:
        began = time.monotonic()
        options = self._options
        self.state = "is being fetched"
        try:
            path = await asyncio.to_thread(self._locate)
            self.state = "is being loaded"
            engine = await asyncio.to_thread(
                LlamaEngine,
                path,
                options.sessions,
                options.context,
                options.threads,
                options.prompt_threads,
                options.shelf_bytes,
            )
            self._default_system = await asyncio.to_thread(_default_system, engine)
        except Exception as error:
            self.state = f"cannot be loaded: {error}"
            raise
        self.state = f"{path.name} is loaded"
        loads.add("electron", time.monotonic() - began)
        log.info("the language model %s was loaded in %.1f s", path.name, time.monotonic() - began)
        return engine

    async def _render(self, engine: LlamaEngine, request: ChatRequest, *, grows: bool = False) -> Prompt:
        if CHATML in engine.template:
            return render_chatml(request.messages, request.tools, self._default_system, grows=grows)
        turns = plain_shape(request.messages, request.tools)
        text = await asyncio.to_thread(engine.render, turns)
        return cut_behind(text, turns[-1]["content"]) if grows else Prompt(text, 0)

    async def _read(self, engine: LlamaEngine, prompt: Prompt, session: str) -> None:
        """Read a prompt into a slot, if one is free and none works for the session."""
        with self._reserve():
            async with self._freed:
                while (slot := self._slots.take(prompt.text, session, ahead=True)) is None:
                    if not self._slots.is_leaving(prompt.text, session):
                        return
                    await self._freed.wait()
            async with self._turn(engine, slot, prompt) as turn:
                await turn.read(prompt.text)

    @asynccontextmanager
    async def _turn(self, engine: LlamaEngine, slot: Slot, prompt: Prompt) -> AsyncGenerator[Turn]:
        turn = Turn(engine, slot, self._shelf, self._release)
        try:
            await turn.prepare(prompt)
            yield turn
        finally:
            turn.leave()

    async def _take(self, prompt: Prompt, session: str) -> Slot:
        """A slot, at once or within ``SLOT_WAIT_S``.

        Raises:
            OverloadedError: All stay taken.
        """
        try:
            async with asyncio.timeout(SLOT_WAIT_S), self._freed:
                while (slot := self._slots.take(prompt.text, session)) is None:
                    await self._freed.wait()
                return slot
        except TimeoutError:
            message = f"the language model is busy with {self._options.sessions} answers, as many as it makes at once"
            raise OverloadedError(message, retry_after_s=2) from None

    def _release(self, slot: Slot) -> None:
        self._slots.give_back(slot)
        task = asyncio.ensure_future(self._tell_freed())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _tell_freed(self) -> None:
        async with self._freed:
            self._freed.notify()


def _default_system(engine: LlamaEngine) -> str:
    """What a ChatML model's own template says where a history has no system message."""
    if CHATML not in engine.template:
        return ""
    head, found, _ = engine.render([{"role": "user", "content": "x"}]).partition(f"{START}user\n")
    return head.removeprefix(f"{START}system\n").partition(END)[0] if found and head else ""
