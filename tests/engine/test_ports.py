"""Ports for servers that a command starts for itself."""

from __future__ import annotations

import socket

import pytest

from engine.ports import BUS, COUNT, FIRST, free_port, free_ports

GIVEN_AWAY = 32_768
"""From here on Linux gives ports to whoever asks for any, if nobody has told it otherwise."""


def test_ports_are_different_and_none_is_one_that_the_system_gives_away() -> None:
    """Nor is the bus of a Redis cluster above it: a connection of somebody may be there before the server."""
    found = free_ports(50)
    assert len(set(found)) == 50
    assert FIRST <= min(found) <= max(found) < GIVEN_AWAY - BUS


def test_a_port_that_is_taken_is_given_to_nobody() -> None:
    """Whether somebody listens there already or will soon."""
    last = free_port()
    others = set(range(FIRST, FIRST + COUNT)) - {last}
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", last))
        listening.listen()
        with pytest.raises(RuntimeError, match="no free port"):
            free_port(others)
