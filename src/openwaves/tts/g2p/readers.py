"""Who reads the words of a language: our own rules or espeak-ng."""

import re
from collections.abc import Sequence

from openwaves.keeping import kept_by_word
from openwaves.tts.g2p import brahmic, espeak

OWN = frozenset({"hi", "mr", "gu", "pa", "bn", "or", "ta", "te", "kn", "ml"})
"""Languages that ``g2p.brahmic`` reads here; taken out, a language is read by espeak-ng. See docs/brahmic-g2p.md."""

_LETTERS = re.compile("[\u0900-\u0963\u0970-\u0d65\u0d70-\u0d7f\u200c\u200d]+")


def phonemize(words: Sequence[str], language: str, variant: str | None = None) -> list[str]:
    """Phonemes of each word, as ``espeak.phonemize`` gives them, which reads what our own rules do not.

    Raises:
        EngineError: The language is not spoken, or espeak-ng failed.
        UnknownPhonemeError: espeak-ng wrote a sound that no table maps.
    """
    if language not in OWN:
        return espeak.phonemize(words, language, variant)
    read = [_own(word, language) for word in words]
    foreign = [number for number, symbols in enumerate(read) if symbols is None]
    if foreign:
        others = espeak.phonemize([words[number] for number in foreign], language, variant)
        for number, symbols in zip(foreign, others, strict=True):
            read[number] = symbols
    return [symbols or "" for symbols in read]


@kept_by_word
def _own(word: str, language: str) -> str | None:
    """Symbols, a group for each part between signs; None if there are digits or letters of other scripts."""
    parts = _LETTERS.findall(word)
    if any(character.isalnum() for character in _LETTERS.sub("", word)) or any(map(_has_digit, parts)):
        return None
    return " ".join(filter(None, (brahmic.phonemize_word(part, language) for part in parts)))


def _has_digit(part: str) -> bool:
    return any(character.isnumeric() for character in part)
