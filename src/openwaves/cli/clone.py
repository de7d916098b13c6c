"""``openwaves clone``."""

import asyncio
import json
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.table import Table

from openwaves.assembly import Assembly, assemble
from openwaves.cli.options import read_settings, settings_options
from openwaves.cli.store import open_store, with_store
from openwaves.models.progress import rich_progress
from openwaves.settings import Settings
from openwaves.storage import Store
from openwaves.storage.accounts import FIRST_ACCOUNT
from openwaves.storage.clones import CloneDetails, StoredClone
from openwaves.tts.cloning.maker import CloneMaker

_account = click.option(
    "--account", default=FIRST_ACCOUNT, show_default=True, help="Id or name of the account that owns it."
)
_PLACES = ("data_dir", "database_url", "blob_url")


@click.group()
def clone() -> None:
    """Make voices of recordings, list and delete them. A running server follows within seconds."""


@clone.command("create")
@click.argument("file", type=click.File("rb"))
@click.option("--name", required=True, help="Display name.")
@click.option("--description", default="", help="One line for people.")
@click.option("--accent", default="", help="One word, such as american or indian.")
@click.option("--tags", default="", help="Tags with commas between them.")
@click.option("--language", default="", help="Code of the language that it is meant for.")
@click.option("--consent", default="", help="How the speaker agreed.")
@_account
@settings_options(*_PLACES, "model_dir", "engine", "kokoro_backend")
def create_clone(file: BinaryIO, account: str, config: Path | None, **options: Any) -> None:
    """Make a voice of the person who speaks in FILE and print its id. FILE `-` is stdin."""
    from openwaves.api.clones import parse_details  # noqa: PLC0415 - keeps `openwaves --help` quick

    told = ("name", "description", "accent", "tags", "language", "consent")
    fields = {name: options.pop(name) for name in told}
    details = parse_details({**fields, "displayName": fields.pop("name")}, getattr(file, "name", ""))
    settings = read_settings(config, {"log_level": "warning", **options})
    asyncio.run(_check_account(settings, account))
    with rich_progress() as progress:
        speech = assemble(settings, progress, _say)
    try:
        _say("making the voice")
        made = asyncio.run(_create(settings, speech, account, details, file.read()))
    finally:
        speech.close()
    click.echo(made.id)


@clone.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@_account
@settings_options(*_PLACES)
def list_clones(as_json: bool, account: str, config: Path | None, **options: Any) -> None:
    """List the cloned voices of an account."""
    found = with_store(config, options, lambda store: _owned(store, account))
    if as_json:
        rows = [{"id": each.id, "name": each.details.name, "language": each.details.language} for each in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("id", "name", "language", "tags", box=None)
    for each in found:
        table.add_row(each.id, each.details.name, each.details.language, ", ".join(each.details.tags))
    Console().print(table)


@clone.command("delete")
@click.argument("voice_id", metavar="ID")
@_account
@settings_options(*_PLACES)
def delete_clone(voice_id: str, account: str, config: Path | None, **options: Any) -> None:
    """Delete a cloned voice with its recording, style and samples."""

    async def delete(store: Store) -> None:
        await store.clones.delete((await store.accounts.find(account)).id, voice_id)

    with_store(config, options, delete)
    click.echo(f"{voice_id} is deleted", err=True)


async def _create(
    settings: Settings, speech: Assembly, account: str, details: CloneDetails, recording: bytes
) -> StoredClone:
    async with await open_store(settings) as store:
        account_id = (await store.accounts.find(account)).id
        learn, say = speech.learn_voice, speech.synthesizer.whole
        return await CloneMaker(store, at_once=1).make(learn, say, account_id, details, recording)


async def _check_account(settings: Settings, account: str) -> None:
    """Refuse an unknown account before anything is loaded."""
    async with await open_store(settings) as store:
        await store.accounts.find(account)


def _say(line: str) -> None:
    click.echo(line, err=True)


async def _owned(store: Store, account: str) -> list[StoredClone]:
    return await store.clones.of_account((await store.accounts.find(account)).id)
