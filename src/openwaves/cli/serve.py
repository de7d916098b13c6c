"""``openwaves serve``."""

import sys
from pathlib import Path
from typing import Any

import click

from openwaves.cli.options import read_settings, settings_options


@click.command()
@settings_options()
def serve(config: Path | None, **options: Any) -> None:
    """Start the server; missing model files are fetched first.

    GET /health tells that it lives, GET /ready that the voices are loaded, GET /metrics how busy it is.
    """
    settings = read_settings(config, options)
    from openwaves.api.server import serve as run  # noqa: PLC0415 - keeps `openwaves --help` quick

    sys.exit(run(settings, lambda line: click.echo(line, err=True)))
