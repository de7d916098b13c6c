"""The log: what the settings ask for, with every key blanked, whoever wrote it."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from openwaves.settings import Settings

BLANK = "[secret]"
KEY = re.compile(r"(?<!\bta)sk_[\w-]{8,}")  # but not the ids of utterances, task_…
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Blanked(logging.Formatter):
    """Blanks keys in finished lines, tracebacks included: a library or a client may put one where none belongs."""

    def __init__(self, secrets: list[str], form: Literal["text", "json"] = "text", *, with_texts: bool = False) -> None:
        """Begin.

        Args:
            secrets: What is blanked besides what looks like a key.
            form: Lines for people, or one JSON object a line.
            with_texts: Lines for people show what was spoken and heard, too, where the record has it.
        """
        super().__init__(FORMAT)
        self._form = form
        self._with_texts = with_texts
        known = "|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True))
        self._secret = re.compile(f"{known}|{KEY.pattern}" if known else KEY.pattern)

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line = self._json(record) if self._form == "json" else super().format(record) + self._texts(record)
        return self._secret.sub(BLANK, line)

    def _json(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)

    def _texts(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {}) if self._with_texts else {}
        return "".join(f" {name}={fields[name]!r}" for name in ("text", "heard") if name in fields)


def configure(settings: Settings) -> None:
    """Log to standard error from now on, and nowhere else; of libraries only what somebody should look at."""
    handler = logging.StreamHandler()
    handler.setFormatter(Blanked(secrets_of(settings), settings.log_format, with_texts=settings.log_texts))
    level = getattr(logging, settings.log_level.upper())
    of_libraries = max(level, logging.INFO if level == logging.DEBUG else logging.WARNING)
    logging.basicConfig(level=of_libraries, handlers=[handler], force=True)
    logging.getLogger("openwaves").setLevel(level)
    logging.captureWarnings(capture=True)
    for name in ("py.warnings", "opentelemetry.attributes"):  # for who writes programs
        logging.getLogger(name).setLevel(logging.INFO if level == logging.DEBUG else logging.ERROR)
    logging.getLogger("uvicorn").setLevel("WARNING")  # its own lines would show query strings
    for name in ("aiosqlite", "alembic", "sqlalchemy", "httpx"):  # statements and rows; migrations; addresses with keys
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
