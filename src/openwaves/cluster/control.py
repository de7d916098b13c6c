"""Starts, shows and ends the deployments on a cluster that runs."""

from collections.abc import Mapping
from typing import Any

import ray
from ray import serve

from openwaves.api.server import open_store
from openwaves.cluster.application import NAME, Size, deployments
from openwaves.settings import Settings


async def first_key(settings: Settings) -> str | None:
    """Make the first key where none is set or was made: several gateways could not each show one."""
    async with await open_store(settings) as store:
        return await store.make_first_key() if settings.api_key is None else None


def up(address: str, size: Mapping[str, Any], settings: Settings) -> None:
    """Start, or change what runs; returns when all is ready.

    Args:
        address: Of the cluster.
        size: Fields of ``Size``, without ``options``.
        settings: The options of the server; every node must find its data and model folders.
    """
    _connect(address)
    serve.start(proxy_location="EveryNode", http_options={"host": settings.host, "port": settings.port})
    serve.run(deployments(Size(**size), settings), name=NAME, route_prefix="/")


def status(address: str) -> tuple[bool, list[str]]:
    """Whether all runs, and a line for each deployment."""
    _connect(address)
    application = serve.status().applications.get(NAME)
    if application is None:
        return False, ["openwaves does not run on this cluster"]
    lines = [f"openwaves: {application.status.value}"]
    for name, deployment in application.deployments.items():
        replicas = ", ".join(f"{number} {state.lower()}" for state, number in deployment.replica_states.items())
        lines.append(f"  {name}: {deployment.status.value}, {replicas or 'no replica'} {deployment.message}".rstrip())
    return application.status.value == "RUNNING", lines


def down(address: str) -> None:
    """End all."""
    _connect(address)
    serve.delete(NAME)


def _connect(address: str) -> None:
    if not ray.is_initialized():
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
