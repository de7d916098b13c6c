"""Reads the tables of the folder ``data``."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Condition = tuple[str, frozenset[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A reading of our own lexicon.

    Attributes:
        word: As it is written; a word in lower case also answers to a capital, and the other way round.
        tag: ``DEFAULT``, a part of speech, or the name of a sense that ``homographs.tsv`` chooses.
        american: Phonemes in the networks' symbols.
        british: The same for the British voices.
    """

    word: str
    tag: str
    american: str
    british: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a homograph has which reading: all conditions must hold.

    Attributes:
        tag: The part of speech or sense that the lexicon is asked for; "" asks for nothing.
        conditions: Where to look (``before``, ``after``, ``before2`` …, with ``!`` where the word must not stand);
            the words of which one must stand there, "" for the end of the text; and the endings that do as well.
    """

    tag: str
    conditions: tuple[Condition, ...]


def lexicon_rows() -> Iterator[Entry]:
    """Rows of the lexicon, in order."""
    for word, tag, american, british, *_ in _rows("lexicon.tsv"):
        yield Entry(word, tag or "DEFAULT", american, british)


@cache
def mends() -> tuple[tuple[str, str, str], ...]:
    """Letters of a word, phonemes that espeak-ng gives it, and ours; "^" and "$" are the ends of both."""
    return tuple((letters, old, new) for letters, old, new, _ in _rows("mended.tsv"))


@cache
def classes() -> dict[str, frozenset[str]]:
    """Closed classes of words, by name."""
    return {name: frozenset(words.split()) for kind, name, words, *_ in _rows("homographs.tsv") if kind == "class"}


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """Rules of each homograph, in lower case; the first that holds decides."""
    found: dict[str, list[Rule]] = {}
    for kind, words, *columns in _rows("homographs.tsv"):
        if kind == "rule":
            tag, *conditions = columns
            rule = Rule(tag, tuple(_condition(condition) for condition in conditions))
            for word in words.split():
                found.setdefault(word, []).append(rule)
    return {word: tuple(of_word) for word, of_word in found.items()}


def _condition(written: str) -> Condition:
    """``after=pipe pipes <be>``: a place and words, with names of classes in angle brackets."""
    place, _, words = written.partition("=")
    wanted: set[str] = set()
    for word in words.split():
        wanted |= classes()[word[1:-1]] if word[0] == "<" and len(word) > 2 else {"" if word == "END" else word}
    endings = tuple(word[1:] for word in wanted if word.startswith("*"))
    return place, frozenset(wanted), endings


def _rows(name: str) -> Iterator[list[str]]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split("\t")
