"""The seats of a room are found without reading all sessions."""

from __future__ import annotations

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Index `sessions` by room."""
    op.create_index("ix_sessions_room", "sessions", ["room", "delivery"])
