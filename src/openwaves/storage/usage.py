"""What was used, by account, key and day. Counted in memory, written down every second and at the end."""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from openwaves.storage.accounts import Caller, now_ms
from openwaves.storage.database import Database
from openwaves.storage.tables import usage, usage_writers

log = logging.getLogger(__name__)

COUNTED = ("requests", "characters", "audio_s", "errors")
FORGET_WRITER_MS = 7 * 24 * 3600 * 1000


@dataclass(slots=True)
class Usage:
    """Counts.

    Attributes:
        requests: Requests for speech, however they ended.
        characters: Characters of their texts.
        audio_s: Seconds of sound that was made for them.
        errors: Requests that ended with an error; one that the client cancelled did not.
    """

    requests: int = 0
    characters: int = 0
    audio_s: float = 0.0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class UsageRow:
    """The counts of one key on one day, UTC."""

    day: str
    account_id: str
    key_id: str
    counts: Usage


Place = tuple[str, str, str]
"""Day, account and key."""


class Meter:
    """Counts one request, as it goes."""

    def __init__(self, ledger: "UsageLedger", caller: Caller) -> None:
        self._ledger = ledger
        self._caller = caller
        self._failed = False

    def add_characters(self, number: int) -> None:
        """Count characters of text."""
        self._ledger.count(self._caller).characters += number

    def add_audio(self, seconds: float) -> None:
        """Count sound."""
        self._ledger.count(self._caller).audio_s += seconds

    def fail(self) -> None:
        """The request ended with an error; counts once."""
        if not self._failed:
            self._failed = True
            self._ledger.count(self._caller).errors += 1


class UsageLedger:
    """Counts usage. A crash loses what was counted since the last ``flush``; nothing is counted twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[Place, Usage] = {}
        self._writing: dict[Place, Usage] = {}
        self._writer = "writer_" + secrets.token_hex(8)
        self._batch = 0
        self._characters: dict[str, int] = {}
        self._characters_day = ""
        self._watched: set[str] = set()

    def begin(self, caller: Caller) -> Meter:
        """Count a request, and what its meter will tell."""
        self.count(caller).requests += 1
        return Meter(self, caller)

    def count(self, caller: Caller) -> Usage:
        """The counts of today to add to, until the next ``flush``."""
        place = (today(), caller.account.id, caller.key_id)
        if place not in self._counts:
            self._counts[place] = Usage()
        return self._counts[place]

    def characters_today(self, account_id: str) -> int:
        """Characters of an account today: those that any process wrote down, and those that this one has counted.

        Known exactly from the next ``refresh`` on after an account was first asked for.
        """
        self._watched.add(account_id)
        day = today()
        written = self._characters.get(account_id, 0) if self._characters_day == day else 0
        waiting = sum(
            counts.characters
            for places in (self._counts, self._writing)
            for (counted_day, account, _), counts in places.items()
            if account == account_id and counted_day == day
        )
        return written + waiting

    async def refresh(self) -> None:
        """Read the characters of today of the accounts that were asked for.

        Raises:
            StorageUnavailableError: The database does not answer.
        """
        if self._watched:
            await self._read_characters(today())

    async def know(self, account_id: str) -> None:
        """Read the characters of today of an account, unless they are known.

        Raises:
            StorageUnavailableError: The database does not answer.
        """
        if account_id not in self._watched or self._characters_day != today():
            self._watched.add(account_id)
            await self._read_characters(today())

    async def flush(self) -> None:
        """Write down what was counted.

        Raises:
            StorageUnavailableError: The database does not answer; nothing is lost, the next call tries again.
        """
        if not self._writing:
            if not self._counts:
                return
            self._writing, self._counts = self._counts, {}
            self._batch += 1
        batch = self._batch
        async with self._database.write() as connection:
            last = select(usage_writers.c.batch).where(usage_writers.c.id == self._writer)
            if (await connection.execute(last)).scalar() != batch:
                await self._write(connection, batch)
        day = self._characters_day
        for (counted_day, account_id, _), counts in self._writing.items():
            if counted_day == day:
                self._characters[account_id] = self._characters.get(account_id, 0) + counts.characters
        self._writing = {}

    async def rows(self, since: str = "", until: str = "9999", account_id: str | None = None) -> list[UsageRow]:
        """What is written down, by day, account and key.

        Args:
            since: First day, as in 2026-01-31.
            until: Last day.
            account_id: Only this account.
        """
        wanted = select(usage).where(usage.c.day >= since, usage.c.day <= until)
        if account_id is not None:
            wanted = wanted.where(usage.c.account_id == account_id)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(usage.c.day, usage.c.account_id, usage.c.key_id))
            return [
                UsageRow(row.day, row.account_id, row.key_id, Usage(*(getattr(row, name) for name in COUNTED)))
                for row in rows
            ]

    async def _write(self, connection: AsyncConnection, batch: int) -> None:
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        mark = insert(usage_writers).values(id=self._writer, batch=batch, written_ms=now_ms())
        changed = {"batch": mark.excluded.batch, "written_ms": mark.excluded.written_ms}
        await connection.execute(mark.on_conflict_do_update(index_elements=["id"], set_=changed))
        if batch == 1:
            old = usage_writers.c.written_ms < now_ms() - FORGET_WRITER_MS
            await connection.execute(delete(usage_writers).where(old))
        for (day, account_id, key_id), counts in sorted(self._writing.items(), key=lambda item: item[0]):
            values = {name: getattr(counts, name) for name in COUNTED}
            row = insert(usage).values(day=day, account_id=account_id, key_id=key_id, **values)
            sums = {name: usage.c[name] + row.excluded[name] for name in COUNTED}
            keys = ["day", "account_id", "key_id"]
            await connection.execute(row.on_conflict_do_update(index_elements=keys, set_=sums))

    async def _read_characters(self, day: str) -> None:
        total = select(usage.c.account_id, func.sum(usage.c.characters).label("total"))
        total = total.where(usage.c.day == day, usage.c.account_id.in_(sorted(self._watched)))
        batch = self._batch if not self._writing else -1
        async with self._database.read() as connection:
            rows = (await connection.execute(total.group_by(usage.c.account_id))).all()
        if batch in (self._batch, -1):
            self._characters = {row.account_id: int(row.total) for row in rows}
            self._characters_day = day


def today() -> str:
    """The day that usage is counted to, UTC, as in 2026-01-31."""
    return datetime.now(UTC).date().isoformat()


def seconds_left_today() -> int:
    """Seconds until the next day, UTC."""
    return 86_400 - int(time.time()) % 86_400
