"""From phoneme times to the times of the words as the client wrote them."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from openwaves.types import PhonemeTiming, Segment, Utterance, WordTiming

_WORD = re.compile(
    r"[^\s。、，！？；：]+[。、，！？；：]*[」』）】》”’.,;:!?…।॥)\]\"]*|"
    r"[。、，！？；：」』）】》”’]+[.,;:!?…।॥)\]\"]*"
)
"""Between white space, and in scripts without spaces from one sign to the next."""


class Timed(Protocol):
    """An utterance whose times are known."""

    @property
    def timings(self) -> tuple[PhonemeTiming, ...]:
        """Of every phoneme, seconds from its start."""
        ...

    @property
    def duration_s(self) -> float:
        """Its length."""
        ...


def time_words(segment: Segment, utterances: Sequence[Utterance], spoken: Sequence[Timed]) -> tuple[WordTiming, ...]:
    """Time every white-space-delimited word of a segment, in scripts without spaces every phrase.

    Args:
        segment: The stretch of text.
        utterances: What was spoken for it, in order.
        spoken: Each utterance as it is spoken; they follow each other without a gap.

    Returns:
        One timing per word or phrase in order, never running backwards; one that is not spoken has no length and
        stands where the one before it ended.
    """
    times = _spoken_times(utterances, spoken)
    timing = next(times, None)
    words: list[WordTiming] = []
    now_s = 0.0
    for match in _WORD.finditer(segment.text):
        start, end = match.start() + segment.start, match.end() + segment.start
        start_s: float | None = None
        while timing is not None and timing.start < end:
            if timing.end_s > timing.start_s:
                start_s = timing.start_s if start_s is None else start_s
                now_s = max(now_s, timing.end_s)
            timing = next(times, None)
        previous_s = words[-1].end_s if words else 0.0
        start_s = now_s if start_s is None else max(start_s, previous_s)
        words.append(WordTiming(start, end, start_s, max(now_s, start_s)))
    return tuple(words)


def _spoken_times(utterances: Sequence[Utterance], spoken: Sequence[Timed]) -> Iterator[WordTiming]:
    """The analyzer's words with their times from the start of the segment's sound."""
    offset_s = 0.0
    for utterance, audio in zip(utterances, spoken, strict=True):
        for word in utterance.words:
            timings = audio.timings[word.phonemes_start : word.phonemes_end]
            if timings:
                yield WordTiming(word.start, word.end, offset_s + timings[0].start_s, offset_s + timings[-1].end_s)
        offset_s += audio.duration_s
