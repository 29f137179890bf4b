"""What TLS costs, measured apart: handshakes, first and resumed, and saves over connections that stay.

    python -m benchmarks.tls [--nginx PATH] [--connections 1000]

One JSON line for each way: `engine`, where the worker speaks TLS itself, and `nginx`, where a proxy does and
speaks to the worker in clear. All figures are processor time of who speaks TLS (of nginx and the worker
together for saves), so that it does not matter how fast this process is:

    connect_us     a new connection in clear with one small request, to the same server
    full_us        what a full handshake (TLS 1.3, ECDSA P-256) adds to that
    resumed_us     what a handshake adds that resumes an earlier one
    plain_us, save_us   a save over kept connections, in clear to the bare worker and over TLS, in turns
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import ssl
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvloop

from benchmarks.front import NO_BOUNDS, Front, front, nginx_binary
from benchmarks.generator import closed, connect, hang_up
from benchmarks.measure import Skipped, machine
from benchmarks.neighbours import QUIET, Neighbours, cpu_s
from benchmarks.pairs import gathered
from benchmarks.saves import Prepared, take_journal
from benchmarks.stack import Stack, client_context, pin_generator, stack
from sessions.link import Link
from tests.certificate import make_certificate

PUPILS = 1024
SLICE_S = 2.0
ROUNDS = 5
"""Each kind of connection comes in so many turns, so that a slow second hits all of them."""
ASKED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Way(NamedTuple):
    """A server that speaks TLS, and the same program where it does not."""

    name: str
    port: int
    pids: Sequence[int]
    """Who speaks TLS."""
    clear_port: int
    clear_pids: Sequence[int]


class Saving(NamedTuple):
    """A slice of saves."""

    cpu_us: float
    others: float


def asked(
    port: int, context: ssl.SSLContext | None = None, session: ssl.SSLSession | None = None
) -> ssl.SSLSession | None:
    """One connection with one request; the ticket with which the next one may be shorter."""
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is None:
            plain.sendall(ASKED)
            assert b" 200 " in plain.recv(4096)
            return None
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as line:
            assert line.session_reused is (session is not None)
            line.sendall(ASKED)
            assert b" 200 " in line.recv(4096)  # and with it, before it, the ticket
            return line.session


def connections_us(way: Way, context: ssl.SSLContext, count: int) -> dict[str, float]:
    """Processor time of a connection of each kind, one after the other."""
    found: dict[str, list[float]] = {"clear": [], "full": [], "resumed": []}
    for _ in range(ROUNDS):
        ticket = asked(way.port, context)
        kinds = {
            "clear": (way.clear_pids, partial(asked, way.clear_port)),
            "full": (way.pids, partial(asked, way.port, context)),
            "resumed": (way.pids, partial(asked, way.port, context, ticket)),
        }
        for kind, (pids, ask) in kinds.items():
            before_s = sum(map(cpu_s, pids))
            for _ in range(count // ROUNDS):
                ask()
            found[kind].append((sum(map(cpu_s, pids)) - before_s) / (count // ROUNDS) * 1e6)
    clear, full, resumed = (median(values) for values in found.values())
    return {"connect_us": clear, "full_us": full - clear, "resumed_us": resumed - clear}


async def halves(running: Stack) -> tuple[Prepared, Prepared]:
    """The pupils of one stack in two crowds: each counts his batches for one of them."""
    all_of_them = await Prepared.of(running)
    half = len(all_of_them.started) // 2
    first, second = all_of_them.started[:half], all_of_them.started[half:]
    return Prepared(first, all_of_them.batches), Prepared(second, all_of_them.batches)


async def saves_us(plain: Stack, over: Stack, way: Way, context: ssl.SSLContext) -> dict[str, float | bool]:
    """Processor time of a save in clear and over TLS, in turns; Redis's is not in it."""
    links = [Link(one.settings.redis_address) for one in (plain, over)]
    mine, other = (
        await halves(plain) if plain is over else (await Prepared.of(plain), await Prepared.of(over))
    )
    clear = await connect(plain.settings.port, mine.sources())
    sealed = await connect(way.port, other.sources(), context)
    pids = sorted({plain.worker.pid, over.worker.pid, plain.redis.pid, over.redis.pid, *way.pids})
    sides = (
        (clear, [plain.worker.pid]),
        (sealed, sorted({over.worker.pid, *way.pids})),
    )

    async def pair(_: int) -> tuple[Saving, Saving]:
        found = []
        for lines, own in sides:
            neighbours, before_s = Neighbours(pids), sum(map(cpu_s, own))
            run = await closed(lines, SLICE_S)
            used_s = sum(map(cpu_s, own)) - before_s
            found.append(Saving(used_s / run.replies * 1e6, neighbours.share()))
            for link in links:
                await take_journal(link)
        return found[0], found[1]

    pairs = await gathered(pair, lambda found: found.others / QUIET)
    hang_up([*clear, *sealed])
    for link in links:
        await link.aclose()
    ours, theirs = (median(one.cpu_us for one in side) for side in (pairs.ours, pairs.theirs))
    return {"plain_us": ours, "save_us": theirs, "void": pairs.void}


async def told(way: Way, plain: Stack, over: Stack, context: ssl.SSLContext, count: int) -> None:
    """One line."""
    found = await asyncio.to_thread(connections_us, way, context, count)
    found |= await saves_us(plain, over, way, context)
    rounded = {name: round(value, 1) if name != "void" else value for name, value in found.items()}
    print(json.dumps({"tls": way.name, **rounded, "machine": machine()}), flush=True)


async def measure(nginx: str, count: int) -> None:
    """The worker's own TLS, then nginx's."""
    pin_generator()
    with tempfile.TemporaryDirectory(prefix="passation-tls-") as name:
        certificate = make_certificate(Path(name))
        context = client_context(certificate[0])
        async with stack(PUPILS) as plain, stack(PUPILS, certificate=certificate) as over:
            way = Way(
                "engine", over.settings.port, [over.worker.pid], plain.settings.port, [plain.worker.pid]
            )
            await told(way, plain, over, context, count)
        async with stack(2 * PUPILS) as plain:
            port = plain.settings.port
            async with front(nginx_binary(nginx), Path(name), port, certificate, **NO_BOUNDS) as before:
                await told(_of_nginx(before), plain, plain, context, count)


def _of_nginx(before: Front) -> Way:
    return Way("nginx", before.tls_port, before.pids, before.port, before.pids)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tls", description=__doc__)
    parser.add_argument("--nginx", default="", help="the binary of nginx, where it is not on the path")
    parser.add_argument("--connections", type=int, default=1000, help="of each kind")
    given = parser.parse_args()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        asyncio.run(measure(given.nginx, given.connections))
    except Skipped as reason:
        parser.error(str(reason))
    return 0


if __name__ == "__main__":
    sys.exit(main())
