"""American phonemes to those of Indian English, in Kokoro's symbols.

The symbols are those that Kokoro's Hindi voices learnt from espeak-ng, so that an English word in a Hindi sentence is
made of the sounds around it. What Indian speakers do in common:

====================  ==============================  ==========================
American              Indian                          as in
====================  ==============================  ==========================
t d, flapped t        ʈ ɖ, retroflex                  ticket, order, water
θ ð                   tʰ d, dental stops              thanks, the
v w                   ʋ                               very, wait
ɹ                     ɾ, also before consonants       car, order
A O                   eː oː, no glide                 payment, go
I W Y                 aɪ aʊ ɔɪ, two letters           time, now, boy
i u, stressed         iː uː                           meeting, school
ɑ before r, ð, end    aː                              car, father, spa
ɑ elsewhere           ɔ                               doctor, office
ɜɹ                    əɾ                              confirm
ᵊ ᵻ, left-out vowel   ə ɪ ə                           little, wanted, button
====================  ==============================  ==========================

Source: P. Sailaja, Indian English (Edinburgh University Press, 2009), chapter 2; J. C. Wells, Accents of English 3
(1982), section 9.1. Dark l does not exist in the symbols; p, k and ch keep theirs, for their missing breath is not
written.
"""

import re
from functools import lru_cache

_VOWELS = "aeiouæɑɐɔəɛɜɪʊʌᵊᵻAIOWYQ"
_CONTEXTS = (
    (re.compile(r"ɑ(?=ɹ|ð|\W*$)"), "aː"),
    (re.compile(r"(?<=[tdT])(?=[nl](?![ˈˌ]?[" + _VOWELS + "]))"), "ə"),  # button: a full syllable
    (re.compile(r"([ˈˌ])([^ˈˌ" + _VOWELS + r"]*)([iu])(?!ː)"), r"\1\2\3ː"),
)
_SYMBOLS = str.maketrans(
    {
        "t": "ʈ",
        "T": "ʈ",
        "ɾ": "ʈ",
        "d": "ɖ",
        "θ": "tʰ",
        "ð": "d",
        "v": "ʋ",
        "w": "ʋ",
        "ɹ": "ɾ",
        "A": "eː",
        "O": "oː",
        "Q": "oː",
        "I": "aɪ",
        "W": "aʊ",
        "Y": "ɔɪ",
        "ɑ": "ɔ",
        "ɜ": "ə",
        "ᵊ": "ə",
        "ᵻ": "ɪ",
    }
)


@lru_cache(maxsize=20_000)
def indian(phonemes: str) -> str:
    """The Indian reading of a group of American phonemes. Punctuation and stress stay."""
    for pattern, written in _CONTEXTS:
        phonemes = pattern.sub(written, phonemes)
    return phonemes.translate(_SYMBOLS)
