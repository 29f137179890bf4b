"""The places of the authority: where something lies, under which key, until when, who can read it."""

from __future__ import annotations

from pages.inventory import Place

GROUPS = {
    "pupils": ("identity", "codes", "lists"),
    "school": ("classes", "schools"),
    "adults": ("credentials", "sign_ins", "tries", "audit", "language"),
    "outside": ("paper", "engine", "research"),
    "machine": ("keys", "logs", "running"),
}
NEAR = 2
"""The first so many groups are about the pupil."""

_TABLES = {
    "pupils": Place(
        "table", "identity", "names", "destroyed", "school", ("id", "class_id", "version", "sealed")
    ),
    "codes": Place(
        "table",
        "codes",
        "names",
        "destroyed",
        "printing",
        (
            *("session", "class_id", "pupil", "number", "is_reserve", "sealed", "made_ms"),
            *("exported_ms", "revoked_ms", "revocation_exported_ms"),
        ),
    ),
    "drafts": Place("table", "lists", "names", "hour", "head", ("id", "school", "made_ms", "sealed")),
    "classes": Place(
        "table",
        "classes",
        "readable",
        "destroyed",
        "school",
        ("id", "school", "label", "room", "version", "validated_ms"),
    ),
    "schools": Place("table", "schools", "readable", "kept", "anybody", ("id", "title")),
    "credentials": Place(
        "table",
        "credentials",
        "password",
        "destroyed",
        "program",
        ("login", "role", "school", "class_id", "hash", "issued_ms"),
    ),
    "visits": Place("table", "sign_ins", "digest", "hour", "program", ("digest", "login", "seen_ms")),
    "tries": Place("table", "tries", "digest", "hour", "program", ("digest", "count", "free_ms")),
    "audit": Place(
        "table",
        "audit",
        "readable",
        "kept",
        "auditors",
        ("seq", "at_ms", "who", "act", "detail", "prev", "hash"),
    ),
    "campaign": Place(
        "table", "running", "readable", "kept", "anybody", ("id", "title", "birth_year", "created_ms")
    ),
    "schema_version": Place("table", "running", "readable", "kept", "program", ("version",)),
}

_FILES = {
    "register.sqlite*": Place("file", "running", "as_tables", "kept", "service"),
    "names.json": Place("file", "keys", "apart", "destroyed", "service"),
    "research.json": Place("file", "keys", "apart", "destroyed", "service"),
    "pepper.json": Place("file", "keys", "apart", "destroyed", "service"),
    "signing.pem": Place("file", "keys", "apart", "destroyed", "service"),
    "signing.pub.pem": Place("file", "keys", "readable", "kept", "anybody"),
    "destroyed.json": Place("file", "running", "readable", "kept", "service"),
    "sheets.pdf": Place("file", "paper", "printed", "print", "holder"),
    "letters.pdf": Place("file", "paper", "printed", "print", "holder"),
    "export codes": Place("file", "engine", "signed", "campaign", "engine"),
    "export revocations": Place("file", "engine", "signed", "campaign", "engine"),
    "takeout research": Place("file", "research", "pseudonyms", "service_decides", "researchers"),
    "logs": Place("file", "logs", "readable", "service_decides", "service"),
}

_BROWSER = {
    "cookie __Host-visit": Place("browser", "sign_ins", "signed", "hour", "program"),
    "cookie __Host-language": Place("browser", "language", "readable", "half_a_year", "user"),
}

PLACES = _TABLES | _FILES | _BROWSER
