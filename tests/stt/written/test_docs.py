"""The examples of the page about the written form are true."""

from pathlib import Path

import pytest

from tests.stt.written.test_writing import written

PAGE = Path(__file__).parents[3] / "docs" / "written-form.md"
LANGUAGES = ("en", "hi", "es")


def examples() -> list[tuple[str, str, str]]:
    """Language, what is said, what is written: every example with an arrow of the first table."""
    table = PAGE.read_text(encoding="utf-8").partition("| class |")[2].partition("\n\n")[0]
    cells = [
        (code, example)
        for line in table.splitlines()[2:]
        for code, cell in zip(LANGUAGES, line.split("|")[2:5], strict=True)
        for example in cell.split(";")
        if "→" in example and "…" not in example
    ]
    return [(code, *(side.strip() for side in example.split("→"))) for code, example in cells]  # type: ignore[misc]


@pytest.mark.parametrize(("language", "said", "shown"), examples())
def test_an_example_is_true(language: str, said: str, shown: str) -> None:
    assert written(said, language) == shown


def test_there_are_examples() -> None:
    assert len(examples()) > 35
