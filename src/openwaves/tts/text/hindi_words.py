"""The words by which Hindi in Latin letters is told from English, and the stretches of a text that are Hindi.

Every word is for Hindi, for English, or for neither; function words count double. The cheapest way to cut a text into
Hindi and English stretches decides. A change of language has its price, a lower one at punctuation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from openwaves.tts.g2p.english import english
from openwaves.tts.text.transliterate import fold, looks_english

WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")

_BREAK = re.compile(r"[.,;:!?…—()\n\"“”।]|\s[-–]\s")
# Prices. Source: set by hand on the sentences of tests/tts/text/test_romanized.py.
_CHANGE, _CHANGE_AT_BREAK, _BEGIN_HINDI = 2.0, 1.2, 0.5
_FUNCTION, _CONTENT, _DOUBTFUL, _ENGLISH_CONTENT, _INITIALISM, _UNKNOWN = 2.0, 1.0, 0.4, 0.4, 0.2, 0.1
_LEAST_EVIDENCE = 1.5  # of a stretch that also has words of no list
_VOWELS = re.compile("[aeiou]")
_LEAST_CONSONANTS = 3  # that tell a word without its vowels
_ENDINGS = ("", "s", "'s", "ed", "ing")


class Entry(NamedTuple):
    """A spelling of a Hindi word.

    Attributes:
        devanagari: The word.
        kind: ``f`` for function words, ``w`` for others, ``n`` for names, which prove nothing.
        sure: Whether it is nothing but Hindi.
    """

    devanagari: str
    kind: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A word of Latin letters.

    Attributes:
        word: In lower case.
        start: Offset of its first letter.
        end: Offset past the last one.
        breaks: Whether punctuation stands before it.
        is_initialism: Whether it is in capitals in a text that is not.
        entry: Its row in the list; None if it has none.
    """

    word: str
    start: int
    end: int
    breaks: bool
    is_initialism: bool
    entry: Entry | None


@cache
def spellings() -> dict[str, Entry]:
    """Entry of each spelling; the first row of the file that has it counts."""
    table: dict[str, Entry] = {}
    for devanagari, kind, variants in _rows("romanized"):
        for spelling in variants.split():
            table.setdefault(spelling.rstrip("?"), Entry(devanagari, kind, kind != "n" and spelling[-1] != "?"))
    return table


@cache
def sure() -> frozenset[str]:
    """Spellings that are nothing but Hindi."""
    return frozenset(word for word, entry in spellings().items() if entry.sure)


@cache
def folded() -> dict[str, str]:
    """Devanagari of each folded spelling; the first row counts."""
    table: dict[str, str] = {}
    for word, entry in spellings().items():
        table.setdefault(fold(word), entry.devanagari)
    return table


def clipped(word: str) -> str:
    """Devanagari of a spelling that leaves vowels out, as in chats ("mlte", "btaya"); "" if no listed word is near."""
    consonants = _VOWELS.sub("", word)
    if len(consonants) < _LEAST_CONSONANTS:
        return ""
    for spelling in _skeletons().get(consonants, ()):
        letters = iter(spelling)
        if len(word) < len(spelling) and word[-1] == spelling[-1] and all(letter in letters for letter in word):
            return spellings()[spelling].devanagari
    return ""


@cache
def _skeletons() -> dict[str, list[str]]:
    """Words that are surely Hindi by their consonants, in the order of the list."""
    table: dict[str, list[str]] = {}
    for word in spellings():
        if word in sure():
            table.setdefault(_VOWELS.sub("", word), []).append(word)
    return table


@cache
def context() -> dict[str, frozenset[str]]:
    """The lists of ``data/romanized_context.tsv``."""
    lists: dict[str, list[str]] = {}
    for name, words in _rows("romanized_context"):
        lists.setdefault(name, []).extend(words.split())
    return {name: frozenset(words) for name, words in lists.items()}


def _rows(name: str) -> list[list[str]]:
    text = files(__package__).joinpath("data", f"{name}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def tokens(text: str) -> list[Token]:
    """The Latin words of a text."""
    shouting = text.isupper()
    found: list[Token] = []
    seen = 0
    for match in WORD.finditer(text):
        word = match.group().lower().replace("’", "'")
        is_initialism = len(word) > 1 and match.group().isupper() and not shouting
        breaks = bool(_BREAK.search(text, seen, match.start()))
        entry = None if is_initialism else spellings().get(word)
        found.append(Token(word, match.start(), match.end(), breaks, is_initialism, entry))
        seen = match.end()
    return found


def hindi(words: Sequence[Token]) -> list[bool]:
    """Whether each word lies in a Hindi stretch, whose English words are borrowed."""
    return _confirmed(words, _cheapest(words))


def is_english(word: str) -> bool:
    """Whether a word in lower case is in the English lexicons, or has letters side by side that Hindi has not."""
    stems = {word.removesuffix(ending) for ending in _ENDINGS}
    return looks_english(word) or any(len(stem) > 2 and english(british=False).knows(stem) for stem in stems)


def _costs(token: Token) -> tuple[float, float]:
    """What it costs to take a word for English, and for Hindi."""
    entry, is_function = token.entry, token.word in context()["english"]
    if entry and entry.kind == "n":
        return 0.0, 0.0
    if entry and entry.sure:
        return (_FUNCTION if entry.kind == "f" else _CONTENT), 0.0
    if entry:
        return (0.0, _DOUBTFUL) if is_function else (_DOUBTFUL * (entry.kind == "f"), 0.0)
    if is_function:
        return 0.0, _ENGLISH_CONTENT if token.word in context()["borrowed"] else _FUNCTION
    if token.is_initialism:
        return 0.0, _INITIALISM
    return 0.0, _ENGLISH_CONTENT if is_english(token.word) else _UNKNOWN


def _cheapest(words: Sequence[Token]) -> list[bool]:
    """The cheapest path through both languages. Source: A. Viterbi, IEEE Trans. Inf. Theory 13 (1967)."""
    english_cost, hindi_cost = 0.0, _BEGIN_HINDI
    steps: list[tuple[bool, bool]] = []  # whether the path to English, and to Hindi, comes from Hindi
    for number, token in enumerate(words):
        change = (_CHANGE_AT_BREAK if token.breaks else _CHANGE) if number else 0.0
        as_english, as_hindi = _costs(token)
        steps.append((hindi_cost + change < english_cost, hindi_cost <= english_cost + change))
        english_cost, hindi_cost = (
            min(english_cost, hindi_cost + change) + as_english,
            min(hindi_cost, english_cost + change) + as_hindi,
        )
    path: list[bool] = []
    current = hindi_cost < english_cost
    for to_english, to_hindi in reversed(steps):
        path.append(current)
        current = to_hindi if current else to_english
    return path[::-1]


def _confirmed(words: Sequence[Token], is_hindi: list[bool]) -> list[bool]:
    """Drop stretches with too little that is surely Hindi."""
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and is_hindi[end] == is_hindi[start]:
            end += 1
        entries = [token.entry for token in words[start:end]]
        proven = any(entry and entry.sure for entry in entries)
        if not proven or (sum(map(_evidence, entries)) < _LEAST_EVIDENCE and not all(entries)):
            is_hindi[start:end] = [False] * (end - start)
        start = end
    return is_hindi


def _evidence(entry: Entry | None) -> float:
    if entry is None or entry.kind == "n":
        return 0.0
    full = _FUNCTION if entry.kind == "f" else _CONTENT
    return full if entry.sure else 0.5 * (entry.kind == "f")
