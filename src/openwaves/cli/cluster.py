"""``openwaves cluster``: the same server on a Ray cluster that runs."""

import asyncio
from pathlib import Path
from typing import Any

import click

from openwaves.cli.options import read_settings, settings_options

address_option = click.option(
    "--address",
    envvar="RAY_ADDRESS",
    default="auto",
    show_default=True,
    help="Of the cluster, as `ray start` tells it. [env: RAY_ADDRESS]",
)


@click.group()
def cluster() -> None:
    """Serve on a Ray cluster that runs: `ray start --head`, then `openwaves cluster up`."""


@cluster.command()
@address_option
@click.option("--gateways", default=1, show_default=True, help="Replicas that hold connections.")
@click.option("--gateway-cpus", default=1.0, show_default=True, help="Processors of each.")
@click.option("--sockets", default=1000, show_default=True, help="Most connections of each.")
@click.option("--fewest-workers", default=1, show_default=True, help="Replicas that have the networks, at least.")
@click.option("--most-workers", default=4, show_default=True, help="The same, at most.")
@click.option("--worker-cpus", default=2, show_default=True, help="Processors of each, and pieces of work at once.")
@settings_options()
def up(address: str, config: Path | None, **options: Any) -> None:
    """Start the deployments, or change those that run; returns when they are ready."""
    size = {
        name: options.pop(name) for name in ("gateways", "gateway_cpus", "sockets", "most_workers", "worker_cpus")
    } | {"workers": options.pop("fewest_workers")}
    settings = read_settings(config, options)
    control = _control()
    key = asyncio.run(control.first_key(settings))
    if key:
        click.echo(f"API key of this server, shown only now:\n\n    {key}\n")
    control.up(address, size, settings)
    click.echo(f"openwaves listens on port {settings.port} of the cluster's nodes")


@cluster.command()
@address_option
def status(address: str) -> None:
    """Tell what runs; the status is 1 unless all of it does."""
    is_well, lines = _control().status(address)
    click.echo("\n".join(lines))
    if not is_well:
        raise SystemExit(1)


@cluster.command()
@address_option
def down(address: str) -> None:
    """End the deployments: each replica when its last connection is over, or after a minute."""
    _control().down(address)


def _control() -> Any:
    try:
        from openwaves.cluster import control  # noqa: PLC0415 - its packages are an extra
    except ImportError as error:
        raise click.UsageError(f"{error.name} is not installed: pip install 'openwaves[cluster]'") from None
    return control
