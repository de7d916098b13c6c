"""The turns of a talk as a pure state machine: ``step(state, event, now)`` gives the next state and what is to be done.

Pure: no clock of its own, no thread, no sound; ``now`` is any clock that does not run backwards, and the session beside
it calls with ``Clock`` when ``wake_at`` says so.

The user is silent; or has a turn open (``Turn``), speaking or just quiet; or speaks while an answer sounds, of which
nobody knows yet whether it is a turn (``Guess``): "mm-hmm", a cough and the answer's own echo are none. An answer is
being thought of while the turn is still open (not told: it begins with what was said so far and is dropped when the
user goes on), then told, then over. An answer that called functions waits for their results.

Invariants, which the property tests check over random events:

1. One answer at most is being made. One response at most is open: ``ResponseCreated``, ``ResponseDone``,
   ``ResponseCreated`` … alternate, with the same id in a pair; after ``Closed`` none is left open.
2. All content of a response stands between the two; what a stopped answer still says is dropped by its generation.
3. ``SpeechStarted`` and ``SpeechStopped`` alternate; between the two, and only there, a turn is open. No response is
   open when a turn is: an answer is cancelled before, or stopped before it was told.
4. What an answer says is told once and in order, however long it was held back, unless the answer was stopped.
5. Every item of the client is remembered once. A result of an unknown call, or a second one, is refused.
6. An item that was added is done, once; those of a cancelled response are done before it, as incomplete.
7. ``Closed`` ends everything, a second one does nothing, and nothing happens after it.
"""

from openwaves.s2s import patience
from openwaves.s2s.answers import Answers
from openwaves.s2s.events import (
    Action,
    AskedAnswer,
    AskedCancel,
    AskedTurnDrop,
    AskedTurnEnd,
    Clock,
    Closed,
    Configured,
    Counted,
    Cut,
    Event,
    Failed,
    Finished,
    Forget,
    ItemCame,
    Judge,
    Judged,
    Quiet,
    Remember,
    Said,
    Speech,
    Words,
)
from openwaves.s2s.state import Guess, Rules, State, Turn, item_id, response_id, wake_at
from openwaves.s2s.told import Heard, Item, ItemDone, Problem, SpeechStarted, SpeechStopped

__all__ = ["HELD_S", "Rules", "State", "item_id", "response_id", "step", "wake_at"]

HELD_S = 0.9
"""Longest time that an answer is held back while nobody knows whether its user has begun a turn."""


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Action, ...]]:
    """What follows from an event."""
    if state.is_closed:
        return state, ()
    moment = _Moment(state, now)
    moment.take(event)
    return moment.state, tuple(moment.actions)


class _Moment(Answers):
    """One step: the state as it changes, and the actions so far."""

    def take(self, event: Event) -> None:
        match event:
            case Said() | Finished() | Failed() | Counted():
                self._answered(event)
            case Speech() | Words() | Quiet() | Judged():
                self._user(event)
            case Clock():
                self._clock()
            case ItemCame():
                self._item(event)
            case AskedTurnEnd():
                self._asked_end()
            case AskedTurnDrop():
                self._asked_drop()
            case Configured(greets=True):
                self._set(wants=True)
                self._respond_if_wanted()
            case AskedAnswer():
                if event.is_other:
                    self._drop_answer()
                has_news = event.again or self.state.has_news
                self._set(has_news=has_news, wants=has_news or self.state.wants)
                self._respond_if_wanted()
            case AskedCancel():
                self._asked_cancel()
            case Closed():
                self._close()

    # --- the user

    def _user(self, event: Speech | Words | Quiet | Judged) -> None:
        match event:
            case Speech():
                self._speech(event)
            case Words():
                self._words(event)
            case Quiet():
                self._quiet(event)
            case Judged():
                self._judged(event)

    def _speech(self, event: Speech) -> None:
        turn = self.state.turn
        if turn is not None and not self._is_apart(turn, event.at_s):
            self._drop_answer()
            self._set_turn(quiet_at=None, text=_joined(turn.text, turn.more), more="", judge=0)
            return
        if turn is not None:
            self._end_turn()
        if event.is_audible or self.state.answer is not None:
            if self.state.rules.turns_by_client:
                self._barge_in(Guess(event.at_s, self.now))
            elif self.state.guess is None:
                self._set(guess=Guess(event.at_s, self.now + HELD_S))
            return
        self._open_turn(event.at_s)

    def _is_apart(self, turn: Turn, at_s: float) -> bool:
        """Whether the silence before new speech ended the turn: sound may come faster than it was spoken."""
        if turn.quiet_at is None or self.state.rules.turns_by_client:
            return False
        return at_s - turn.end_s >= max(0.5, turn.over_at - turn.quiet_at)

    def _open_turn(self, at_s: float) -> None:
        self._drop_answer()
        item = self._user_item()
        self._set(turn=Turn(item.id, self.state.last_item, at_s), guess=None)
        self.actions += [SpeechStarted(item.id, at_s), self._added(item)]

    def _words(self, event: Words) -> None:
        turn = self.state.turn
        if turn is not None:
            if turn.quiet_at is None and event.text != turn.more:
                self._set_turn(more=event.text)
                self.actions.append(Heard(turn.item, _joined(turn.text, event.text)))
        elif self.state.guess is not None:
            if event.kind == "speech":
                self._barge_in(self.state.guess)
                self._words(event)
            elif event.kind == "echo":
                self._release()

    def _barge_in(self, guess: Guess) -> None:
        """It is a turn: what sounds is cut."""
        self.actions.append(Cut())
        item = self._user_item()
        self._set(turn=Turn(item.id, self.state.last_item, guess.start_s), guess=None)
        self.actions.append(SpeechStarted(item.id, guess.start_s))
        self._cancel("interrupted", cuts=False)
        self.actions.append(self._added(item))

    def _quiet(self, event: Quiet) -> None:
        if self.state.guess is not None:
            guess = self.state.guess
            if event.kind != "speech":
                self._release()
                self._set(guess=None)
                return
            self._barge_in(guess)
        turn, rules = self.state.turn, self.state.rules
        if turn is None:
            return
        text = _joined(turn.text, event.text)
        if text and text != _joined(turn.text, turn.more):
            self.actions.append(Heard(turn.item, text))
        self._set_turn(end_s=event.end_s, text=text, more="", quiet_at=self.now)
        if rules.turns_by_client:
            return
        if not text:
            self._end_turn()
            return
        self._think(text)
        if rules.silence_s is not None:
            self._set_turn(over_at=self.now + max(0.0, rules.silence_s - patience.QUIET_S))
            return
        judge = self._next()
        self._set_turn(judge=judge, over_at=self.now + rules.longest_s)
        self.actions.append(Judge(judge))

    def _think(self, text: str) -> None:
        """Begin an answer to what was said, which is told when the turn is over."""
        answer = self.state.answer
        if not self.state.rules.answers_turns or (answer is not None and answer.said == text):
            return
        self._drop_answer()
        self._start(text)

    def _judged(self, event: Judged) -> None:
        turn = self.state.turn
        if turn is None or turn.quiet_at is None or turn.judge != event.id:
            return
        wait_s = min(patience.wait_s(turn.text, event.probability), self.state.rules.longest_s)
        self._set_turn(over_at=turn.quiet_at + max(0.0, wait_s - patience.QUIET_S))
        if not wait_s:
            self._end_turn()

    def _asked_end(self) -> None:
        if self.state.turn is not None:
            self._end_turn()

    def _asked_drop(self) -> None:
        turn = self.state.turn
        if turn is None:
            self._release()
            self._set(guess=None)
            return
        self._drop_answer()
        self._set(turn=None)
        item = Item(turn.item, role="user", status="incomplete", text="", is_audio=True)
        self.actions += [SpeechStopped(turn.item, turn.end_s), ItemDone(item, turn.previous)]
        self._respond_if_wanted()

    def _end_turn(self) -> None:
        """The user has finished, with words or without any."""
        turn = self.state.turn
        assert turn is not None  # noqa: S101 - callers know
        text = _joined(turn.text, turn.more)
        item = Item(turn.item, role="user", status="completed" if text else "incomplete", text=text, is_audio=True)
        self._set(turn=None)
        self.actions.append(SpeechStopped(turn.item, turn.end_s))
        if text:
            self.actions.append(Remember(item))
            self._set(has_news=True)
        self.actions.append(ItemDone(item, turn.previous))
        if text and self.state.rules.answers_turns:
            self._respond(text)
        else:
            self._drop_answer()
            self._respond_if_wanted()

    # --- what the client asks

    def _asked_cancel(self) -> None:
        if self.state.wants:
            self._drop_answer()  # it may have been begun as it was asked for
        self._set(wants=False)
        if self.state.answer is not None and self.state.answer.response:
            self._cancel("client_cancelled")

    def _item(self, event: ItemCame) -> None:
        item = event.item
        if item.kind == "function_call_output":
            if item.call_id not in self.state.called:
                twice = item.call_id in self.state.answered
                message = "already has its output" if twice else "is no function call of this session"
                text = f"item.call_id: {item.call_id!r} {message}"
                self.actions.append(Problem("invalid_request_error", text, "item.call_id", event.event_id))
                return
            self._set(
                called=self.state.called - {item.call_id},
                answered=self.state.answered | {item.call_id},
                waits=self.state.waits - {item.call_id},
            )
        if self.state.answer is not None and not self.state.answer.response:
            self._drop_answer()  # it does not know of the item; it begins again when the turn is over
        self._set(has_news=True, last_item=item.id)
        self.actions.append(Remember(item))
        self._respond_if_wanted()

    def _clock(self) -> None:
        state, turn = self.state, self.state.turn
        if turn is not None and turn.quiet_at is not None and not state.rules.turns_by_client:
            if self.now >= turn.over_at:
                self._end_turn()
        elif state.guess is not None and state.guess.held_until and self.now >= state.guess.held_until:
            self._release()
        if self.state.waits_until is not None and self.now >= self.state.waits_until:
            waits = self.state.waits
            self._set(waits=frozenset(), waits_until=None)
            if self.state.turn is None:
                self.actions.append(Forget(waits))
                wait = f"{self.state.rules.tool_wait_s:g} s"
                self.actions.append(
                    Problem("tool_response_timeout", f"no output of every call and no response.create within {wait}")
                )

    def _close(self) -> None:
        turn = self.state.turn
        self._set(wants=False)
        self._cancel("client_cancelled")
        if turn is not None:
            item = Item(turn.item, role="user", status="incomplete", text=turn.text, is_audio=True)
            self.actions += [SpeechStopped(turn.item, turn.end_s), ItemDone(item, turn.previous)]
        self._set(turn=None, guess=None, wants=False, waits=frozenset(), waits_until=None, is_closed=True)


def _joined(before: str, after: str) -> str:
    return f"{before} {after}".strip() if before and after else before or after
