"""How much differs between what was said and what was heard."""

import re
import unicodedata
from collections.abc import Sequence


def plain_words(text: str) -> list[str]:
    """Words in lower case, without punctuation."""
    return re.findall(r"[\w']+", unicodedata.normalize("NFKD", text.lower()).replace("’", "'"))


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Insertions, deletions and replacements of items: words of a list, symbols of a string."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]
