"""All that is kept, as one archive: made while servers run, restored into either kind of database.

An archive is a tar file. ``manifest.json`` comes first; ``tables/NAME.jsonl`` holds the rows of a table as they were at
one moment, one JSON array a line, bytes in base64; ``blobs/SHA256`` holds a recording or a sample. The manifest tells
the columns, the number and the SHA-256 checksum of each table's rows, and what version of the tables they are of.
"""

import asyncio
import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Table, delete, func, insert, select

from openwaves import __version__
from openwaves.errors import StorageError
from openwaves.storage.accounts import FIRST_ACCOUNT
from openwaves.storage.blobs import UNFINISHED, Blobs
from openwaves.storage.database import Database, current_version, newest_version
from openwaves.storage.tables import accounts, clone_samples, clones, metadata, revisions

FORMAT = 1
MANIFEST = "manifest.json"
PACKED = (".gz", ".tgz")
ROWS_AT_ONCE = 500
MOST_BLOB_BYTES = 1 << 30
OWN_TABLES = ("revisions", "secrets", "accounts")
"""Tables that every store has rows in from its start."""

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds.

    Attributes:
        made_at: When it was made, ISO 8601.
        rows: Number of rows of each table.
        n_blobs: Number of recordings and samples.
        n_bytes: Their size.
    """

    made_at: str
    rows: Mapping[str, int]
    n_blobs: int
    n_bytes: int


async def back_up(database: Database, blobs: Blobs, path: Path) -> Contents:
    """Write all that is kept to a file, which only its owner can read.

    A cloned voice that is deleted meanwhile is left out.

    Args:
        database: The database; servers may write to it meanwhile.
        blobs: Recordings and samples.
        path: The file, packed with gzip if its name says so. It is there once it is whole.

    Raises:
        StorageError: A recording is lost or damaged, or the file cannot be written.
        StorageUnavailableError: The database or the store of recordings does not answer.
    """
    tables, version = await _read(database)
    names = _named(tables)
    lost = {name for name in names if not await asyncio.to_thread(_is_there, blobs, name)}
    if lost:
        still, _ = await _read(database, (clones, clone_samples))
        if gone := lost & _named(still):
            raise StorageError(f"blob {min(gone)} is lost or damaged, and a cloned voice needs it: no backup was made")
        _leave_out(tables, lost)
        names = _named(tables)
    try:
        return await asyncio.to_thread(_write, path, tables, version, blobs, sorted(names))
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror or error}") from error


def look_into(path: Path) -> tuple[Contents, dict[str, list[dict[str, Any]]]]:
    """Check an archive, every byte of it; what it holds, and its rows.

    Raises:
        StorageError: It cannot be read, is damaged, or another version made it.
    """
    with _opened(path) as archive:
        manifest = _manifest(path, archive)
        tables: dict[str, list[dict[str, Any]]] = {}
        n_blobs = n_bytes = 0
        for kind, name, data in _members(path, archive):
            checksum = hashlib.sha256(data).hexdigest()
            if kind == "blobs":
                n_blobs, n_bytes = n_blobs + 1, n_bytes + len(data)
                is_right = checksum == name
            else:
                told = manifest["tables"].get(name.removesuffix(".jsonl"), {})
                is_right = checksum == told.get("sha256")
                if is_right:
                    tables[name.removesuffix(".jsonl")] = _rows(name, told["columns"], data)
            if not is_right:
                raise StorageError(f"{path}: {kind}/{name} is damaged: its bytes have another checksum")
        if set(tables) != set(manifest["tables"]) or n_blobs != manifest["n_blobs"]:
            raise StorageError(
                f"{path}: is not whole: it has {n_blobs} of {manifest['n_blobs']} recordings and samples"
            )
    return Contents(manifest["made_at"], {name: len(rows) for name, rows in tables.items()}, n_blobs, n_bytes), tables


async def restore(database: Database, blobs: Blobs, path: Path, *, replace: bool = False) -> Contents:
    """Put back what an archive holds. The database changes in one transaction, after all recordings are in place.

    Args:
        database: Where the rows go. Stop the servers first: they keep in memory what they have read.
        blobs: Where recordings and samples go.
        path: The archive.
        replace: Whether what the database holds may be deleted.

    Raises:
        StorageError: The archive cannot be used, or the database is not empty.
        StorageUnavailableError: The database or the store of recordings does not answer.
    """
    contents, tables = await asyncio.to_thread(look_into, path)
    if not replace and (found := await _first_row(database)):
        raise StorageError(f"the database is not empty: it has rows in {found}; --replace deletes what it holds")
    await asyncio.to_thread(_put_blobs, path, blobs)
    async with database.write() as connection:
        before = {row.name: row.value for row in await connection.execute(select(revisions))}
        for table in reversed(metadata.sorted_tables):
            await connection.execute(delete(table))
        for table in metadata.sorted_tables:
            rows = [_decoded(table, row) for row in tables.get(table.name, ())]
            if table is revisions:  # higher than any process has seen
                rows = [{**row, "value": max(row["value"], before.get(row["name"], 0)) + 1} for row in rows]
            for begin in range(0, len(rows), ROWS_AT_ONCE):
                await connection.execute(insert(table), rows[begin : begin + ROWS_AT_ONCE])
    return contents


async def _read(
    database: Database, wanted: Sequence[Table] = tuple(metadata.sorted_tables)
) -> tuple[dict[str, list[Row]], str]:
    """The rows of the tables at one moment, and the version of the tables."""
    async with database.snapshot() as connection:
        version = await connection.run_sync(current_version)
        tables = {}
        for table in wanted:
            rows = await connection.execute(select(table).order_by(*table.primary_key))
            tables[table.name] = [[_encoded(value) for value in row] for row in rows]
    return tables, version


def _encoded(value: Any) -> Any:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes | memoryview) else value


def _decoded(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: base64.b64decode(value) if isinstance(table.c[name].type, LargeBinary) and value is not None else value
        for name, value in row.items()
    }


def _named(tables: Mapping[str, list[Row]]) -> set[str]:
    """The blobs that rows of clones and of their samples name."""
    columns = ((clones, "recording"), (clone_samples, "blob"))
    places = [(table.name, list(table.c.keys()).index(column)) for table, column in columns]
    return {row[place] for name, place in places for row in tables[name]}


def _leave_out(tables: dict[str, list[Row]], lost: set[str]) -> None:
    """Drop the clones that name lost blobs, and their samples."""
    recording, blob = list(clones.c.keys()).index("recording"), list(clone_samples.c.keys()).index("blob")
    gone = {row[0] for row in tables["clones"] if row[recording] in lost}
    gone |= {row[0] for row in tables["clone_samples"] if row[blob] in lost}
    for name in ("clones", "clone_samples"):  # the clone's id is the first column of both
        tables[name] = [row for row in tables[name] if row[0] not in gone]


def _is_there(blobs: Blobs, name: str) -> bool:
    try:
        blobs.get(name)
    except StorageError as error:
        if type(error) is StorageError:
            return False
        raise
    return True


def _write(path: Path, tables: Mapping[str, list[Row]], version: str, blobs: Blobs, names: Sequence[str]) -> Contents:
    encoded = {
        name: b"".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for row in rows)
        for name, rows in tables.items()
    }
    made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    manifest = {
        "format": FORMAT,
        "openwaves": __version__,
        "tables_version": version,
        "made_at": made_at,
        "n_blobs": len(names),
        "tables": {
            name: {
                "columns": list(metadata.tables[name].c.keys()),
                "rows": len(tables[name]),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            for name, data in encoded.items()
        },
    }
    unfinished, n_bytes = path.with_name(path.name + UNFINISHED), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            packed: Any = gzip.GzipFile(fileobj=file, mode="wb") if path.name.endswith(PACKED) else file
            with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
                for name, data in encoded.items():
                    _add(archive, f"tables/{name}.jsonl", data)
                for name in names:
                    data = blobs.get(name)
                    n_bytes += len(data)
                    _add(archive, f"blobs/{name}", data)
            if packed is not file:
                packed.close()
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return Contents(made_at, {name: len(rows) for name, rows in tables.items()}, len(names), n_bytes)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
    archive.addfile(member, io.BytesIO(data))


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:*") as archive:
            yield archive
    except FileNotFoundError as error:
        raise StorageError(f"{path}: there is no such file") from error
    except (tarfile.TarError, EOFError, OSError, gzip.BadGzipFile) as error:
        raise StorageError(f"{path}: is no archive, or is damaged: {error}") from error


def _manifest(path: Path, archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    if first is None or first.name != MANIFEST:
        raise StorageError(f"{path}: is no backup of openwaves")
    try:
        manifest: dict[str, Any] = json.loads(_bytes(archive, first))
        kind, version = manifest["format"], str(manifest["tables_version"])
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path}: is no backup of openwaves") from error
    newest = newest_version()
    if kind != FORMAT or version > newest:
        raise StorageError(
            f"{path}: openwaves {manifest.get('openwaves')} made it, with tables of version {version} in format "
            f"{kind}; this one knows tables up to {newest} and format {FORMAT}: upgrade openwaves first"
        )
    return manifest


def _members(path: Path, archive: tarfile.TarFile) -> Iterator[tuple[str, str, bytes]]:
    """What follows the manifest: ``tables`` or ``blobs``, the name in it, and the bytes."""
    while member := archive.next():
        kind, _, name = member.name.partition("/")
        if kind not in ("tables", "blobs") or not member.isfile():
            raise StorageError(f"{path}: {member.name!r} is no part of a backup")
        yield kind, name, _bytes(archive, member)


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member) if member.size <= MOST_BLOB_BYTES else None
    if file is None:
        raise tarfile.ReadError(f"{member.name} is no file of a usual size")
    return file.read()


def _rows(name: str, columns: Sequence[str], data: bytes) -> list[dict[str, Any]]:
    """Rows as mappings: an older version's have fewer columns, and the others get their defaults."""
    known = metadata.tables.get(name.removesuffix(".jsonl"))
    if known is None or not set(columns) <= set(known.c.keys()):
        raise StorageError(f"{name}: has columns that this version does not know")
    return [dict(zip(columns, json.loads(line), strict=True)) for line in data.splitlines()]


def _put_blobs(path: Path, blobs: Blobs) -> None:
    with _opened(path) as archive:
        _manifest(path, archive)
        for kind, _, data in _members(path, archive):
            if kind == "blobs":
                blobs.put(data)


async def _first_row(database: Database) -> str:
    """A table that somebody has filled; empty if there is none."""
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = select(func.count()).select_from(table)
            if table is accounts:
                rows = rows.where(accounts.c.id != FIRST_ACCOUNT)
            elif table.name in OWN_TABLES:
                continue
            if (await connection.execute(rows)).scalar_one():
                return table.name
    return ""
