"""What the words amount to of somebody who speaks while an answer sounds."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from openwaves.s2s.events import WordsKind

_LISTENING = (
    "mm mmm mhm mmhm mmhmm hm hmm hmmm mh uh huh uhhuh um umm er erm ah aha ahh oh ooh ok okay yeah yep yup yes "
    "right sure wow ha haha heh ja si oui हाँ हां जी अच्छा"
)
BACKCHANNELS = frozenset(_LISTENING.split())
"""Words that tell that somebody listens, without hyphens."""
MOST_BACKCHANNELS = 3
"""So many of them are still no turn: "yeah, yeah, okay"."""
_ALIKE = 0.75
_OWN_SHARE = 0.75
"""Share of the words that must be the answer's own for an echo."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def kind_of(text: str, own: str) -> WordsKind:
    """What the words are.

    Args:
        text: What was heard.
        own: What the answer says just now, and said a few seconds before.
    """
    words = fold(text)
    if not words:
        return "nothing"
    if len(words) <= MOST_BACKCHANNELS and all(word in BACKCHANNELS for word in words):
        return "backchannel"
    if own and is_echo(words, fold(own)):
        return "echo"
    return "speech"


def fold(text: str) -> list[str]:
    """Words without case, hyphens and apostrophes."""
    return [re.sub(r"['’-]", "", word).lower() for word in _WORD.findall(text)]


def is_echo(words: Sequence[str], own: Sequence[str]) -> bool:
    """Whether most words stand in the answer in this order, and at most one of the last three does not."""
    matcher = SequenceMatcher(None, [_near(word, own) for word in words], list(own), autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    matched = {place for block in blocks for place in range(block.a, block.a + block.size)}
    last = range(max(0, len(words) - 3), len(words))
    strange = sum(place not in matched for place in last)
    return len(matched) >= _OWN_SHARE * len(words) and (strange <= 1 or strange < len(last) - 1)


def _near(word: str, own: Sequence[str]) -> str:
    """The word of the answer that was perhaps misheard."""
    if word in own or len(word) < 3:
        return word
    best = max(own, key=lambda other: SequenceMatcher(None, word, other, autojunk=False).ratio(), default=word)
    return best if SequenceMatcher(None, word, best, autojunk=False).ratio() >= _ALIKE else word
