"""English words to phonemes, through the normaliser and lexicons of hibari-tts."""

import re
import threading
import unicodedata
from functools import cache

from hibari.g2p import G2P

# What hibari misreads or reads slowly, in words that it reads well.
_LONG_NUMBER = re.compile(r"\d{13,}")  # its number reader ends at the trillions
_CHAIN = re.compile(r"(?:[^\s/_.,'’-]*[/_.,'’-]){9,}")  # its time grows with the cube of such a chain's length
_SEPARATOR = re.compile(r"[/_.,'’-]")


class English:
    """American or British readings. Thread-safe: one call at a time."""

    def __init__(self, british: bool) -> None:
        self._g2p = G2P(british=british)
        self._lock = threading.Lock()

    def phonemize(self, text: str) -> str:
        """Phonemes of a sentence: words separated by single spaces, punctuation kept; may be empty."""
        text = unicodedata.normalize("NFC", text)
        text = _LONG_NUMBER.sub(lambda match: " ".join(match.group()), text)
        text = _CHAIN.sub(lambda match: _SEPARATOR.sub(" ", match.group()), text)
        with self._lock:
            return " ".join(self._g2p(" ".join(text.split())).split())

    def knows(self, word: str) -> bool:
        """Whether a word in lower case stands in the lexicons; names stand there with a capital."""
        lexicon = self._g2p.lexicon
        return word in lexicon.golds.d or word in lexicon.silvers.d


@cache
def english(british: bool) -> English:
    """The one instance of each accent."""
    return English(british)
