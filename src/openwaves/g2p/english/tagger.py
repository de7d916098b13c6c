"""Parts of speech: hibari's averaged perceptron, evaluated with the sums of a word's own features kept."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from hibari.g2p.tagger import END, START, Tagger, context, shape

_CACHED = 50_000
_MOST_LETTERS = 64  # of a word that is kept in the cache

Scores = dict[str, float]


class QuickTagger:
    """Gives the tags that hibari's tagger gives, in half the time. Not thread-safe."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagdict: dict[str, str] = tagger.tagdict
        self._tags: list[str] = tagger.tags
        self._vocabulary: set[str] | None = tagger.vocab
        self._weights: dict[str, Scores] = tagger.weights
        self._of_word = _kept(self._word_scores)
        self._of_neighbour = _kept(self._neighbour_scores)
        self._of_tags = lru_cache(_CACHED)(self._tag_scores)
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
        parts = (
            self._of_place[number == 0],
            self._of_word(word, normed[middle]),
            self._of_tags(before, before_that),
            self._of_neighbour(normed[middle - 1], "-1"),
            self._weights.get("w-2=" + normed[middle - 2]),
            self._of_neighbour(normed[middle + 1], "+1"),
            self._weights.get("w+2=" + normed[middle + len(END)]),
        )
        scores = dict(parts[1])
        for part in (parts[0], *parts[2:]):
            if part:
                for tag, weight in part.items():
                    scores[tag] = scores.get(tag, 0.0) + weight
        if not scores:
            return "NN"
        score, best = max((score, tag) for tag, score in scores.items())
        return best if score > 0 else max(self._tags, key=lambda tag: (scores.get(tag, 0.0), tag))

    def _word_scores(self, word: str, normed: str) -> Scores:
        return self._sum(("s3=" + word[-3:], "p1=" + word[0], "w=" + normed, "sh=" + shape(word)))

    def _neighbour_scores(self, normed: str, place: str) -> Scores:
        return self._sum((f"w{place}={normed}", f"s3{place}={normed[-3:]}"))

    def _tag_scores(self, before: str, before_that: str) -> Scores:
        return self._sum((f"t-1={before}", f"t-2={before_that}", f"t-12={before},{before_that}"))

    def _sum(self, features: Sequence[str]) -> Scores:
        scores: Scores = {}
        for feature in features:
            for tag, weight in (self._weights.get(feature) or {}).items():
                scores[tag] = scores.get(tag, 0.0) + weight
        return scores


def _kept(score: Callable[[str, str], Scores]) -> Callable[[str, str], Scores]:
    """Cached, but for long words."""
    cached = lru_cache(_CACHED)(score)
    return lambda word, other: (cached if len(word) <= _MOST_LETTERS else score)(word, other)
