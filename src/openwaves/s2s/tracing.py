"""Takes note of when the things of each turn happen. See ``told.Trace``."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from openwaves.s2s.sound import Sound
from openwaves.s2s.told import ResponseDone, Trace

Tell = Callable[[Trace], None]


class Tracer:
    """Follows one talk; a trace is told once the sound of its answer has been heard or cut."""

    def __init__(self, sound: Sound, tell: Tell) -> None:
        self._sound = sound
        self._tell = tell
        self._zero: float | None = None
        self._final_at = 0.0
        self._turn = Trace("")
        self._answer = Trace("")
        self._over: Trace | None = None
        self._over_zero = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def final(self) -> None:
        """The words of what was said are known."""
        self._final_at = time.monotonic()

    def quiet(self, end_s: float, start_s: float) -> None:
        """The user is silent since ``end_s``."""
        zero = self._zero = self._sound.came_at(end_s) or time.monotonic()
        final_ms = 1000 * (self._final_at - zero)
        self._turn = Trace("", speech_ms=1000 * (end_s - start_s), quiet_ms=self._ms(), final_ms=final_ms)

    def judged(self, probability: float) -> None:
        """The detector told whether the user has finished."""
        self._turn = replace(self._turn, finished=probability)

    def begin(self, *, is_spoken: bool) -> None:
        """An answer is begun; to what was spoken, or to something else."""
        if not is_spoken or self._zero is None:
            self._zero, self._turn = time.monotonic(), Trace("")
        self._answer = Trace("")

    def mark(self, name: str) -> None:
        """Something happened for the first time."""
        if getattr(self._answer, f"{name}_ms") is None:
            changes: dict[str, Any] = {f"{name}_ms": self._ms()}
            self._answer = replace(self._answer, **changes)

    def decided(self, response: str) -> None:
        """The answer is told from now on."""
        self.close()
        turn = self._turn
        decided_ms = self._ms() if turn.quiet_ms is not None else None
        self._answer = replace(
            self._answer,
            response=response,
            speech_ms=turn.speech_ms,
            quiet_ms=turn.quiet_ms,
            final_ms=turn.final_ms,
            decided_ms=decided_ms,
            finished=turn.finished,
        )
        self._turn = Trace("")

    def sounded(self, sound_s: float) -> None:
        """Sound of the answer went out."""
        self.mark("first_sound")
        self._answer = replace(self._answer, audio_s=self._answer.audio_s + sound_s)

    def done(self, done: ResponseDone, left_s: float) -> None:
        """The answer is over; ``left_s`` of its sound is still to be heard."""
        answer, self._answer = replace(self._answer, done_ms=self._ms(), usage=done.usage), Trace("")
        if self._over is not None and self._over.response == done.response:  # it was cut
            self._over = replace(answer, heard_ms=self._over.heard_ms, heard_s=self._over.heard_s, was_cut=True)
            self.close()
            return
        heard_ms = self._ms() + 1000 * left_s if answer.audio_s else None
        self._over, self._over_zero = replace(answer, heard_ms=heard_ms, heard_s=answer.audio_s), self._zero or 0.0
        self._timer = asyncio.get_running_loop().call_later(left_s, self.close)

    def cut(self, heard_s: float) -> None:
        """What sounds is cut, after so much of it."""
        if self._over is not None:
            heard_ms = 1000 * (time.monotonic() - self._over_zero)
            if self._over.heard_ms is not None and heard_ms < self._over.heard_ms:
                self._over = replace(self._over, heard_ms=heard_ms, heard_s=heard_s, was_cut=True)
            self.close()
        elif self._answer.response:
            self._over = replace(self._answer, heard_ms=self._ms(), heard_s=heard_s, was_cut=True)

    def close(self) -> None:
        """Tell what is known."""
        if self._timer is not None:
            self._timer.cancel()
        over, self._over, self._timer = self._over, None, None
        if over is not None:
            self._tell(over)

    def _ms(self) -> float:
        return 1000 * (time.monotonic() - (self._zero or time.monotonic()))
