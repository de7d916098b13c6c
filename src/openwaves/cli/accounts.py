"""``openwaves accounts``."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from openwaves.cli.options import settings_options
from openwaves.cli.store import with_store
from openwaves.storage.accounts import LIMIT_NAMES, Account, AccountLimits

HELP = {
    "concurrency": "Requests at once.",
    "sockets": "Open WebSockets.",
    "requests_per_minute": "Requests that begin within a minute.",
    "characters_per_day": "Characters of text within a day (UTC).",
}
DEFAULT = "default"


def _limit(_context: click.Context, _option: click.Parameter, value: str | None) -> int | str | None:
    if value is None or value == DEFAULT:
        return value
    try:
        return int(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a number nor {DEFAULT!r}") from None


def _limit_options(command: Callable[..., None]) -> Callable[..., None]:
    for name in reversed(LIMIT_NAMES):
        option = click.option("--" + name.replace("_", "-"), name, metavar="N", callback=_limit, help=HELP[name])
        command = option(command)
    return command


@click.group()
def accounts() -> None:
    """Make and limit accounts. A running server follows within seconds."""


@accounts.command()
@click.argument("name")
@_limit_options
@settings_options("data_dir", "database_url")
def create(name: str, config: Path | None, **options: Any) -> None:
    """Make an account. `openwaves keys create --account NAME` makes its key."""
    limits = AccountLimits(**_limits(options))
    account = with_store(config, options, lambda store: store.accounts.create(name, limits))
    click.echo(account.id)


@accounts.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@settings_options("data_dir", "database_url")
def list_accounts(as_json: bool, config: Path | None, **options: Any) -> None:
    """List the accounts and their limits; an empty limit is the server's default."""
    found = with_store(config, options, lambda store: store.accounts.all())
    if as_json:
        click.echo(json.dumps([_row(account) for account in found], ensure_ascii=False, indent=2))
        return
    table = Table("id", "name", *(name.replace("_", " ") for name in LIMIT_NAMES), box=None)
    for account in found:
        values = asdict(account.limits).values()
        table.add_row(account.id, account.name, *("" if value is None else str(value) for value in values))
    Console().print(table)


@accounts.command("set")
@click.argument("account")
@click.option("--name", help="A new name.")
@_limit_options
@settings_options("data_dir", "database_url")
def set_account(account: str, name: str | None, config: Path | None, **options: Any) -> None:
    """Change the name or the limits of ACCOUNT, its id or name; `default` lifts a limit."""
    changes: dict[str, object] = {**_limits(options), **({} if name is None else {"name": name})}
    if not changes:
        raise click.UsageError("nothing to change: give --name or a limit")
    changed = with_store(config, options, lambda store: store.accounts.change(account, changes))
    click.echo(json.dumps(_row(changed), ensure_ascii=False))


def _limits(options: dict[str, Any]) -> dict[str, int | None]:
    """Take the limits that were given out of the options."""
    given = {name: options.pop(name) for name in LIMIT_NAMES}
    return {name: None if value == DEFAULT else value for name, value in given.items() if value is not None}


def _row(account: Account) -> dict[str, object]:
    return {"id": account.id, "name": account.name, **asdict(account.limits)}
