"""Pronunciation dictionaries: rows of the database, those in use also in memory."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from openwaves.errors import DictionaryFullError, DictionaryNotFoundError
from openwaves.storage.accounts import now_ms
from openwaves.storage.database import Database, raise_revision
from openwaves.storage.tables import dictionaries
from openwaves.storage.used import UsedRows
from openwaves.types import Dictionary, DictionaryItem

MOST_ITEMS = 10_000  # of one account, in all its dictionaries
KEPT_ITEMS = 500_000  # in memory


@dataclass(frozen=True, slots=True)
class StoredDictionary:
    """A dictionary as its owner sees it.

    Attributes:
        id: 24 hex digits.
        items: In the order in which they were sent.
        created_ms: Milliseconds since 1970.
    """

    id: str
    items: tuple[DictionaryItem, ...]
    created_ms: int


class Dictionaries:
    """Reads and changes dictionaries. What belongs to another account does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used = UsedRows(database, dictionaries, _used, KEPT_ITEMS, lambda dictionary: len(dictionary.items))

    async def of_account(self, account_id: str) -> list[StoredDictionary]:
        """An account's dictionaries, oldest first."""
        wanted = select(dictionaries).where(dictionaries.c.account_id == account_id)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(dictionaries.c.created_ms, dictionaries.c.id))
            return [StoredDictionary(row.id, _items(row), row.created_ms) for row in rows]

    async def create(self, account_id: str, items: Sequence[DictionaryItem]) -> StoredDictionary:
        """Keep a new dictionary.

        Raises:
            DictionaryFullError: The account has too many entries.
        """
        made = StoredDictionary(secrets.token_hex(12), tuple(items), now_ms())
        async with self._database.write() as connection:
            revision = await raise_revision(connection, "dictionaries")
            await _check_room(connection, account_id, len(items))
            row = {"id": made.id, "account_id": account_id, "revision": revision, "created_ms": made.created_ms}
            await connection.execute(insert(dictionaries).values({**row, **_content(items)}))
        return made

    async def replace(self, account_id: str, dictionary_id: str, items: Sequence[DictionaryItem]) -> None:
        """Put other entries in the place of a dictionary's own.

        Raises:
            DictionaryNotFoundError: The account has no such dictionary.
            DictionaryFullError: The account has too many entries.
        """
        _check_id(dictionary_id)
        own = (dictionaries.c.id == dictionary_id) & (dictionaries.c.account_id == account_id)
        async with self._database.write() as connection:
            revision = await raise_revision(connection, "dictionaries")
            changed = update(dictionaries).where(own).values(revision=revision, **_content(items))
            if not (await connection.execute(changed)).rowcount:
                raise DictionaryNotFoundError(dictionary_id)
            await _check_room(connection, account_id, 0)
        self._used.forget(dictionary_id)

    async def delete(self, account_id: str, dictionary_id: str) -> None:
        """Remove a dictionary.

        Raises:
            DictionaryNotFoundError: The account has no such dictionary.
        """
        _check_id(dictionary_id)
        own = (dictionaries.c.id == dictionary_id) & (dictionaries.c.account_id == account_id)
        async with self._database.write() as connection:
            await raise_revision(connection, "dictionaries")
            if not (await connection.execute(delete(dictionaries).where(own))).rowcount:
                raise DictionaryNotFoundError(dictionary_id)
        self._used.forget(dictionary_id)

    async def resolve(self, account_id: str, ids: Sequence[str]) -> tuple[Dictionary, ...]:
        """The dictionaries of a request, in its order; those in use cost no query.

        Raises:
            DictionaryNotFoundError: The account has no such dictionary.
        """
        return tuple([await self._get(account_id, dictionary_id) for dictionary_id in dict.fromkeys(ids)])

    async def refresh(self) -> None:
        """Forget what any process has changed.

        Raises:
            StorageUnavailableError: The database does not answer; what is in memory stays.
        """
        await self._used.refresh()

    async def _get(self, account_id: str, dictionary_id: str) -> Dictionary:
        _check_id(dictionary_id)
        dictionary = await self._used.get(account_id, dictionary_id)
        if dictionary is None:
            raise DictionaryNotFoundError(dictionary_id)
        return dictionary


async def _check_room(connection: AsyncConnection, account_id: str, n_new: int) -> None:
    total = select(func.coalesce(func.sum(dictionaries.c.n_items), 0)).where(dictionaries.c.account_id == account_id)
    if int((await connection.execute(total)).scalar_one()) + n_new > MOST_ITEMS:
        raise DictionaryFullError(f"items: an account may have {MOST_ITEMS} entries in all its dictionaries")


def _used(row: "Row[Any]") -> Dictionary:
    return Dictionary(row.id, row.revision, _items(row))


def _content(items: Sequence[DictionaryItem]) -> dict[str, object]:
    return {"items": [list(item) for item in items], "n_items": len(items)}


def _items(row: "Row[Any]") -> tuple[DictionaryItem, ...]:
    return tuple(DictionaryItem(*item) for item in row.items)


def _check_id(dictionary_id: str) -> None:
    """Spare the database what is no id."""
    if len(dictionary_id) != 24 or not dictionary_id.isascii() or not dictionary_id.isalnum():
        raise DictionaryNotFoundError(dictionary_id)
