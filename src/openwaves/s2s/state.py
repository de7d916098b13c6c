"""Where a talk stands: what the turn machine remembers between two events."""

from dataclasses import dataclass, field

from openwaves.s2s.events import Failed, Finished, Said
from openwaves.s2s.patience import LONGEST_S
from openwaves.s2s.told import Item, ItemAdded, Usage


@dataclass(frozen=True, slots=True)
class Rules:
    """How a talk behaves.

    Attributes:
        name: Part of all ids.
        tool_wait_s: Longest wait for the results of calls.
        turns_by_client: Only ``AskedTurnEnd`` ends a turn.
        answers_turns: A turn that is over is answered by itself.
        silence_s: Silence that ends a turn; None: what was said decides.
        longest_s: Silence that ends any turn.
    """

    name: str = ""
    tool_wait_s: float = 30.0
    turns_by_client: bool = False
    answers_turns: bool = True
    silence_s: float | None = None
    longest_s: float = LONGEST_S


@dataclass(frozen=True, slots=True)
class Turn:
    """What the user is saying.

    Attributes:
        item: Its item.
        previous: The item before it.
        end_s: Behind its last voice.
        text: Its words up to the last ``Quiet``.
        more: The words since, as far as they are known.
        quiet_at: Clock time of the ``Quiet`` that nothing followed; None while the user speaks.
        judge: Id of the last ``Judge``.
        over_at: Clock time at which the turn ends unless the user goes on.
    """

    item: str
    previous: str | None
    end_s: float
    text: str = ""
    more: str = ""
    quiet_at: float | None = None
    judge: int = 0
    over_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Guess:
    """Somebody speaks while an answer sounds; ``held_until`` tells how long that is held back."""

    start_s: float
    held_until: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that is being made.

    Attributes:
        generation: Its number; everything that is done for it carries it.
        said: What of the open turn it answers; None if the history alone.
        response: Its id, once it is told.
        kept: What it said while that was not to be told.
        open: Items that were added and are not done.
        output: Items, in order, that are done.
        calls: Calls that it made.
        usage: Tokens so far.
    """

    generation: int
    said: str | None = None
    response: str = ""
    kept: tuple[Said | Finished | Failed, ...] = ()
    open: tuple[ItemAdded, ...] = ()
    output: tuple[Item, ...] = ()
    calls: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class State:
    """Where a talk stands.

    Attributes:
        rules: How it behaves.
        turn: The open turn.
        guess: See there; never beside a turn.
        answer: The answer that is being made.
        waits: Calls of the last answer whose results have not come.
        waits_until: Clock time at which they are given up; None if nothing is waited for.
        called: All calls without a result.
        answered: All calls with one.
        wants: The client asked for an answer that has not begun.
        has_news: An item came since the last answer began.
        last_item: The newest item of the conversation.
        number: Counts generations and items.
        is_closed: It is over.
    """

    rules: Rules = Rules()
    turn: Turn | None = None
    guess: Guess | None = None
    answer: Answer | None = None
    waits: frozenset[str] = frozenset()
    waits_until: float | None = None
    called: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    wants: bool = False
    has_news: bool = True
    last_item: str | None = None
    number: int = 0
    is_closed: bool = False

    @property
    def is_held(self) -> bool:
        """Whether what an answer says is to be kept for now."""
        return self.answer is not None and (
            not self.answer.response or (self.guess is not None and self.guess.held_until > 0)
        )

    @property
    def is_busy(self) -> bool:
        """Whether somebody speaks, or an answer or the result of a call is awaited."""
        return self.turn is not None or self.answer is not None or self.waits_until is not None


def wake_at(state: State) -> float | None:
    """Clock time at which ``Clock`` is due; None if only other events matter."""
    times = [state.waits_until]
    if state.turn is not None and state.turn.quiet_at is not None and not state.rules.turns_by_client:
        times.append(state.turn.over_at)
    if state.guess is not None and state.guess.held_until:
        times.append(state.guess.held_until)
    return min((at for at in times if at is not None), default=None)


def response_id(name: str, generation: int) -> str:
    """The id of the response that an answer becomes."""
    return f"resp_{name}{generation:06x}"


def item_id(name: str, number: int, index: int | None = None) -> str:
    """The id of an item: of an answer's item, the answer's generation and its place there."""
    return f"item_{name}{number:06x}" + ("" if index is None else f"_{index}")
