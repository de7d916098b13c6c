"""Parts of speech: hibari's averaged perceptron, evaluated with the sums of a word's own features kept."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from hibari.g2p.tagger import END, START, Tagger, context, shape
from numpy.typing import NDArray

from openwaves.keeping import KEPT, kept_by_word

Scores = NDArray[np.float64]
"""One for each tag, the tags in falling alphabetical order: of equal ones the first is hibari's choice."""


class QuickTagger:
    """Gives the tags that hibari's tagger gives, in half the time. Not thread-safe."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagdict: dict[str, str] = tagger.tagdict
        self._tags = sorted(tagger.tags, reverse=True)
        self._places = {tag: place for place, tag in enumerate(self._tags)}
        self._vocabulary: set[str] | None = tagger.vocab
        self._weights: dict[str, dict[str, float]] = tagger.weights
        self._of_word = kept_by_word(self._word_scores)
        self._of_near = kept_by_word(self._near_scores)
        self._of_far = kept_by_word(self._far_scores)
        self._of_tags = lru_cache(KEPT)(self._tag_scores)
        self._of_place = {first: self._sum(("b", "i0" if first else "i+")) for first in (True, False)}

    def __call__(self, words: Sequence[str]) -> list[str]:
        """Penn Treebank tags of a sentence's tokens."""
        normed = context(words, self._vocabulary)
        before, before_that = START[1], START[0]
        tags: list[str] = []
        for number, word in enumerate(words):
            tag = self._tagdict.get(word) or self._best(normed, number, word, before, before_that)
            tags.append(tag)
            before_that, before = before, tag
        return tags

    def _best(self, normed: Sequence[str], number: int, word: str, before: str, before_that: str) -> str:
        middle = number + len(START)
        scores = (
            self._of_word(word, normed[middle])
            + self._of_place[number == 0]
            + self._of_tags(before, before_that)
            + self._of_near(normed[middle - 1], "-1")
            + self._of_far(normed[middle - 2], "-2")
            + self._of_near(normed[middle + 1], "+1")
            + self._of_far(normed[middle + len(END)], "+2")
        )
        best: str = self._tags[int(scores.argmax())]
        return best

    def _word_scores(self, word: str, normed: str) -> Scores:
        return self._sum(("s3=" + word[-3:], "p1=" + word[0], "w=" + normed, "sh=" + shape(word)))

    def _near_scores(self, normed: str, place: str) -> Scores:
        return self._sum((f"w{place}={normed}", f"s3{place}={normed[-3:]}"))

    def _far_scores(self, normed: str, place: str) -> Scores:
        return self._sum((f"w{place}={normed}",))

    def _tag_scores(self, before: str, before_that: str) -> Scores:
        return self._sum((f"t-1={before}", f"t-2={before_that}", f"t-12={before},{before_that}"))

    def _sum(self, features: Sequence[str]) -> Scores:
        scores = np.zeros(len(self._tags))
        for feature in features:
            for tag, weight in (self._weights.get(feature) or {}).items():
                scores[self._places[tag]] += weight
        return scores
