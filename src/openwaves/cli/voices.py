"""``openwaves voices``."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from openwaves.languages import LANGUAGES
from openwaves.tts.text.analyze import check_language
from openwaves.tts.voices.catalogue import Catalogue


@click.command()
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), help="Only voices that speak this language.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def voices(language: str | None, as_json: bool) -> None:
    """List the voices. Every voice speaks every language; some are meant for one."""
    catalogue = Catalogue.load()
    check_language(language)
    rows = catalogue.for_language(language) if language else catalogue.voices
    if language and not rows:
        name = LANGUAGES[language].name.title()
        click.echo(
            f"No voice is meant for {name} above all; these are the voices that speak it, all of them.", err=True
        )
        rows = catalogue.voices
    if as_json:
        click.echo(json.dumps([asdict(voice) for voice in rows], ensure_ascii=False, indent=2))
        return
    table = Table("voice_id", "languages", "accent", "gender", "age", "description", box=None)
    for voice in rows:
        table.add_row(voice.id, " ".join(voice.languages), voice.accent, voice.gender, voice.age, voice.description)
    Console().print(table)
    click.echo(f"{len(rows)} voices", err=True)
