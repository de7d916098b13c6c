"""Accounts and their keys, as rows. What a request needs of them is kept in memory by ``keys.KeyRing``."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy import Row, func, insert, select, update

from openwaves.errors import FieldError, NotFoundError
from openwaves.storage.database import Database, raise_revision
from openwaves.storage.tables import accounts, api_keys

FIRST_ACCOUNT = "default"
KEY_PREFIX = "sk_"
KEY_BYTES = 24  # 192 random bits
NAME_CHARS = 200
MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """How much an account may do; None is the server's default.

    Attributes:
        concurrency: Requests at once.
        sockets: Open WebSockets.
        requests_per_minute: Requests that begin within a minute.
        characters_per_day: Characters of text within a day, UTC.
    """

    concurrency: int | None = None
    sockets: int | None = None
    requests_per_minute: int | None = None
    characters_per_day: int | None = None


LIMIT_NAMES = tuple(limit.name for limit in fields(AccountLimits))


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks.

    Attributes:
        id: Never changes.
        name: For people.
        limits: How much it may do.
    """

    id: str
    name: str
    limits: AccountLimits = AccountLimits()


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret.

    Attributes:
        id: Names it in lists; no secret.
        account_id: Whose it is.
        name: For people.
        hint: The last characters of the secret.
        created_ms: Milliseconds since 1970.
        revoked_ms: The same, once it is no longer valid.
    """

    id: str
    account_id: str
    name: str
    hint: str
    created_ms: int
    revoked_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """The account and the key that a request came with."""

    account: Account
    key_id: str


class Accounts:
    """Reads and changes accounts and keys. Every change reaches all processes by way of the revision."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: str, limits: AccountLimits | None = None, account_id: str | None = None) -> Account:
        """Make an account.

        Raises:
            FieldError: The name is taken, or a value is not allowed.
        """
        account = Account(account_id or "acc_" + secrets.token_hex(12), _name(name), limits or AccountLimits())
        values = _limit_values({key: getattr(account.limits, key) for key in LIMIT_NAMES})
        async with self._database.write() as connection:
            await raise_revision(connection, "keys")
            if (await connection.execute(select(accounts.c.id).where(accounts.c.name == account.name))).first():
                raise FieldError("name", f"{account.name!r} is the name of another account")
            row = {"id": account.id, "name": account.name, "created_ms": now_ms(), **values}
            await connection.execute(insert(accounts).values(row))
        return account

    async def ensure_first(self) -> None:
        """Make the first account, whose id is the same in every installation, unless it is there."""
        async with self._database.read() as connection:
            if (await connection.execute(select(accounts.c.id).where(accounts.c.id == FIRST_ACCOUNT))).first():
                return
        async with self._database.write() as connection:
            await raise_revision(connection, "keys")
            if not (await connection.execute(select(accounts.c.id).where(accounts.c.id == FIRST_ACCOUNT))).first():
                row = {"id": FIRST_ACCOUNT, "name": FIRST_ACCOUNT, "created_ms": now_ms()}
                await connection.execute(insert(accounts).values(row))

    async def all(self) -> list[Account]:
        """Every account, oldest first."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(accounts).order_by(accounts.c.created_ms, accounts.c.id))
            return [account_of(row) for row in rows]

    async def find(self, name: str) -> Account:
        """The account of this id or name.

        Raises:
            NotFoundError: There is none.
        """
        async with self._database.read() as connection:
            where = (accounts.c.id == name) | (accounts.c.name == name)
            row = (await connection.execute(select(accounts).where(where).order_by(accounts.c.id != name))).first()
        if row is None:
            raise NotFoundError(f"account: {name!r} does not exist")
        return account_of(row)

    async def change(self, name: str, changes: Mapping[str, object]) -> Account:
        """Change an account's name or limits; a limit of None is the server's default again.

        Args:
            name: Its id or name.
            changes: New values by attribute.

        Raises:
            NotFoundError: There is no such account.
            FieldError: A value is not allowed.
        """
        account = await self.find(name)
        values: dict[str, object] = dict(_limit_values({k: v for k, v in changes.items() if k != "name"}))
        if "name" in changes:
            values["name"] = _name(changes["name"])
        async with self._database.write() as connection:
            await raise_revision(connection, "keys")
            same = select(accounts.c.id).where(accounts.c.name == values.get("name"), accounts.c.id != account.id)
            if (await connection.execute(same)).first():
                raise FieldError("name", f"{values['name']!r} is the name of another account")
            if values:
                await connection.execute(update(accounts).where(accounts.c.id == account.id).values(values))
        return await self.find(account.id)

    async def has_keys(self) -> bool:
        """Whether a key was ever made, valid or not."""
        async with self._database.read() as connection:
            return bool((await connection.execute(select(func.count()).select_from(api_keys))).scalar_one())

    async def create_key(self, account_id: str, name: str = "", *, only_first: bool = False) -> tuple[Key, str]:
        """Make a key; its secret comes second, the only time that it can be seen.

        Args:
            account_id: Whose it shall be.
            name: For people.
            only_first: Make it only if no key was ever made; else the secret is empty.
        """
        if name:
            name = _name(name)
        secret = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        key = Key("key_" + secrets.token_hex(8), account_id, name, secret[-4:], now_ms())
        async with self._database.write() as connection:
            await raise_revision(connection, "keys")
            if only_first and (await connection.execute(select(api_keys.c.id).limit(1))).first():
                return key, ""
            await connection.execute(insert(api_keys).values(_key_row(key, secret)))
        return key, secret

    async def list_keys(self, account_id: str | None = None) -> list[Key]:
        """Keys without their secrets, revoked ones included, oldest first."""
        wanted = select(api_keys).order_by(api_keys.c.created_ms, api_keys.c.id)
        if account_id is not None:
            wanted = wanted.where(api_keys.c.account_id == account_id)
        async with self._database.read() as connection:
            return [_key_of(row) for row in await connection.execute(wanted)]

    async def revoke_key(self, key_id: str) -> Key:
        """End a key; one that has ended stays as it is.

        Raises:
            NotFoundError: There is no such key.
        """
        async with self._database.write() as connection:
            await raise_revision(connection, "keys")
            ended = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_ms.is_(None))
            await connection.execute(ended.values(revoked_ms=now_ms()))
            row = (await connection.execute(select(api_keys).where(api_keys.c.id == key_id))).first()
            if row is None:
                raise NotFoundError(f"key: {key_id!r} does not exist")
            return _key_of(row)

    async def rotate_key(self, key_id: str) -> tuple[Key, str]:
        """End a valid key and make another in its place; the new secret comes second.

        Raises:
            NotFoundError: There is no such key, or it has ended.
        """
        secret = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        async with self._database.write() as connection:
            await raise_revision(connection, "keys")
            valid = (api_keys.c.id == key_id) & api_keys.c.revoked_ms.is_(None)
            row = (await connection.execute(select(api_keys).where(valid))).first()
            if row is None:
                raise NotFoundError(f"key: {key_id!r} does not exist or is revoked")
            key = Key("key_" + secrets.token_hex(8), row.account_id, row.name, secret[-4:], now_ms())
            await connection.execute(update(api_keys).where(valid).values(revoked_ms=now_ms()))
            await connection.execute(insert(api_keys).values(_key_row(key, secret)))
        return key, secret


def digest(secret: str) -> bytes:
    """What is kept of a key. Keys are random, so that a fast hash without salt is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def account_of(row: "Row[tuple[object, ...]]") -> Account:
    """The account of a row of its table, whatever other columns the row has."""
    values = row._mapping  # SQLAlchemy's public name
    return Account(
        values[accounts.c.id],
        values[accounts.c.name],
        AccountLimits(**{name: values[accounts.c[name]] for name in LIMIT_NAMES}),
    )


def _key_of(row: "Row[tuple[object, ...]]") -> Key:
    return Key(**{field.name: row._mapping[api_keys.c[field.name]] for field in fields(Key)})


def _key_row(key: Key, secret: str) -> dict[str, object]:
    row = {field.name: getattr(key, field.name) for field in fields(Key)}
    return {**row, "sha256": digest(secret)}


def _name(name: object) -> str:
    is_text = isinstance(name, str) and name.isprintable() and name.strip()
    if not isinstance(name, str) or not is_text or len(name) > NAME_CHARS:
        raise FieldError("name", f"must be 1 to {NAME_CHARS} printable characters")
    return name.strip()


def _limit_values(limits: Mapping[str, object]) -> dict[str, int | None]:
    values: dict[str, int | None] = {}
    for name, value in limits.items():
        if name not in LIMIT_NAMES:
            raise FieldError(name, f"is not known; use one of name, {', '.join(LIMIT_NAMES)}")
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST):
            raise FieldError(name, f"must be a whole number from 0 to {MOST}, or null for the server's default")
        values[name] = value
    return values
