"""Cloned voices, and secrets that processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables of cloned voices."""
    op.create_table(
        "clones",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("record_id", sa.String(24), nullable=False, unique=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("accent", sa.String(200), nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("style", sa.LargeBinary, nullable=False),
        sa.Column("pitch", sa.Float(53), nullable=False),
        sa.Column("gain_db", sa.Float(53), nullable=False),
        sa.Column("recording", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("clones_account", "clones", ["account_id", "created_ms"])
    op.create_index("clones_recording", "clones", ["recording"])
    op.create_table(
        "clone_samples",
        sa.Column("clone_id", sa.String(24), sa.ForeignKey("clones.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("blob", sa.String(64), nullable=False),
    )
    op.create_index("clone_samples_blob", "clone_samples", ["blob"])
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    revisions = sa.table("revisions", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
    op.bulk_insert(revisions, [{"name": "clones", "value": 0}])
