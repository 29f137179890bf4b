"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "${up_revision}", "${down_revision}"


def upgrade() -> None:
    """What changes."""
