"""Ports of the loopback for servers that tests start: given to nobody else between the choice and the start.

The system gives ports above 32,768 to whoever asks for any, so a free one up there may be taken before its
server listens. These lie below, each process of a run draws from a share of its own, and none is drawn twice
before all the others were.
"""

from __future__ import annotations

import os
import random
import re
import socket
from collections.abc import Iterator
from contextlib import suppress

FIRST, SHARE, SHARES = 10_000, 1_000, 10
BUS = 10_000
"""So far above its port lies the bus of a Redis cluster: above all shares, below what the system gives."""


def _places() -> Iterator[int]:
    """The ports of this process for ever, from a random one: another run may go on beside this one."""
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or "0"
    first = FIRST + int(worker) % SHARES * SHARE
    place = random.randrange(SHARE)
    while True:
        yield first + place
        place = (place + 1) % SHARE


_PLACES = _places()


def free_port() -> int:
    """A port that nobody uses now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many in a row, which nobody uses now, nor the bus of a cluster above each."""
    found: list[int] = []
    for _ in range(SHARE):
        port = next(_PLACES)
        found = [*found, port] if found[-1:] == [port - 1] else [port]
        if not _is_free(port) or not _is_free(port + BUS):
            found = []
        if len(found) == count:
            return found
    raise RuntimeError(f"no {count} free ports from {FIRST} on")


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False
