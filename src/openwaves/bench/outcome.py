"""What became of one request."""

import time
from dataclasses import dataclass, field
from typing import Literal

from openwaves.bench.playback import Playback

REFUSALS = (429, 503)
REFUSAL_CODES = ("too_many_requests", "service_unavailable", "overloaded", "not_ready")
"""The codes of error frames that mean the same as ``REFUSALS``."""

State = Literal["unfinished", "ok", "refused", "failed"]


@dataclass(slots=True)
class Outcome:
    """One request. Times are ``time.perf_counter()``.

    Attributes:
        began: When its client took it up, before it opened a connection.
        sent: Just before the request was sent.
        first_audio: When the first sound came.
        ended: When the answer was complete, or had failed.
        connect_s: Time to open the connection, if this request opened one.
        playback: The sound and whether it would have stalled; of a whole body only the length.
        state: ``unfinished`` until the end.
        error: Kind of the failure or refusal.
        message: The server's words on it.
        retry_after_s: What a refusal asked for.
    """

    began: float = field(default_factory=time.perf_counter)
    sent: float = 0.0
    first_audio: float | None = None
    ended: float | None = None
    connect_s: float | None = None
    playback: Playback = field(default_factory=Playback)
    state: State = "unfinished"
    error: str = ""
    message: str = ""
    retry_after_s: float | None = None

    @property
    def first_audio_s(self) -> float | None:
        """Time to first audio."""
        return None if self.first_audio is None else self.first_audio - self.sent

    @property
    def real_time_factor(self) -> float | None:
        """Seconds until the answer was complete, per second of its sound."""
        if self.ended is None or self.state != "ok":
            return None
        return (self.ended - self.sent) / self.playback.audio_s

    @property
    def broke_off(self) -> bool:
        """It ended in the middle of an answer."""
        return self.state == "unfinished" or (self.state != "ok" and self.first_audio is not None)

    def sound(self, length_s: float) -> None:
        """Sound comes now."""
        now = time.perf_counter()
        if length_s > 0 and self.first_audio is None:
            self.first_audio = now
        self.playback.add(now, length_s)

    def complete(self) -> None:
        """The server says that the answer is complete."""
        if self.playback.audio_s > 0:
            self.state = "ok"
        else:
            self.fail("no audio")

    def fail(self, error: str, message: str = "") -> None:
        """The request failed."""
        self.state, self.error, self.message = "failed", error, message

    def refuse_or_fail(self, status: int, kind: str, message: str, retry_after: str | None) -> None:
        """The server answered with an error status."""
        self.fail(f"HTTP {status} {kind}".strip(), message)
        if status in REFUSALS:
            self.state = "refused"
            self.retry_after_s = _seconds(retry_after)

    def error_frame(self, code: str, message: str) -> None:
        """The server sent an error in the place of audio."""
        self.fail(f"frame {code}".strip(), message)
        if code in REFUSAL_CODES:
            self.state = "refused"


def _seconds(retry_after: str | None) -> float | None:
    try:
        return float(retry_after) if retry_after else None
    except ValueError:
        return None  # a date is allowed by HTTP, but nobody sends one here
