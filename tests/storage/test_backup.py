"""A backup on either database, restored into either: every row and every recording as it was."""

import asyncio
import io
import json
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from openwaves.cli import cli
from openwaves.errors import StorageError
from openwaves.storage import Store
from openwaves.storage.accounts import AccountLimits
from openwaves.storage.backup import look_into
from openwaves.storage.database import Database
from openwaves.storage.tables import metadata
from openwaves.types import DictionaryItem
from tests.storage.test_clones import keep

ITEMS = [DictionaryItem("nginx", "इंजन-एक्स")]
CHANGING = {"revisions", "usage_writers"}
"""A counter is higher after a restore; the row of a journal goes when its process ends."""


async def rows(url: str, folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    database = await Database.open(url or None, folder)
    try:
        async with database.read() as connection:
            return {
                table.name: [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }
    finally:
        await database.close()


async def fill(store: Store) -> str:
    """Something of every kind; the secret of a key."""
    account = await store.accounts.create("Zoë", AccountLimits(concurrency=3))
    _, secret = await store.accounts.create_key(account.id, "laptop")
    await store.keys.refresh()
    await store.dictionaries.create(account.id, ITEMS)
    await keep(store, account_id=account.id)
    await keep(store, recording=bytes(range(256)) * 99)
    caller = store.keys.caller(secret)
    assert caller is not None
    meter = store.usage.begin(caller)
    meter.add_audio(1.25)
    await meter.commit()
    await store.usage.flush()
    return secret


@pytest.fixture
def other_url(request: pytest.FixtureRequest, database_url: str) -> str:
    """Address of an empty database of the other kind."""
    if database_url:
        return ""
    running = request.getfixturevalue("postgres_server")
    running.run("DROP DATABASE IF EXISTS restored")
    running.run("CREATE DATABASE restored")
    return str(running.url("restored"))


async def test_all_is_as_it_was_also_on_the_other_database(database_url: str, other_url: str, tmp_path: Path) -> None:
    archive = tmp_path / "kept" / "backup.tar.gz"
    async with await Store.open(database_url or None, tmp_path / "old") as store:
        secret = await fill(store)
        contents = await store.back_up(archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert secret.encode() not in archive.read_bytes()
    assert (contents.rows["clones"], contents.rows["usage"], contents.n_blobs) == (2, 1, 4)
    before = await rows(database_url, tmp_path / "old")
    async with await Store.open(other_url or None, tmp_path / "new") as store:
        assert await store.restore(archive) == contents
    async with await Store.open(other_url or None, tmp_path / "new") as store:
        after = await rows(other_url, tmp_path / "new")
        caller = store.keys.caller(secret)
        assert caller is not None
        (clone,) = await store.clones.of_account(caller.account.id)
        assert await store.clones.sample(clone.id, 1) == b"two"
        with pytest.raises(StorageError, match="not empty"):
            await store.restore(archive)
        await store.restore(archive, replace=True)
    assert {name for name in before if before[name] != after[name]} == CHANGING
    assert await asyncio.to_thread(lambda: {path.name for path in (tmp_path / "new" / "blobs").iterdir()}) == {
        path.name for path in (tmp_path / "old" / "blobs").iterdir()
    }
    assert all(new[1] > old[1] for old, new in zip(before["revisions"], after["revisions"], strict=True))  # type: ignore[operator]


async def test_a_backup_is_of_one_moment_while_others_write(database_url: str, tmp_path: Path) -> None:
    async with await Store.open(database_url or None, tmp_path) as store:

        async def write() -> None:
            for number in range(40):
                await store.dictionaries.create("default", ITEMS)
                if number % 4 == 3:
                    made = await keep(store, recording=b"%d" % number)
                    await store.clones.delete("default", made.id)

        writing = asyncio.create_task(write())
        for number in range(3):
            archive = tmp_path / f"{number}.tar"
            await store.back_up(archive)
            contents, tables = look_into(archive)
            named = {row["recording"] for row in tables["clones"]} | {row["blob"] for row in tables["clone_samples"]}
            assert contents.n_blobs == len(named)
        await writing


async def test_a_lost_recording_is_told(tmp_path: Path) -> None:
    async with await Store.open(None, tmp_path) as store:
        await keep(store)
        next((tmp_path / "blobs").iterdir()).write_bytes(b"other")
        with pytest.raises(StorageError, match="lost or damaged"):
            await store.back_up(tmp_path / "backup.tar")
    assert not list(tmp_path.glob("backup*"))


def rewritten(archive: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same archive with other bytes in some of its files, or without them."""
    target = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(target, "w") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            data = change(member.name, file.read())
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target


def newer(name: str, data: bytes) -> bytes:
    if name != "manifest.json":
        return data
    return json.dumps({**json.loads(data), "tables_version": "9999", "openwaves": "99.0"}).encode()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda name, data: data[:-2] + b"x\n" if name == "tables/accounts.jsonl" else data,
            "accounts.jsonl is damaged",
        ),
        (lambda name, data: data + b"x" if name.startswith("blobs/") else data, "is damaged"),
        (lambda name, data: None if name.startswith("blobs/") else data, "is not whole: it has 0 of 3"),
        (lambda name, data: None if name == "tables/usage.jsonl" else data, "is not whole"),
        (lambda name, data: None if name == "manifest.json" else data, "no backup of openwaves"),
        (newer, "openwaves 99.0 made it, with tables of version 9999"),
    ],
)
async def test_what_is_not_as_it_was_made_changes_nothing(
    tmp_path: Path, change: Callable[[str, bytes], bytes | None], told: str
) -> None:
    async with await Store.open(None, tmp_path / "old") as store:
        await keep(store)
        await store.back_up(tmp_path / "backup.tar")
    changed = await asyncio.to_thread(rewritten, tmp_path / "backup.tar", change)
    async with await Store.open(None, tmp_path / "new") as store:
        with pytest.raises(StorageError, match=re.escape(told)):
            await store.restore(changed)
        assert await store.clones.of_account("default") == []
    assert not (tmp_path / "new" / "blobs").exists()


def test_the_commands(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    run("accounts", "create", "Ada", "--data-dir", str(tmp_path / "old"))
    made = run("backup", str(tmp_path), "--data-dir", str(tmp_path / "old"))
    assert re.fullmatch(r"openwaves-\d{8}T\d{6}Z\.tar\.gz", Path(made).name)
    assert "2 accounts" in run("restore", made, "--check")
    run("restore", made, "--data-dir", str(tmp_path / "new"))
    assert "Ada" in run("accounts", "list", "--data-dir", str(tmp_path / "new"))
    again = CliRunner().invoke(cli, ["backup", made])
    assert again.exit_code == 2
    assert "--force" in again.output
