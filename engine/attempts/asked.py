"""One call of `POST /api/v1/attempts`, as each of its kinds takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from engine.catalog import Opened
from sessions.model import Ticket


class Asked(NamedTuple):
    """Whose it is, what stands in it, when it came."""

    ticket: Ticket
    opened: Opened
    body: bytes
    value: dict[str, Any]
    now_ms: int


Act = Callable[[Asked], Awaitable[dict[str, Any]]]
