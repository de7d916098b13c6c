"""The log: what the settings ask for, with every key blanked, whoever wrote it."""

import logging
import re
from typing import Any

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from openwaves.settings import Settings

BLANK = "[secret]"
KEY = re.compile(r"sk_[\w-]{8,}")
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Blanked(logging.Formatter):
    """Blanks keys in finished lines, tracebacks included: a library or a client may put one where none belongs."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__(FORMAT)
        known = "|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True))
        self._secret = re.compile(f"{known}|{KEY.pattern}" if known else KEY.pattern)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return self._secret.sub(BLANK, super().format(record))


def configure(settings: Settings) -> None:
    """Log to standard error from now on, and nowhere else."""
    handler = logging.StreamHandler()
    handler.setFormatter(Blanked(secrets_of(settings)))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel("WARNING")  # its own lines would show query strings
    for name in ("aiosqlite", "sqlalchemy"):  # statements and rows
        logging.getLogger(name).setLevel("WARNING")


def secrets_of(settings: Settings) -> list[str]:
    """Every secret in the settings, and the password in the database's address."""
    values: list[Any] = [getattr(settings, name) for name in type(settings).model_fields]
    secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    for secret in list(secrets):
        try:
            password = make_url(secret).password if "://" in secret else None
        except ArgumentError:
            password = None
        if password:
            secrets.append(str(password))
    return [secret for secret in secrets if secret]
