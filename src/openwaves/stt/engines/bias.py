"""Keywords: terms that are made likelier while a recogniser chooses its tokens."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openwaves.stt.transcript import Keyword

Progress = Literal["none", "begun", "whole"]

SINGLE = 2.0
"""Added to the logit of a keyword that is one token, at boost 1."""
FIRST = 4.0
"""Added to the logit of the first of several tokens: much, since a keyword that does not go on is taken back."""
NEXT = 4.0
"""Added to the logit of each further token, once those before it were chosen. With 6, a name replaces similar ones."""
MOST_KEYWORDS = 100


class Bias:
    """Logits of the tokens that continue a keyword, or begin one."""

    def __init__(self, keywords: Sequence[Keyword], encode: Callable[[str], Sequence[int]]) -> None:
        """Prepare the keywords.

        Args:
            keywords: The first ``MOST_KEYWORDS`` count.
            encode: Gives the tokens of a term at the beginning of a word.
        """
        terms = [(tuple(encode(word.text)), word.boost) for word in keywords[:MOST_KEYWORDS] if word.text.strip()]
        self._terms = [(term, boost) for term, boost in terms if term]

    def add(self, logits: NDArray[np.float32], tokens: Sequence[int]) -> NDArray[np.float32]:
        """The logits of the next token, with what the keywords add.

        Args:
            logits: Shape (n_tokens_known,), float32.
            tokens: Those that were chosen.
        """
        added: dict[int, float] = {}
        for term, boost in self._terms:
            _add(added, term[0], (FIRST if len(term) > 1 else SINGLE) * boost)
            for length in range(1, len(term)):
                if tuple(tokens[-length:]) == term[:length]:
                    _add(added, term[length], NEXT * boost)
        raised = logits.copy()
        for token, value in added.items():
            raised[token] += value
        return raised

    def begins(self, token: int) -> bool:
        """Whether a token is the first of several of a keyword."""
        return any(term[0] == token and len(term) > 1 for term, boost in self._terms if boost > 0)

    def progress(self, tokens: Sequence[int]) -> Progress:
        """How far tokens are a keyword: whole, its beginning, or none."""
        found = tuple(tokens)
        if any(term == found for term, _ in self._terms):
            return "whole"
        return "begun" if any(term[: len(found)] == found for term, _ in self._terms) else "none"


def _add(added: dict[int, float], token: int, value: float) -> None:
    """Of several keywords that want the same token, the strongest counts."""
    if abs(value) > abs(added.get(token, 0.0)):
        added[token] = value
