"""``openwaves backup``."""

import time
from pathlib import Path
from typing import Any

import click

from openwaves.cli.options import settings_options
from openwaves.cli.store import with_store
from openwaves.storage.backup import Contents

PLACES = ("data_dir", "database_url", "blob_url")


@click.command()
@click.argument("target", metavar="DIR|FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a FILE that is there.")
@settings_options(*PLACES)
def backup(target: Path, force: bool, config: Path | None, **options: Any) -> None:
    """Write accounts, keys (their hashes), dictionaries, cloned voices and usage to one file, while servers run.

    In a DIR it is named after the time. It holds people's voices: keep it as you would their letters. The file's name
    goes to standard output.
    """
    if target.is_dir():
        target /= time.strftime("openwaves-%Y%m%dT%H%M%SZ.tar.gz", time.gmtime())
    if target.exists() and not force:
        raise click.UsageError(f"{target} is there; --force writes over it")
    contents = with_store(config, options, lambda store: store.back_up(target))
    click.echo(told(contents), err=True)
    click.echo(target)


def told(contents: Contents) -> str:
    """What an archive holds, in a line."""
    names = ("accounts", "api_keys", "dictionaries", "clones", "usage")
    counted = ", ".join(f"{contents.rows.get(name, 0)} {name.replace('_', ' ')}" for name in names)
    return f"{counted}; {contents.n_blobs} recordings and samples, {contents.n_bytes / 1e6:.1f} MB"
