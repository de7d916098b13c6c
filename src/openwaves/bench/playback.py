"""A listener's player on paper: would the sound have stalled?"""

from dataclasses import dataclass


@dataclass(slots=True)
class Playback:
    """Plays a stream from its first sound on, without a buffer in front. Times are seconds of one clock.

    Attributes:
        ends_at: When all sound that has come so far will have been played; None before the first.
        audio_s: Sound that has come.
        stalls: Frames that came after the sound before them had been played.
        stall_s: Silence that these made, in all.
        worst_s: The longest of these silences.
        gap_s: The longest time between two frames. Clients take 0.25 s or more for the end of the speech.
        last_at: When the last frame came.
    """

    ends_at: float | None = None
    audio_s: float = 0.0
    stalls: int = 0
    stall_s: float = 0.0
    worst_s: float = 0.0
    gap_s: float = 0.0
    last_at: float | None = None

    def add(self, now: float, length_s: float) -> None:
        """A frame with ``length_s`` of sound comes at ``now``."""
        if length_s <= 0:
            return
        self.audio_s += length_s
        if self.last_at is not None:
            self.gap_s = max(self.gap_s, now - self.last_at)
        self.last_at = now
        if self.ends_at is None:
            self.ends_at = now
        late_s = now - self.ends_at
        if late_s > 0:
            self.stalls += 1
            self.stall_s += late_s
            self.worst_s = max(self.worst_s, late_s)
            self.ends_at = now
        self.ends_at += length_s
