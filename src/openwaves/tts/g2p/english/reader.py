"""The reader of English sentences."""

import re
import threading
import unicodedata
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from pathlib import Path

from hibari.g2p import ASSETS, G2P, Context
from hibari.g2p.lexicon import Lexicon
from hibari.g2p.normalize import normalize
from hibari.g2p.oov import OOV
from hibari.g2p.token import Tok

from openwaves.keeping import KEPT, MOST_LETTERS
from openwaves.tts.g2p.english.homographs import retag
from openwaves.tts.g2p.english.tables import lexicon_rows
from openwaves.tts.g2p.english.tagger import QuickTagger
from openwaves.tts.g2p.english.unknown import Unknown

# What hibari misreads or reads slowly, in words that it reads well.
_LONG_NUMBER = re.compile(r"\d{13,}")  # its number reader ends at the trillions
_CHAIN = re.compile(r"(?:[^\s/_.,'’-]*[/_.,'’-]){9,}")  # its time grows with the cube of such a chain's length
_CAPITALS = re.compile(r"\b[A-Z]{2,20}\b(?!')")
_LONGEST_LETTERS = 5  # of a name that is said letter by letter
_SHORT_WORDS = frozenset({
    "AM", "AN", "AS", "AT", "BE", "BY", "DO", "GO", "HE", "IF", "IN", "IS", "IT", "ME", "MY", "NO", "OF", "OH", "ON",
    "OR", "SO", "TO", "UP", "US", "WE", "ADD", "ACT", "PUT", "LIVE", "WHOSE",
})  # fmt: skip
"""Words that the lexicons know as letters, too. Letters come with spaces between; what comes in one piece is a word."""
_SEPARATOR = re.compile(r"[/_.,'’-]")
_WRITTEN_OUT = re.compile(r"[A-Za-z ',;:!?-]*\.?")  # nothing for hibari's own normaliser


class English:
    """American or British readings. Thread-safe: one call at a time.

    Attributes:
        lexicon: Hibari's lexicons and its rules for endings, with our own rows.
        frequent: The commonest words, in lower case: those whose contexts hibari's tagger knows.
    """

    def __init__(self, british: bool) -> None:
        self._g2p = G2P(british=british)
        self.frequent = frozenset(word for word in self._g2p.tagger.vocab or () if word.isalpha())
        self.lexicon = self._g2p.lexicon = _CachedLexicon(self._g2p.lexicon)
        self._g2p.tagger = QuickTagger(self._g2p.tagger)
        self._g2p.tokenizer.split = lru_cache(KEPT)(self._g2p.tokenizer.split)
        self._g2p._oov = Unknown(self.lexicon, self._by_network, british=british)
        self._lock = threading.Lock()

    @cached_property
    def network(self) -> Callable[[str], str | None]:
        """Hibari's letter-to-sound network, loaded when it is first needed."""
        spell: Callable[[str], str | None] = OOV(str(Path(ASSETS) / f"oov{'_gb' * self.lexicon.british}.onnx"))
        return spell

    def phonemize(self, text: str) -> str:
        """Phonemes of a sentence: words separated by single spaces, punctuation kept; may be empty."""
        text = text if text.isascii() else _readable(unicodedata.normalize("NFC", text))
        text = _CAPITALS.sub(self._shouted, text)
        text = _LONG_NUMBER.sub(lambda match: " ".join(match.group()), text)
        text = _CHAIN.sub(lambda match: _SEPARATOR.sub(" ", match.group()), text)
        with self._lock:
            text = " ".join(text.split())
            tokens = self._g2p.tokenize(text if _WRITTEN_OUT.fullmatch(text) else normalize(text))
            retag(tokens, self.lexicon)
            _mark_plain(tokens)
            read = self._g2p.phonemize_tokens(tokens)
        spoken = "".join((token.phonemes or "") + (" " if token.whitespace else "") for token in read)
        return " ".join(spoken.split())

    def _shouted(self, match: re.Match[str]) -> str:
        """A word in capitals as the lexicons write it; unchanged if they know it in capitals, or not at all."""
        word = match.group()
        lower, golds = word.lower(), self.lexicon.golds.d
        if word in _SHORT_WORDS:
            return lower
        if len(word) < 3 or word in golds:
            return word
        if lower in golds or (len(word) > 3 and any(stem in golds for stem in _stems(lower))):
            return lower
        named = len(word) > _LONGEST_LETTERS or (len(word) > 3 and (self.knows(word.title()) or self.knows(lower)))
        return word.title() if named else word

    def _by_network(self, word: str) -> str | None:
        return self.network(word)

    def knows(self, word: str) -> bool:
        """Whether a word in lower case stands in the lexicons; names stand there with a capital."""
        return word in self.lexicon.golds.d or word in self.lexicon.silvers.d


@cache
def english(british: bool) -> English:
    """The one instance of each accent."""
    return English(british)


def _stems(word: str) -> tuple[str, ...]:
    """What may stand before the endings -s, -es, -ed, -er, -est, -ing and -ied."""
    endings = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("es", ""), ("s", ""))
    more = (("er", ""), ("er", "e"), ("est", ""), ("est", "e"))
    return tuple(word.removesuffix(end) + rest for end, rest in (*endings, *more) if word.endswith(end))


def _readable(text: str) -> str:
    """Digits of other scripts, raised and circled ones as 0 to 9; no dotted I, whose lower case is two characters."""
    text = text.replace("\u0130", "I")
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)


def _mark_plain(tokens: list[Tok]) -> None:
    """Spare plain words the search for parts inside them: a word that is its own alias is taken as it is."""
    spaced = True
    for token in tokens:
        if spaced and token.whitespace and token.phonemes is None and token.text.isascii() and token.text.islower():
            token.alias = token.text if token.text.isalpha() else token.alias
        spaced = bool(token.whitespace)


class _CachedLexicon(Lexicon):  # type: ignore[misc]
    """Hibari's lexicon with our rows, which go first, and a cache over its rules."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon.golds.d, lexicon.silvers.d, lexicon.british)
        for row in lexicon_rows():
            reading = row.british if lexicon.british else row.american
            if row.tag == "DEFAULT":
                self.golds.d[row.word] = reading
            else:
                entry = self.golds.d.get(row.word) or self.silvers.d.get(row.word)
                known = entry if isinstance(entry, dict) else {"DEFAULT": entry}
                self.golds.d[row.word] = {**known, row.tag: reading}
        self._read: dict[tuple[object, ...], tuple[str | None, int | None]] = {}

    def __call__(self, token: Tok, context: Context) -> tuple[str | None, int | None]:
        word = token.text if token.alias is None else token.alias
        key = (word, token.tag, context.future_vowel, context.future_to, token.currency, token.stress, token.is_head)
        found = self._read.get(key)
        if found is None:
            found = super().__call__(token, context)
            if len(self._read) >= KEPT:
                self._read.clear()
            if len(word) <= MOST_LETTERS:
                self._read[key] = found
        return found
