"""The command line: ``openwaves serve``, ``openwaves speak`` and the other commands, one module each."""

import signal
import sys
from importlib import import_module

import click

from openwaves import __version__
from openwaves.errors import OpenWavesError

COMMANDS = (
    "serve",
    "cluster",
    "speak",
    "chat",
    "transcribe",
    "listen",
    "talk",
    "wyoming",
    "text",
    "voices",
    "models",
    "doctor",
    "bench",
    "accounts",
    "keys",
    "dictionaries",
    "clone",
    "usage",
    "backup",
    "restore",
)
"""In the order of ``--help``; each is an object in the module of its name."""


class _Commands(click.Group):
    """Imports a command's module when the command is asked for: no command waits for the others' libraries."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names, in their order."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - the table above is ours
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="openwaves")
def cli() -> None:
    """Self-hosted text-to-speech that speaks the wire protocol of the Waves API.

    Start with `openwaves serve`, or hear a voice at once: `openwaves speak "Hello there." -o hello.wav`.
    """


def main() -> None:
    """Entry point: a deliberate error ends in one line and status 1. SIGTERM cleans up, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        cli()
    except OpenWavesError as error:
        click.echo(f"openwaves: {error}", err=True)
        sys.exit(1)
