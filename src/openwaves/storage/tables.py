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
    Text,
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

clones = Table(
    "clones",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("record_id", String(24), nullable=False, unique=True),
    Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False),
    Column("name", String(500), nullable=False),
    Column("description", Text, nullable=False),
    Column("accent", String(200), nullable=False),
    Column("tags", JSON, nullable=False),
    Column("language", String(16), nullable=False),
    Column("model", String(64), nullable=False),
    Column("consent", Text, nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("status", String(16), nullable=False),
    Column("style", LargeBinary, nullable=False),
    Column("pitch", Float(53), nullable=False),
    Column("gain_db", Float(53), nullable=False),
    Column("recording", String(64), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("fast_likeness", Float(53)),
    Index("clones_account", "account_id", "created_ms"),
    Index("clones_recording", "recording"),
)
"""``recording`` is the name of a blob; ``style`` holds 256 float32, little-endian."""

clone_samples = Table(
    "clone_samples",
    metadata,
    Column("clone_id", String(24), ForeignKey("clones.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("blob", String(64), nullable=False),
    Index("clone_samples_blob", "blob"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Random bytes that all processes share and no answer shows."""

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
    Column("heard_s", Float(53), nullable=False, server_default="0"),
    Column("prompt_tokens", BigInteger, nullable=False, server_default="0"),
    Column("completion_tokens", BigInteger, nullable=False, server_default="0"),
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
