"""Recordings and samples: bytes that are found by their SHA-256 checksum, on disk or behind any URL of fsspec."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import fsspec

from openwaves.errors import StorageError, StorageUnavailableError

FOLDER = "blobs"
UNFINISHED = ".part"
WRITE_ATTEMPTS = 20  # a sweep may take an unfinished file each time
RETRY_AFTER_S = 5
_NAME = re.compile(r"[0-9a-f]{64}")


class _Place(Protocol):
    """Named files in one folder."""

    def size(self, name: str) -> int:
        """Bytes of a file; -1 if it is not there."""
        ...

    def read(self, name: str) -> bytes | None:
        """All of a file; None if it is not there."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep a file: the whole of it, or nothing."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        ...

    def names(self) -> list[str]: ...


class Blobs:
    """Keeps bytes. Blocks, so call it off the event loop; thread-safe, also among processes.

    What ``put`` has returned outlives a crash at any moment.
    """

    def __init__(self, url: str | None, data_dir: Path) -> None:
        """Name the place; nothing is opened or made before it is used.

        Args:
            url: Any folder that fsspec can write, as in ``s3://bucket/voices``; None for one in ``data_dir``.
            data_dir: Folder of everything that is kept on disk.

        Raises:
            StorageError: The URL is wrong, or its kind needs a package that is not installed.
        """
        self._place: _Place = _Disk(data_dir / FOLDER)
        if url is not None:
            try:
                files, root = fsspec.url_to_fs(url, use_listings_cache=False)
            except (ImportError, ValueError, OSError) as error:
                raise StorageError(f"blob_url: cannot be used: {error}") from error
            self._place = _Disk(Path(root)) if "file" in files.protocol else _Remote(files, root)

    def put(self, data: bytes) -> str:
        """Keep bytes, unless they are there; their name.

        Raises:
            StorageUnavailableError: They cannot be kept now.
        """
        name = hashlib.sha256(data).hexdigest()
        with _explained():
            if self._place.size(name) != len(data):
                self._place.write(name, data)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of this name.

        Raises:
            StorageError: They are lost or damaged.
            StorageUnavailableError: They cannot be read now.
        """
        with _explained():
            data = self._place.read(name)
        if data is None:
            raise StorageError(f"blob {name} is lost")
        if hashlib.sha256(data).hexdigest() != name:
            raise StorageError(f"blob {name} is damaged: its {len(data)} bytes have another checksum")
        return data

    def delete(self, name: str) -> None:
        """Remove the bytes of this name, if they are there.

        Raises:
            StorageUnavailableError: They cannot be removed now.
        """
        with _explained():
            self._place.delete(name)

    def names(self) -> set[str]:
        """The names of all blobs.

        Raises:
            StorageUnavailableError: They cannot be listed now.
        """
        with _explained():
            return {name for name in self._place.names() if _NAME.fullmatch(name)}

    def remove_unfinished(self) -> None:
        """Remove what a crash has left half-written. A writer whose file is taken so writes it again.

        Raises:
            StorageUnavailableError: They cannot be removed now.
        """
        with _explained():
            for name in self._place.names():
                if name.endswith(UNFINISHED):
                    self._place.delete(name)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read: once it is there, all of it is on disk.

    Raises:
        OSError: It cannot be written; what was at ``path`` is there as before.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{secrets.token_hex(8)}{UNFINISHED}")
    try:
        unfinished.touch(mode=0o600, exist_ok=False)
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class _Disk:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def size(self, name: str) -> int:
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return -1

    def read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        for attempt in range(WRITE_ATTEMPTS):
            try:
                write_whole(self._folder / name, data)
            except FileNotFoundError:
                if attempt == WRITE_ATTEMPTS - 1:
                    raise
            else:
                return

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        try:
            return [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []


class _Remote:
    """An object store shows a whole object or none; a name whose size is wrong is written again."""

    def __init__(self, files: Any, root: str) -> None:
        self._files = files
        self._root = root.rstrip("/")

    def size(self, name: str) -> int:
        try:
            return int(self._files.size(self._path(name)) or 0)
        except FileNotFoundError:
            return -1

    def read(self, name: str) -> bytes | None:
        try:
            data: bytes = self._files.cat_file(self._path(name))
        except FileNotFoundError:
            return None
        return data

    def write(self, name: str, data: bytes) -> None:
        self._files.makedirs(self._root, exist_ok=True)
        self._files.pipe_file(self._path(name), data)

    def delete(self, name: str) -> None:
        try:
            self._files.rm_file(self._path(name))
        except FileNotFoundError:
            return

    def names(self) -> list[str]:
        try:
            return [path.rsplit("/", 1)[-1] for path in self._files.ls(self._root, detail=False, refresh=True)]
        except FileNotFoundError:
            return []

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


@contextmanager
def _explained() -> Iterator[None]:
    """Failures of a disk, or of any client library behind fsspec, in this project's words."""
    try:
        yield
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        raise StorageUnavailableError(detail, RETRY_AFTER_S, "store of recordings") from error
