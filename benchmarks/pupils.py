"""Pupils as prepared bytes: logged in and started through the API, then batch after batch without thinking.

Each connection has several pupils and takes them in turn, so that a session is not older at the end of a
run than a real one at the end of a test. A batch holds three answers to items of the demonstration form drawn
by chance, with the lease and the rest that the player sends: 500 bytes on average, some longer, some shorter.
Only the token and the number are put in when it is sent.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, cycle
from random import Random
from typing import Any

from benchmarks.generator import NextRequest, Void, closed, connect, hang_up
from benchmarks.stack import Stack
from loadtest.paper import Paper

BODY_BYTES = 500
VARIANTS = 61
TOLERANCE_BYTES = 10
LONG_CHARACTERS = 800
"""Length of a text where the form asks for one; each time it is sent whole."""
LEASE = "A" * 48
CONNECTIONS = 128
STAGGERED = 12
"""Pupils of a connection are so far apart at most when all have begun."""
ENOUGH_S = 600.0


@dataclass(slots=True)
class Pupil:
    """One session and the number of its next batch."""

    head: bytes
    n: int = 0


def head(path: str, token: str = "") -> bytes:
    """The head of a POST but for the length; the same few headers for all."""
    lines = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    if token:
        lines += f"Authorization: Bearer {token}\r\n"
    return lines.encode()


def request(path: str, body: bytes, token: str = "") -> bytes:
    """A POST as bytes."""
    return head(path, token) + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def log_in(stack: Stack, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Replies to `codes`, logged in one after the other on each connection."""
    bodies = (json.dumps({"code": code}).encode() for code in codes)
    return await ask_all(stack, [request("/api/v1/login", body) for body in bodies])


async def start(stack: Stack, tokens: Sequence[str]) -> list[dict[str, Any]]:
    """Replies to the starts of pupils who are logged in."""
    return await ask_all(stack, [request("/api/v1/start", b"{}", token) for token in tokens])


async def ask_all(stack: Stack, requests: Sequence[bytes]) -> list[dict[str, Any]]:
    """Send all requests over a few connections; the replies come in any order."""
    rest = list(reversed(requests))
    sources: list[NextRequest] = [lambda: rest.pop() if rest else None] * 32
    connections = await connect(stack.settings.port, sources, stack.tls)
    bodies: list[bytes] = []
    try:
        run = await closed(connections, ENOUGH_S, bodies=bodies)
    finally:
        hang_up(connections)
    assert run.replies == len(requests)
    return [json.loads(body) for body in bodies]


async def started_pupils(stack: Stack, codes: Sequence[str]) -> list[dict[str, Any]]:
    """The replies to the starts of these codes."""
    logged_in = await log_in(stack, codes)
    return await start(stack, [reply["token"] for reply in logged_in])


def paper_of(stack: Stack, started: dict[str, Any]) -> Paper:
    """The demonstration form, opened with the key that a start brought."""
    sealed = (stack.settings.data_dir / "content" / started["session"]["form"]).read_bytes()
    key = base64.b64decode(started["content_key"])
    return Paper.open(sealed, key, long_characters=LONG_CHARACTERS, random=Random(1))


def batches(paper: Paper) -> list[bytes]:
    """Batches from the length of the body on, with a place for the number; drawn until they average 500."""
    random = Random(2)
    for _ in range(1000):
        bodies = [_draw(paper, random) for _ in range(VARIANTS)]
        if abs(sum(map(len, bodies)) / VARIANTS - BODY_BYTES) < TOLERANCE_BYTES:
            return [_template(body) for body in bodies]
    raise Void("no draw of batches comes near the length that was agreed")


def _draw(paper: Paper, random: Random) -> bytes:
    places = random.sample(range(len(paper.sheets)), 3)
    sheets = [paper.sheets[place] for place in places]
    chosen = [
        len(sheet.pool) - 1 if sheet.has_long else random.randrange(len(sheet.pool)) for sheet in sheets
    ]
    given = [
        (place, choice, random.randint(5000, 90000), 900)
        for place, choice in zip(places, chosen, strict=True)
    ]
    body = paper.body(1, given, full=False, held=1)
    return body[:-1] + b',"lease":"%b"}' % LEASE.encode()


def _template(body: bytes) -> bytes:
    """The number gets six places, since blanks are nothing to JSON, so that the length stays the same."""
    rest = body.removeprefix(b'{"n":1')
    return b'Content-Length: %d\r\n\r\n{"n":%%6d' % (len(rest) + 11) + rest.replace(b"%", b"%%")


def save_sources(
    started: Sequence[dict[str, Any]], batches: Sequence[bytes], connections: int = CONNECTIONS
) -> list[NextRequest]:
    """For each connection a source of saves: its pupils in turn, each with its own numbers 1, 2, 3 ...

    The first time each has another number of turns: one save in eleven puts a session in order, and pupils
    who are all equally far would come to that together, as they never do: every other second Redis then
    needed more than there is of its core.
    """
    pupils = [Pupil(head("/api/v1/answers", reply["token"]), reply["last"]) for reply in started]
    return [_saves(pupils[number::connections], batches) for number in range(connections)]


def _saves(pupils: Sequence[Pupil], batches: Sequence[bytes]) -> NextRequest:
    first = (pupil for place, pupil in enumerate(pupils) for _ in range(1 + place % STAGGERED))
    order = chain(first, cycle(pupils))
    turn = 0

    def next_request() -> bytes:
        nonlocal turn
        turn += 1
        pupil = next(order)
        pupil.n += 1
        return pupil.head + batches[turn % VARIANTS] % pupil.n

    return next_request
