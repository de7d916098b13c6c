"""Commands that read a text: it may begin with a minus, and its voice must be known."""

import re
from collections.abc import Mapping
from itertools import islice

import click

from openwaves.errors import VoiceNotFoundError
from openwaves.settings import nearest
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Voice

HINT = "Put -- before a text that begins with a minus."


class TextCommand(click.Command):
    """Takes "-1.4 degrees" for a text, and names ``--`` where an option may have been meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See ``click.Command``."""
        is_hinted = any(re.match(r"-[^-]{2}|--.", arg) for arg in args)
        try:
            return super().parse_args(ctx, self._sorted(ctx, args))
        except (click.NoSuchOption, click.MissingParameter) as error:
            if not is_hinted or not isinstance(getattr(error, "param", None), click.Argument | None):
                raise
            raise click.UsageError(f"{error.format_message()} {HINT}", ctx) from error

    def _sorted(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, those that are no options behind ``--`` wherever one begins with a minus."""
        takes_value = {
            name: isinstance(option, click.Option) and not option.is_flag
            for option in self.get_params(ctx)
            for name in option.opts
        }
        before: list[str] = []
        texts: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                texts += rest
            elif _is_text(arg, takes_value):
                texts.append(arg)
            else:
                before.append(arg)
                if takes_value.get(arg):
                    before += islice(rest, 1)
        return [*before, "--", *texts] if texts else before


def _is_text(arg: str, known: Mapping[str, bool]) -> bool:
    """Whether an argument that begins with a minus can be no option of ``known``."""
    is_option = arg.partition("=")[0] in known or (arg[:2] in known and not arg[2:3].isspace())
    return len(arg) > 1 and not is_option and re.match(r"-[^A-Za-z-]|-.*\s", arg, re.DOTALL) is not None


def find_voice(voice_id: str) -> Voice:
    """The voice that ``--voice`` names.

    Raises:
        click.UsageError: The catalogue has no such voice.
    """
    catalogue = Catalogue.load()
    try:
        return catalogue.get(voice_id)
    except VoiceNotFoundError as error:
        near = nearest(voice_id.lower(), (voice.id for voice in catalogue.voices))
        raise click.UsageError(
            f"--voice {voice_id}: is not a known voice{near}; `openwaves voices` lists them"
        ) from error
