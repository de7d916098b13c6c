"""Migrations, and databases that fail."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from openwaves.errors import StorageError, StorageUnavailableError
from openwaves.storage import Store
from openwaves.storage.blobs import Blobs
from openwaves.storage.database import Database
from openwaves.storage.migrations import versions as versions_package
from openwaves.storage.signer import Signer
from openwaves.storage.tables import metadata
from openwaves.types import DictionaryItem
from tests.databases import Postgres

SCHEMAS = Path(__file__).parent / "schemas"
"""A database of each schema, as SQL; each holds the same rows, from 0002 on a cloned voice too."""


async def test_migrations_make_the_tables_that_the_code_uses(database_url: str, tmp_path: Path) -> None:
    database = await Database.open(database_url or None, tmp_path)
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    await database.close()
    assert differences == []


async def test_tables_of_a_newer_version_are_refused_and_left_alone(database_url: str, tmp_path: Path) -> None:
    database = await Database.open(database_url or None, tmp_path)
    async with database.write() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(StorageError, match=r"9999.*newer"):
        await Store.open(database_url or None, tmp_path)


async def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "openwaves.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="not a database"):
        await Store.open(None, tmp_path)


async def test_a_database_that_goes_away_and_returns(postgres_server: Postgres, tmp_path: Path) -> None:
    await asyncio.to_thread(postgres_server.run, "CREATE DATABASE returning_one")
    async with await Store.open(postgres_server.url("returning_one"), tmp_path, "sk_fixed_key") as store:
        caller = store.keys.caller("sk_fixed_key")
        assert caller is not None
        store.usage.begin(caller)
        await asyncio.to_thread(postgres_server.stop)
        for work in (store.refresh, store.usage.flush, store.accounts.all):
            with pytest.raises(StorageUnavailableError):
                await work()
        assert store.keys.caller("sk_fixed_key") == caller
        store.usage.begin(caller)
        await asyncio.to_thread(postgres_server.start)
        await store.usage.flush()
        await store.usage.flush()
        (row,) = await store.usage.rows()
        assert row.counts.requests == 2


async def test_writers_wait_for_each_other(database_url: str, tmp_path: Path) -> None:
    stores = [await Store.open(database_url or None, tmp_path) for _ in range(3)]
    await asyncio.gather(*(store.accounts.create(f"{n}-{k}") for n, store in enumerate(stores) for k in range(10)))
    assert len(await stores[0].accounts.all()) == 31
    for store in stores:
        await store.close()


async def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    database = await Database.open(None, tmp_path)
    store = Store(database, Blobs(None, tmp_path), await Signer.open(database), tmp_path)
    async with database.write() as connection:
        pages = (await connection.execute(sa.text("PRAGMA page_count"))).scalar_one()
        await connection.execute(sa.text(f"PRAGMA max_page_count = {pages}"))  # of this connection
    items = [DictionaryItem(f"word{number}", "engine-x") for number in range(5000)]
    await store.accounts.ensure_first()
    with pytest.raises(StorageUnavailableError, match="full"):
        await store.dictionaries.create("default", items)
    assert await store.dictionaries.of_account("default") == []
    async with database.write() as connection:
        await connection.execute(sa.text("PRAGMA max_page_count = 1073741823"))
    await store.dictionaries.create("default", items)
    assert len(await store.dictionaries.of_account("default")) == 1
    await store.close()


@pytest.mark.parametrize("schema", sorted(SCHEMAS.glob("*.sql")), ids=lambda path: path.stem)
async def test_every_earlier_schema_is_brought_up_to_date_with_its_rows(
    database_url: str, schema: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / ("openwaves.db" if not database_url else "rows.db"))) as connection:
        connection.executescript(schema.read_text(encoding="utf-8"))
        if database_url:
            await copy_rows(connection, database_url, schema.stem)
    async with await Store.open(database_url or None, tmp_path) as store:
        caller = store.keys.caller("sk_kept_for_the_tests_of_migrations")
        assert caller is not None
        assert (caller.account.name, caller.account.limits.concurrency) == ("Sound Ltd", 3)
        (dictionary,) = await store.dictionaries.of_account(caller.account.id)
        assert dictionary.items == (DictionaryItem("nginx", "engine-x"), DictionaryItem("एपीआई", "ए पी आई"))
        (row,) = await store.usage.rows()
        assert (row.counts.requests, row.counts.characters, row.counts.audio_s) == (1, 5, 1.5)
        assert row.counts.heard_s == (2.5 if schema.stem >= "0003" else 0)
        tokens = (row.counts.prompt_tokens, row.counts.completion_tokens)
        assert tokens == ((7, 3) if schema.stem >= "0004" else (0, 0))
        if schema.stem >= "0002":
            (clone,) = await store.clones.of_account(caller.account.id)
            assert (clone.details.name, clone.details.tags) == ("Asha", ("hindi", "calm"))
            voice = await store.clones.resolve(caller.account.id, clone.id)
            assert voice.style is not None
            assert (voice.style[0], voice.style[-1], voice.pitch, voice.gain_db) == (-1, 1, 0.9, -1.5)
            assert voice.fast_likeness == (0.875 if schema.stem >= "0005" else None)
        store.usage.begin(caller)
        await store.usage.flush()
        await store.accounts.create("made by this version")


async def copy_rows(source: sqlite3.Connection, url: str, version: str) -> None:
    """Make the tables of an earlier version in PostgreSQL, by its own migrations, and fill them."""

    def fill(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "openwaves.storage:migrations")
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, version)
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            connection.execute(table.delete())
            rows = source.execute(f"SELECT {', '.join(table.columns.keys())} FROM {table.name}")
            for row in rows:
                values = dict(zip(table.columns.keys(), row, strict=True))
                for column in table.columns:
                    if isinstance(column.type, sa.JSON) and values[column.name] is not None:
                        values[column.name] = json.loads(values[column.name])
                connection.execute(table.insert().values(values))

    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:", 1))
    async with engine.begin() as connection:
        await connection.run_sync(fill)
    await engine.dispose()


def test_every_migration_has_its_schema_here() -> None:
    versions = Path(versions_package.__path__[0])
    assert {path.stem for path in SCHEMAS.glob("*.sql")} == {path.stem[1:5] for path in versions.glob("m*.py")}
