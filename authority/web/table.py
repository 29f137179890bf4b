"""The shape of the table of routes: for each one who may, and how it is guarded. The rows are in `routes`."""

from __future__ import annotations

from typing import NamedTuple

from authority.web.call import Handler

ANYBODY = "anybody"
TEACHER = "teacher"
HEAD = "head"
STAFF = (TEACHER, HEAD)


class Row(NamedTuple):
    """One route. A path with `{class_id}` is open to the class's own school or teacher alone."""

    method: str
    path: str
    roles: tuple[str, ...]
    handler: Handler
    json: bool = False
    """A module's call: answers JSON; a POST needs the header `X-Passation`."""
    always: bool = False
    """Answers after the destruction too."""
