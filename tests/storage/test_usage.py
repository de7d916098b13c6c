"""The usage ledger in real databases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from openwaves.errors import StorageUnavailableError
from openwaves.storage import Store
from openwaves.storage.accounts import Caller
from openwaves.storage.journal import Usage


async def test_processes_add_up_and_a_refused_batch_is_written_once(database_url: str, tmp_path: Path) -> None:
    async with (
        await Store.open(database_url or None, tmp_path, "sk_fixed_key") as one,
        await Store.open(database_url or None, tmp_path, "sk_fixed_key") as other,
    ):
        caller = known(one)
        for store in (one, other, one):
            meter = store.usage.begin(caller)
            store.usage.count(caller).characters += 10
            meter.add_audio(1.5)
            meter.fail()
            meter.fail()
            await store.usage.flush()
            await store.usage.flush()
        (row,) = await one.usage.rows()
        assert row.counts == Usage(3, 30, 4.5, 3)
        assert await one.usage.rows(until="2000-01-01") == []
        assert await one.usage.rows(account_id="nobody") == []


async def test_a_commit_that_was_not_confirmed_is_not_repeated(database_url: str, tmp_path: Path) -> None:
    async with await Store.open(database_url or None, tmp_path, "sk_fixed_key") as store:
        store.usage.begin(known(store))
        write = store._database.write

        @asynccontextmanager
        async def confirmation_lost() -> AsyncIterator[AsyncConnection]:
            async with write() as connection:
                yield connection
            raise StorageUnavailableError("connection lost after the commit", 1)

        store._database.write = confirmation_lost  # type: ignore[method-assign]
        with pytest.raises(StorageUnavailableError):
            await store.usage.flush()
        store._database.write = write  # type: ignore[method-assign]
        await store.usage.flush()
        (row,) = await store.usage.rows()
        assert row.counts.requests == 1


async def test_characters_of_today_count_all_processes(database_url: str, tmp_path: Path) -> None:
    async with (
        await Store.open(database_url or None, tmp_path, "sk_fixed_key") as one,
        await Store.open(database_url or None, tmp_path, "sk_fixed_key") as other,
    ):
        caller = known(one)
        await one.usage.know("default")
        other.usage.count(caller).characters += 100
        await other.usage.flush()
        one.usage.count(caller).characters += 7
        await one.usage.refresh()
        assert one.usage.characters_today("default") == 107
        await one.usage.flush()
        assert one.usage.characters_today("default") == 107
        await one.usage.refresh()
        assert one.usage.characters_today("default") == 107


async def test_what_was_counted_is_written_at_the_end(database_url: str, tmp_path: Path) -> None:
    async with await Store.open(database_url or None, tmp_path, "sk_fixed_key") as store:
        store.start()
        store.usage.begin(known(store))
    async with await Store.open(database_url or None, tmp_path, "sk_fixed_key") as store:
        assert [row.counts.requests for row in await store.usage.rows()] == [1]


def known(store: Store) -> Caller:
    caller = store.keys.caller("sk_fixed_key")
    assert caller is not None
    return caller
