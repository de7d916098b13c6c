"""What happens to a talk, and what the session beside the turn machine does about it. All values are frozen."""

from dataclasses import dataclass, field
from typing import Literal

from openwaves.s2s.told import Content, Item, Output, Usage

WordsKind = Literal["nothing", "backchannel", "echo", "speech"]
"""What the words of somebody who speaks while an answer sounds amount to: only ``speech`` is a turn."""

# --- what the session does


@dataclass(frozen=True, slots=True)
class StartAnswer:
    """Make an answer to the history, and to what is being said where that is not None."""

    generation: int
    said: str | None


@dataclass(frozen=True, slots=True)
class StopAnswer:
    """Nobody wants this answer any more."""

    generation: int


@dataclass(frozen=True, slots=True)
class Judge:
    """Find out whether the user has finished; answered by ``Judged`` with the same id."""

    id: int


@dataclass(frozen=True, slots=True)
class Remember:
    """The item belongs to the history now."""

    item: Item


@dataclass(frozen=True, slots=True)
class Cut:
    """Of the last answer only what was heard up to now belongs to the history."""


@dataclass(frozen=True, slots=True)
class Forget:
    """The turn of these calls is dropped: what was asked, said and called in it belongs to the history no more."""

    calls: frozenset[str]


Action = Output | StartAnswer | StopAnswer | Judge | Remember | Cut | Forget


# --- what happens


@dataclass(frozen=True, slots=True)
class Configured:
    """The session is set up; ``greets`` if the assistant speaks first."""

    greets: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """Voice began at ``at_s``; ``is_audible`` if an answer sounds at the client meanwhile."""

    at_s: float
    is_audible: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """All words since the last ``Speech``, as far as they are known."""

    text: str
    kind: WordsKind = "speech"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Voice has been silent for a moment, since ``end_s``; these are all words since the last ``Speech``."""

    end_s: float
    text: str
    kind: WordsKind = "speech"


@dataclass(frozen=True, slots=True)
class Judged:
    """How likely the user has finished."""

    id: int
    probability: float


@dataclass(frozen=True, slots=True)
class Clock:
    """Time has passed; see ``turns.wake_at``."""


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """The client wants an answer.

    Attributes:
        again: Even if nothing came since the last one.
        is_other: What was begun is not the answer that is wanted.
    """

    again: bool = False
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class AskedCancel:
    """The client wants the running answer stopped, and none that it asked for before."""


@dataclass(frozen=True, slots=True)
class AskedTurnEnd:
    """The client says that the turn is over."""


@dataclass(frozen=True, slots=True)
class AskedTurnDrop:
    """The client takes back what is being said."""


@dataclass(frozen=True, slots=True)
class ItemCame:
    """The client adds to the history."""

    item: Item
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer goes on."""

    generation: int
    content: Content


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer is complete; ``reason`` says why it is ``incomplete``."""

    generation: int
    usage: Usage = field(default_factory=Usage)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer cannot go on."""

    generation: int
    code: str
    message: str
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an answer has taken so far."""

    generation: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class Closed:
    """The client is gone."""


Event = (
    Configured
    | Speech
    | Words
    | Quiet
    | Judged
    | Clock
    | AskedAnswer
    | AskedCancel
    | AskedTurnEnd
    | AskedTurnDrop
    | ItemCame
    | Said
    | Finished
    | Failed
    | Counted
    | Closed
)
