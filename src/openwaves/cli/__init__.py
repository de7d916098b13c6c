"""The command line: ``openwaves serve``, ``openwaves speak`` and the other commands, one module each."""

import sys

import click

from openwaves import __version__
from openwaves.cli.accounts import accounts
from openwaves.cli.bench import bench
from openwaves.cli.clone import clone
from openwaves.cli.dictionaries import dictionaries
from openwaves.cli.doctor import doctor
from openwaves.cli.keys import keys
from openwaves.cli.models import models
from openwaves.cli.serve import serve
from openwaves.cli.speak import speak
from openwaves.cli.text import text
from openwaves.cli.usage import usage
from openwaves.cli.voices import voices
from openwaves.errors import OpenWavesError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="openwaves")
def cli() -> None:
    """Self-hosted text-to-speech that speaks the wire protocol of the Waves API.

    Start with `openwaves serve`, or hear a voice at once: `openwaves speak "Hello there." -o hello.wav`.
    """


for command in (serve, speak, text, voices, models, doctor, bench, accounts, keys, dictionaries, clone, usage):
    cli.add_command(command)


def main() -> None:
    """Entry point: a deliberate error ends in one line and status 1."""
    try:
        cli()
    except OpenWavesError as error:
        click.echo(f"openwaves: {error}", err=True)
        sys.exit(1)
