"""One database: its connections, its migrations, and its errors in this project's words."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

import alembic.command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import Connection, event, text, update
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from openwaves.errors import StorageError, StorageUnavailableError
from openwaves.storage.tables import revisions

SQLITE_FILE = "openwaves.db"
BUSY_TIMEOUT_MS = 10_000
MIGRATION_TIMEOUT_S = 60
MIGRATION_LOCK = 0x0_4F57_4156  # PostgreSQL's advisory locks have numbers for names
RETRY_AFTER_S = 5
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys = ON",
)


class Database:
    """Connections to one database. Used from one event loop.

    Attributes:
        dialect: ``sqlite`` or ``postgresql``.
    """

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self._engine = engine
        self._writer = engine.execution_options(immediate=True)
        self._folder = folder
        self.dialect = engine.dialect.name

    @classmethod
    async def open(cls, url: str | None, folder: Path) -> Self:
        """Connect, and bring the tables to this version's state.

        Args:
            url: ``postgresql://…`` or ``sqlite:///…``; None for a file in ``folder``.
            folder: Where the SQLite file and the lock of migrations lie.

        Raises:
            StorageError: The address is wrong, the folder is not writable, or the tables are of a newer version.
            StorageUnavailableError: The database does not answer.
        """
        database = cls(_engine(url, folder), folder)
        try:
            await database._migrate()
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with _explained():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection all of whose reads see one state of the database, whatever is written meanwhile.

        Raises:
            StorageUnavailableError: The database failed.
        """
        engine = self._engine  # SQLite's transactions are like that
        if self.dialect == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with _explained():
            async with engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of the block is kept once it ends, or nothing.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with _explained():
            async with self._writer.begin() as connection:
                yield connection

    async def close(self) -> None:
        """End every connection."""
        await self._engine.dispose()

    async def _migrate(self) -> None:
        is_file = self.dialect == "sqlite"
        lock = FileLock(self._folder / "migration.lock", MIGRATION_TIMEOUT_S) if is_file else nullcontext()
        with _explained():
            try:
                await asyncio.to_thread(lock.__enter__)
            except Timeout as error:
                raise StorageUnavailableError("another process migrates the database", RETRY_AFTER_S) from error
            try:
                async with self._writer.begin() as connection:
                    if not is_file:
                        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                    await connection.run_sync(_upgrade)
            finally:
                await asyncio.to_thread(lock.__exit__, None, None, None)


async def raise_revision(connection: AsyncConnection, name: str) -> int:
    """Tell every process that rows of a kind change with this transaction; its new number.

    Call it first: on PostgreSQL it makes transactions of one kind follow each other.
    """
    counter = update(revisions).where(revisions.c.name == name).values(value=revisions.c.value + 1)
    return int((await connection.execute(counter.returning(revisions.c.value))).scalar_one())


def _engine(url: str | None, folder: Path) -> AsyncEngine:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if url is None:
            path = folder / SQLITE_FILE
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            return _sqlite(f"sqlite+aiosqlite:///{path}")
        parsed = make_url(url)
    except OSError as error:
        raise StorageError(f"the data folder {folder} cannot be used: {error}; set OPENWAVES_DATA_DIR") from error
    except ArgumentError as error:
        raise StorageError("database_url: is not a URL such as postgresql://user:password@host/name") from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed.set(drivername="sqlite+aiosqlite"))
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise StorageError(f"database_url: {parsed.get_backend_name()!r} is not known; use postgresql or sqlite")
    try:
        return create_async_engine(
            parsed.set(drivername="postgresql+asyncpg"),
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=5,
            pool_timeout=10,
            connect_args={"timeout": 10, "command_timeout": 30},
            hide_parameters=True,
        )
    except ImportError as error:
        raise StorageError("PostgreSQL needs one more package: pip install 'openwaves[postgres]'") from error


def _sqlite(url: Any) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=5, max_overflow=5, pool_timeout=10, hide_parameters=True)

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transactions of its own
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    def begun(connection: Connection) -> None:
        # A transaction that begins as a reader cannot wait for another writer.
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    def failed(context: ExceptionContext) -> None:
        # A file that could not be opened for writing stays read-only on that connection, when the disk is well again.
        name = getattr(context.original_exception, "sqlite_errorname", "")
        if name.startswith(("SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")):
            context.is_disconnect = True

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "handle_error", failed)
    event.listen(engine.sync_engine, "begin", begun)
    return engine


def newest_version() -> str:
    """The version of the tables that this code makes."""
    return max(_versions(_config()))


def current_version(connection: Connection) -> str:
    """The version of a database's tables; empty before there are any."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "openwaves.storage:migrations")
    return config


def _versions(config: Config) -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    known = _versions(config)
    current = current_version(connection) or None
    if current is not None and current not in known:
        raise StorageError(
            f"the database has tables of version {current}, which a newer openwaves made; "
            f"this one knows up to {max(known)}: upgrade openwaves, or restore an older database"
        )
    alembic.command.upgrade(config, "head")


@contextmanager
def _explained() -> Iterator[None]:
    """Failures of the database in this project's words, without statements and their values."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        lines = str(cause).splitlines() or [""]
        raise StorageUnavailableError(f"{type(cause).__name__}: {lines[0]}", RETRY_AFTER_S) from error
