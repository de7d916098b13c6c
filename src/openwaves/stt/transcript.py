"""What was heard: words with their times. Values that every part of speech to text hands on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple, Self

UNSPACED = frozenset({"ja", "zh", "yue"})
"""Languages that are written without spaces between words."""
LEAST_CONFIDENCE = 1e-6


class Keyword(NamedTuple):
    """A term that is likelier to be said than a recogniser would think.

    Attributes:
        text: As it is written; case counts.
        boost: 1 is a usual nudge, 0 none, less than 0 makes it unlikely.
    """

    text: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it is written, punctuation included.

    Attributes:
        text: Such as ``Hello,``; no spaces around it.
        start_s: When it begins, in seconds from the first sample that the recogniser got.
        end_s: When it ends; not before ``start_s``.
        confidence: 0 to 1.
        n_tokens: Tokens of ``Transcript.tokens`` that it was made of.
        speaker: Number of its speaker in order of appearance; None where nobody asked.
        speaker_confidence: 0 to 1.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float = 1.0
    n_tokens: int = 1
    speaker: int | None = None
    speaker_confidence: float = 1.0

    def later(self, seconds: float) -> Self:
        """The word with its times moved."""
        return replace(self, start_s=self.start_s + seconds, end_s=self.end_s + seconds)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of one stretch of sound.

    Attributes:
        words: In order; those of the prefix, if one was given, first.
        language: Code of the language that was heard.
        tokens: The recogniser's own symbols, for ``Recogniser.transcribe(prefix=…)``. They are the tokens of the
            words in order, so ``prefix_of`` cuts between any two words.
    """

    words: tuple[Word, ...]
    language: str
    tokens: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The words, joined."""
        return join(self.words, self.language)

    def prefix_of(self, n_words: int) -> tuple[int, ...]:
        """The tokens of the first words."""
        return self.tokens[: sum(word.n_tokens for word in self.words[:n_words])]

    def words_of(self, n_tokens: int) -> int:
        """How many words begin in the first tokens."""
        begins = accumulate((word.n_tokens for word in self.words[:-1]), initial=0)
        return sum(begin < n_tokens for begin in begins) if self.words else 0

    def sureness(self, n_tokens: int) -> float:
        """Mean log probability of the tokens behind the first ones, 0 at most; that no word follows is least sure."""
        logs = []
        for word in self.words[self.words_of(n_tokens) :]:
            logs += [math.log(max(word.confidence, LEAST_CONFIDENCE))] * word.n_tokens
        return sum(logs) / len(logs) if logs else -math.inf

    def sooner(self, seconds: float) -> Self:
        """The same with its times moved, none of them before 0."""
        moved = (
            replace(word, start_s=max(0.0, word.start_s - seconds), end_s=max(0.0, word.end_s - seconds))
            for word in self.words
        )
        return replace(self, words=tuple(moved))


def join(words: Sequence[Word], language: str) -> str:
    """The text of words, without a space at its ends."""
    return separator(language).join(word.text for word in words)


def separator(language: str) -> str:
    """What stands between two words, and behind a final text that another one follows."""
    return "" if language in UNSPACED else " "
