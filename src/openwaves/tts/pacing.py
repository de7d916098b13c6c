"""When sound that is made goes out, so that frames never pause while more is to come.

Clients take a pause on the wire for the end of the speech. Of each piece of sound the last part is kept back (at least
``HELD_S``, if the piece is that long) and goes out in small frames, ``INTERVAL_S`` apart, until the next piece is made.
They are as large as it takes to last until the listener would run dry, less ``LEAD_S``; the listener has always that
much at hand. Everything that is kept back goes out at once when the next piece is there, or when no more will come.
"""

import math
from collections import deque
from collections.abc import Iterable

from openwaves.types import EncodedChunk

CHUNK_S = 0.13  # sound that goes into one chunk; with what resamplers and codecs hold back, at most 0.2 s come out
GRAIN_S = 0.02  # sound that goes into one chunk of what is kept back
INTERVAL_S = 0.15  # between frames of what is kept back; clients notice 0.25 s
LEAD_S = 0.15  # what a listener has at hand while sound is kept back
BURST_S = 0.2  # what goes out at once of a first piece, however short it is
HELD_S = 1.0  # most that is kept back of a piece, unless the listener is far ahead
GAP_S = 0.2  # a longer pause between frames is a gap


class Player:
    """The listener's player on paper. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._dry_at: float | None = None

    def add(self, now: float, sound_s: float) -> None:
        """Sound goes out to it."""
        self._dry_at = max(self._dry_at or now, now) + sound_s

    def lead_s(self, now: float) -> float:
        """Sound that it has at hand."""
        return max(0.0, (self._dry_at or now) - now)


def held_s(sound_s: float, lead_s: float, grain_s: float) -> float:
    """How much of a piece of sound is kept back.

    Args:
        sound_s: Length of the piece.
        lead_s: What the listener has at hand before it.
        grain_s: Least sound that makes a frame.
    """
    frames = (lead_s + sound_s) / INTERVAL_S
    most_s = sound_s - max(0.0, BURST_S - lead_s)
    return max(0.0, min(most_s, max(HELD_S, frames * grain_s)))


def next_s(left_s: float, lead_s: float) -> float:
    """How much of what is kept back goes out after the next interval.

    Args:
        left_s: What is kept back.
        lead_s: What the listener has at hand.
    """
    frames = max(1.0, (lead_s + left_s - LEAD_S) / INTERVAL_S)
    return left_s / frames


def frames(part_s: float) -> list[float]:
    """Sound that goes out at one time, in frames that are no longer than others: a listener who runs dry needs much."""
    number = max(1, math.ceil(part_s / CHUNK_S))
    return [part_s / number] * number


def take(held: deque[EncodedChunk], sound_s: float) -> EncodedChunk:
    """The first chunks of what is kept back in one, with ``sound_s`` at least and some data, if there is enough."""
    taken = [held.popleft()]
    while held and (sum(chunk.duration_s for chunk in taken) < sound_s or not any(chunk.data for chunk in taken)):
        taken.append(held.popleft())
    return joined(taken)


def joined(chunks: Iterable[EncodedChunk]) -> EncodedChunk:
    """Chunks as one."""
    chunks = list(chunks)
    return EncodedChunk(
        b"".join(chunk.data for chunk in chunks),
        tuple(word for chunk in chunks for word in chunk.words),
        sum(chunk.duration_s for chunk in chunks),
    )
