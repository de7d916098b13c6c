"""The pages of the languages say what the server does."""

import re
from pathlib import Path

import pytest

from openwaves.languages import LANGUAGES
from openwaves.tts.g2p.english import english
from openwaves.tts.normalize import CODES, normalize
from openwaves.tts.text.analyze import SPOKEN_LANGUAGES
from openwaves.tts.voices.catalogue import Catalogue
from tests.tts.normalize.test_gold import comparable

PAGES = Path(__file__).parents[1] / "docs" / "languages"
INDEX = PAGES.with_suffix(".md")
TWELVE = ("en", "hi", "mr", "kn", "ta", "bn", "gu", "te", "ml", "pa", "or", "es")
OTHERS = PAGES / "others.md"


def table(page: Path, *header: str) -> list[list[str]]:
    """Rows of the table with these columns; those of all tables that have them."""
    head = re.escape("| " + " | ".join(header) + " |")
    found = re.findall(rf"^{head}\n\|[-|]+\|\n((?:\|.*\n)+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for rows in found for line in rows.splitlines()]


@pytest.mark.parametrize("code", sorted(CODES))
def test_what_a_page_promises_is_said(code: str) -> None:
    rows = table(PAGES / f"{code}.md", "written", "said")
    wrong = []
    for written, said in rows:
        spoken = " ".join(piece.text for piece in normalize(written, code))
        if comparable(spoken) != comparable(said):
            wrong.append((written, said, spoken))
    assert len(rows) >= (8 if code in TWELVE else 5)
    assert not wrong


def test_the_english_page_promises_readings() -> None:
    rows = table(PAGES / "en.md", "sentence", "word", "phonemes")
    assert len(rows) >= 10
    for sentence, word, phonemes in rows:
        number = [part.strip(".").lower() for part in sentence.split()].index(word)
        assert english(british=False).phonemize(sentence).split()[number].strip(".") == phonemes, sentence


@pytest.mark.parametrize("page", sorted(PAGES.glob("??.md")), ids=lambda page: page.stem)
def test_a_page_knows_its_language_and_voices(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {LANGUAGES[page.stem].name.title()} (`{page.stem}`)")
    counted = re.search(r"^(\d+) voices? speaks? it", text, re.MULTILINE)
    speak = Catalogue.load().for_language(page.stem)
    assert int(counted[1] if counted else 0) == len(speak)
    for section in ("## Voices", "## What is read how", "## Known limits", "## How to help"):
        assert section in text


def test_every_code_has_a_page_or_a_row() -> None:
    pages = {page.stem for page in PAGES.glob("??.md")}
    less = {row[0] for row in table(OTHERS, "code", "language", "words", "numbers", "limits")}
    refused = {row[0] for row in table(OTHERS, "code", "language", "why")}
    assert pages == CODES
    assert refused == LANGUAGES.keys() - {*SPOKEN_LANGUAGES, "ja"}  # Japanese is an extra
    assert less == LANGUAGES.keys() - pages - refused
    index = INDEX.read_text(encoding="utf-8")
    assert not [code for code in pages if f"[{code}](languages/{code}.md)" not in index]
    assert all(re.search(rf"\b{code}\b", index) for code in LANGUAGES)
