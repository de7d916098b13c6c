"""``openwaves serve``."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click

from openwaves.cli.options import read_settings, settings_options


@click.command()
@settings_options()
def serve(config: Path | None, **options: Any) -> None:
    """Start the server; missing model files are fetched first.

    GET /health tells that it lives, GET /ready that the voices are loaded, GET /metrics how busy it is.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # until the server listens and has its own
        signal.signal(number, _end)
    settings = read_settings(config, options)
    _have_a_home(settings.data_dir)
    from openwaves.api.server import serve as run  # noqa: PLC0415 - keeps `openwaves --help` quick

    sys.exit(run(settings, lambda line: click.echo(line, err=True)))


INSIST_S = 2.0


def _end(number: int, _frame: FrameType | None) -> None:
    """Stop; again in a moment, should the exception be swallowed where it is raised: an import may do that."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, lambda _number, frame: _end(number, frame))
        signal.setitimer(signal.ITIMER_REAL, INSIST_S)
    sys.exit(128 + number)


def _have_a_home(data_dir: Path) -> None:
    """Users without a home are given the data folder for one: OpenVINO does not load without."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = str(data_dir)
