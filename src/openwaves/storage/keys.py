"""API keys: made once, shown once, kept only as hashes."""

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from openwaves.errors import StorageError

KEY_PREFIX = "sk_"
KEY_BYTES = 24  # 192 random bits


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks.

    Attributes:
        id: Stable name of the account.
    """

    id: str


class KeyRing:
    """Knows which key belongs to which account, by hash."""

    def __init__(self, accounts_by_hash: dict[bytes, Account]) -> None:
        self._accounts_by_hash = accounts_by_hash

    @classmethod
    def of_key(cls, key: str) -> Self:
        """The ring of a server whose only key is ``key``."""
        return cls({_digest(key): Account("default")})

    @classmethod
    def open(cls, path: Path) -> tuple[Self, str | None]:
        """Read the ring from a file, or make the file and a first key.

        Args:
            path: JSON file of hashes.

        Returns:
            The ring, and the new key if one was made: the only moment at which it can be shown.

        Raises:
            StorageError: The file cannot be read, is damaged, or cannot be written.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls({bytes.fromhex(row["sha256"]): Account(row["account"]) for row in stored["keys"]}), None
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(f"the key file {path} cannot be read: {error}; restore it or remove it") from error
        key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        _write_atomically(path, {"keys": [{"account": "default", "sha256": _digest(key).hex()}]})
        return cls.of_key(key), key

    def account(self, key: str) -> Account | None:
        """The account of ``key``, or None; takes the same time for every wrong key."""
        digest = _digest(key)
        found = None
        for known, account in self._accounts_by_hash.items():
            if hmac.compare_digest(known, digest):
                found = account
        return found


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _write_atomically(path: Path, content: object) -> None:
    """Write JSON so that a reader sees the old file or the whole new one; only the owner may read it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=path.name, suffix=".part", delete=False, encoding="utf-8"
        ) as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise StorageError(f"the key file {path} cannot be written: {error}; set OPENWAVES_DATA_DIR") from error
