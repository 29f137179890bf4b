"""Answers that name files: each must be one that this very session has handed in for this very response."""

from __future__ import annotations

from engine.catalog import Opened
from engine.filecipher import Owner, Place
from engine.files import FileStore
from engine.wire import Check
from sessions.model import Ticket


def check_of(opened: Opened, files: FileStore, ticket: Ticket) -> Check:
    """The shapes of the form; where it takes files, with a look at those that are here."""
    shapes, uploads = opened.shapes.check, opened.shapes.uploads
    if not uploads:
        return shapes
    owner = Owner(ticket.delivery, ticket.sid)

    def check(item: str, response: object) -> str | None:
        problem = shapes(item, response)
        if problem is not None or not isinstance(response, dict):
            return problem
        named = ((name, file) for name, file in response.items() if file and (item, name) in uploads)
        return next(("unknown_file" for place in named if not files.has(owner, Place(item, *place))), None)

    return check
