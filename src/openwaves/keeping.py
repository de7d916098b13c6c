"""Remembers what was found for a word: words come again, and most of the work on a sentence is on its words."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

KEPT = 50_000
MOST_LETTERS = 64  # of a word that is kept: hostile text fills no memory

_Rest = TypeVarTuple("_Rest")
_Result = TypeVar("_Result")


def kept_by_word(find: Callable[[str, *_Rest], _Result]) -> Callable[[str, *_Rest], _Result]:
    """Cache a pure function by its arguments, the first of which is a word. Thread-safe; arguments must be hashable."""
    cached = lru_cache(KEPT)(find)

    @wraps(find)
    def keeping(word: str, *rest: *_Rest) -> _Result:
        return (cached if len(word) <= MOST_LETTERS else find)(word, *rest)

    return keeping
