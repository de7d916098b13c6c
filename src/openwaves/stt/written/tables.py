"""The words of a language that numbers are made of: ``data/<code>.tsv``."""

import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

LANGUAGES = ("en", "es", "hi")
"""Codes that have a table."""
_DROPPED = dict.fromkeys(map(ord, "\u0301\u093c\u200c\u200d"))
_CHANGED = str.maketrans({"’": "'", "‘": "'", "ँ": "ं"})


def fold(text: str) -> str:
    """Lower case without acute accents, nuktas and joiners, so that spellings of one word are equal."""
    decomposed = unicodedata.normalize("NFD", text.lower()).translate(_DROPPED)
    return unicodedata.normalize("NFC", decomposed).translate(_CHANGED)


class Currency(NamedTuple):
    """How amounts of money are written.

    Attributes:
        sign: Such as ``$``.
        leads: The sign stands before the amount.
        mark: Decimal mark of its amounts.
        minor: Keys of the hundredth part.
    """

    sign: str
    leads: bool
    mark: str
    minor: frozenset[str]


Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The words of one language, all folded.

    Attributes:
        code: ISO 639-1 code.
        numbers: Cardinals of one word below 1000.
        scales: Hundred, thousand …
        ordinals: Ordinals of one word.
        halves: Words that change the number after them: "साढ़े" adds a half.
        months: Names to how they are written.
        currencies: Names of currencies.
        units: Names, in words, to how they are written; an empty text leaves the name as it was said.
        lists: Other lists of words, by name.
        phrases: Fixed phrases to how they are written; an empty text leaves the phrase as it was said.
        hyphenated: Words that a hyphen may join to a number.
    """

    code: str
    numbers: dict[str, int] = field(default_factory=dict)
    scales: dict[str, int] = field(default_factory=dict)
    ordinals: dict[str, int] = field(default_factory=dict)
    halves: dict[str, Decimal] = field(default_factory=dict)
    months: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, Currency] = field(default_factory=dict)
    units: dict[Keys, str] = field(default_factory=dict)
    lists: dict[str, frozenset[str]] = field(default_factory=dict)
    phrases: dict[Keys, str] = field(default_factory=dict)
    hyphenated: set[str] = field(default_factory=set)

    def among(self, name: str, key: str) -> bool:
        """Whether a list has the key."""
        return bool(key) and key in self.lists.get(name, ())


@cache
def load(code: str) -> Tables:
    """Read the table of a language.

    Each row is ``section``, ``keys``, ``column`` …, separated by tabs. Several keys, separated by ``|``, share the
    columns. Lines that start with ``#`` are comments.
    """
    tables = Tables(code)
    parts = (files(__package__).joinpath("data", f"{name}{code}.tsv") for name in ("", "redaction_", "names_"))
    lines = (line for part in parts if part.is_file() for line in part.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.strip() and not line.startswith("#"):
            section, keys, *columns = line.split("\t")
            for key in keys.split("|"):
                _add(tables, section, key, columns)
    tables.hyphenated.update(tables.numbers, tables.scales, tables.ordinals, tables.lists.get("joins", ()))
    return tables


def _add(tables: Tables, section: str, key: str, columns: list[str]) -> None:
    first = columns[0] if columns else ""
    match section:
        case "number":
            tables.numbers[fold(first)] = int(key)
        case "scale":
            tables.scales.update((fold(name), int(key)) for name in first.split("|"))
        case "ordinal":
            tables.ordinals.update((fold(name), int(key)) for name in first.split("|"))
        case "half":
            tables.halves[fold(key)] = Decimal(first)
        case "month":
            tables.months[fold(key)] = first
        case "currency":
            minor = frozenset(map(fold, columns[3].split("|"))) if len(columns) > 3 else frozenset()
            tables.currencies[fold(key)] = Currency(first, columns[1] == "before", columns[2], minor)
        case "unit":
            tables.units[tuple(fold(key).split())] = first
        case "phrase":
            tables.phrases[tuple(fold(key).split())] = first
        case _:
            tables.lists[section] = tables.lists.get(section, frozenset()) | frozenset(map(fold, key.split()))
