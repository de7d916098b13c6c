"""``openwaves restore``."""

from pathlib import Path
from typing import Any

import click

from openwaves.cli.backup import PLACES, told
from openwaves.cli.options import settings_options
from openwaves.cli.store import with_store
from openwaves.storage.backup import look_into


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete what the database holds; otherwise it must be empty.")
@click.option("--check", is_flag=True, help="Only read the whole of FILE, and tell what it holds.")
@settings_options(*PLACES)
def restore(file: Path, replace: bool, check: bool, config: Path | None, **options: Any) -> None:
    """Put back what `openwaves backup` has written to FILE, into SQLite or PostgreSQL. Stop the servers first."""
    if check:
        contents, _ = look_into(file)
        click.echo(f"made {contents.made_at}: {told(contents)}")
        return
    contents = with_store(config, options, lambda store: store.restore(file, replace=replace))
    click.echo(f"restored, as of {contents.made_at}: {told(contents)}", err=True)
