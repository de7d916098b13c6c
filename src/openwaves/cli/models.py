"""``openwaves models pull | list | verify | clean``."""

import shutil
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from openwaves.assembly import fetch_models
from openwaves.cli.options import read_settings, settings_options
from openwaves.models.hub import HUB_RECOGNISERS, HubRecogniser
from openwaves.models.prepared import made_before
from openwaves.models.progress import rich_progress
from openwaves.models.store import CHAT, SMALL_CHAT, STARTING_BUNDLES, ModelStore, load_manifest
from openwaves.speakers.prepare import prepare_encoders

BUNDLES = tuple(
    dict.fromkeys(
        group.bundle for group in load_manifest() if group.bundle not in (*STARTING_BUNDLES, CHAT, SMALL_CHAT)
    )
)


@click.group()
def models() -> None:
    """Fetch, list and check the model files."""


@models.command()
@click.option(
    "--stt",
    multiple=True,
    type=click.Choice((*BUNDLES, *HUB_RECOGNISERS)),
    help="Fetch a recogniser, too; can be repeated.",
)
@click.option("--llm", is_flag=True, help="Fetch the language model as well, which else comes with the first chat.")
@settings_options("model_dir")
def pull(config: Path | None, *, stt: tuple[str, ...], llm: bool, **options: Any) -> None:
    """Fetch what is missing or damaged, and prepare the networks for this machine."""
    settings = read_settings(config, {"log_level": "warning", **options})
    with rich_progress() as progress:
        fetch_models(settings, progress)
        store = ModelStore(settings.model_dir)
        store.pull(progress, bundles=[name for name in (*stt, *([CHAT] if llm else [])) if name not in HUB_RECOGNISERS])
        for name in stt:
            if name in HUB_RECOGNISERS:
                HubRecogniser(name, store.root).pull(progress)
    click.echo(f"the model files are complete in {settings.model_dir}")


@models.command("list")
@settings_options("model_dir")
def list_files(config: Path | None, **options: Any) -> None:
    """List the model files and whether each is there."""
    settings = read_settings(config, {"log_level": "warning", **options})
    table = Table("file", "state", "size, kB", "licence", "description", box=None)
    for status in ModelStore(settings.model_dir).status():
        file = status.file
        table.add_row(file.path, status.state, f"{file.size_bytes / 1000:,.0f}", file.licence, file.description)
    Console().print(table)
    click.echo(f"folder: {settings.model_dir}", err=True)


@models.command()
@settings_options("model_dir")
def verify(config: Path | None, **options: Any) -> None:
    """Check every file against its SHA-256; status 1 if one is missing or damaged."""
    settings = read_settings(config, {"log_level": "warning", **options})
    store = ModelStore(settings.model_dir)
    wrong = store.out_of_order()
    for status in wrong:
        click.echo(f"{status.state}: {status.file.path}")
    if wrong:
        click.echo(f"{len(wrong)} files are not in order; run `openwaves models pull`", err=True)
        sys.exit(1)
    click.echo("the model files are in order")


@models.command()
@settings_options("model_dir")
def clean(config: Path | None, **options: Any) -> None:
    """Delete the networks that other versions of openwaves prepared; those of this version are made first."""
    settings = read_settings(config, {"log_level": "warning", **options})
    with rich_progress() as progress:
        network = fetch_models(settings, progress)
        encoders = prepare_encoders(ModelStore(settings.model_dir))
    old = [folder for kept in (network.folder, encoders.folder) for folder in made_before(kept)]
    for folder in old:
        size_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        shutil.rmtree(folder)
        click.echo(f"deleted {folder} ({size_bytes / 1e6:,.0f} MB)")
    if not old:
        click.echo(f"nothing to delete in {settings.model_dir}")
