"""One answer's hold on a slot of the engine."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from openwaves.errors import EngineError
from openwaves.llm.chat import TokenUsage
from openwaves.llm.engine import LlamaEngine, Piece
from openwaves.llm.slots import SHORTEST_KEPT, Kept, Shelf, Slot, common_prefix
from openwaves.llm.template import Prompt

log = logging.getLogger(__name__)


class Turn:
    """Runs the engine on one slot, several times if an answer takes several steps, and counts tokens.

    The slot is handed back once the turn has been left and the engine has stopped.
    """

    def __init__(self, engine: LlamaEngine, slot: Slot, shelf: Shelf, release: Callable[[Slot], None]) -> None:
        self._engine = engine
        self._slot = slot
        self._shelf = shelf
        self._release = release
        self._idle = asyncio.Event()
        self._idle.set()
        self._left = False
        self._prompt_tokens = 0
        self._cached_tokens = -1
        self._done_tokens = 0
        self._running_tokens = 0
        self.finish = ""

    @property
    def completion_tokens(self) -> int:
        """Tokens made so far."""
        return self._done_tokens + self._running_tokens

    @property
    def usage(self) -> TokenUsage:
        """What the answer has taken so far."""
        cached = min(max(0, self._cached_tokens), self._prompt_tokens)
        return TokenUsage(self._prompt_tokens, self.completion_tokens, cached)

    async def prepare(self, prompt: Prompt) -> None:
        """Make the slot remember as much of a prompt as anything does, and shelve its head once that is known."""
        slot, shelf = self._slot, self._shelf
        known = common_prefix(slot.text, prompt.text)
        best = shelf.best(prompt.text)
        brings = common_prefix(best.text, prompt.text) if best else 0
        if slot.text and known < slot.asked and known < len(slot.text) - SHORTEST_KEPT:
            await self._shelve(slot.text, is_head=False)
        if best is not None and brings > known + SHORTEST_KEPT:
            known = brings if await self._bring_back(best) else 0
        slot.asked, slot.head, slot.settled = prompt.asked, prompt.head, prompt.settled
        head = prompt.text[: prompt.head]
        if len(head) >= SHORTEST_KEPT and not shelf.has(head):
            if known < len(head):
                await self.read(head)
            await self._shelve(head, is_head=True)

    async def read(self, text: str) -> None:
        """Let the slot know a text, without an answer; cancelling stops it, and what was read stays known."""
        async with aclosing(self.run(text, {"n_predict": 0, "cache_prompt": True})) as pieces:
            async for _ in pieces:
                pass
        self.start_again()

    def start_again(self) -> None:
        """What was made so far is made once more: it is not counted."""
        self._done_tokens = self._running_tokens = 0

    async def run(self, text: str, options: Mapping[str, Any]) -> AsyncGenerator[Piece]:
        """Continue a text; see ``LlamaEngine.stream``. ``finish`` tells afterwards why it ended."""
        await self._idle.wait()
        self._idle.clear()
        self._done_tokens += self._running_tokens
        self._running_tokens = 0
        self.finish = ""
        self._slot.text = text
        stream = self._engine.stream(self._slot.number, text, options, self._ended)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                self._count(piece)
                if piece.text:
                    self._slot.text += piece.text
                yield piece

    def leave(self) -> None:
        """The answer is over, complete or not."""
        self._left = True
        if self._idle.is_set():
            self._release(self._slot)
        else:
            self._slot.leaving = True

    def _ended(self) -> None:
        self._idle.set()
        if self._left:
            self._release(self._slot)

    def _count(self, piece: Piece) -> None:
        if piece.prompt_tokens and not self._done_tokens:
            self._prompt_tokens = max(self._prompt_tokens, piece.prompt_tokens)
            if self._cached_tokens < 0:
                self._cached_tokens = piece.cached_tokens
        if piece.text:
            self._running_tokens += 1
        if piece.finish:
            self.finish = piece.finish
            self._running_tokens = piece.completion_tokens

    async def _shelve(self, text: str, *, is_head: bool) -> None:
        name = f"state-{id(self)}-{len(text)}-{self._slot.used}"
        try:
            n_bytes = await self._alone(self._engine.keep, self._slot.number, name)
        except EngineError as error:  # no space; what is not kept is read again
            log.warning("the state of a chat was not kept: %s", error)
            (self._engine.folder / name).unlink(missing_ok=True)
            return
        for gone in self._shelf.add(Kept(name, text, n_bytes, is_head)):
            (self._engine.folder / gone).unlink(missing_ok=True)

    async def _bring_back(self, kept: Kept) -> bool:
        """Let the slot remember what was kept; one that cannot be read is forgotten."""
        self._slot.text = ""
        try:
            await self._alone(self._engine.bring_back, self._slot.number, kept.name)
        except EngineError as error:
            log.warning("the state of a chat cannot be brought back: %s", error)
            self._shelf.drop(kept.name)
            return False
        self._slot.text = kept.text
        return True

    async def _alone(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do work on the slot; who hangs up meanwhile leaves it to end before the slot is handed back."""
        await self._idle.wait()
        self._idle.clear()
        working = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
        working.add_done_callback(lambda _: self._ended())
        return await asyncio.shield(working)
