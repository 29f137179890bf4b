"""The tables, in SQLAlchemy Core, one definition for SQLite and PostgreSQL.

Every row that a journal can bring twice has a key made of what it says, so that bringing it again changes
nothing. `batches`, `asides` and `events` name their session only; its delivery stands in `sessions`.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    event,
    false,
)

REVISION = "0003"
"""The newest of `migrations/versions`: every change of a table is one. A table more need not be: it is made
when the archive is opened or migrated, and an older program does not look for it."""

# Constraint names are fixed, so that a migration can name what it changes on both databases.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

# Alembic's own table, by its own name.
alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("destroyed_ms", BigInteger),
)

imports = Table(
    "imports",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("delivery", String(40), nullable=False),
    Column("campaign", String(64), nullable=False),
    Column("count", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("delivery", String(40), nullable=False),
    Column("room", String(32), nullable=False),
    Column("factor_permille", Integer, nullable=False),
    Column("needs", Text, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("status", String(10), nullable=False, server_default="ready"),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("started_ms", BigInteger, nullable=False, server_default="0"),
    Column("deadline_ms", BigInteger, nullable=False, server_default="0"),
    Column("last", Integer, nullable=False, server_default="0"),
    Column("ended_ms", BigInteger, nullable=False, server_default="0"),
    # Handed in or closed, and something came since it was last scored.
    Column("to_score", Boolean, nullable=False, server_default=false()),
    Index("ix_sessions_delivery", "delivery", "sid"),
    # Whole ones, asked several times a second: SQLite does not see when a partial one would do.
    Index("ix_sessions_to_score", "to_score", "delivery"),
    Index("ix_sessions_status", "delivery", "status"),
    Index("ix_sessions_room", "room", "delivery"),
)
codes = Table(
    "codes",
    metadata,
    Column("digest", LargeBinary(16), primary_key=True),
    Column("sid", LargeBinary(16), nullable=False),
    Column("revoked", Boolean, nullable=False, server_default=false()),
    Index("ix_codes_sid", "sid"),
)

batches = Table(
    "batches",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("late", String(16), nullable=False),
    Column("is_full", Boolean, nullable=False),
    Column("in_pause", Boolean, nullable=False),
    Column("age_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

asides = Table(
    "asides",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("why", String(16), primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("received_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, primary_key=True),
    Column("event", String(10), primary_key=True),
    Column("status", String(10), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("deadline_ms", BigInteger, nullable=False),
    Column("last", Integer, nullable=False),
)

scores = Table(
    "scores",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("rules", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("scored_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Later judgements of a delivery's answers; version 1 is `scores`. One without `complete_ms` is being made,
# or was interrupted: nobody reads it, and the next one to be made removes it.
score_versions = Table(
    "score_versions",
    metadata,
    Column("delivery", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("form", String(64), nullable=False),
    Column("who", String(64), nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("complete_ms", BigInteger),
    Column("sessions", Integer, nullable=False, server_default="0"),
    Column("marks", Integer, nullable=False, server_default="0"),
)

version_scores = Table(
    "version_scores",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("source_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("item", String(16), primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("marker", String(32), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

outages = Table(
    "outages",
    metadata,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("to_ms", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("act", String(40), nullable=False),
    Column("delivery", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("prev", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

# What staff do to single sessions, written with its line of the audit log: the part of it that is replayed.
# `verdict` is empty until the journal has brought the act's effect, or a reply said that it has none.
acts = Table(
    "acts",
    metadata,
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("sid", LargeBinary(16), primary_key=True),
    Column("act", String(10), nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("verdict", String(16), nullable=False, server_default=""),
    # What whoever acted was told: a state that has come this far holds the act already.
    Column("told_status", String(10), nullable=False, server_default=""),
    Column("told_version", BigInteger, nullable=False, server_default="0"),
    Column("told_deadline_ms", BigInteger, nullable=False, server_default="0"),
    Index("ix_acts_verdict", "verdict", "line"),
    Index("ix_acts_at_ms", "at_ms"),
    Index("ix_acts_sid", "sid"),
)

# When each partition last acknowledged, as the sweep saw it: an empty Redis has forgotten.
clocks = Table(
    "clocks",
    metadata,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
)

# Who may operate, by opaque id: no name enters. `subject` is a keyed digest of what the ministry's own
# sign-in calls the person, `totp` is sealed under a key that lies outside; each is empty where the other way
# of signing in is used.
operators = Table(
    "operators",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("hash", String(200), nullable=False),
    Column("totp", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("subject", LargeBinary(32), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("disabled_ms", BigInteger, nullable=False),
)

# Sign-ins by a keyed digest of their cookie, and wrong tries by a keyed digest of whose they are.
visits = Table(
    "visits",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("operator", String(16), nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
)
tries = Table(
    "tries",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("free_ms", BigInteger, nullable=False),
)

# What one operator proposes and another approves, with what became of it.
proposals = Table(
    "proposals",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(16), nullable=False),
    Column("act", String(12), nullable=False),
    Column("delivery", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("decider", String(16), nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("ix_proposals_at_ms", "at_ms"),
)

# What holds for the whole installation: `freeze` since when, 0 when it is lifted.
switches = Table(
    "switches",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
)

# The audit log only grows, whoever asks: a program with a defect, or a hand in a hurry. Who owns the database
# can drop the triggers; that shows in the chain.
_REFUSAL = "the audit log is append-only"
_SQLITE_GUARDS = [
    f"CREATE TRIGGER IF NOT EXISTS audit_no_{verb} BEFORE {verb} ON audit "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for verb in ("update", "delete")
]
_POSTGRES_GUARD = f"""
DO $do$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'audit_no_change' AND tgrelid = 'audit'::regclass) THEN
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$;
    CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
  END IF;
END $do$"""
for _dialect, _statements in {"sqlite": _SQLITE_GUARDS, "postgresql": [_POSTGRES_GUARD]}.items():
    for _statement in _statements:
        _guard = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", _guard.execute_if(dialect=_dialect))
