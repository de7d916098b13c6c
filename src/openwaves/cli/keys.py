"""``openwaves keys``."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from openwaves.cli.options import settings_options
from openwaves.cli.store import with_store
from openwaves.storage import Store
from openwaves.storage.accounts import FIRST_ACCOUNT, Key


@click.group()
def keys() -> None:
    """Make, list and end API keys. A running server follows within seconds."""


@keys.command()
@click.option("--account", default=FIRST_ACCOUNT, show_default=True, help="Id or name of the account.")
@click.option("--name", default="", help="What the key is for.")
@settings_options("data_dir", "database_url")
def create(account: str, name: str, config: Path | None, **options: Any) -> None:
    """Make a key and print it: the only moment at which it can be seen."""

    async def make(store: Store) -> tuple[Key, str]:
        return await store.accounts.create_key((await store.accounts.find(account)).id, name)

    _show(*with_store(config, options, make))


@keys.command("list")
@click.option("--account", help="Only keys of this account, by id or name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@settings_options("data_dir", "database_url")
def list_keys(account: str | None, as_json: bool, config: Path | None, **options: Any) -> None:
    """List keys, without their secrets."""

    async def find(store: Store) -> list[Key]:
        return await store.accounts.list_keys((await store.accounts.find(account)).id if account else None)

    found = with_store(config, options, find)
    if as_json:
        click.echo(json.dumps([asdict(key) for key in found], ensure_ascii=False, indent=2))
        return
    table = Table("id", "account", "name", "ends in", "made", "revoked", box=None)
    for key in found:
        table.add_row(key.id, key.account_id, key.name, key.hint, _time(key.created_ms), _time(key.revoked_ms))
    Console().print(table)


@keys.command()
@click.argument("key_id")
@settings_options("data_dir", "database_url")
def revoke(key_id: str, config: Path | None, **options: Any) -> None:
    """End the key of this id (`openwaves keys list`)."""
    key = with_store(config, options, lambda store: store.accounts.revoke_key(key_id))
    click.echo(f"{key.id} is revoked", err=True)


@keys.command()
@click.argument("key_id")
@settings_options("data_dir", "database_url")
def rotate(key_id: str, config: Path | None, **options: Any) -> None:
    """End the key of this id and print a new one in its place."""
    _show(*with_store(config, options, lambda store: store.accounts.rotate_key(key_id)))


def _show(key: Key, secret: str) -> None:
    click.echo(f"{key.id} of account {key.account_id}, shown only now:", err=True)
    click.echo(secret)


def _time(ms: int | None) -> str:
    return "" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
