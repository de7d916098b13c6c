"""Reads the word tables of a language: ``data/<code>.tsv``."""

import unicodedata
from importlib.resources import files

Section = dict[str, tuple[str, ...]]
"""Key to the further columns of its row."""

Tables = dict[str, Section]
"""Section name to its rows."""


def load(code: str) -> Tables:
    """Read the table of a language.

    Each row is ``section``, ``keys``, ``column`` …, separated by tabs. Several keys, separated by ``|``, share the
    columns. Lines that start with ``#`` are comments. All text is NFC.
    """
    text = files(__package__).joinpath("data", f"{code}.tsv").read_text(encoding="utf-8")
    tables: Tables = {}
    for line in unicodedata.normalize("NFC", text).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        section, keys, *columns = line.split("\t")
        rows = tables.setdefault(section, {})
        for key in keys.split("|"):
            rows[key] = tuple(columns)
    return tables


def pairs(section: Section) -> dict[str, str]:
    """Key to first column."""
    return {key: columns[0] for key, columns in section.items()}


def words(tables: Tables, name: str) -> frozenset[str]:
    """All words of the rows of a list section, whose key says what they have in common."""
    return frozenset(word for columns in tables.get(name, {}).values() for word in " ".join(columns).split())
