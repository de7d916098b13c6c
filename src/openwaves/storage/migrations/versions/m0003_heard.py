"""Seconds of sound that was listened to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the count to usage."""
    op.add_column("usage", sa.Column("heard_s", sa.Float(53), nullable=False, server_default="0"))
