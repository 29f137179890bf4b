"""Asks the archive what it holds, until it holds all that pupils were told, or comes no further."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from http.client import HTTPResponse
from urllib.error import URLError
from urllib.request import Request, urlopen

from loadtest.ledger import Comparison, Row, compare

STANDSTILL_S = 60.0
"""The archive is behind by design; without progress for so long it will not come."""
PAUSE_FIRST_S, PAUSE_LAST_S = 0.5, 10.0


def until_archived(
    url: str,
    delivery: str,
    operator: str,
    rows: Callable[[], Iterable[Row]],
    *,
    ca_file: str | None = None,
) -> Comparison:
    """The comparison with the archive, once nothing is missing or nothing more comes."""
    found, best = Comparison(), -1
    pause_s, since_s = PAUSE_FIRST_S, time.monotonic()
    while True:
        try:
            with ledger_lines(url, delivery, operator, ca_file) as lines:
                found = compare(rows(), lines)
        except URLError as error:
            if time.monotonic() - since_s > STANDSTILL_S:
                raise RuntimeError(f"the ledger cannot be read: {error.reason}") from error
        if found.archived > best:
            best, since_s = found.archived, time.monotonic()
        if (found.acknowledged and not found.lost) or time.monotonic() - since_s > STANDSTILL_S:
            return found
        time.sleep(pause_s)
        pause_s = min(PAUSE_LAST_S, pause_s * 2)


def ledger_lines(url: str, delivery: str, operator: str, ca_file: str | None) -> HTTPResponse:
    """What the archive holds of a delivery, one JSON object a line; to be closed, or read to its end."""
    address = f"{url.rstrip('/')}/api/v1/deliveries/{delivery}/ledger"
    request = Request(address, headers={"Authorization": f"Bearer {operator}"})
    context = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else None
    reply: HTTPResponse = urlopen(request, timeout=60, context=context)
    return reply
