"""Usage on the disk before it is in the database: a file that only grows, read again after a crash.

A journal holds records, one line each: a checksum, then JSON ``[number, [[day, account, key, requests, characters,
audio_s, errors, heard_s, prompt_tokens, completion_tokens], ...]]`` of what was counted since the record before;
records of older versions are shorter. Numbers run from 1. The table ``usage_writers``
knows the last number of each journal that the database has taken in, and learns it in the transaction that adds the
counts: whoever takes in a journal, however often, adds each record once.

Each journal has one owner, who holds a lock file beside it as long as the process lives. A journal whose lock is free
belongs to a process that died, and is anyone's to take in.
"""

import asyncio
import json
import os
import secrets
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from openwaves.errors import StorageError

FOLDER = "usage"
SUFFIX = ".journal"
FULL_BYTES = 1 << 20
CHECKSUM_CHARS = 8

Place = tuple[str, str, str]
"""Day, account and key."""


@dataclass(slots=True)
class Usage:
    """Counts.

    Attributes:
        requests: Requests, however they ended.
        characters: Characters of their texts.
        audio_s: Seconds of sound that was made for them.
        errors: Requests that ended with an error; one that the client cancelled did not.
        heard_s: Seconds of sound that was listened to for them.
        prompt_tokens: Tokens of the histories of chats.
        completion_tokens: Tokens of their answers.
    """

    requests: int = 0
    characters: int = 0
    audio_s: float = 0.0
    errors: int = 0
    heard_s: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, other: "Usage") -> None:
        """Add the other's counts to these."""
        self.requests += other.requests
        self.characters += other.characters
        self.audio_s += other.audio_s
        self.errors += other.errors
        self.heard_s += other.heard_s
        self.prompt_tokens += other.prompt_tokens
        self.completion_tokens += other.completion_tokens


Counts = dict[Place, Usage]


def add_counts(total: Counts, more: Mapping[Place, Usage]) -> None:
    """Add counts to those of the same place."""
    for place, usage in more.items():
        total.setdefault(place, Usage()).add(usage)


class Journal:
    """One journal of this process. Used from one event loop; the disk is waited for in a thread of its own.

    Attributes:
        id: Names it in the database.
        number: Of the last record that is on the disk; 0 before the first.
        size: Bytes of its records.
    """

    def __init__(self, folder: Path) -> None:
        """Begin a journal; it comes to exist with the first record."""
        self.id = "journal_" + secrets.token_hex(12)
        self.number = 0
        self.size = 0
        self._path = folder / (self.id + SUFFIX)
        self._lock = _lock_of(self._path)
        self._file: int | None = None
        self._thread = ThreadPoolExecutor(1, "usage-journal")

    async def append(self, counts: Mapping[Place, Usage]) -> None:
        """Write one record, and wait until the disk has it. One call at a time.

        Raises:
            OSError: The disk is full, read-only or broken; the next record takes the place of this one.
        """
        line = encode(self.number + 1, counts)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._write, line)
        self.number += 1
        self.size += len(line)

    def skip(self) -> None:
        """Take the next number for counts that go to the database without the disk."""
        self.number += 1

    async def remove(self) -> None:
        """End the journal: all that it held is in the database."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._remove)
        self._thread.shutdown()

    def close(self) -> None:
        """Leave the journal to the next process; what it holds is not yet in the database."""
        self._thread.shutdown()
        if self._file is not None:
            os.close(self._file)
        self._lock.release()

    def _write(self, line: bytes) -> None:
        if self._file is None:
            self._file = self._make()
        os.lseek(self._file, self.size, os.SEEK_SET)  # a record that failed half-way is written over
        left = memoryview(line)
        while left:
            left = left[os.write(self._file, left) :]
        getattr(os, "fdatasync", os.fsync)(self._file)

    def _make(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError:
            self._lock.release()
            raise
        sync_folder(self._path.parent)
        return file

    def _remove(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
            _unlink(self._path)
            _drop(self._lock)


class LeftJournal:
    """The journal of a process that died.

    Attributes:
        id: Names it in the database.
    """

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.id = path.stem
        self._path = path
        self._lock = lock

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """Take a journal over; None while its process, or another that takes it over, lives.

        Raises:
            OSError: The folder cannot be written.
        """
        lock = _lock_of(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
        if path.exists():
            return cls(path, lock)
        _drop(lock)  # somebody else has just taken it in
        return None

    def records(self) -> list[tuple[int, Counts]]:
        """Its records, oldest first, each with its number.

        Raises:
            StorageError: Another version wrote them in another way.
        """
        try:
            return list(decode(self._path.read_bytes()))
        except (TypeError, ValueError) as error:
            raise StorageError(f"the journal of usage {self._path} is of another version of openwaves") from error

    def remove(self) -> None:
        """End it: all that it held is in the database."""
        _unlink(self._path)
        _drop(self._lock)

    def release(self) -> None:
        """Leave it to others; does nothing once it is removed."""
        self._lock.release()


def left_journals(folder: Path) -> Iterator[LeftJournal]:
    """The journals of processes that died; each is held until ``remove`` or ``release``.

    Raises:
        OSError: The folder cannot be read or written.
    """
    for path in sorted(folder.glob("*" + SUFFIX)):
        if left := LeftJournal.claim(path):
            yield left


def encode(number: int, counts: Mapping[Place, Usage]) -> bytes:
    """One record as a line."""
    rows = [[*place, *astuple(use)] for place, use in counts.items()]
    data = json.dumps([number, rows], separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(data), data)


def decode(data: bytes) -> Iterator[tuple[int, Counts]]:
    """The records of a journal, up to the one that a crash cut off."""
    for line in data.split(b"\n"):
        checksum, content = line[:CHECKSUM_CHARS], line[CHECKSUM_CHARS + 1 :]
        if checksum != b"%08x" % zlib.crc32(content):
            return
        number, rows = json.loads(content)
        yield number, {(day, account, key): Usage(*counted) for day, account, key, *counted in rows}


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder, where folders can be opened."""
    with suppress(PermissionError):  # Windows
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _lock_of(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"), thread_local=False)


def _unlink(path: Path) -> None:
    """Remove a journal for good: what the database knows of it is forgotten next."""
    path.unlink()
    sync_folder(path.parent)


def _drop(lock: FileLock) -> None:
    lock.release()
    with suppress(OSError):
        Path(lock.lock_file).unlink()
