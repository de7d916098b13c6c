"""Words of no lexicon: stretched ones, foreign letters, then letters to sounds."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from hibari.g2p.lexicon import Lexicon

from openwaves.errors import EngineError, UnknownPhonemeError
from openwaves.keeping import KEPT, MOST_LETTERS
from openwaves.tts.g2p.english.tables import mends
from openwaves.tts.g2p.espeak import espeak

_RUN = re.compile(r"(.)\1{2,}", re.IGNORECASE)
_MOST_RUNS = 3
_LEAST_MENDED = 5  # letters


class Unknown:
    """Reads a word that no lexicon holds. Not thread-safe."""

    def __init__(self, lexicon: Lexicon, network: Callable[[str], str | None], *, british: bool) -> None:
        """Create the reader.

        Args:
            lexicon: Asked for the word behind a stretched or accented one.
            network: Hibari's letter-to-sound network, the answer where espeak-ng gives none.
            british: Whose accent.
        """
        self._lexicon = lexicon
        self._network = network
        self._british = british
        self._kept = lru_cache(KEPT)(self._read)

    def __call__(self, word: str) -> str | None:
        """Phonemes, or None if the word has no sound."""
        return self._kept(word) if len(word) <= MOST_LETTERS else self._network(word)

    def _read(self, word: str) -> str | None:
        for spelling in itertools.chain(_shortened(word), _plain(word)):
            if reading := self._listed(spelling):
                return reading if "ˈ" in reading else reading.replace("ˌ", "ˈ")
        spelling = next(iter(_shortened(word)), word)
        try:
            (symbols,) = espeak().phonemes("en" if self._british else "en-us", [spelling])
        except (EngineError, UnknownPhonemeError):
            symbols = ""
        said = accented(symbols, british=self._british)
        return (said if self._british else mended(spelling, said)) or self._network(word)

    def _listed(self, word: str) -> str | None:
        reading: dict[str, str] | str | None = self._lexicon.golds.get(word) or self._lexicon.silvers.get(word)
        return reading["DEFAULT"] if isinstance(reading, dict) else reading


def _shortened(word: str) -> Iterator[str]:
    """Spellings of a stretched word: each run of three or more equal letters as two, then as one."""
    runs = len(_RUN.findall(word))
    if not 0 < runs <= _MOST_RUNS:
        return
    for lengths in itertools.product((2, 1), repeat=runs):
        counts = iter(lengths)
        yield _RUN.sub(lambda run: run[1] * next(counts), word.lower())  # noqa: B023


def _plain(word: str) -> Iterator[str]:
    """The word without accents, if it has some."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    if plain != word:
        yield plain


# Kokoro's symbols as ``g2p.ipa`` writes them, in those with which misaki's English lexicons are written.
# Source: hexgrad/misaki 0.9.4, EN_PHONES.md, which lists the phonemes of both accents.
_BOTH = (("ɐ", "ə"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ʔ", "t"), ("ɬ", "l"), ("ʲ", "j"), ("̃", ""))
_AMERICAN = (
    ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ː", ""), ("ɹɹ", "ɹ"), ("ɾ", "T"), ("a", "æ"), ("ɒ", "ɔ"), ("e", "A"),
    ("o", "ɔ"),
)  # fmt: skip
_BRITISH = (("ɚ", "ə"), ("eə", "ɛː"), ("iə", "ɪə"), ("æ", "a"), ("ɾ", "t"), ("ᵻ", "ɪ"), ("e", "ɛ"), ("o", "ɔ"))


@lru_cache(KEPT)
def accented(symbols: str, *, british: bool) -> str:
    """What espeak-ng's ``en-us`` or ``en`` (British) says, in the symbols of the lexicons."""
    for sound, written in (*_BOTH, *(_BRITISH if british else _AMERICAN)):
        symbols = symbols.replace(sound, written)
    return symbols


def mended(word: str, phonemes: str) -> str:
    """An American reading by espeak-ng, mended where names are read otherwise. Where a sound comes twice, it stays.

    Short words stay as they are: the syllables of respellings ("bur", "nee") are meant to be read by the letter.

    Source: learnt from the CMU Pronouncing Dictionary by scripts/make_english_rules.py.
    """
    if len(word) < _LEAST_MENDED:
        return phonemes
    written, said = f"^{word.lower()}$", f"^{phonemes}$"
    for letters, old, new in mends():
        if letters in written and said.count(old) == 1:
            said = said.replace(old, new)
    return said[1:-1]
