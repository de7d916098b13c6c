"""English words to phonemes, through the normaliser and lexicons of hibari-tts."""

import threading
from functools import cache

from hibari.g2p import G2P


class English:
    """American or British readings. Thread-safe: one call at a time."""

    def __init__(self, british: bool) -> None:
        self._g2p = G2P(british=british)
        self._lock = threading.Lock()

    def phonemize(self, text: str) -> str:
        """Phonemes of a sentence: words separated by single spaces, punctuation kept; may be empty."""
        with self._lock:
            return " ".join(self._g2p(text).split())


@cache
def english(british: bool) -> English:
    """The one instance of each accent."""
    return English(british)
