"""Katakana as it is pronounced to Kokoro's symbols.

Source: the phonemes are those of hexgrad/misaki 0.9 for Kokoro 1.0 (``cutlet.py``): one symbol for each sound, soft
consonants with ʲ, no pitch accent.
"""

import re

_VOWELS = ("a", "i", "ɯ", "e", "o")

# A row of the kana table: five kana, and the consonant before each vowel.
_ROWS = (
    ("アイウエオ", ("",) * 5),
    ("ァィゥェォ", ("",) * 5),
    ("カキクケコ", ("k", "kʲ", "k", "k", "k")),
    ("ガギグゲゴ", ("ɡ", "ɡʲ", "ɡ", "ɡ", "ɡ")),
    ("サシスセソ", ("s", "ɕ", "s", "s", "s")),
    ("ザジズゼゾ", ("ʣ", "ʥ", "z", "ʣ", "ʣ")),
    ("タチツテト", ("t", "ʨ", "ʦ", "t", "t")),
    ("ダヂヅデド", ("d", "ʥ", "z", "d", "d")),
    ("ナニヌネノ", ("n", "ɲ", "n", "n", "n")),
    ("ハヒフヘホ", ("h", "ç", "ɸ", "h", "h")),
    ("バビブベボ", ("b", "bʲ", "b", "b", "b")),
    ("パピプペポ", ("p", "pʲ", "p", "p", "p")),
    ("マミムメモ", ("m", "mʲ", "m", "m", "m")),
    ("ラリルレロ", ("ɾ", "ɾʲ", "ɾ", "ɾ", "ɾ")),
)
_OTHERS = {
    "ヤ": "ja", "ユ": "jɯ", "ヨ": "jo", "ャ": "ja", "ュ": "jɯ", "ョ": "jo", "ワ": "βa", "ヮ": "βa", "ヰ": "i",
    "ヱ": "e", "ヲ": "o", "ヴ": "vɯ", "ヵ": "ka", "ヶ": "ke", "ヷ": "va", "ヸ": "vʲi", "ヹ": "ve", "ヺ": "vo",
}  # fmt: skip
_CENTRAL = frozenset("スズツヅ")  # their vowel is ɨ

_SMALL = dict(zip("ァィゥェォャュョヮ", ("a", "i", "ɯ", "e", "o", "a", "ɨ", "o", "a"), strict=True))
_PALATAL = frozenset("ャュョ")
_NO_GLIDE = frozenset("ɕʥʨɲç")  # soft by themselves

# The consonant of a kana before a small one, where it differs from the kana's own.
_BEFORE_SMALL = {"イ": "j", "ウ": "β", "ク": "kᵝ", "グ": "ɡᵝ"}
_SOFT_I = frozenset("テデツフヴ")  # ティ is soft, スィ is not

_NASALS = {**dict.fromkeys("mpb", "m"), **dict.fromkeys("kɡ", "ŋ"), **dict.fromkeys("ɲʨʥ", "ɲ")}
_NASALS |= dict.fromkeys("ntdɾz", "n")
_FINAL_NASAL = "ɴ"

_EXTENSIONS = dict(zip("ㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ", "クシストヌハヒフヘホムラリルレロ", strict=True))
_TO_KATAKANA = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_TO_KATAKANA |= {ord(small): ord(large) for small, large in _EXTENSIONS.items()}
_REPEATED = re.compile("(.)[ヽヾ]")
_MORA = re.compile("[ァ-ヺ][ァィゥェォャュョヮ]?|ー+")


def _table() -> dict[str, str]:
    table = dict(_OTHERS)
    for row, consonants in _ROWS:
        for kana, consonant, vowel in zip(row, consonants, _VOWELS, strict=True):
            table[kana] = consonant + ("ɨ" if kana in _CENTRAL else vowel)
    return table


_SINGLE = _table()


def to_symbols(kana: str) -> str:
    """Symbols of a word.

    Args:
        kana: Its pronunciation: long vowels with ー, particles as they sound. Signs that are not kana are skipped.

    Returns:
        Without spaces; "" if there is no kana.
    """
    katakana = _REPEATED.sub(r"\1\1", kana.translate(_TO_KATAKANA))
    moras = _MORA.findall(katakana)
    symbols: list[str] = []
    for number, mora in enumerate(moras):
        if mora[0] == "ー":
            symbols.append("ː" if symbols else "")
        elif mora[0] == "ッ":
            symbols.append("ʔ")
        elif mora[0] == "ン":
            following = moras[number + 1] if number + 1 < len(moras) else ""
            symbols.append(_NASALS.get(_mora(following)[:1], _FINAL_NASAL))
        else:
            symbols.append(_mora(mora))
        if mora[0] in "ッン" and len(mora) > 1:
            symbols.append(_SINGLE[mora[1]])
    return "".join(symbols)


def _mora(mora: str) -> str:
    """Symbols of one mora that is a vowel, or a consonant with one; "" for the others."""
    own = _SINGLE.get(mora[:1], "")
    if len(mora) < 2 or not own:
        return own
    kana, small = mora[0], mora[1]
    if small in _PALATAL:
        consonant = own[:-1]
        if not consonant:
            return own + _SINGLE[small]
        glide = "" if consonant[0] in _NO_GLIDE or consonant.endswith("ʲ") else "ʲ"
        return consonant + glide + _SMALL[small]
    if kana in _BEFORE_SMALL and _SINGLE[small] != own:
        return _BEFORE_SMALL[kana] + _SMALL[small]
    if own[-1] == _SMALL[small]:
        return own + "ː"  # カァ: drawn out
    soft = "ʲ" if small == "ィ" and kana in _SOFT_I else ""
    return (own[:-1] + soft or own) + _SMALL[small]
