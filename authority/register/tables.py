"""The tables, in SQLAlchemy Core, one definition for SQLite and PostgreSQL.

Column `sealed` is what only the key of names opens (authority.seal); nothing else here tells of a pupil.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 1

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

campaign = Table(
    "campaign",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("birth_year", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

schools = Table(
    "schools",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("title", Text, nullable=False),
)

classes = Table(
    "classes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("school", ForeignKey("schools.id"), nullable=False, index=True),
    Column("label", String(40), nullable=False),
    Column("room", String(24), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("validated_ms", BigInteger),
)
Index("uq_classes_school_label", classes.c.school, classes.c.label, unique=True)

pupils = Table(
    "pupils",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("class_id", ForeignKey("classes.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

codes = Table(
    "codes",
    metadata,
    Column("session", String(32), primary_key=True),
    Column("class_id", String(32), nullable=False, index=True),
    Column("pupil", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("is_reserve", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("exported_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    Column("revocation_exported_ms", BigInteger),
)

credentials = Table(
    "credentials",
    metadata,
    Column("login", String(24), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("school", ForeignKey("schools.id"), nullable=False, index=True),
    Column("class_id", String(32), nullable=False),
    Column("hash", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
)

visits = Table(
    "visits",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("login", ForeignKey("credentials.login", ondelete="CASCADE"), nullable=False, index=True),
    Column("seen_ms", BigInteger, nullable=False),
)

tries = Table(
    "tries",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("free_ms", BigInteger, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("school", String(16), nullable=False, index=True),
    Column("made_ms", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(40), nullable=False),
    Column("act", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

OF_PEOPLE = (drafts, visits, credentials, tries, codes, pupils, classes)
"""What `destroy` empties, in an order that foreign keys allow; schools and the audit log stay."""
