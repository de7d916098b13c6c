"""Signatures that every process of a store makes and checks with one secret."""

import base64
import hmac
import secrets
from typing import Self

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from openwaves.storage.database import Database
from openwaves.storage.tables import secrets as secrets_table

NAME = "signer"
SECRET_BYTES = 32


class Signer:
    """Signs text with HMAC-SHA256."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    async def open(cls, database: Database) -> Self:
        """Read the secret that the store has, or make it.

        Raises:
            StorageUnavailableError: The database does not answer.
        """
        wanted = select(secrets_table.c.value).where(secrets_table.c.name == NAME)
        async with database.read() as connection:
            value = (await connection.execute(wanted)).scalar()
        if value is None:
            insert = postgresql.insert if database.dialect == "postgresql" else sqlite.insert
            row = insert(secrets_table).values(name=NAME, value=secrets.token_bytes(SECRET_BYTES))
            async with database.write() as connection:
                await connection.execute(row.on_conflict_do_nothing())
            async with database.read() as connection:
                value = (await connection.execute(wanted)).scalar_one()
        return cls(bytes(value))

    def sign(self, text: str) -> str:
        """The signature of a text, in characters that a URL may hold."""
        signature = hmac.digest(self._secret, text.encode(), "sha256")
        return base64.urlsafe_b64encode(signature).decode("ascii").rstrip("=")

    def is_signed(self, text: str, signature: str) -> bool:
        """Whether the signature is this text's; takes the same time for every wrong one."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode("utf-8", "surrogatepass"))
