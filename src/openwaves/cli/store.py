"""Commands that work on the database, beside a running server or without one."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from openwaves.cli.options import read_settings
from openwaves.settings import Settings
from openwaves.storage import Store

_Result = TypeVar("_Result")


def with_store(config: Path | None, options: dict[str, Any], work: Callable[[Store], Awaitable[_Result]]) -> _Result:
    """Open the database that the settings name, do the work, close it.

    Raises:
        StorageError: The database cannot be opened, or fails.
    """
    settings = read_settings(config, {"log_level": "warning", **options})

    async def run() -> _Result:
        async with await open_store(settings) as store:
            return await work(store)

    return asyncio.run(run())


async def open_store(settings: Settings) -> Store:
    """The store that the settings name.

    Raises:
        StorageError: It cannot be opened.
    """
    url, blob_url = (
        secret.get_secret_value() if secret else None for secret in (settings.database_url, settings.blob_url)
    )
    return await Store.open(url, settings.data_dir, blob_url=blob_url)
