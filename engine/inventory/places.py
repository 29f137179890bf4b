"""The places of the engine: where something lies, under which key, until when, and who can read it."""

from __future__ import annotations

from pages.inventory import Place

GROUPS = {
    "answers": ("answers", "files", "aside"),
    "sitting": ("sitting", "arrangements", "staff_acts", "times"),
    "codes": ("codes", "imports", "browsers"),
    "results": ("scores", "marks", "versions", "published", "exports"),
    "adults": ("operators", "sign_ins", "tries", "proposals", "audit", "language"),
    "machine": ("deliveries", "tests", "keys", "backups", "logs", "running"),
}
NEAR = 4
"""The first so many groups are about the pupil."""

_STATE = (
    *("sid", "status", "epoch", "version", "started_ms", "deadline_ms", "last", "seen_ms", "held"),
    *("taken_over_ms", "paused_at_ms", "paused_from_ms", "paused_to_ms", "extra_ms", "asides", "dropped"),
    *("spilled", "at", "batches", "retained", "loose", "digests"),
)

_TABLES = {
    "batches": Place(
        "table",
        "answers",
        "session",
        "key_gone",
        "statistics",
        ("sid", "epoch", "n", "digest", "received_ms", "late", "is_full", "in_pause", "age_ms", "body"),
    ),
    "asides": Place(
        "table",
        "aside",
        "session",
        "key_gone",
        "program",
        ("sid", "epoch", "n", "why", "digest", "received_ms", "body"),
    ),
    "sessions": Place(
        "table",
        "sitting",
        "readable",
        "kept_rows",
        "watchers",
        (
            *("sid", "delivery", "room", "factor_permille", "needs", "wrapped_key", "status", "epoch"),
            *("version", "started_ms", "deadline_ms", "last", "ended_ms", "to_score"),
        ),
    ),
    "events": Place(
        "table",
        "sitting",
        "readable",
        "kept_rows",
        "program",
        ("sid", "version", "at_ms", "event", "status", "epoch", "started_ms", "deadline_ms", "last"),
    ),
    "acts": Place(
        "table",
        "staff_acts",
        "readable",
        "kept_rows",
        "auditors",
        (
            *("line", "sid", "act", "value", "at_ms", "verdict"),
            *("told_status", "told_version", "told_deadline_ms"),
        ),
    ),
    "outages": Place("table", "times", "readable", "kept_rows", "program", ("partition", "from_ms", "to_ms")),
    "clocks": Place("table", "times", "readable", "kept_rows", "program", ("partition", "at_ms")),
    "codes": Place("table", "codes", "digest", "kept_rows", "program", ("digest", "sid", "revoked")),
    "imports": Place(
        "table",
        "imports",
        "readable",
        "kept_rows",
        "auditors",
        ("sha256", "delivery", "campaign", "count", "at_ms"),
    ),
    "scores": Place(
        "table", "scores", "session", "key_gone", "results", ("sid", "rules", "form", "scored_ms", "body")
    ),
    "version_scores": Place(
        "table", "scores", "session", "key_gone", "results", ("sid", "version", "source_ms", "body")
    ),
    "marks": Place(
        "table",
        "marks",
        "session",
        "key_gone",
        "results",
        ("sid", "item", "outcome", "marker", "at_ms", "body"),
    ),
    "score_versions": Place(
        "table",
        "versions",
        "readable",
        "kept_rows",
        "auditors",
        (
            *("delivery", "version", "kind", "form", "who", "begun_ms", "complete_ms"),
            *("sessions", "marks"),
        ),
    ),
    "operators": Place(
        "table",
        "operators",
        "console",
        "kept_rows",
        "program",
        ("id", "role", "hash", "totp", "totp_step", "subject", "created_ms", "disabled_ms"),
    ),
    "visits": Place(
        "table", "sign_ins", "digest", "half_a_day", "program", ("digest", "operator", "begun_ms", "seen_ms")
    ),
    "tries": Place("table", "tries", "digest", "next_try", "program", ("digest", "count", "free_ms")),
    "proposals": Place(
        "table",
        "proposals",
        "readable",
        "kept_rows",
        "auditors",
        (
            *("id", "at_ms", "who", "act", "delivery", "detail", "expires_ms"),
            *("state", "decider", "decided_ms", "outcome"),
        ),
    ),
    "audit": Place(
        "table",
        "audit",
        "readable",
        "kept_rows",
        "auditors",
        ("seq", "at_ms", "who", "act", "delivery", "detail", "prev", "hash"),
    ),
    "deliveries": Place(
        "table",
        "deliveries",
        "readable",
        "kept_rows",
        "auditors",
        ("id", "state", "version", "record", "destroyed_ms"),
    ),
    "switches": Place("table", "running", "readable", "kept_rows", "auditors", ("name", "since_ms", "who")),
    "leases": Place("table", "running", "readable", "seconds", "program", ("name", "holder", "until_ms")),
    "alembic_version": Place("table", "running", "readable", "kept_rows", "program", ("version_num",)),
}

_MEMORY = {
    "redis s:{p*": Place("memory", "sitting", "readable", "memory_end", "watchers", _STATE),
    "redis c:{p*": Place(
        "memory",
        "arrangements",
        "readable",
        "memory_end",
        "program",
        ("delivery", "room", "factor_permille", "needs", "wrapped_key"),
    ),
    "redis b:{p*": Place("memory", "answers", "session", "archived", "pupil"),
    "redis j:{p*": Place("memory", "answers", "session", "seconds", "program", ("t", "l")),
    "redis d:{p*": Place("memory", "aside", "digest", "memory_end", "program"),
    "redis e:{p*": Place("memory", "sitting", "readable", "memory_end", "program"),
    "redis x:{p*": Place("memory", "staff_acts", "readable", "memory_end", "program"),
    "redis l:{p*": Place("memory", "sitting", "digest", "minutes", "program"),
    "redis z:{p*": Place("memory", "sitting", "readable", "handed_in", "program"),
    "redis u:{p*": Place("memory", "times", "readable", "memory_end", "program"),
    "redis o:{p*": Place("memory", "times", "readable", "memory_end", "program"),
    "redis w:{p*": Place("memory", "times", "readable", "minutes", "program"),
    "redis f:{p*": Place("memory", "times", "readable", "minutes", "program"),
    "redis k:{k*": Place(
        "memory", "codes", "digest", "delivery_end", "program", ("digest", "sid", "room", "revoked")
    ),
    "redis deliveries": Place("memory", "deliveries", "readable", "memory_end", "program"),
    "redis {deliveries}:version": Place("memory", "running", "readable", "memory_end", "program"),
    "redis {deliveries}:layout": Place("memory", "running", "readable", "memory_end", "program"),
    "redis a:{*": Place("memory", "running", "readable", "memory_end", "program"),
    "redis lease:*": Place("memory", "running", "readable", "seconds", "program"),
    "redis workers": Place("memory", "running", "readable", "minutes", "program"),
    "redis figures": Place("memory", "running", "readable", "minutes", "console_users"),
}

_FILES = {
    "data/files/DELIVERY/SESSION/*": Place("file", "files", "session", "key_gone", "statistics"),
    "data/archive.sqlite*": Place("file", "running", "as_tables", "kept_rows", "host"),
    "data/redis/*": Place("file", "running", "as_memory", "memory_end", "host"),
    "data/published/*": Place("file", "published", "readable", "results_end", "school"),
    "data/bank/*": Place("file", "tests", "readable", "kept_rows", "host"),
    "data/key/*": Place("file", "tests", "readable", "kept_rows", "host"),
    "data/content/*": Place("file", "tests", "delivery", "kept_rows", "pupil"),
    "keys/*": Place("file", "keys", "wrapping", "destroyed", "host"),
    "results export": Place("file", "exports", "readable", "authority", "statistics"),
    "results take": Place("file", "exports", "readable", "authority", "statistics"),
    "backup create": Place("file", "backups", "backup", "key_gone", "host"),
    "logs": Place("file", "logs", "readable", "host_decides", "host"),
}

_BROWSER = {
    "IndexedDB passation": Place("browser", "answers", "code", "sealed", "pupil"),
    "IndexedDB passation-files": Place("browser", "files", "code", "sealed", "pupil"),
    "IndexedDB passation-keying": Place("browser", "answers", "keyer", "sent", "teacher"),
    "Cache passation-content-": Place("browser", "tests", "delivery", "four_tests", "pupil"),
    "Cache passation-shell-": Place("browser", "tests", "readable", "next_version", "anybody"),
    "localStorage language": Place("browser", "language", "readable", "device", "anybody"),
    "localStorage passation-language": Place("browser", "language", "readable", "device", "anybody"),
    "sessionStorage place": Place("browser", "browsers", "signed", "logged_in", "program"),
    "cookie passation_device": Place("browser", "browsers", "signed", "month", "program"),
    "cookie __Host-teacher": Place("browser", "sign_ins", "signed", "ten_hours", "program"),
    "cookie __Host-operator": Place("browser", "sign_ins", "signed", "half_a_day", "program"),
    "cookie __Host-operator-device": Place("browser", "tries", "signed", "half_a_year", "program"),
    "cookie __Host-language": Place("browser", "language", "readable", "half_a_year", "anybody"),
    "cookie __Host-oidc": Place("browser", "sign_ins", "signed", "minutes", "program"),
}

PLACES = _TABLES | _MEMORY | _FILES | _BROWSER
