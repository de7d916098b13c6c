"""What the words amount to of somebody who speaks while an answer sounds."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from openwaves.s2s.events import WordsKind
from openwaves.s2s.patience import STOPS
from openwaves.stt.transcript import Word

_LISTENING = (
    "mm mmm mhm mmhm mmhmm hm hmm hmmm mh uh huh uhhuh um umm er erm ah aha ahh ahem oh ooh ok okay yeah yep yup yes "
    "right sure wow ha haha heh ja si oui हाँ हां जी अच्छा"
)
BACKCHANNELS = frozenset(_LISTENING.split())
"""Words that tell that somebody listens, without hyphens."""
_ASKING = (
    "no now next help be hold hey excuse but actually hello cancel enough quiet what why how who when "
    "where can could please alto halt nein non नहीं बस"
)
INTERRUPTING = frozenset((*STOPS, *_ASKING.split()))
"""Words that begin a turn as soon as they are heard over an answer."""
SURE_WORDS = 4
"""So many words are a turn, even if the first half second of sound was misheard."""
MURMUR_WORDS, MURMUR_S, MURMUR_CONFIDENCE = 2, 0.8, 0.7
"""Who hums is heard as a word or two, so short and with so little confidence.
Source: "mm-hmm", "uh-huh", "oh" and the like of six voices, 17 of the 20 that were misheard; of 84 short commands
4, all of them misheard."""
HALF_HEARD_S = 1.2
"""The same where one of the words is heard as a backchannel: "Lowe's okay" is "oh, okay", drawn out."""
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


def is_sure(text: str, before: str, voice_s: float) -> bool:
    """Whether words of an interim are a turn already: the first that are heard of half a second are often others.

    Args:
        text: What is heard, no backchannel.
        before: What was heard a moment ago.
        voice_s: How long somebody has spoken.
    """
    words = fold(text)
    is_same = words[:1] == fold(before)[:1]
    return is_same or len(words) >= SURE_WORDS or voice_s > _murmur_s(words) or words[0] in INTERRUPTING


def is_murmur(words: Sequence[Word], voice_s: float) -> bool:
    """Whether words are perhaps none: somebody who hums for so long. See ``MURMUR_S``."""
    folded = fold(" ".join(word.text for word in words))
    return (
        0 < len(words) <= MURMUR_WORDS
        and voice_s <= _murmur_s(folded)
        and min(word.confidence for word in words) < MURMUR_CONFIDENCE
        and not INTERRUPTING.intersection(folded)
    )


def _murmur_s(words: Sequence[str]) -> float:
    """How long what is heard as these words may last and still be a hum."""
    return MURMUR_S if BACKCHANNELS.isdisjoint(words) else HALF_HEARD_S


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
