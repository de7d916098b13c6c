"""``openwaves usage``."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from openwaves.cli.options import settings_options
from openwaves.cli.store import with_store
from openwaves.storage import Store
from openwaves.storage.usage import UsageRow

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--since", type=DAY, help="First day.")
@click.option("--until", type=DAY, help="Last day.")
@click.option("--account", help="Only this account, by id or name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@settings_options("data_dir", "database_url")
def usage(
    since: datetime | None,
    until: datetime | None,
    account: str | None,
    as_json: bool,
    config: Path | None,
    **options: Any,
) -> None:
    """Show requests, characters, seconds of sound made and heard, tokens and errors by day (UTC), account and key."""
    first = since.date().isoformat() if since else ""
    last = until.date().isoformat() if until else "9999"

    async def read(store: Store) -> list[UsageRow]:
        account_id = (await store.accounts.find(account)).id if account else None
        return await store.usage.rows(first, last, account_id)

    rows = with_store(config, options, read)
    if as_json:
        told = [{"day": r.day, "account": r.account_id, "key": r.key_id, **asdict(r.counts)} for r in rows]
        click.echo(json.dumps(told, indent=2))
        return
    table = Table("day", "account", "key", "requests", "characters", "sound", "heard", "tokens", "errors", box=None)
    for row in rows:
        counts = row.counts
        sound, heard = f"{counts.audio_s:.1f} s", f"{counts.heard_s:.1f} s"
        tokens = f"{counts.prompt_tokens} + {counts.completion_tokens}"
        numbers = (str(counts.requests), str(counts.characters), sound, heard, tokens, str(counts.errors))
        table.add_row(row.day, row.account_id, row.key_id, *numbers)
    Console().print(table)
