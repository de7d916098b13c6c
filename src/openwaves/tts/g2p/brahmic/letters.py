"""The letters of all Brahmic scripts in one table: a word becomes consonants, vowels and signs.

The blocks from Devanagari to Malayalam are parallel: a letter has the same place in each. What differs is in
``_OWN``. Consonants stand as IPA letters, vowels as the keys of ``VOWELS``, signs as the constants below.
Source: Unicode 15.1, chapter 12 and the charts U+0900 to U+0D7F.
"""

import unicodedata
from collections.abc import Mapping

INHERENT = "a"  # the vowel that no letter writes
VOWELS = frozenset(("a", "A", "i", "I", "u", "U", "R", "L", "e", "E", "ai", "o", "O", "au", "ae", "ao", "ə", "ɯ", "ɨ"))
"""Vowels: inherent, long in capitals; R and L are vocalic r and l, ae and ao those of English words.

No letter stands for the last three: rules write them.
"""

ANUSVARA, CHANDRABINDU, VISARGA, ADDAK, AYTHAM, VIRAMA = "M", "N", "H", "2", "K", "V"

_FIRST, _LAST = 0x900, 0xD7F
_TAMIL, _BENGALI, _GURMUKHI, _ODIA, _TELUGU, _KANNADA, _MALAYALAM = 0xB80, 0x980, 0xA00, 0xB00, 0xC00, 0xC80, 0xD00


def _places(sounds: str, first: int) -> dict[int, str]:
    """Sounds of neighbouring places."""
    return dict(enumerate(sounds.split(), first))


_CONSONANTS = _places("k kʰ ɡ ɡʰ ŋ c cʰ ɟ ɟʰ ɲ ʈ ʈʰ ɖ ɖʰ ɳ t tʰ d dʰ n n p pʰ b bʰ m j ɾ r l ɭ ɻ ʋ ʃ ʂ s h", 0x15)
_CONSONANTS |= _places("q x ɣ z ɽ ɽʰ f y", 0x58)  # with a nukta
_INDEPENDENT = _places("a a A i I u U R L ae e E ai ao o O au", 0x04)
_INDEPENDENT |= {0x60: "R", 0x61: "L"}
_DEPENDENT = _places("A i I u U R R ae e E ai ao o O au", 0x3E) | {0x57: "au", 0x62: "L", 0x63: "L"}
_SIGNS = {0x01: CHANDRABINDU, 0x02: ANUSVARA, 0x03: VISARGA, 0x00: CHANDRABINDU}
_NUKTA, _VIRAMA, _OM, _YAKASH, _AVAGRAHA = 0x3C, 0x4D, 0x50, 0x75, 0x3D
_JOINER = "\u200d"
_WITH_NUKTA = {
    "k": "q", "kʰ": "x", "ɡ": "ɣ", "ɟ": "z", "ɟʰ": "z", "ɖ": "ɽ", "ɖʰ": "ɽʰ", "pʰ": "f", "j": "y", "s": "ʃ", "ɭ": "ɻ",
}  # fmt: skip

# Places that one script uses in its own way: consonants with their vowel, bare consonants, vowels, signs.
_OWN: Mapping[tuple[int, int], tuple[str, ...]] = {
    (0x900, 0x72): ("ae",),
    (0x900, 0x73): ("a",),
    (0x900, 0x74): ("A",),
    (0x900, 0x75): ("ao",),
    (0x900, 0x76): ("u",),
    (0x900, 0x77): ("U",),
    (0x900, 0x79): ("z", "a"),
    (0x900, 0x7A): ("j", "a"),
    (0x900, 0x7B): ("ɡ", "a"),
    (0x900, 0x7C): ("ɟ", "a"),
    (0x900, 0x7E): ("ɖ", "a"),
    (0x900, 0x7F): ("b", "a"),
    (_BENGALI, 0x4E): ("t",),
    (_BENGALI, 0x70): ("ɾ", "a"),
    (_BENGALI, 0x71): ("w", "a"),
    (_GURMUKHI, 0x70): (ANUSVARA,),
    (_GURMUKHI, 0x71): (ADDAK,),
    (_GURMUKHI, 0x72): ("i",),
    (_GURMUKHI, 0x73): ("u",),
    (_GURMUKHI, 0x74): ("i", "k", "O", "ŋ", "k", "A", "ɾ"),
    (0xA80, 0x79): ("z", "a"),
    (_ODIA, 0x71): ("w", "a"),
    (_ODIA, 0x35): ("w", "a"),
    (_TAMIL, 0x03): (AYTHAM,),
    (_TELUGU, 0x58): ("ʦ", "a"),
    (_TELUGU, 0x59): ("ʣ", "a"),
    (_TELUGU, 0x5A): ("r", "a"),
    (_TELUGU, 0x5D): ("n",),
    (_KANNADA, 0x5D): ("n",),
    (_KANNADA, 0x5E): ("ɻ", "a"),
    (_MALAYALAM, 0x4E): ("ɾ",),
    (_MALAYALAM, 0x54): ("m",),
    (_MALAYALAM, 0x55): ("j",),
    (_MALAYALAM, 0x56): ("ɻ",),
    (_MALAYALAM, 0x5F): ("I",),
    (_MALAYALAM, 0x7A): ("ɳ",),
    (_MALAYALAM, 0x7B): ("n",),
    (_MALAYALAM, 0x7C): ("ɾ",),
    (_MALAYALAM, 0x7D): ("l",),
    (_MALAYALAM, 0x7E): ("ɭ",),
    (_MALAYALAM, 0x7F): ("k",),
}

# Latin letters as their nearest sounds; letters of other scripts are spelt by their names in Unicode.
_LATIN_SOUNDS = _places("A b k ɖ E f ɡ h i ɟ k l m n O p k ɾ s ʈ u ʋ ʋ ks j z", ord("a"))
_LATIN = {chr(point): sound for point, sound in _LATIN_SOUNDS.items()}


def parse(word: str) -> list[str]:
    """Consonants, vowels and signs of a word, in the order of speech. Linear.

    Args:
        word: In NFC, in any Brahmic script, or in several. Joiners and Vedic accents are silent, other letters become
            the nearest Brahmic ones. A virama is in the answer only at the end of a word.
    """
    reader = _Reader()
    for character in word:
        if _FIRST <= ord(character) <= _LAST:
            reader.read(character)
        elif character == _JOINER:
            reader.bare = -1  # the older spelling of a chillu
        elif foreign := _foreign(character):
            reader.sounds += foreign
            reader.inherent = False
    return [*reader.sounds, VIRAMA] if reader.bare == len(reader.sounds) else reader.sounds


class _Reader:
    """The sounds so far.

    Attributes:
        sounds: As in the answer of ``parse``.
        inherent: Whether the last of them is a vowel that the next sign may replace.
        bare: Number of them at the last virama; -1 if there is none.
    """

    def __init__(self) -> None:
        self.sounds: list[str] = []
        self.inherent = False
        self.bare = -1

    def read(self, character: str) -> None:
        """Add a letter or a sign of a Brahmic block."""
        block, place = ord(character) & ~0x7F, ord(character) & 0x7F
        if own := _OWN.get((block, place)):
            self.sounds += own
            self.inherent = len(own) == 2
        elif place in _CONSONANTS:
            self.sounds += (_CONSONANTS[place], INHERENT)
            self.inherent = True
        elif place in (_VIRAMA, _NUKTA, _YAKASH):
            if self.inherent:
                self._change(place)
        else:
            if place in _DEPENDENT and self.inherent:
                self.sounds.pop()
            self.sounds += _others(character, place)
            self.inherent = False

    def _change(self, place: int) -> None:
        """A sign that changes the last consonant."""
        if place == _NUKTA:
            self.sounds[-2] = _WITH_NUKTA.get(self.sounds[-2], self.sounds[-2])
        elif place == _VIRAMA:
            self.sounds.pop()
            self.inherent = False
            self.bare = len(self.sounds)
        else:
            self.sounds[-1:] = ("j", INHERENT)


def _others(character: str, place: int) -> tuple[str, ...]:
    """Sounds of vowels, signs and rare letters."""
    if place == _OM:
        return ("O", "m")
    if sound := _DEPENDENT.get(place) or _INDEPENDENT.get(place) or _SIGNS.get(place):
        return (sound,)
    if unicodedata.category(character)[0] == "L" and place != _AVAGRAHA:
        return tuple(_named(character))
    return ()


def _foreign(character: str) -> list[str]:
    """Sounds of a letter of another script; none for signs and marks."""
    if unicodedata.category(character)[0] not in "LN":
        return []
    base = unicodedata.normalize("NFKD", character)[0].casefold()[:1]
    if base in _LATIN:
        return _split(_LATIN[base])
    return _named(character)


def _named(character: str) -> list[str]:
    """Sounds of the last word of a letter's name in Unicode, as of GAMMA."""
    name = unicodedata.name(character, "LETTER A").casefold().split()[-1].partition("-")[0][:12]
    sounds = [sound for letter in name if letter in _LATIN for sound in _split(_LATIN[letter])]
    return sounds or ["A"]


def _split(sounds: str) -> list[str]:
    return ["k", "s"] if sounds == "ks" else [sounds]
