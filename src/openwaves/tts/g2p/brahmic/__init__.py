"""Words of the languages in Brahmic scripts to phonemes: one table of letters, rules of each language.

``letters`` turns a word into consonants, vowels and signs, the same way for all scripts. ``north`` (Hindi, Marathi,
Gujarati, Punjabi), ``east`` (Bengali, Odia) and ``south`` (Tamil, Telugu, Kannada, Malayalam) hold the rules.
``sounds`` puts the stress and writes the symbols. Conventions of the symbols are those of espeak-ng, on whose
phonemes the networks learned Hindi; where it misreads a language these rules do not follow.
"""

import unicodedata

from openwaves.tts.g2p.brahmic.east import BENGALI, ODIA
from openwaves.tts.g2p.brahmic.letters import parse
from openwaves.tts.g2p.brahmic.north import GUJARATI, HINDI, MARATHI, PUNJABI
from openwaves.tts.g2p.brahmic.sounds import Language, spoken
from openwaves.tts.g2p.brahmic.south import KANNADA, MALAYALAM, TAMIL, TELUGU

LANGUAGES: dict[str, Language] = {
    "hi": HINDI, "mr": MARATHI, "gu": GUJARATI, "pa": PUNJABI, "bn": BENGALI, "or": ODIA, "ta": TAMIL, "te": TELUGU,
    "kn": KANNADA, "ml": MALAYALAM,
}  # fmt: skip
"""The languages that are read, by ISO 639-1 code."""


def phonemize_word(word: str, language: str) -> str:
    """Kokoro's symbols of one word. Pure, linear in its length, never raises for any word.

    Args:
        word: Letters and marks; no digits. Signs are silent, letters of other scripts are read as the nearest.
        language: One of ``LANGUAGES``.

    Returns:
        Symbols without spaces; "" if there is no letter.

    Raises:
        KeyError: The language is not read.
    """
    rules = LANGUAGES[language]
    word = unicodedata.normalize("NFC", word)
    sounds = parse(rules.respelt.get(word, word))
    return spoken(rules.rules(sounds), rules, word not in rules.weak) if sounds else ""
