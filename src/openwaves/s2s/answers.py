"""The half of the turn machine that is about answers: begun, kept back, told, stopped, done. See ``turns``."""

from dataclasses import replace
from typing import Any

from openwaves.s2s.events import Action, Counted, Cut, Failed, Finished, Said, StartAnswer, StopAnswer
from openwaves.s2s.state import Answer, State, item_id, response_id
from openwaves.s2s.told import (
    CallDone,
    Cancelled,
    Content,
    Item,
    ItemAdded,
    ItemDone,
    Problem,
    ResponseCreated,
    ResponseDone,
    ResponseStatus,
    WordsDelta,
)


class Answers:
    """One step: the state as it changes, and the actions so far.

    Attributes:
        state: Where the talk stands.
        now: Clock time.
        actions: What is to be done, in order.
    """

    def __init__(self, state: State, now: float) -> None:
        self.state = state
        self.now = now
        self.actions: list[Action] = []

    def _set(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    def _set_turn(self, **changes: Any) -> None:
        assert self.state.turn is not None  # noqa: S101 - callers know
        self._set(turn=replace(self.state.turn, **changes))

    def _set_answer(self, **changes: Any) -> None:
        assert self.state.answer is not None  # noqa: S101 - callers know
        self._set(answer=replace(self.state.answer, **changes))

    def _next(self) -> int:
        self._set(number=self.state.number + 1)
        return self.state.number

    def _user_item(self) -> Item:
        return Item(item_id(self.state.rules.name, self._next()), role="user", status="in_progress", is_audio=True)

    def _added(self, item: Item) -> ItemAdded:
        added = ItemAdded(item, self.state.last_item)
        self._set(last_item=item.id)
        return added

    def _respond_if_wanted(self) -> None:
        state = self.state
        if state.wants and state.has_news and state.turn is None and state.answer is None and not state.waits:
            self._respond()

    def _start(self, said: str | None) -> None:
        generation = self._next()
        self._set(answer=Answer(generation, said))
        self.actions.append(StartAnswer(generation, said))

    def _respond(self, said: str | None = None) -> None:
        """Answer now; with what was begun meanwhile, if it answers just that."""
        answer = self.state.answer
        if answer is not None and answer.response:
            return
        if answer is None or answer.said != said:
            self._drop_answer()
            self._start(None)
        assert self.state.answer is not None  # noqa: S101 - just begun
        response = response_id(self.state.rules.name, self.state.answer.generation)
        self._set_answer(response=response)
        self._set(wants=False, has_news=False, waits=frozenset(), waits_until=None)
        self.actions.append(ResponseCreated(response))
        self._tell_kept()

    def _drop_answer(self) -> None:
        """Stop an answer that was not told."""
        answer = self.state.answer
        if answer is not None and not answer.response:
            self.actions.append(StopAnswer(answer.generation))
            self._set(answer=None)

    def _cancel(self, reason: Cancelled, *, cuts: bool = True) -> None:
        """End the answer before its time; what is being thought of is dropped."""
        answer = self.state.answer
        self._drop_answer()
        if answer is None or not answer.response:
            return
        self.actions.append(StopAnswer(answer.generation))
        if cuts:
            self.actions.append(Cut())
        self._done("cancelled", reason)

    def _answered(self, event: Said | Finished | Failed | Counted) -> None:
        answer = self.state.answer
        if answer is None or answer.generation != event.generation:
            return
        if isinstance(event, Counted):
            self._set_answer(usage=event.usage)
        elif self.state.is_held:
            self._set_answer(kept=(*answer.kept, event))
        else:
            self._tell(event)

    def _release(self) -> None:
        """Let go on what was held back, although somebody may still be speaking."""
        if self.state.guess is not None:
            self._set(guess=replace(self.state.guess, held_until=0.0))
        self._tell_kept()

    def _tell_kept(self) -> None:
        while self.state.answer is not None and self.state.answer.kept and not self.state.is_held:
            event, *kept = self.state.answer.kept
            self._set_answer(kept=tuple(kept))
            self._tell(event)

    def _tell(self, event: Said | Finished | Failed) -> None:
        match event:
            case Said():
                self._content(event.content)
            case Finished():
                self._set_answer(usage=event.usage)
                self._done("incomplete" if event.reason else "completed", event.reason)
            case Failed():
                self._set_answer(usage=event.usage)
                self._done("failed", event.code, event.message)
                self.actions.append(Problem(event.code, event.message))

    def _content(self, content: Content) -> None:
        answer = self.state.answer
        assert answer is not None  # noqa: S101 - callers know
        match content:
            case ItemAdded():
                content = self._added(content.item)
                self._set_answer(open=(*answer.open, content))
            case ItemDone():
                added = next(added for added in answer.open if added.item.id == content.item.id)
                content = replace(content, previous=added.previous)
                left = tuple(other for other in answer.open if other is not added)
                self._set_answer(open=left, output=(*answer.output, content.item))
            case CallDone():
                self._set_answer(calls=(*answer.calls, content.call_id))
                self._set(called=self.state.called | {content.call_id})
            case WordsDelta():
                self._set_answer(open=tuple(_with_words(added, content) for added in answer.open))
        self.actions.append(content)

    def _done(self, status: ResponseStatus, reason: str = "", message: str = "") -> None:
        """The response is over."""
        answer = self.state.answer
        assert answer is not None  # noqa: S101 - callers know
        output = list(answer.output)
        for added in answer.open:
            item = replace(added.item, status="incomplete")
            output.append(item)
            self.actions.append(ItemDone(item, added.previous))
        self._set(answer=None)
        self.actions.append(ResponseDone(answer.response, status, reason, message, tuple(output), answer.usage))
        waits = frozenset(answer.calls) & self.state.called if status == "completed" else frozenset()
        if status == "completed" and answer.calls:
            self._set(waits=waits, waits_until=self.now + self.state.rules.tool_wait_s)
        self._respond_if_wanted()


def _with_words(added: ItemAdded, words: WordsDelta) -> ItemAdded:
    if added.item.id != words.item:
        return added
    return replace(added, item=replace(added.item, text=(added.item.text or "") + words.text))
