"""``openwaves dictionaries``."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from openwaves.cli.options import settings_options
from openwaves.cli.store import with_store
from openwaves.errors import DictionaryNotFoundError, FieldError
from openwaves.storage import Store
from openwaves.storage.accounts import FIRST_ACCOUNT
from openwaves.storage.dictionaries import StoredDictionary
from openwaves.types import DictionaryItem

COLUMNS = ("word", "pronunciation")

_account = click.option(
    "--account", default=FIRST_ACCOUNT, show_default=True, help="Id or name of the account that owns it."
)


@click.group()
def dictionaries() -> None:
    """Move pronunciation dictionaries in and out. A running server follows within seconds."""


@dictionaries.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--format", "file_format", type=click.Choice(("csv", "json")), help="Default: by the file's ending.")
@click.option("--into", metavar="ID", help="Replace the entries of this dictionary instead of making one.")
@_account
@settings_options("data_dir", "database_url")
def import_dictionary(
    file: io.TextIOBase,
    file_format: str | None,
    into: str | None,
    account: str,
    config: Path | None,
    **options: Any,
) -> None:
    """Keep the entries of FILE as a dictionary and print its id. FILE `-` is stdin.

    CSV has two columns, word and pronunciation; JSON is {"items": [{"word", "pronunciation"}]} or that list alone.
    """
    name = str(getattr(file, "name", ""))
    is_json = file_format == "json" or (file_format is None and name.endswith(".json"))
    items = _checked(_from_json(file.read()) if is_json else _from_csv(file.read()))

    async def keep(store: Store) -> str:
        account_id = (await store.accounts.find(account)).id
        if into is None:
            return (await store.dictionaries.create(account_id, items)).id
        await store.dictionaries.replace(account_id, into, items)
        return into

    click.echo(with_store(config, options, keep))
    click.echo(f"{len(items)} entries", err=True)


@dictionaries.command("export")
@click.argument("dictionary_id", metavar="ID")
@click.option("--format", "file_format", type=click.Choice(("csv", "json")), help="Default: by the file's ending.")
@click.option("-o", "--output", default="-", show_default=True, help="File to write; `-` is stdout.")
@_account
@settings_options("data_dir", "database_url")
def export_dictionary(
    dictionary_id: str, file_format: str | None, output: str, account: str, config: Path | None, **options: Any
) -> None:
    """Write the entries of a dictionary, as `import` reads them."""
    found = with_store(config, options, lambda store: _owned(store, account))
    items = next((each.items for each in found if each.id == dictionary_id), None)
    if items is None:
        raise DictionaryNotFoundError(dictionary_id)
    as_json = file_format == "json" or (file_format is None and output.endswith(".json"))
    text = _to_json(items) if as_json else _to_csv(items)
    if output == "-":
        sys.stdout.write(text)
    else:
        Path(output).write_text(text, encoding="utf-8", newline="")


@dictionaries.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@_account
@settings_options("data_dir", "database_url")
def list_dictionaries(as_json: bool, account: str, config: Path | None, **options: Any) -> None:
    """List the dictionaries of an account."""
    found = with_store(config, options, lambda store: _owned(store, account))
    if as_json:
        rows = [{"id": each.id, "items": [item._asdict() for item in each.items]} for each in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("id", "entries", "first words", box=None)
    for each in found:
        table.add_row(each.id, str(len(each.items)), ", ".join(item.word for item in each.items[:5]))
    Console().print(table)


async def _owned(store: Store, account: str) -> list[StoredDictionary]:
    return await store.dictionaries.of_account((await store.accounts.find(account)).id)


def _checked(rows: object) -> list[DictionaryItem]:
    from openwaves.api.dictionaries import parse_items  # noqa: PLC0415 - keeps `openwaves --help` quick

    return parse_items(rows)


def _from_csv(text: str) -> list[dict[str, str]]:
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if rows and tuple(cell.strip().lower() for cell in rows[0]) == COLUMNS:
        rows = rows[1:]
    if wrong := next((number for number, row in enumerate(rows, 1) if len(row) != len(COLUMNS)), 0):
        raise FieldError("file", f"entry {wrong} has not two columns, word and pronunciation")
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _from_json(text: str) -> object:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise FieldError("file", f"is not JSON: {error}") from error
    return content.get("items") if isinstance(content, dict) else content


def _to_csv(items: Sequence[DictionaryItem]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(items)
    return target.getvalue()


def _to_json(items: Sequence[DictionaryItem]) -> str:
    return json.dumps({"items": [item._asdict() for item in items]}, ensure_ascii=False, indent=2) + "\n"
