"""Finds what a recogniser left out because it had been said before: speech between two words of which none was made."""

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from openwaves.stt.engines.alignment import Loudness
from openwaves.stt.transcript import UNSPACED, Word

LEAST_S = 0.7
"""Plain sound beyond that of the word before it, of which something must have been said."""
LETTER_S, DIGIT_S = 0.06, 0.45
"""What a word may last, for each letter and each digit: figures are long words."""
LEAST_SIDE_S, LEAST_KEPT_S = 0.8, 0.2
"""Of what is heard anew on a side of the place where it is cut, and of what stays."""
LEAST_APART = 5
"""Words between the beginnings of the same two, where both are new."""
LEAST_BLOCK, LEAST_BLOCK_UNSPACED = 4, 2
"""Letters in a row that are the same: the second time, some are often heard otherwise."""


class Unheard(NamedTuple):
    """Where hearing has to begin anew.

    Attributes:
        n_words: So many of the words stay as they are. If none does, what is before ``at_s`` is to be heard anew, too.
        at_s: The place.
    """

    n_words: int
    at_s: float


def unheard(words: Sequence[Word], loudness: Loudness, length_s: float, n_sent: int = 0) -> Unheard | None:
    """The first speech without a word.

    Args:
        words: What was heard, with times from alignment.
        loudness: Of the sound.
        length_s: Of the sound.
        n_sent: The first words stay in any case, and nothing is put between them.
    """
    begins = [*(word.start_s for word in words), length_s]
    if not n_sent and words and loudness.plain_s(0.0, begins[0]) > LEAST_S:
        return _checked(Unheard(0, loudness.pause(0.0, begins[0]) or begins[0]), length_s)
    for number in range(max(0, n_sent - 1), len(words)):
        word, start_s, next_s = words[number], begins[number], begins[number + 1]
        if loudness.plain_s(start_s, next_s) <= LEAST_S + _usual_s(word.text):
            continue
        usual_end_s = start_s + _usual_s(word.text)
        if number >= n_sent and word.end_s > usual_end_s + LEAST_S:
            # The word itself was stretched: it may belong before or behind what is missing.
            before_s = begins[number - 1] if number else start_s + 0.1
            at_s = loudness.pause(before_s, start_s if number else word.end_s) or start_s
            return _checked(Unheard(number, at_s), length_s)
        end_s = min(word.end_s, next_s)
        at_s = loudness.pause(min(usual_end_s, end_s) - 0.1, end_s + 0.5) or end_s
        return _checked(Unheard(number + 1, at_s), length_s)
    return None


def says_again(before: Sequence[Word], after: Sequence[Word], language: str) -> bool:
    """Whether most of what is new in ``after`` was said twice, by its letters.

    What a bystander mumbles was not; what a network says over and over without being told to comes at once.
    """
    if len(after) <= len(before):
        return False
    old, new = _folded(before), _folded(after)
    least = LEAST_BLOCK_UNSPACED if language in UNSPACED else LEAST_BLOCK
    known, places = "".join(old), defaultdict[tuple[str, str], list[int]](list)
    for place, pair in enumerate(pairwise(new)):
        places[pair].append(place)
    is_twice = [
        any(second - first >= LEAST_APART for first, second in pairwise(places[pair])) for pair in pairwise(new)
    ]
    n_added = n_again = 0
    for kind, _, _, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind not in {"insert", "replace"}:
            continue
        added = "".join(new[begin:end])
        far = sum(len(new[place]) for place in range(begin, end) if any(is_twice[max(0, place - 1) : place + 1]))
        blocks = SequenceMatcher(None, known, added, autojunk=False).get_matching_blocks()
        n_added += len(added)
        n_again += max(far, sum(block.size for block in blocks if block.size >= least))
    return n_again > n_added / 2


def _folded(words: Sequence[Word]) -> list[str]:
    return ["".join(filter(str.isalnum, word.text)).casefold() for word in words]


def _usual_s(text: str) -> float:
    n_digits = sum(letter.isdigit() for letter in text)
    return LETTER_S * (len(text) - n_digits) + DIGIT_S * n_digits


def _checked(found: Unheard, length_s: float) -> Unheard | None:
    least_s = LEAST_KEPT_S if found.n_words else LEAST_SIDE_S
    return found if least_s <= found.at_s <= length_s - LEAST_SIDE_S else None
