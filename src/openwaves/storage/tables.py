"""The tables, as the code uses them. ``migrations`` makes them; a test compares the two."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

revisions = Table(
    "revisions",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""A counter for each kind of row that processes keep in memory; a change of such a row raises it."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("concurrency", Integer),
    Column("sockets", Integer),
    Column("requests_per_minute", Integer),
    Column("characters_per_day", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("sha256", LargeBinary(32), nullable=False, unique=True),
    Column("hint", String(8), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)

dictionaries = Table(
    "dictionaries",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False),
    Column("items", JSON, nullable=False),
    Column("n_items", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("dictionaries_account", "account_id", "created_ms"),
)

usage = Table(
    "usage",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("account_id", String(32), primary_key=True),
    Column("key_id", String(32), primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("characters", BigInteger, nullable=False),
    Column("audio_s", Float(53), nullable=False),
    Column("errors", BigInteger, nullable=False),
    Index("usage_account", "account_id", "day"),
)

usage_writers = Table(
    "usage_writers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("batch", BigInteger, nullable=False),
    Column("written_ms", BigInteger, nullable=False),
)
"""The last batch of usage that each server process has written: a batch whose commit was not confirmed is not
written twice."""
