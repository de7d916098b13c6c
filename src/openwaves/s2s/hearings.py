"""What is heard of a talk, in parts: a part ends where the client says that a turn is over, or takes it back."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from openwaves.errors import OverloadedError
from openwaves.s2s.options import TalkOptions
from openwaves.s2s.patience import QUIET_S, UNKNOWN
from openwaves.scheduler import Work
from openwaves.stt.listening import Rules
from openwaves.stt.messages import ListenOptions, Message
from openwaves.stt.room import Room
from openwaves.stt.session import Session
from openwaves.types import Samples

JUDGE_DUE_S = 0.15


@dataclass(frozen=True, slots=True)
class PartEnd:
    """All of a part was heard, or it was ``dropped``."""

    dropped: bool


class Hearings:
    """Used from one event loop; ``messages`` does the work."""

    def __init__(self, room: Room, options: TalkOptions) -> None:
        """Begin the first part.

        Args:
            room: Where it is heard.
            options: Languages, and what is speech.
        """
        self._room = room
        self._parts = deque([self._part(options)])
        self._dropped: set[Session] = set()

    async def feed(self, data: bytes) -> None:
        """Take 16-bit sound at 16 kHz; waits while too much of it is kept."""
        await self._parts[-1].feed(data)

    def part(self, options: TalkOptions, *, drops: bool) -> None:
        """End the part that is being heard and begin another; ``drops``: of the old one nothing is told any more."""
        old = self._parts[-1]
        self._parts.append(self._part(options))
        if drops:
            self._dropped.add(old)
        old.close()

    async def messages(self) -> AsyncGenerator[tuple[Message | PartEnd, float]]:
        """What is heard, each with the second of the talk in which its part began; for errors see ``Session``."""
        begin_s = 0.0
        while True:
            part = self._parts[0]
            async for message in part.messages():
                if part not in self._dropped:
                    yield message, begin_s
            self._parts.popleft()
            begin_s += part.heard_s
            yield PartEnd(part in self._dropped), begin_s
            self._dropped.discard(part)

    async def finished(self, samples: Samples) -> float:
        """How likely whoever speaks has finished, 0 to 1.

        Args:
            samples: The last of what came, up to the silence behind it: mono in [-1, 1], 16 kHz.
        """
        detector = await asyncio.to_thread(self._room.hearing.end_of_turn)
        work = Work(lambda _: detector.probability(samples), "end-of-turn", 1.0)
        try:
            return await self._room.workers.run(work, due_s=JUDGE_DUE_S)
        except OverloadedError:
            return UNKNOWN

    def _part(self, options: TalkOptions) -> Session:
        rules = Rules(QUIET_S, QUIET_S, max_words=None, threshold=options.threshold, hearings=1, holds_leaps=False)
        return Session(self._room, ListenOptions(languages=options.languages, rules=rules))
