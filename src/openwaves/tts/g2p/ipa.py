"""espeak-ng's IPA to the symbols of Kokoro.

The ties are those of misaki's ``EspeakG2P``, with which Kokoro was trained, and the affricates that its Japanese and
Chinese use. Folds replace what the symbols lack by the nearest sound; none of them loses a syllable.
Source: hexgrad/misaki 0.9, ``espeak.py``; a sweep of all letter pairs of each language through espeak-ng 1.52.
"""

import re

from openwaves.errors import UnknownPhonemeError

PHONEMES = frozenset(
    "\u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲᵻ"
)
"""Kokoro's symbols without punctuation and tone arrows, which espeak-ng does not write."""

TIE = "\u0361"

TIES = {
    "aɪ": "I",
    "aʊ": "W",
    "dz": "ʣ",
    "dʒ": "ʤ",
    "eɪ": "A",
    "oʊ": "O",
    "əʊ": "Q",
    "ss": "S",
    "ts": "ʦ",
    "tʃ": "ʧ",
    "ɔɪ": "Y",
    "tɕ": "ʨ",  # Polish ć: as in Japanese ち
    "dʑ": "ʥ",  # Polish dź: as in Japanese じ
    "ɔø": "Y",  # German eu: the end of English "boy" is as near as the symbols come
}
"""Two letters with a tie, and the symbol of both. In docs/languages.md, as are the next two."""

FOLDS = {
    TIE: "",  # diphthongs that have no symbol of their own: two letters
    "ɭ": "l",  # retroflex l (mr kn ta te ml pa), dark l (ru)
    "ɫ": "l",  # dark l (tr)
    "ɬ": "l",  # Welsh ll, in foreign words
    "ʑ": "ʥ",  # Polish ź: Japanese says じ with or without the stop
    "ʐ": "ʒ",
    "ʉ": "ɯ",  # Tamil final u
    "ɵ": "o",  # Russian ё
    "ʏ": "y",  # German short ü
    "ʍ": "w",
    "ɦ": "h",
    "ħ": "h",
    "ʱ": "ʰ",
    "ʕ": "ʔ",  # Arabic ain, in foreign words
    "ɓ": "b",
    "ɗ": "d",
    "ɠ": "ɡ",
    "g": "ɡ",
    "ä": "a",
    "ε": "ɛ",
    "\u0329": "",  # syllabic: the sonorant is spoken
    "\u032a": "",  # dental: Italian t and d are always so
    "\u032f": "",  # not syllabic
    "\u031e": "",  # lowered
    "ˤ": "",  # pharyngeal
    "+": "",  # Punjabi tone
    "-": "",  # liaison: the consonant is written beside it
    ".": "",  # hiatus
    "ʀ": "ʁ",
    "ᵐ": "m",  # prenasalised stops of Sinhala, in foreign words
    "ⁿ": "n",
    "ᵑ": "ŋ",
    "1": "",  # signs of espeak's own alphabet that leak into the names of foreign letters: "ɛl1"
    "F": "",
    '"': "",
}
"""Letters that are no symbols, and the nearest symbol; "" for signs that change no symbol."""

VOICE_FOLDS = {
    "nl": {"ɵ": "ø"},  # "hut": front and rounded
    "sv": {"ɵ": "ø", "ʉ": "y"},  # "buss", "hus": front and rounded
    "nb": {"ʉ": "y"},
    "ru": {"ɪ^": "ʲ", "^": "ʲ"},  # final soft r, which espeak-ng spells in its own alphabet
}
"""The same for one voice of espeak-ng, before the others."""

_FLAG = re.compile(r"\([a-z0-9\u0361-]+\)")  # "(en)": the next letters are read by another language's rules
_TIED = re.compile(f"(.){TIE}(.)")
_TABLE = str.maketrans(FOLDS)


def to_symbols(ipa: str, voice: str) -> str:
    """Kokoro's symbols for one text.

    Args:
        ipa: As espeak-ng writes it, with U+0361 inside the letters of one phoneme.
        voice: espeak-ng's name of the voice that wrote it.

    Returns:
        Groups of ``PHONEMES`` with single spaces between them; may be empty.

    Raises:
        UnknownPhonemeError: A character is in no table.
    """
    # "r." is espeak-ng's spelling of the retroflex flap (ਕੁੜੀ)
    text = _TIED.sub(lambda tied: TIES.get(tied[1] + tied[2], tied[0]), _FLAG.sub("", ipa)).replace("r.", "ɽ")
    for sound, symbols in VOICE_FOLDS.get(voice, {}).items():
        text = text.replace(sound, symbols)
    text = " ".join(text.translate(_TABLE).split())
    if unknown := sorted(set(text) - PHONEMES - {" "}):
        raise UnknownPhonemeError(ipa, "".join(unknown))
    return text
