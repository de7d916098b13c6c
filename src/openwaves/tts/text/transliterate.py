"""Hindi in Latin letters to Devanagari by rule, for words that are in no list.

Latin spellings do not tell dental from retroflex (t, d) nor long from short vowels in all places; the commoner sound
is taken. Source: our own rules after the spellings of the word list, ``data/romanized.tsv``.
"""

import re

_CONSONANTS = {
    "ksh": "क्ष", "chh": "छ", "tth": "त्थ", "ddh": "द्ध", "cch": "च्छ", "gy": "ज्ञ",
    "kh": "ख", "gh": "घ", "ch": "च", "jh": "झ", "th": "थ", "dh": "ध", "ph": "फ", "bh": "भ", "sh": "श",
    "k": "क", "g": "ग", "c": "क", "j": "ज", "t": "त", "d": "द", "n": "न", "p": "प", "b": "ब", "m": "म", "y": "य",
    "r": "र", "l": "ल", "v": "व", "w": "व", "s": "स", "h": "ह", "z": "ज़", "f": "फ़", "q": "क़", "x": "क्स",
}  # fmt: skip
# Sign after a consonant and letter elsewhere.
_VOWELS = {
    "aa": ("ा", "आ"), "ai": ("ै", "ऐ"), "au": ("ौ", "औ"), "ee": ("ी", "ई"), "ii": ("ी", "ई"), "oo": ("ू", "ऊ"),
    "uu": ("ू", "ऊ"), "ou": ("ौ", "औ"), "ei": ("े", "ए"), "ay": ("े", "ए"),
    "a": ("", "अ"), "i": ("ि", "इ"), "u": ("ु", "उ"), "e": ("े", "ए"), "o": ("ो", "ओ"),
}  # fmt: skip
_FINAL = {"a": ("ा", "आ"), "i": ("ी", "ई"), "u": ("ू", "ऊ")}  # final short vowels are long in Hindi
_VIRAMA, _ANUSVARA = "्", "ं"
_NASAL = re.compile(r"n(?=[kgcjtd])|m(?=[pb])|ng(?=[kg]|$)")
_TOKEN = re.compile("|".join(sorted([*_CONSONANTS, *_VOWELS], key=len, reverse=True)))
_FOLDS = (
    ("aa", "a"), ("ee", "i"), ("ii", "i"), ("oo", "u"), ("uu", "u"), ("w", "v"), ("ph", "f"), ("z", "j"), ("q", "k"),
    ("chh", "ch"), ("ay", "e"), ("ey", "e"), ("ie", "iye"), ("ae", "aye"), ("ou", "au"), ("x", "ks"),
)  # fmt: skip
_DOUBLE = re.compile(r"([b-df-hj-np-tv-z])\1+")

_ENGLISH_LOOK = re.compile(
    r"c(?!h)|[xq]|w(?![aeiouy])|ck|[bcdfghjklmnpqrstvwxz]y$|tion|ough|ght|ing$|[^aeiou]{4}|(.)\1\1|^(?:sch|[^aeiou]+$)"
)


def transliterate(word: str) -> str:
    """A word of lower-case ASCII letters in Devanagari; other characters are left out."""
    written: list[str] = []
    after_consonant = False
    position = 0
    while position < len(word):
        if (nasal := _NASAL.match(word, position)) and position:
            written.append(_ANUSVARA + ("ग" if nasal.group() == "ng" and nasal.end() == len(word) else ""))
            after_consonant = False
            position = nasal.end()
            continue
        match = _TOKEN.match(word, position)
        if not match:
            position += 1
            continue
        token, position = match.group(), match.end()
        if token in _CONSONANTS:
            written.append((_VIRAMA if after_consonant else "") + _CONSONANTS[token])
            after_consonant = True
        else:
            sign, letter = (_FINAL if position == len(word) else _VOWELS).get(token, _VOWELS[token])
            written.append(sign if after_consonant else letter)
            after_consonant = False
    return "".join(written)


def fold(word: str) -> str:
    """The same for spellings that differ only in how long vowels, doubled letters and w, ph, z are written."""
    for spelling, plain in _FOLDS:
        word = word.replace(spelling, plain)
    return _DOUBLE.sub(r"\1", word)


def looks_english(word: str) -> bool:
    """Whether a lower-case word has letters side by side that Hindi in Latin letters does not write."""
    return bool(_ENGLISH_LOOK.search(word))
