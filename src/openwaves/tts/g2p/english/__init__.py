"""English words to phonemes: American and British.

Hibari-tts tokenizes, tags parts of speech and holds the lexicons. On top of it stand a lexicon of our own
(``data/lexicon.tsv``), rules that tell homographs apart by their neighbours (``homographs``), and what is done with
words of no lexicon (``unknown``).
"""

from openwaves.tts.g2p.english.reader import English, english

__all__ = ["English", "english"]
