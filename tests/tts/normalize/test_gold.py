"""Inputs and the words that are to be spoken for them."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from openwaves.tts.normalize import CODES, normalize

OWN = sorted((Path(__file__).parent / "gold").glob("*.tsv"))
SHARED = Path(__file__).parents[3].parent / "shared" / "gold" / "spoken.tsv"
LEAST_ROWS = {"en": 60, "hi": 60, "es": 60}
"""Rows of a language's own file; 30 for a language that is not named here."""

Row = tuple[str, str, str, str]


def rows(path: Path) -> list[Row]:
    """Language with its options, input, expected words, and the fourth column."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [(*line.split("\t"), "", "")[:4] for line in lines]  # type: ignore[misc]


def options(column: str) -> tuple[str, dict[str, Any]]:
    """ "en+math" and "en+num=hi" to the language and the arguments of ``normalize``."""
    language, *flags = column.split("+")
    arguments: dict[str, Any] = {"math": True} if "math" in flags else {}
    for flag in flags:
        if flag.startswith("num="):
            arguments["number_language"] = flag.removeprefix("num=")
    return language, arguments


def comparable(text: str) -> str:
    """NFC, case folded, without joiners and punctuation; hyphens are spaces."""
    text = unicodedata.normalize("NFC", text).casefold().replace("\u200c", "").replace("\u200d", "")
    text = re.sub(r"[-‑–—]", " ", text)
    kept = (" " if unicodedata.category(sign)[0] == "Z" else sign for sign in text
            if unicodedata.category(sign)[0] not in "PSC")  # fmt: skip
    return " ".join("".join(kept).split())


def spoken(column: str, text: str) -> str:
    language, arguments = options(column)
    return " ".join(piece.text for piece in normalize(text, language, **arguments))


def is_right(row: Row) -> bool:
    column, text, expected, _ = row
    return comparable(spoken(column, text)) in [comparable(words) for words in expected.split(" | ")]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared gold file is not beside the repository")
def test_rows_of_the_shared_file() -> None:
    scored = [row for row in rows(SHARED) if options(row[0])[0] in CODES and not row[3].startswith("?")]
    wrong = [(row[0], row[1], spoken(row[0], row[1]), row[2]) for row in scored if not is_right(row)]
    assert scored
    assert not wrong


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_rows_of_our_own_files(path: Path) -> None:
    scored = rows(path)
    wrong = [(row[0], row[1], spoken(row[0], row[1]), row[2]) for row in scored if not is_right(row)]
    assert not wrong
    assert all(row[3] for row in scored), "each row names the source of its rule"
    assert len({(row[0], row[1]) for row in scored}) >= LEAST_ROWS.get(path.stem, 30)


def test_every_language_has_a_file() -> None:
    assert {path.stem for path in OWN} >= CODES
