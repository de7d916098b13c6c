"""How much the fast decoder sounds like the full one in a clone's style."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add it to clones; nobody measured it for those that are there."""
    op.add_column("clones", sa.Column("fast_likeness", sa.Float(53)))
