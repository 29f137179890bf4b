"""Bringing lists: a file is read, what it would change is shown, nothing stays before the head says yes."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter

from starlette.responses import RedirectResponse, Response

from authority.lists import read_list
from authority.lists.entries import Entry, checked_label
from authority.problems import BadList, Conflict
from authority.register import Pupil
from authority.web.call import Call

WRONG_SHOWN = 50


async def import_page(call: Call) -> Response:
    return call.page("import.html", error="", label="")


async def upload(call: Call) -> Response:
    """Read the file; keep what it says, sealed, until it is confirmed."""
    label = call.form.get("label", "").strip()
    try:
        default_label = checked_label(label) if label else ""
        async with call.services.reading:  # beside the loop: nobody else's page waits for a large file
            found = await asyncio.to_thread(read_list, call.upload, default_label)
    except BadList as bad:
        return call.page("import.html", 422, error=f"problem_{bad.reason}", label=label)
    value = {
        "kind": found.kind,
        "entries": [list(entry) for entry in found.entries],
        "wrong": [list(wrong) for wrong in found.wrong],
    }
    draft = await call.services.register.lists.keep_draft(call.school, value, call.now_ms)
    return RedirectResponse(f"/school/import/{draft}", 303)


async def review(call: Call) -> Response:
    """What the file would bring, class by class, and the lines that were left out."""
    draft = await _draft(call)
    entries = [Entry(*fields) for fields in draft["entries"]]
    known = {one.label: one.pupils for one in await call.services.register.lists.classes(call.school)}
    counts = Counter(entry.label for entry in entries)
    classes = [
        {"label": label, "count": counts[label], "known": known.get(label)} for label in sorted(counts)
    ]
    wrong = [{"line": line, "key": f"problem_{reason}"} for line, reason in draft["wrong"]]
    return call.page(
        "review.html",
        kind=draft["kind"],
        classes=classes,
        entries=entries,
        wrong=wrong[:WRONG_SHOWN],
        more=max(0, len(wrong) - WRONG_SHOWN),
    )


async def confirm(call: Call) -> Response:
    """The head says yes: all of it, or nothing."""
    draft = await _draft(call)
    lists: dict[str, list[Pupil]] = {}
    for fields in draft["entries"]:
        entry = Entry(*fields)
        pupil = Pupil(secrets.token_hex(16), "", entry.family, entry.first, entry.born, entry.ine)
        lists.setdefault(entry.label, []).append(pupil)
    register = call.services.register.lists
    await register.import_lists(call.school, lists, call.path("draft"), call.now_ms, call.who)
    return RedirectResponse("/school?said=imported", 303)


async def _draft(call: Call) -> dict[str, list[list[str]]]:
    found = await call.services.register.lists.draft(call.school, call.path("draft"), call.now_ms)
    if found is None:
        raise Conflict("no_draft", "this import is too old: bring the file again")
    return dict(found)
