"""The shape of the console's table of routes: each with the right that it needs. The rows are in `routes`."""

from __future__ import annotations

from typing import NamedTuple

from engine.console.call import Handler

FORM_BYTES_MAX = 32 * 1024
PACKAGE_BYTES_MAX = 64 * 1024 * 1024


class Row(NamedTuple):
    """One route; `right` is one of `rights.RIGHTS`, or ANYBODY."""

    method: str
    path: str
    right: str
    handler: Handler
    json: bool = False
    """A module's call: answers JSON, refusals too, and does not keep a sign-in alive."""
    bytes_max: int = FORM_BYTES_MAX
