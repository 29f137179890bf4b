"""Every route of the program and who may use it. The tests drive this table; there is no other way in."""

from __future__ import annotations

from authority.web import accesspages, classpages, codepages, daypages, entrance, imports, schoolpages
from authority.web.table import ANYBODY, HEAD, STAFF, Row

_CLASS = "/classes/{class_id}"
_PUPIL = _CLASS + "/pupils/{pupil}"
_CODE = _CLASS + "/codes/{session}"

ROWS: tuple[Row, ...] = (
    Row("GET", "/", (ANYBODY,), entrance.portal),
    Row("GET", "/privacy", (ANYBODY,), entrance.privacy, always=True),
    Row("GET", "/manual/head", (ANYBODY,), entrance.head_manual, always=True),
    Row("GET", "/manual/teacher", (ANYBODY,), entrance.teacher_manual, always=True),
    Row("GET", "/login", (ANYBODY,), entrance.login_page),
    Row("POST", "/login", (ANYBODY,), entrance.login),
    Row("POST", "/logout", STAFF, entrance.logout),
    Row("POST", "/language", (ANYBODY,), entrance.language, always=True),
    Row("GET", "/health", (ANYBODY,), entrance.health, json=True, always=True),
    Row("GET", "/static/{name}", (ANYBODY,), entrance.static, always=True),
    Row("GET", "/school", (HEAD,), schoolpages.school),
    Row("POST", "/school/classes", (HEAD,), schoolpages.add_class),
    Row("GET", "/school/sheets.pdf", (HEAD,), codepages.school_sheets),
    Row("GET", "/school/import", (HEAD,), imports.import_page),
    Row("POST", "/school/import", (HEAD,), imports.upload),
    Row("GET", "/school/import/{draft}", (HEAD,), imports.review),
    Row("POST", "/school/import/{draft}", (HEAD,), imports.confirm),
    Row("GET", "/school/results", (HEAD,), daypages.school_results),
    Row("GET", _CLASS, STAFF, classpages.class_page),
    Row("POST", f"{_CLASS}/pupils", (HEAD,), classpages.add_pupil),
    Row("GET", _PUPIL, (HEAD,), classpages.pupil_page),
    Row("POST", _PUPIL, (HEAD,), classpages.correct_pupil),
    Row("GET", f"{_PUPIL}/removal", (HEAD,), classpages.ask_removal),
    Row("POST", f"{_PUPIL}/removal", (HEAD,), classpages.remove_pupil),
    Row("POST", f"{_CLASS}/validation", (HEAD,), classpages.validate),
    Row("GET", f"{_CLASS}/sheets.pdf", (HEAD,), codepages.class_sheets),
    Row("GET", f"{_CLASS}/codes", (HEAD,), codepages.codes_page),
    Row("GET", f"{_CODE}/strip.pdf", (HEAD,), codepages.one_strip),
    Row("POST", f"{_CODE}/pupil", (HEAD,), codepages.give_reserve),
    Row("GET", f"{_CODE}/withdrawal", (HEAD,), codepages.ask_withdrawal),
    Row("POST", f"{_CODE}/withdrawal", (HEAD,), codepages.withdraw),
    Row("GET", f"{_CLASS}/access", (HEAD,), accesspages.access_page),
    Row("GET", f"{_CLASS}/access/letter", (HEAD,), accesspages.ask_letter),
    Row("POST", f"{_CLASS}/access/letter", (HEAD,), accesspages.letter),
    Row("GET", f"{_CLASS}/access/withdrawal", (HEAD,), accesspages.ask_withdrawal),
    Row("POST", f"{_CLASS}/access/withdrawal", (HEAD,), accesspages.withdraw),
    Row("GET", f"{_CLASS}/room", STAFF, daypages.room),
    Row("GET", f"{_CLASS}/keying", STAFF, daypages.keying),
    Row("GET", f"{_CLASS}/results", STAFF, daypages.results),
    Row("POST", f"{_CLASS}/reserve", STAFF, daypages.give_reserve, json=True),
    Row("GET", f"{_CLASS}/people", STAFF, daypages.people, json=True),
    Row("POST", "/assertion", STAFF, daypages.assertion, json=True),
)
