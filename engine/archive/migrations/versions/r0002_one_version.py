"""One place says which schema this is: `alembic_version`; the number of our own goes."""

from __future__ import annotations

from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Drop `schema_version`."""
    op.drop_table("schema_version")
