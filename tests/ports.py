"""Ports of the loopback for servers that tests start: given to nobody else between the choice and the start.

The system gives ports above 32,768 to whoever asks for any, so a free one up there may be taken before its
server listens. These lie below, each process of a run draws from a share of its own, and none is drawn twice
before all the others were. Who draws one holds a lock on a file of its number for its next hundred draws, so
that another run beside this one, whose processes have the same shares, draws others, however long a server
takes to listen.
"""

from __future__ import annotations

import fcntl
import os
import random
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

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
_HELD: dict[int, int] = {}
"""Port -> descriptor whose lock says that it is this process's; the last ones."""
HELD_MAX = 100


def free_port() -> int:
    """A port that nobody uses now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many in a row, which nobody uses now, nor the bus of a cluster above each."""
    found: list[int] = []
    for _ in range(SHARE):
        port = next(_PLACES)
        found = [*found, port] if found[-1:] == [port - 1] else [port]
        if not _is_ours(port) or not _is_free(port) or not _is_free(port + BUS):
            found = []
        if len(found) == count:
            return found
    raise RuntimeError(f"no {count} free ports from {FIRST} on")


def _is_ours(port: int) -> bool:
    """Whether no other process that is alive holds this port; from now on none will."""
    if port not in _HELD:
        folder = Path(tempfile.gettempdir()) / f"passation-ports-{os.geteuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        _HELD[port] = lock
        if len(_HELD) > HELD_MAX:
            os.close(_HELD.pop(next(iter(_HELD))))
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False
