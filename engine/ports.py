"""Ports of the loopback for servers that a command starts for itself.

Below those that the system gives to whoever asks for any: one up there may be taken by somebody's connection
before the server listens.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Container
from contextlib import suppress

FIRST, COUNT = 14_000, 8_768
BUS = 10_000
"""So far above its port lies the bus of a Redis cluster; it too lies below 32,768."""


def free_port(taken: Container[int] = ()) -> int:
    """A port that nobody uses now, nor the bus of a cluster above it; none of those `taken`."""
    for _ in range(COUNT):
        port = FIRST + secrets.randbelow(COUNT)
        if port not in taken and _is_free(port) and _is_free(port + BUS):
            return port
    raise RuntimeError(f"no free port from {FIRST} on: end what listens there")


def free_ports(count: int) -> list[int]:
    """So many of them, all different."""
    ports: list[int] = []
    while len(ports) < count:
        ports.append(free_port(ports))
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False
