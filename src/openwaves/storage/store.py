"""Everything that is kept, and the task that keeps this process up to date with the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from openwaves.errors import StorageError
from openwaves.storage.accounts import FIRST_ACCOUNT, Accounts
from openwaves.storage.backup import Contents, back_up, restore
from openwaves.storage.blobs import Blobs
from openwaves.storage.clones import Clones
from openwaves.storage.database import Database
from openwaves.storage.dictionaries import Dictionaries
from openwaves.storage.keys import KeyRing
from openwaves.storage.signer import Signer
from openwaves.storage.usage import UsageLedger

log = logging.getLogger(__name__)

REFRESH_S = 2.0
FLUSH_S = 1.0
COMMIT_S = 0.1  # after this time usage of a request that still runs is on the disk
TAKE_IN_S = 10.0


class Store:
    """One process's view of what is kept. Used from one event loop.

    Attributes:
        accounts: Accounts and keys, as rows.
        keys: The valid keys, in memory.
        dictionaries: Pronunciation dictionaries, those in use in memory.
        clones: Cloned voices, those in use in memory.
        signer: Signs links.
        usage: What was used, by account, key and day.
    """

    def __init__(
        self, database: Database, blobs: Blobs, signer: Signer, folder: Path, api_key: str | None = None
    ) -> None:
        self._database = database
        self._blobs = blobs
        self.accounts = Accounts(database)
        self.keys = KeyRing(database, api_key)
        self.dictionaries = Dictionaries(database)
        self.clones = Clones(database, blobs)
        self.signer = signer
        self.usage = UsageLedger(database, folder)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(
        cls, url: str | None, folder: Path, api_key: str | None = None, *, blob_url: str | None = None
    ) -> Self:
        """Open the store, and make it first if there is none.

        Args:
            url: Address of the database; None for a SQLite file in ``folder``.
            folder: Folder of everything that is kept on disk.
            api_key: Key of the first account, as the settings fix it.
            blob_url: Folder of recordings and samples, any that fsspec can write; None for one in ``folder``.

        Raises:
            StorageError: A folder or an address cannot be used, or a newer version made the tables.
            StorageUnavailableError: The database does not answer.
        """
        blobs = Blobs(blob_url, folder)
        database = await Database.open(url, folder)
        try:
            store = cls(database, blobs, await Signer.open(database), folder, api_key)
            await store.accounts.ensure_first()
            await store.keys.refresh()
            await store._take_in_left()
        except BaseException:
            await database.close()
            raise
        return store

    async def make_first_key(self) -> str | None:
        """Make a key for the first account if none was ever made; None if there is one."""
        if await self.accounts.has_keys():
            return None
        _, secret = await self.accounts.create_key(FIRST_ACCOUNT, "first", only_first=True)
        await self.keys.refresh()
        return secret or None

    async def back_up(self, path: Path) -> Contents:
        """Write everything that is kept to a file; see ``backup.back_up``."""
        with suppress(StorageError):  # what other processes have not written yet is theirs to lose
            await self.usage.flush()
        return await back_up(self._database, self._blobs, path)

    async def restore(self, path: Path, *, replace: bool = False) -> Contents:
        """Put back what an archive holds; see ``backup.restore``."""
        return await restore(self._database, self._blobs, path, replace=replace)

    async def __aenter__(self) -> Self:
        """The store itself, closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self) -> None:
        """Begin to follow other processes, to write down usage and to remove what a crash left, until ``close``."""
        self._tasks = [
            asyncio.create_task(self._sweep()),
            asyncio.create_task(self._each(REFRESH_S, self.refresh)),
            asyncio.create_task(self._each(COMMIT_S, self.usage.commit)),
            asyncio.create_task(self._each(FLUSH_S, self.usage.flush)),
            asyncio.create_task(self._each(TAKE_IN_S, self.usage.take_in_left)),
        ]

    async def refresh(self) -> None:
        """Take in what any process has changed.

        Raises:
            StorageUnavailableError: The database does not answer.
        """
        await self.keys.refresh()
        await self.dictionaries.refresh()
        await self.usage.refresh()
        await self.clones.refresh()

    async def _sweep(self) -> None:
        try:
            await self.clones.sweep()
        except StorageError as error:
            log.error("what a crash may have left is not removed yet: %s", error)

    async def _take_in_left(self) -> None:
        """Take in usage of servers that died, unless the disk fails: then it is tried again later."""
        try:
            await self.usage.take_in_left()
        except StorageError as error:
            log.error("%s; trying again", error)

    async def _each(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work again and again; a database or a disk that fails is told once and tried again."""
        failing = False
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except StorageError as error:
                if not failing:
                    log.error("%s; trying again", error)
                failing = True
            else:
                if failing:
                    log.warning("the database, or the disk, works again")
                failing = False

    async def close(self) -> None:
        """Write down what is not yet written, and end every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self.usage.flush()
        except StorageError as error:
            log.error("%s", error)
        await self.usage.close()
        await self._database.close()
