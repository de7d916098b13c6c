"""Cloned voices: rows of the database and blobs, those in use also in memory."""

import asyncio
import logging
import secrets
import string
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from openwaves.errors import CloneNotFoundError, ClonesFullError, StorageError, VoiceNotFoundError
from openwaves.storage.accounts import now_ms
from openwaves.storage.blobs import Blobs
from openwaves.storage.database import Database, raise_revision
from openwaves.storage.tables import clone_samples, clones
from openwaves.storage.used import UsedRows
from openwaves.types import ClonedStyle, Voice

log = logging.getLogger(__name__)

MOST_CLONES = 1000  # of one account
KEPT_CLONES = 10_000  # in memory, 2 kB each
ID_PREFIX = "voice_"
ID_ALPHABET = string.ascii_letters + string.digits
ID_CHARS = 10
DEFAULT_LANGUAGE = "en"
COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class CloneDetails:
    """What its owner says about a cloned voice. Strings that were not given are empty.

    Attributes:
        name: Display name.
        description: For people.
        accent: In one word; one that the catalogue has decides how words are read.
        tags: For people.
        language: Code of the language that it is meant for.
        model: API model, as in ``lightning-v3.1``.
        consent: How the speaker agreed.
        file_name: What the recording was called.
    """

    name: str
    description: str = ""
    accent: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    model: str = "lightning-v3.1"
    consent: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class StoredClone:
    """A cloned voice as its owner sees it.

    Attributes:
        id: What requests name it by: ``voice_`` and ten letters and digits.
        record_id: 24 hex digits.
        details: What its owner says about it.
        status: ``completed``.
        created_ms: Milliseconds since 1970.
    """

    id: str
    record_id: str
    details: CloneDetails
    status: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Something that a cloned voice says.

    Attributes:
        text: What.
        mp3: The sound.
    """

    text: str
    mp3: bytes


class Clones:
    """Reads and changes cloned voices. What belongs to another account does not exist.

    Blobs are kept before the row that names them, and removed after it. Changes follow each other on every process
    (``raise_revision``), so that no blob is removed which a row begins to name.
    """

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs
        self._used = UsedRows(database, clones, _used, KEPT_CLONES)
        self._has_unused = False

    async def of_account(self, account_id: str) -> list[StoredClone]:
        """An account's cloned voices, oldest first."""
        wanted = select(clones).where(clones.c.account_id == account_id)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(clones.c.created_ms, clones.c.id))
            return [_stored(row) for row in rows]

    async def find(self, account_id: str, any_id: str) -> tuple[StoredClone, list[str]]:
        """A cloned voice by either of its ids, and the texts of its samples.

        Raises:
            CloneNotFoundError: The account has no such voice.
        """
        _check_id(any_id)
        own = ((clones.c.id == any_id) | (clones.c.record_id == any_id)) & (clones.c.account_id == account_id)
        async with self._database.read() as connection:
            row = (await connection.execute(select(clones).where(own))).first()
            if row is None:
                raise CloneNotFoundError(any_id)
            texts = select(clone_samples.c.text).where(clone_samples.c.clone_id == row.id)
            samples = (await connection.execute(texts.order_by(clone_samples.c.number))).scalars()
            return _stored(row), list(samples)

    async def create(
        self,
        account_id: str,
        voice_id: str,
        details: CloneDetails,
        style: ClonedStyle,
        recording: bytes,
        samples: Sequence[Sample],
    ) -> StoredClone:
        """Keep a new voice.

        Args:
            account_id: Whose it is.
            voice_id: From ``new_voice_id``.
            details: What its owner says about it.
            style: How it sounds.
            recording: What it was made of, as it came.
            samples: What it says.

        Raises:
            ClonesFullError: The account has too many voices.
            StorageUnavailableError: It cannot be kept now.
        """
        made = StoredClone(voice_id, secrets.token_hex(12), details, COMPLETED, now_ms())
        contents = [recording, *(sample.mp3 for sample in samples)]
        try:
            await self._put(contents)
            async with self._database.write() as connection:
                revision = await raise_revision(connection, "clones")
                await _check_room(connection, account_id)
                names = await self._put(contents)  # once more: a sweep may have taken them before they were named
                row = {
                    **asdict(details),
                    "id": made.id,
                    "record_id": made.record_id,
                    "account_id": account_id,
                    "status": made.status,
                    "style": np.asarray(style.vector, "<f4").tobytes(),
                    "pitch": float(style.pitch),
                    "gain_db": float(style.gain_db),
                    "fast_likeness": style.fast_likeness,
                    "recording": names[0],
                    "revision": revision,
                    "created_ms": made.created_ms,
                }
                await connection.execute(insert(clones).values(row))
                for number, (sample, name) in enumerate(zip(samples, names[1:], strict=True)):
                    row = {"clone_id": made.id, "number": number, "text": sample.text, "blob": name}
                    await connection.execute(insert(clone_samples).values(row))
        except BaseException:
            self._has_unused = True
            raise
        return made

    async def delete(self, account_id: str, voice_id: str) -> None:
        """Remove a voice with its recording, style and samples.

        If blobs cannot be removed now, ``refresh`` and the next start go on trying.

        Raises:
            CloneNotFoundError: The account has no such voice.
        """
        _check_id(voice_id)
        own = (clones.c.id == voice_id) & (clones.c.account_id == account_id)
        async with self._database.write() as connection:
            await raise_revision(connection, "clones")
            recording = (await connection.execute(select(clones.c.recording).where(own))).scalar()
            if recording is None:
                raise CloneNotFoundError(voice_id)
            samples = clone_samples.c.clone_id == voice_id
            names = set((await connection.execute(select(clone_samples.c.blob).where(samples))).scalars())
            await connection.execute(delete(clone_samples).where(samples))
            await connection.execute(delete(clones).where(own))
        self._used.forget(voice_id)
        try:
            await self._remove_unused({recording, *names})
        except StorageError as error:
            log.error("the recording and the samples of %s are not removed yet: %s", voice_id, error)
            self._has_unused = True

    async def resolve(self, account_id: str, voice_id: str) -> Voice:
        """The voice of a request; one in use costs no query.

        Raises:
            VoiceNotFoundError: The account has no such voice.
        """
        voice = await self._used.get(account_id, voice_id) if is_clone_id(voice_id) else None
        if voice is None:
            raise VoiceNotFoundError(voice_id)
        return voice

    async def sample(self, voice_id: str, number: int) -> bytes:
        """A sample as MP3, of whatever account.

        Raises:
            CloneNotFoundError: It does not exist.
            StorageError: It is lost or damaged.
        """
        _check_id(voice_id)
        wanted = (clone_samples.c.clone_id == voice_id) & (clone_samples.c.number == number)
        async with self._database.read() as connection:
            name = (await connection.execute(select(clone_samples.c.blob).where(wanted))).scalar()
        if name is None:
            raise CloneNotFoundError(voice_id)
        return await asyncio.to_thread(self._blobs.get, name)

    async def refresh(self) -> None:
        """Forget what any process has changed, and remove blobs that could not be removed before.

        Raises:
            StorageUnavailableError: The database does not answer; what is in memory stays.
        """
        await self._used.refresh()
        if self._has_unused:
            await self.sweep()

    async def sweep(self) -> None:
        """Remove what crashes have left: half-written blobs, and blobs that no row names.

        Raises:
            StorageUnavailableError: The database or the blobs cannot be reached.
        """
        self._has_unused = False
        try:
            await asyncio.to_thread(self._blobs.remove_unfinished)
            names = await asyncio.to_thread(self._blobs.names)
            async with self._database.read() as connection:
                unused = names - await _named(connection)
            if unused:
                await self._remove_unused(unused)
                log.info("removed %d blobs that nothing names", len(unused))
        except BaseException:
            self._has_unused = True
            raise

    async def _put(self, contents: Sequence[bytes]) -> list[str]:
        return [await asyncio.to_thread(self._blobs.put, data) for data in contents]

    async def _remove_unused(self, names: Collection[str]) -> None:
        async with self._database.write() as connection:
            await raise_revision(connection, "clones")  # no row begins to name them meanwhile
            for name in set(names) - await _named(connection, names):
                await asyncio.to_thread(self._blobs.delete, name)


def new_voice_id() -> str:
    """The id of a new voice."""
    return ID_PREFIX + "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARS))


def is_clone_id(voice_id: str) -> bool:
    """Whether it has the form of a clone's id."""
    tail = voice_id.removeprefix(ID_PREFIX)
    return len(voice_id) == len(ID_PREFIX) + ID_CHARS == len(tail) + len(ID_PREFIX) and _is_plain(tail)


def voice_of(voice_id: str, details: CloneDetails, style: ClonedStyle) -> Voice:
    """A cloned voice, as the synthesizer speaks it."""
    return Voice.of_clone(
        style,
        voice_id,
        name=details.name,
        language=details.language or DEFAULT_LANGUAGE,
        accent=details.accent.strip().lower(),
        description=details.description,
        models=(details.model,),
    )


async def _named(connection: AsyncConnection, names: Collection[str] | None = None) -> set[str]:
    """The blobs that rows name, all of them or those among ``names``."""
    found: set[str] = set()
    for column in (clones.c.recording, clone_samples.c.blob):
        wanted = select(column).distinct()
        if names is not None and len(names) < MOST_CLONES:
            wanted = wanted.where(column.in_(names))
        found |= set((await connection.execute(wanted)).scalars())
    return found


async def _check_room(connection: AsyncConnection, account_id: str) -> None:
    total = select(func.count()).select_from(clones).where(clones.c.account_id == account_id)
    if (await connection.execute(total)).scalar_one() >= MOST_CLONES:
        raise ClonesFullError(f"an account may have {MOST_CLONES} cloned voices; delete one first")


def _stored(row: Row[Any]) -> StoredClone:
    return StoredClone(row.id, row.record_id, _details(row), row.status, row.created_ms)


def _details(row: Row[Any]) -> CloneDetails:
    return CloneDetails(
        name=row.name,
        description=row.description,
        accent=row.accent,
        tags=tuple(row.tags),
        language=row.language,
        model=row.model,
        consent=row.consent,
        file_name=row.file_name,
    )


def _used(row: Row[Any]) -> Voice:
    vector = np.frombuffer(bytes(row.style), "<f4").astype(np.float32)
    vector.flags.writeable = False
    return voice_of(row.id, _details(row), ClonedStyle(vector, row.pitch, row.gain_db, row.fast_likeness))


def _check_id(any_id: str) -> None:
    """Spare the database what is no id."""
    if not is_clone_id(any_id) and not (len(any_id) == 24 and _is_plain(any_id)):
        raise CloneNotFoundError(any_id)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isalnum()
