"""Words to utterances: what one speaker said without a break."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openwaves.stt.transcript import Word, join

PAUSE_S = 0.9
ENDS = (".", "?", "!", "。", "？", "！", "।")
ABBREVIATIONS = frozenset({"Mr.", "Mrs.", "Ms.", "Dr.", "St.", "Prof.", "Sr.", "Jr.", "vs.", "No.", "a.m.", "p.m."})


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence, or what lies between two pauses or two speakers.

    Attributes:
        words: At least one.
        text: The words, joined.
    """

    words: tuple[Word, ...]
    text: str


def utterances(words: Sequence[Word], language: str) -> Iterator[Utterance]:
    """Cut words into utterances, in order."""
    begin = 0
    for place, word in enumerate(words):
        after = words[place + 1] if place + 1 < len(words) else None
        if after is None or _ends(word, after):
            part = tuple(words[begin : place + 1])
            yield Utterance(part, join(part, language))
            begin = place + 1


def _ends(word: Word, after: Word) -> bool:
    if word.speaker != after.speaker or after.start_s - word.end_s > PAUSE_S:
        return True
    return word.text.endswith(ENDS) and word.text not in ABBREVIATIONS
