"""Which slot of the engine a conversation goes to, and what is kept of those that had to make room.

A slot remembers the text that it has worked; a prompt that begins alike costs only what is new. Conversations stay in
their slots while there are enough. What a slot forgets for another conversation is written to a shelf of bounded size
first, and brought back when the conversation goes on. Heads (the system message and the tools of a session) are shelved
as soon as they have been worked once, and outlive whole conversations there: the second session with the same head
starts warm.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

EDITED_SHARE = 0.8
EDITED_CHARS = 400
"""A prompt that repeats this share of the last one, and so much beyond its head, is the same conversation, whose last
turns were edited: another one would hardly share as much. So is one that repeats all but the last message."""

SHORTEST_KEPT = 200  # characters; less is worked again as fast


@dataclass(slots=True)
class Slot:
    """One slot of the engine.

    Attributes:
        number: Its number there.
        text: What it remembers.
        asked: How much of ``text`` was a history; the rest is the answer, which a client may cut.
        head: How much of it was the head.
        settled: How much of it came before the last message.
        session: Whose conversation it is, if that was told.
        busy: Whether somebody works in it.
        leaving: Whether that work is being stopped.
        used: Grows with every use of any slot.
    """

    number: int
    text: str = ""
    asked: int = 0
    head: int = 0
    settled: int = 0
    session: str = ""
    busy: bool = False
    leaving: bool = False
    used: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A state on the shelf: its file, the text that it remembers, its size, whether it is a head."""

    name: str
    text: str
    n_bytes: int
    is_head: bool


@dataclass(slots=True)
class Shelf:
    """States that were written to files, the least recently used first. Heads go last.

    Attributes:
        most_bytes: Bound of all files together.
    """

    most_bytes: int
    _kept: OrderedDict[str, Kept] = field(default_factory=OrderedDict)

    @property
    def n_bytes(self) -> int:
        """Size of all files together."""
        return sum(kept.n_bytes for kept in self._kept.values())

    def best(self, prompt: str) -> Kept | None:
        """What remembers most of a prompt; one that was taken becomes the most recently used."""
        best = max(self._kept.values(), key=lambda kept: common_prefix(kept.text, prompt), default=None)
        if best is not None:
            self._kept.move_to_end(best.name)
        return best

    def has(self, text: str) -> bool:
        """Whether a text is remembered as it stands."""
        return any(kept.text == text for kept in self._kept.values())

    def drop(self, name: str) -> None:
        """Take a state off the shelf."""
        self._kept.pop(name, None)

    def add(self, kept: Kept) -> list[str]:
        """Put a state on the shelf; gives the files to delete."""
        gone = [name for name, old in self._kept.items() if not old.is_head and kept.text.startswith(old.text)]
        for name in gone:
            del self._kept[name]
        self._kept[kept.name] = kept
        while self.n_bytes > self.most_bytes:
            name = next((name for name, old in self._kept.items() if not old.is_head), next(iter(self._kept)))
            del self._kept[name]
            gone.append(name)
        return gone


class Slots:
    """All slots. Used from one event loop."""

    def __init__(self, number: int) -> None:
        self._slots = [Slot(index) for index in range(number)]
        self._uses = 0

    @property
    def free(self) -> int:
        """How many nobody works in."""
        return sum(not slot.busy for slot in self._slots)

    def is_leaving(self, prompt: str, session: str) -> bool:
        """Whether the conversation's own slot is about to be free."""
        return any(slot.leaving and continues(slot, prompt, session) for slot in self._slots)

    def take(self, prompt: str, session: str = "", *, ahead: bool = False) -> Slot | None:
        """The free slot for a prompt, now busy; None if there is none, or if it is worth waiting for.

        The conversation's own slot, if it is free or about to be: an answer that was interrupted stops in a moment.
        Else an empty one; else the least recently used.

        Args:
            prompt: All of it.
            session: Whose it is, if that is known.
            ahead: Nobody waits for it: none either while the conversation's own slot is at work.
        """
        free = [slot for slot in self._slots if not slot.busy]
        if not free or self.is_leaving(prompt, session):
            return None
        if ahead and any(slot.busy and continues(slot, prompt, session) for slot in self._slots):
            return None
        own = [slot for slot in free if continues(slot, prompt, session)]
        if own:
            slot = max(own, key=lambda slot: common_prefix(slot.text, prompt))
        else:
            slot = min(free, key=lambda slot: (bool(slot.text), slot.used))
        self._uses += 1
        slot.busy, slot.used, slot.session = True, self._uses, session
        return slot

    def give_back(self, slot: Slot) -> None:
        """The slot is free."""
        slot.busy = slot.leaving = False


def continues(slot: Slot, prompt: str, session: str = "") -> bool:
    """Whether a prompt goes on with the conversation in a slot: its session tells, or else how it begins."""
    if session or slot.session:
        return session == slot.session
    if not slot.asked:
        return False
    common = common_prefix(slot.text[: slot.asked], prompt)
    if common == slot.asked or common >= slot.settled > slot.head:
        return True
    return common >= max(EDITED_SHARE * slot.asked, slot.head + EDITED_CHARS)


def common_prefix(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
