"""What was used, by account, key and day: counted in memory, written to a journal at once, and to the database soon.

The hot path does no database work. What ends a request waits until the journal on the local disk has its counts
(``commit``, one write for all that end at the same time); ``flush`` adds what the journal holds to the database.
"""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from openwaves.errors import StorageError, StorageUnavailableError
from openwaves.storage.accounts import Caller, now_ms
from openwaves.storage.database import Database
from openwaves.storage.journal import FOLDER, FULL_BYTES, Counts, Journal, LeftJournal, Usage, add_counts, left_journals
from openwaves.storage.tables import usage, usage_writers

log = logging.getLogger(__name__)

KNOW_S = 2.0  # longest wait of a request for what its account has used
COUNTED = ("requests", "characters", "audio_s", "errors", "heard_s", "prompt_tokens", "completion_tokens")


@dataclass(frozen=True, slots=True)
class UsageRow:
    """The counts of one key on one day, UTC."""

    day: str
    account_id: str
    key_id: str
    counts: Usage


class Meter:
    """Counts one request, as it goes."""

    def __init__(self, ledger: "UsageLedger", caller: Caller) -> None:
        self._ledger = ledger
        self._caller = caller
        self._failed = False

    def add_audio(self, seconds: float) -> None:
        """Count sound that was made."""
        self._ledger.count(self._caller).audio_s += seconds

    def add_heard(self, seconds: float) -> None:
        """Count sound that was listened to."""
        self._ledger.count(self._caller).heard_s += seconds

    def add_tokens(self, prompt: int, completion: int) -> None:
        """Count tokens of a chat."""
        counts = self._ledger.count(self._caller)
        counts.prompt_tokens += prompt
        counts.completion_tokens += completion

    def fail(self) -> None:
        """The request ended with an error; counts once."""
        if not self._failed:
            self._failed = True
            self._ledger.count(self._caller).errors += 1

    async def commit(self) -> None:
        """Wait until no crash can lose what was counted. The answer's end follows, not its first sound."""
        await self._ledger.commit()


class UsageLedger:
    """Counts usage. What was committed is lost by nothing less than a lost disk; nothing is counted twice.

    Counts wander: ``_counts`` are in memory only, ``_journaled`` also in the journal, ``_folding`` are on their way
    into the database, as record ``_folding_number`` of ``_folding_journal`` is the last of them.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder / FOLDER
        self._counts: Counts = {}
        self._journaled: Counts = {}
        self._folding: Counts = {}
        self._folding_number = 0
        self._journal = self._folding_journal = Journal(self._folder)
        self._generation = 0  # of _counts
        self._writing = asyncio.Lock()
        self._flushing = asyncio.Lock()
        self._commits: set[asyncio.Task[None]] = set()
        self._disk_failed = False
        self._characters: dict[str, int] = {}
        self._characters_day = ""
        self._watched: set[str] = set()

    def begin(self, caller: Caller) -> Meter:
        """Count a request, and what its meter will tell."""
        self.count(caller).requests += 1
        return Meter(self, caller)

    def count(self, caller: Caller) -> Usage:
        """The counts of today to add to, at once: the next moment they may be on their way to the disk."""
        place = (today(), caller.account.id, caller.key_id)
        if place not in self._counts:
            self._counts[place] = Usage()
        return self._counts[place]

    async def commit(self) -> None:
        """Wait until all that is counted now is in the journal; who waits at the same time shares one write.

        A disk that fails is told in the log. The counts then stay in memory, and the next call tries again.
        """
        if not self._counts and not self._writing.locked():
            return
        task = asyncio.create_task(self._commit(self._generation))
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)
        await asyncio.shield(task)  # a client that hangs up stops no write

    async def _commit(self, generation: int) -> None:
        async with self._writing:
            if not self._counts or self._generation != generation:
                return  # the write that has just ended had them
            counts, self._counts = self._counts, {}
            self._generation += 1
            try:
                await self._journal.append(counts)
            except OSError as error:
                add_counts(self._counts, counts)
                self._tell_disk(error)
            else:
                add_counts(self._journaled, counts)
                self._tell_disk(None)

    def _tell_disk(self, error: OSError | None) -> None:
        if error is not None and not self._disk_failed:
            log.error("usage is kept in memory only: the journal in %s cannot be written: %s", self._folder, error)
        elif error is None and self._disk_failed:
            log.warning("the journal of usage can be written again")
        self._disk_failed = error is not None

    def characters_today(self, account_id: str) -> int:
        """Characters of an account today: those that any process wrote down, and those that this one has counted.

        Known exactly from the next ``refresh`` on after an account was first asked for.
        """
        self._watched.add(account_id)
        day = today()
        written = self._characters.get(account_id, 0) if self._characters_day == day else 0
        waiting = sum(
            counts.characters
            for places in (self._counts, self._journaled, self._folding)
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
            StorageUnavailableError: The database does not answer, or not soon.
        """
        if account_id not in self._watched or self._characters_day != today():
            self._watched.add(account_id)
            try:
                async with asyncio.timeout(KNOW_S):
                    await self._read_characters(today())
            except TimeoutError as error:
                raise StorageUnavailableError("no answer in time", 1) from error

    async def flush(self) -> None:
        """Add what was counted to the database.

        Raises:
            StorageUnavailableError: The database does not answer; nothing is lost, the next call tries again.
        """
        async with self._flushing:
            await self.commit()
            async with self._writing:
                self._begin_fold()
            if not self._folding:
                return
            journal, number, folding = self._folding_journal, self._folding_number, self._folding
            async with self._database.write() as connection:
                if await self._taken_in(connection, journal.id) < number:
                    await self._add(connection, journal.id, number, folding)
            for (counted_day, account_id, _), counts in folding.items():
                if counted_day == self._characters_day:
                    self._characters[account_id] = self._characters.get(account_id, 0) + counts.characters
            self._folding = {}
            if journal is not self._journal:
                await self._end(journal)

    async def take_in_left(self) -> None:
        """Add what processes that died had counted. Journals of processes that live are left alone.

        Raises:
            StorageError: The folder of the journals cannot be read or written.
            StorageUnavailableError: The database does not answer; the next call tries again.
        """
        try:
            for left in await asyncio.to_thread(lambda: list(left_journals(self._folder))):
                try:
                    await self._take_in(left)
                finally:
                    left.release()
        except OSError as error:
            raise StorageError(f"the journals of usage in {self._folder} cannot be taken in: {error}") from error

    async def close(self) -> None:
        """End the journal if the database has all of it; else the next process takes it in."""
        await asyncio.gather(*self._commits)
        if self._folding and self._folding_journal is not self._journal:
            self._folding_journal.close()
        if self._counts or self._journaled or self._folding:
            log.error("usage is not all in the database; the next start takes it in from %s", self._folder)
            self._journal.close()
        else:
            await self._end(self._journal)

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

    def _begin_fold(self) -> None:
        """Choose what the database gets next, unless it has still to get something; a full journal gets a successor."""
        if self._folding:
            return
        if self._disk_failed and self._counts:  # the database may take what the disk does not
            self._journal.skip()
            add_counts(self._journaled, self._counts)
            self._counts = {}
            self._generation += 1
        if not self._journaled:
            return
        self._folding, self._journaled = self._journaled, {}
        self._folding_journal, self._folding_number = self._journal, self._journal.number
        if self._journal.size > FULL_BYTES:
            self._journal = Journal(self._folder)

    async def _take_in(self, left: LeftJournal) -> None:
        records = await asyncio.to_thread(left.records)
        if records:
            async with self._database.write() as connection:
                known = await self._taken_in(connection, left.id)
                counts: Counts = {}
                for number, counted in records:
                    if number > known:
                        add_counts(counts, counted)
                await self._add(connection, left.id, max(known, records[-1][0]), counts)
            log.info("usage of a server that died was taken in: %d records", len(records))
        await asyncio.to_thread(left.remove)
        await self._forget(left.id)

    async def _end(self, journal: Journal) -> None:
        try:
            await journal.remove()
        except OSError as error:  # the next start removes it; the database knows that it has it
            log.warning("a journal of usage that is no longer needed cannot be removed: %s", error)
        else:
            if journal.number:
                await self._forget(journal.id)

    async def _taken_in(self, connection: AsyncConnection, journal_id: str) -> int:
        """Number of the last record of a journal that the database has."""
        last = select(usage_writers.c.batch).where(usage_writers.c.id == journal_id)
        return int((await connection.execute(last)).scalar() or 0)

    async def _add(self, connection: AsyncConnection, journal_id: str, number: int, added: Counts) -> None:
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        mark = insert(usage_writers).values(id=journal_id, batch=number, written_ms=now_ms())
        changed = {"batch": mark.excluded.batch, "written_ms": mark.excluded.written_ms}
        await connection.execute(mark.on_conflict_do_update(index_elements=["id"], set_=changed))
        for (day, account_id, key_id), counts in sorted(added.items(), key=lambda item: item[0]):
            values = {name: getattr(counts, name) for name in COUNTED}
            row = insert(usage).values(day=day, account_id=account_id, key_id=key_id, **values)
            sums = {name: usage.c[name] + row.excluded[name] for name in COUNTED}
            keys = ["day", "account_id", "key_id"]
            await connection.execute(row.on_conflict_do_update(index_elements=keys, set_=sums))

    async def _forget(self, journal_id: str) -> None:
        """Drop what the database knows of a journal that is gone; a row that stays does no harm."""
        with suppress(StorageError):
            async with self._database.write() as connection:
                await connection.execute(delete(usage_writers).where(usage_writers.c.id == journal_id))

    async def _read_characters(self, day: str) -> None:
        total = select(usage.c.account_id, func.sum(usage.c.characters).label("total"))
        total = total.where(usage.c.day == day, usage.c.account_id.in_(sorted(self._watched)))
        async with self._flushing:  # what is counted here is either in the database or not
            async with self._database.read() as connection:
                rows = (await connection.execute(total.group_by(usage.c.account_id))).all()
            self._characters = {row.account_id: int(row.total) for row in rows}
            self._characters_day = day


def today() -> str:
    """The day that usage is counted to, UTC, as in 2026-01-31."""
    return datetime.now(UTC).date().isoformat()


def seconds_left_today() -> int:
    """Seconds until the next day, UTC."""
    return 86_400 - int(time.time()) % 86_400
