"""How a worker takes up connections."""

from __future__ import annotations

import asyncio
import select
import socket
from math import ceil

import uvloop

from engine.worker import ACCEPTS, BACKLOG, bind, listeners

CROWD = 20 * ACCEPTS


def test_a_crowd_that_connects_is_taken_up_in_few_turns_of_the_loop() -> None:
    """One a turn would let all who come in an overload, where turns are long, wait for minutes."""
    assert uvloop.run(turns_for(CROWD)) <= ceil(CROWD / ACCEPTS) + 5


async def turns_for(crowd: int) -> int:
    """Turns of the loop until the connections of a crowd are made; all wait when the first one begins."""
    loop, made = asyncio.get_running_loop(), list[asyncio.BaseTransport]()

    class Greeter(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            made.append(transport)

    sockets = listeners(bind("127.0.0.1", 0))
    servers = [await loop.create_server(Greeter, sock=one, backlog=BACKLOG) for one in sockets]
    pupils = [connected(sockets[0].getsockname()) for _ in range(crowd)]
    turns = 0
    while len(made) < crowd and turns < crowd:
        await asyncio.sleep(0)
        turns += 1
    for server in servers:
        server.close()
    for pupil in pupils:
        pupil.close()
    for transport in made:
        transport.close()
    return turns


def connected(address: tuple[str, int]) -> socket.socket:
    """A connection that the kernel has made, whether anybody has accepted it or not."""
    pupil = socket.socket()
    pupil.setblocking(False)
    pupil.connect_ex(address)
    select.select([], [pupil], [])
    return pupil
