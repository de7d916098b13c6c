"""The journal of usage: what was committed outlives a crash, and counts once."""

import asyncio
import random
import zlib
from pathlib import Path

import pytest

from openwaves.storage import Store
from openwaves.storage import usage as usage_module
from openwaves.storage.accounts import Caller
from openwaves.storage.journal import Usage, decode, encode

KEY = "sk_fixed_key"
DAY = ("2026-01-31", "default", "key_1")


async def open_store(url: str, folder: Path) -> Store:
    return await Store.open(url or None, folder, KEY)


def caller_of(store: Store) -> Caller:
    caller = store.keys.caller(KEY)
    assert caller is not None
    return caller


async def speak(store: Store, times: int = 1) -> None:
    for _ in range(times):
        meter = store.usage.begin(caller_of(store))
        store.usage.count(caller_of(store)).characters += 10
        meter.add_audio(0.5)
        await meter.commit()


async def die(store: Store) -> None:
    """End as a killed process does: nothing is written any more, the system frees the locks."""
    for journal in {store.usage._journal, store.usage._folding_journal}:
        journal.close()
    await store._database.close()


async def counted(store: Store) -> tuple[int, int, float]:
    rows = await store.usage.rows()
    return (
        sum(row.counts.requests for row in rows),
        sum(row.counts.characters for row in rows),
        sum(row.counts.audio_s for row in rows),
    )


def left(folder: Path) -> list[str]:
    return sorted(path.suffix for path in (folder / "usage").glob("*"))


async def test_what_was_committed_outlives_a_crash(database_url: str, tmp_path: Path) -> None:
    store = await open_store(database_url, tmp_path)
    await speak(store, 3)
    await store.usage.flush()
    await speak(store, 4)
    await die(store)
    for _ in range(2):
        async with await open_store(database_url, tmp_path) as store:
            assert await counted(store) == (7, 70, 3.5)
    assert left(tmp_path) == []


async def test_a_crash_while_a_journal_is_taken_in_counts_nothing_twice(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_store(database_url, tmp_path)
    await speak(store, 3)
    await die(store)
    with monkeypatch.context() as patched:  # the process dies after the commit and before the file is removed
        patched.setattr("openwaves.storage.journal.LeftJournal.remove", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await open_store(database_url, tmp_path)
    assert ".journal" in left(tmp_path)
    async with await open_store(database_url, tmp_path) as store:
        assert await counted(store) == (3, 30, 1.5)
        assert ".journal" not in left(tmp_path)


async def test_processes_that_live_keep_their_journals(database_url: str, tmp_path: Path) -> None:
    one = await open_store(database_url, tmp_path)
    other = await open_store(database_url, tmp_path)
    await speak(one)
    await speak(other, 2)
    await one.usage.take_in_left()
    await other.usage.take_in_left()
    assert await counted(one) == (0, 0, 0)
    await die(other)
    await one.usage.take_in_left()
    assert await counted(one) == (2, 20, 1)
    await one.close()
    async with await open_store(database_url, tmp_path) as last:
        assert await counted(last) == (3, 30, 1.5)


async def test_full_journals_are_followed_by_others(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_module, "FULL_BYTES", 200)
    store = await open_store(database_url, tmp_path)
    for number in range(12):
        await asyncio.gather(speak(store, 3), store.usage.flush(), speak(store))
        assert len(list((tmp_path / "usage").glob("*.journal"))) <= 2, number
        await store.usage.flush()
        await store.usage.flush()  # with nothing to write
    await die(store)
    async with await open_store(database_url, tmp_path) as store:
        assert await counted(store) == (48, 480, 24)


async def test_who_ends_at_the_same_time_shares_a_write(tmp_path: Path) -> None:
    async with await open_store("", tmp_path) as store:
        await asyncio.gather(*(speak(store) for _ in range(200)))
        assert store.usage._journal.number <= 3
        await store.usage.flush()
        assert await counted(store) == (200, 2000, 100)


async def test_a_client_that_hangs_up_stops_no_write(tmp_path: Path) -> None:
    async with await open_store("", tmp_path) as store:
        rng = random.Random(1)
        for _ in range(50):
            task = asyncio.create_task(speak(store))
            await asyncio.sleep(rng.random() / 1000)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.usage.flush()
        requests, characters, _ = await counted(store)
        assert requests == characters / 10 == 50


async def test_counts_stay_in_memory_while_the_disk_fails(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_store(database_url, tmp_path)
    (tmp_path / "usage").write_text("in the way of the folder")
    await speak(store, 2)
    await speak(store, 1)
    assert caplog.text.count("kept in memory only") == 1
    await store.usage.flush()  # the database takes them all the same
    assert await counted(store) == (3, 30, 1.5)
    await speak(store)
    (tmp_path / "usage").unlink()
    await speak(store)
    assert "can be written again" in caplog.text
    await die(store)
    async with await open_store(database_url, tmp_path) as store:
        assert await counted(store) == (5, 50, 2.5)


async def test_a_journal_of_another_version_is_told_and_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "usage").mkdir()
    data = b'{"version": 9}'
    path = tmp_path / "usage" / "journal_x.journal"
    path.write_bytes(b"%08x %s\n" % (zlib.crc32(data), data))
    async with await open_store("", tmp_path) as store:
        await speak(store)
    assert "another version" in caplog.text
    assert data in path.read_bytes()


def test_a_record_that_was_cut_off_anywhere_costs_only_itself() -> None:
    first, second = encode(1, {DAY: Usage(1, 2, 3.25, 4)}), encode(2, {DAY: Usage(5, 6, 0.1, 8)})
    for length in range(len(second) - 1):
        assert list(decode(first + second[:length])) == [(1, {DAY: Usage(1, 2, 3.25, 4)})]
        assert [number for number, _ in decode(first + second + second[length + 1 :])] == [1, 2]
    assert list(decode(b"")) == list(decode(bytes(100))) == []
