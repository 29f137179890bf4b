"""The first schema, as it stood when migrations began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """Make all tables of that day."""
    _staff()
    _drain()
    _pupils()
    _answers()
    _scores()
    _judgements()


def _staff() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("destroyed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_table(
        "imports",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_imports")),
    )
    op.create_table(
        "audit",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )


def _drain() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "outages",
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "from_ms", name=op.f("pk_outages")),
    )


def _pupils() -> None:
    op.create_table(
        "sessions",
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("factor_permille", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="ready", nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_score", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_delivery", "sessions", ["delivery", "sid"], unique=False)
    op.create_index("ix_sessions_status", "sessions", ["delivery", "status"], unique=False)
    op.create_index("ix_sessions_to_score", "sessions", ["to_score", "delivery"], unique=False)
    op.create_table(
        "codes",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revoked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_codes")),
    )
    op.create_index("ix_codes_sid", "codes", ["sid"], unique=False)


def _answers() -> None:
    op.create_table(
        "batches",
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.String(length=16), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("in_pause", sa.Boolean(), nullable=False),
        sa.Column("age_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sid", "epoch", "n", name=op.f("pk_batches")),
    )
    op.create_table(
        "asides",
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sid", "epoch", "n", "why", "digest", name=op.f("pk_asides")),
    )
    op.create_table(
        "events",
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sid", "version", "at_ms", "event", name=op.f("pk_events")),
    )


def _scores() -> None:
    op.create_table(
        "scores",
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("scored_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_scores")),
    )
    op.create_table(
        "score_versions",
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("complete_ms", sa.BigInteger(), nullable=True),
        sa.Column("sessions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("marks", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("delivery", "version", name=op.f("pk_score_versions")),
    )
    op.create_table(
        "version_scores",
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sid", "version", name=op.f("pk_version_scores")),
    )


def _judgements() -> None:
    op.create_table(
        "marks",
        sa.Column("sid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("item", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("marker", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sid", "item", "outcome", "marker", name=op.f("pk_marks")),
    )
    op.create_table(
        "schema_version",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_schema_version")),
    )
