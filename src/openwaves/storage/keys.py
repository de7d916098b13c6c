"""The keys that are valid now, in memory: a request asks the database for nothing."""

import hmac
import secrets

from sqlalchemy import select

from openwaves.storage.accounts import FIRST_ACCOUNT, Account, Caller, account_of, digest
from openwaves.storage.database import Database
from openwaves.storage.tables import accounts, api_keys, revisions

SETTING_KEY_ID = "key_setting"
"""Names the key that ``OPENWAVES_API_KEY`` fixes, which is in no table."""


class KeyRing:
    """Knows who comes with which key.

    Keys are looked up by a hash that is keyed with a secret of this process: how long a look-up takes tells nothing
    about the keys that exist.
    """

    def __init__(self, database: Database, setting: str | None = None) -> None:
        """Begin without any key; call ``refresh``.

        Args:
            database: Where accounts and keys are.
            setting: A key of the first account, valid as long as this process runs.
        """
        self._database = database
        self._setting = setting
        self._salt = secrets.token_bytes(32)
        self._callers: dict[bytes, Caller] = {}
        self._callers_by_id: dict[str, Caller] = {}
        self._revision = -1

    def caller(self, secret: str) -> Caller | None:
        """Who comes with this key; None if it is not valid."""
        return self._callers.get(self._place(digest(secret)))

    def current(self, caller: Caller) -> Caller | None:
        """The same caller as it is now, perhaps with other limits; None if its key is no longer valid."""
        return self._callers_by_id.get(caller.key_id)

    def by_id(self, key_id: str) -> Caller | None:
        """Who comes with the key of this id; None if it is no longer valid."""
        return self._callers_by_id.get(key_id)

    def any_of(self, account_id: str) -> Caller | None:
        """Who comes with some key of an account, the setting's first; None if it has no valid one."""
        own = [caller for caller in self._callers_by_id.values() if caller.account.id == account_id]
        return max(own, key=lambda caller: caller.key_id == SETTING_KEY_ID, default=None)

    async def refresh(self) -> None:
        """Take in what any process has changed.

        Raises:
            StorageUnavailableError: The database does not answer; what was known stays.
        """
        async with self._database.read() as connection:
            counter = select(revisions.c.value).where(revisions.c.name == "keys")
            revision = (await connection.execute(counter)).scalar_one()
            if revision == self._revision:
                return
            joined = select(api_keys.c.id.label("key_id"), api_keys.c.sha256, accounts)
            joined = joined.join_from(api_keys, accounts).where(api_keys.c.revoked_ms.is_(None))
            rows = (await connection.execute(joined)).all()
            first = (await connection.execute(select(accounts).where(accounts.c.id == FIRST_ACCOUNT))).first()
        callers = {self._place(bytes(row.sha256)): Caller(account_of(row), row.key_id) for row in rows}
        if self._setting is not None:
            account = account_of(first) if first else Account(FIRST_ACCOUNT, FIRST_ACCOUNT)
            callers[self._place(digest(self._setting))] = Caller(account, SETTING_KEY_ID)
        self._callers = callers
        self._callers_by_id = {caller.key_id: caller for caller in callers.values()}
        self._revision = revision

    def _place(self, key_digest: bytes) -> bytes:
        return hmac.digest(self._salt, key_digest, "sha256")
