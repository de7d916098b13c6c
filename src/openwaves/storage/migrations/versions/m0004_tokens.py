"""Tokens of chats."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the counts to usage."""
    for name in ("prompt_tokens", "completion_tokens"):
        op.add_column("usage", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
