"""What a conversation remembers: of an answer, what was heard; of its calls, what came back."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace

from openwaves.llm.chat import Message, ToolCall
from openwaves.s2s.told import (
    AudioDelta,
    Item,
    ItemAdded,
    ItemDone,
    Output,
    WordsDelta,
)

CUT_MARK = "…"
"""Stands where an answer was cut."""
NO_RESULT = "no result yet"
"""Stands for the result of a call that did not come: models want one for each call."""
MOST_CHARS = 9000
"""Text that is kept; beyond it the oldest third is forgotten at once, so that what a model has read stays of use."""


@dataclass(slots=True)
class _Entry:
    """An item, and when its words begin in its own sound."""

    item: Item
    words: list[tuple[float, str]] = field(default_factory=list)
    audio_s: float = 0.0
    was_cut: bool = False

    @property
    def text(self) -> str:
        if not self.words:
            return self.item.text or ""
        text = "".join(words for _, words in self.words)
        return text.rstrip() + CUT_MARK if self.was_cut else text


class History:
    """The items of one conversation in order. Used from one event loop."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._by_id: dict[str, _Entry] = {}
        self._spoken: _Entry | None = None

    @property
    def spoken_s(self) -> float:
        """Sound of the last answer that went out."""
        return self._spoken.audio_s if self._spoken is not None else 0.0

    def remember(self, item: Item) -> None:
        """Add an item."""
        entry = _Entry(item)
        self._entries.append(entry)
        self._by_id[item.id] = entry
        self._forget()

    def see(self, output: Output) -> None:
        """Take note of what the client is told of an answer."""
        match output:
            case ItemAdded(item=item) if item.role == "assistant" or item.kind == "function_call":
                self.remember(item)
                if item.is_audio:
                    self._spoken = self._by_id[item.id]
            case WordsDelta() if (entry := self._by_id.get(output.item)) is not None:
                entry.words.append((entry.audio_s, output.text))
            case AudioDelta() if (entry := self._by_id.get(output.item)) is not None:
                entry.audio_s += output.duration_s
            case ItemDone(item=item) if item.id in self._by_id:
                self._by_id[item.id].item = item

    def cut(self, heard_s: float, item_id: str | None = None) -> None:
        """Of an answer, or the last one, only what began before ``heard_s`` of its sound was heard."""
        entry = self._by_id.get(item_id) if item_id is not None else self._spoken
        if entry is None or (heard_s >= entry.audio_s and entry.item.status == "completed"):
            return
        entry.words = [(at_s, text) for at_s, text in entry.words if at_s < heard_s]
        entry.was_cut = True
        if not entry.words:
            self._drop(entry)

    def sounding(self, at_s: float, back_s: float) -> str:
        """The words of the last answer that begin up to ``back_s`` before a place of its sound, and a little later."""
        words = self._spoken.words if self._spoken is not None else []
        return "".join(text for begin_s, text in words if at_s - back_s <= begin_s <= at_s + 0.5)

    def audio_s(self, item_id: str) -> float | None:
        """Sound of an answer that went out; None if there is no such item, or it was not spoken."""
        entry = self._by_id.get(item_id)
        return entry.audio_s if entry is not None and entry.item.is_audio and entry.item.role == "assistant" else None

    def drop(self, item_id: str) -> bool:
        """Forget an item; False if there is none."""
        entry = self._by_id.get(item_id)
        if entry is not None:
            self._drop(entry)
        return entry is not None

    def forget_turn(self, calls: Container[str]) -> None:
        """Forget the turn in which these functions were called; what the client added meanwhile stays."""
        entries = self._entries
        ids = [entry.item.call_id if entry.item.kind == "function_call" else "" for entry in entries]
        called = next((number for number, call_id in enumerate(ids) if call_id and call_id in calls), None)
        if called is None:
            return
        asked = max((number for number in range(called) if entries[number].item.role == "user"), default=called)
        for entry in entries[asked:]:
            if entry is entries[asked] or entry.item.role not in {"user", "system"}:
                self._drop(entry)

    def items(self) -> tuple[Item, ...]:
        """All items as they are remembered."""
        return tuple(replace(entry.item, text=entry.text or None) for entry in self._entries)

    def messages(self, instructions: str, said: str | None = None) -> tuple[Message, ...]:
        """The conversation for a model.

        Args:
            instructions: Its first message.
            said: What the user is saying and does not stand in the history yet.
        """
        messages = [Message("system", instructions)] if instructions else []
        results = {
            entry.item.call_id: entry.item.output
            for entry in self._entries
            if entry.item.kind == "function_call_output"
        }
        messages += self._turns(results)
        if said is not None:
            messages.append(Message("user", said))
        return tuple(messages)

    def _turns(self, results: dict[str, str]) -> Iterator[Message]:
        calls: list[ToolCall] = []
        content = ""
        for entry in [*self._entries, None]:
            item = entry.item if entry is not None else None
            if item is not None and item.kind == "function_call":
                calls.append(ToolCall(item.call_id, item.name, item.arguments or "{}"))
                continue
            if calls:
                yield Message("assistant", content, tuple(calls))
                for call in calls:
                    yield Message("tool", results.get(call.id, NO_RESULT), tool_call_id=call.id, name=call.name)
                calls, content = [], ""
            elif content:
                yield Message("assistant", content)
                content = ""
            if entry is None or item is None or item.kind == "function_call_output":
                continue
            if item.role == "assistant":
                content = entry.text
            elif entry.text:
                yield Message("system" if item.role == "system" else "user", entry.text)

    def _drop(self, entry: _Entry) -> None:
        self._entries = [other for other in self._entries if other is not entry]
        self._by_id.pop(entry.item.id, None)

    def _forget(self) -> None:
        sizes = [len(entry.text) + len(entry.item.output) + len(entry.item.arguments) for entry in self._entries]
        if sum(sizes) <= MOST_CHARS:
            return
        left, n_gone = sum(sizes), 0
        while n_gone < len(sizes) - 1 and left > 2 * MOST_CHARS // 3:
            left -= sizes[n_gone]
            n_gone += 1
        while n_gone < len(sizes) - 1 and self._entries[n_gone].item.role != "user":
            n_gone += 1
        for entry in self._entries[:n_gone]:
            self._by_id.pop(entry.item.id, None)
        self._entries = self._entries[n_gone:]
