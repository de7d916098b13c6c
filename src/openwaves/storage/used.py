"""Rows that requests use, in memory: a row in use costs no query and follows the changes of every process."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Table, select

from openwaves.storage.database import Database
from openwaves.storage.tables import revisions

REFRESHED_AT_ONCE = 1000

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Used(Generic[Value]):
    account_id: str
    revision: int
    value: Value


class UsedRows(Generic[Value]):
    """The rows of one table that were used last. What belongs to another account does not exist."""

    def __init__(
        self,
        database: Database,
        table: Table,
        make: Callable[[Row[Any]], Value],
        capacity: int,
        size: Callable[[Value], int] = lambda _: 1,
    ) -> None:
        """Begin with none.

        Args:
            database: Where the rows are.
            table: Has the columns ``id``, ``account_id`` and ``revision``; a row of ``revisions`` has its name.
            make: What requests need of a row.
            capacity: Most that is kept, in units of ``size``.
            size: How much a value takes.
        """
        self._database = database
        self._table = table
        self._make = make
        self._capacity = capacity
        self._size = size
        self._used: OrderedDict[str, _Used[Value]] = OrderedDict()
        self._used_size = 0
        self._revision = -1
        self._changes = 0  # that this process made or learnt of

    async def get(self, account_id: str, row_id: str) -> Value | None:
        """The row of this id; None if the account has none.

        Raises:
            StorageUnavailableError: It is not in memory, and the database does not answer.
        """
        used = self._used.get(row_id)
        if used and used.account_id == account_id:  # another's is looked for like none: that takes as long
            self._used.move_to_end(row_id)
            return used.value
        changes = self._changes
        own = (self._table.c.id == row_id) & (self._table.c.account_id == account_id)
        async with self._database.read() as connection:
            row = (await connection.execute(select(self._table).where(own))).first()
        if row is None:
            return None
        value = self._make(row)
        if changes == self._changes and row_id not in self._used:
            self._keep(row_id, _Used(account_id, row.revision, value))
        return value

    async def refresh(self) -> None:
        """Forget what any process has changed.

        Raises:
            StorageUnavailableError: The database does not answer; what is in memory stays.
        """
        table = self._table
        async with self._database.read() as connection:
            counter = select(revisions.c.value).where(revisions.c.name == table.name)
            revision = (await connection.execute(counter)).scalar_one()
            if revision == self._revision:
                return
            used = list(self._used)
            now: dict[str, int] = {}
            for start in range(0, len(used), REFRESHED_AT_ONCE):
                some = table.c.id.in_(used[start : start + REFRESHED_AT_ONCE])
                rows = await connection.execute(select(table.c.id, table.c.revision).where(some))
                now |= {row.id: row.revision for row in rows}
        for row_id, row_used in list(self._used.items()):
            if now.get(row_id) != row_used.revision:
                self._drop(row_id)
        self._changes += 1
        self._revision = revision

    def forget(self, row_id: str) -> None:
        """This process has changed a row."""
        self._changes += 1
        self._drop(row_id)

    def _keep(self, row_id: str, used: _Used[Value]) -> None:
        self._used[row_id] = used
        self._used_size += self._size(used.value)
        while self._used_size > self._capacity and len(self._used) > 1:
            self._drop(next(iter(self._used)))

    def _drop(self, row_id: str) -> None:
        if used := self._used.pop(row_id, None):
            self._used_size -= self._size(used.value)
