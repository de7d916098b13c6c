"""Pronunciation dictionaries: rows of the database, those in use also in memory."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from openwaves.errors import DictionaryFullError, DictionaryNotFoundError
from openwaves.storage.accounts import now_ms
from openwaves.storage.database import Database, raise_revision
from openwaves.storage.tables import dictionaries, revisions
from openwaves.types import Dictionary, DictionaryItem

MOST_ITEMS = 10_000  # of one account, in all its dictionaries
KEPT_ITEMS = 500_000  # in memory
REFRESHED_AT_ONCE = 1000


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
        self._used: OrderedDict[str, tuple[str, Dictionary]] = OrderedDict()
        self._n_used_items = 0
        self._revision = -1
        self._changes = 0  # that this process made or learnt of

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
        self._forget(dictionary_id)

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
        self._forget(dictionary_id)

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
        async with self._database.read() as connection:
            counter = select(revisions.c.value).where(revisions.c.name == "dictionaries")
            revision = (await connection.execute(counter)).scalar_one()
            if revision == self._revision:
                return
            used = list(self._used)
            now: dict[str, int] = {}
            for start in range(0, len(used), REFRESHED_AT_ONCE):
                some = dictionaries.c.id.in_(used[start : start + REFRESHED_AT_ONCE])
                rows = await connection.execute(select(dictionaries.c.id, dictionaries.c.revision).where(some))
                now |= {row.id: row.revision for row in rows}
        for dictionary_id, (_, dictionary) in list(self._used.items()):
            if now.get(dictionary_id) != dictionary.revision:
                self._forget(dictionary_id)
        self._changes += 1
        self._revision = revision

    async def _get(self, account_id: str, dictionary_id: str) -> Dictionary:
        used = self._used.get(dictionary_id)
        if used and used[0] == account_id:  # another's is looked for like one that does not exist: it takes as long
            self._used.move_to_end(dictionary_id)
            return used[1]
        changes = self._changes
        own = (dictionaries.c.id == dictionary_id) & (dictionaries.c.account_id == account_id)
        _check_id(dictionary_id)
        async with self._database.read() as connection:
            row = (await connection.execute(select(dictionaries).where(own))).first()
        if row is None:
            raise DictionaryNotFoundError(dictionary_id)
        dictionary = Dictionary(row.id, row.revision, _items(row))
        if changes == self._changes and dictionary_id not in self._used:
            self._keep(account_id, dictionary)
        return dictionary

    def _keep(self, account_id: str, dictionary: Dictionary) -> None:
        self._used[dictionary.id] = (account_id, dictionary)
        self._n_used_items += len(dictionary.items)
        while self._n_used_items > KEPT_ITEMS and len(self._used) > 1:
            self._forget(next(iter(self._used)), changed=False)

    def _forget(self, dictionary_id: str, *, changed: bool = True) -> None:
        self._changes += changed
        if used := self._used.pop(dictionary_id, None):
            self._n_used_items -= len(used[1].items)


async def _check_room(connection: AsyncConnection, account_id: str, n_new: int) -> None:
    total = select(func.coalesce(func.sum(dictionaries.c.n_items), 0)).where(dictionaries.c.account_id == account_id)
    if int((await connection.execute(total)).scalar_one()) + n_new > MOST_ITEMS:
        raise DictionaryFullError(f"items: an account may have {MOST_ITEMS} entries in all its dictionaries")


def _content(items: Sequence[DictionaryItem]) -> dict[str, object]:
    return {"items": [list(item) for item in items], "n_items": len(items)}


def _items(row: "Row[tuple[object, ...]]") -> tuple[DictionaryItem, ...]:
    return tuple(DictionaryItem(*item) for item in row.items)


def _check_id(dictionary_id: str) -> None:
    """Spare the database what is no id."""
    if len(dictionary_id) != 24 or not dictionary_id.isascii() or not dictionary_id.isalnum():
        raise DictionaryNotFoundError(dictionary_id)
