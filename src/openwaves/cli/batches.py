"""Lists of work for commands: CSV or JSON lines, a row each."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import click

ENDINGS = (".csv", ".jsonl")

Row = Mapping[str, str]


def read_rows(path: Path, columns: Sequence[str], required: str) -> list[tuple[int, Row]]:
    """The rows of a list, each with its number from 1.

    Args:
        path: Its ending, one of ``ENDINGS``, says how it is written.
        columns: What a row may have.
        required: What each must have.

    Raises:
        click.UsageError: It cannot be read, or a row is wrong; names the row and the column.
    """
    if path.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"--batch {path}: the ending must be one of {', '.join(ENDINGS)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"--batch {path}: cannot be read: {error}") from error
    rows = list(enumerate(_csv(text) if path.suffix.lower() == ".csv" else _jsonl(text, path), 1))
    for number, row in rows:
        if unknown := [name for name in row if name not in columns]:
            raise click.UsageError(
                f"--batch {path}, row {number}: {unknown[0]!r} is no column; known are {', '.join(columns)}"
            )
        if not row.get(required, "").strip():
            raise click.UsageError(f"--batch {path}, row {number}: {required} is required")
    if not rows:
        raise click.UsageError(f"--batch {path}: there is no row in it")
    return rows


def file_name(name: str, path: Path, number: int) -> str:
    """A row's name, if it can be that of a file.

    Raises:
        click.UsageError: It would lie in another folder.
    """
    if not name or name != PurePath(name).name or "\\" in name or name.startswith(".") or "\0" in name:
        raise click.UsageError(
            f"--batch {path}, row {number}: name {name!r} must be the name of a file, without a folder"
        )
    return name


def _csv(text: str) -> Iterator[Row]:
    for row in csv.DictReader(text.splitlines(keepends=True), skipinitialspace=True, restkey="(more)", restval=""):
        yield {name: value for name, value in row.items() if value}


def _jsonl(text: str, path: Path) -> Iterator[Row]:
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise click.UsageError(f"--batch {path}, row {number}: is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise click.UsageError(f"--batch {path}, row {number}: must be a JSON object")
        yield {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in row.items()
            if value is not None
        }
