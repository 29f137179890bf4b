"""Random histories: the Lua does what the reference says, and any copy in any order gives the same state."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.journal import AsideLine, BatchLine
from sessions.link import Link
from sessions.model import (
    Allow,
    Close,
    Credit,
    Extend,
    Heartbeat,
    Login,
    Operation,
    Pause,
    Read,
    Resume,
    Save,
    Start,
    Submit,
    Ticket,
)
from sessions.states import Status
from sessions.store import Store
from tests.patience import PATIENCE_S
from tests.sessions.given import HOUR, NOW, a_row, a_running, a_save, a_sid, one
from tests.sessions.reference import Reference

MINUTE = 60_000
ITEMS = ("i1", "i2", "i3", "i4")
NUMBERS = count(1_000_000)
"""Each example has sessions of its own, beside those that other tests left on the server."""

items = st.lists(st.sampled_from(ITEMS), max_size=3, unique=True).map(tuple)
bodies = st.sampled_from(["", "x", "y"])
seats = st.integers(0, 2)
changes = st.sampled_from(["", "", "a1", "a2"])
moments = st.integers(-5, 70).map(lambda minute: NOW + minute * MINUTE)
steps = st.one_of(
    st.tuples(st.just("save"), seats, st.integers(1, 9), items, bodies, st.booleans()),
    st.tuples(st.just("save"), st.just(0), st.integers(1, 9), items, st.just(""), st.booleans()),
    st.tuples(st.just("seat"), seats, st.sampled_from(["start", "heartbeat", "read"])),
    st.tuples(st.just("submit"), seats, st.integers(0, 9)),
    st.tuples(st.just("login")),
    st.tuples(st.just("staff"), st.sampled_from([Pause, Resume, Allow]), changes),
    st.tuples(st.just("extend"), st.integers(-5, 20), changes),
    st.tuples(st.just("close"), st.one_of(st.just(0), moments), changes),
    st.tuples(st.just("credit"), moments, st.integers(1, 30)),
    st.tuples(st.just("wait"), st.integers(1, 30)),
)


def with_store(redis_url: str, work: Callable[[Store], Awaitable[None]]) -> None:
    """Run `work` with a store of its own."""

    async def run() -> None:
        store = Store(Link(redis_url, timeout_s=PATIENCE_S))
        try:
            await work(store)
        finally:
            await store.aclose()

    asyncio.run(run())


def operation(step: tuple[Any, ...], sid: bytes, tickets: list[Ticket]) -> Operation:
    """The operation that a drawn step stands for; seat 0 is the newest."""
    kind, *given_ = step
    if kind == "login":
        return Login(sid)
    if kind == "staff":
        return given_[0](sid, given_[1])  # type: ignore[no-any-return]
    if kind == "extend":
        return Extend(sid, given_[0] * MINUTE, given_[1])
    if kind == "close":
        return Close(sid, "", given_[0], given_[1])
    if kind == "credit":
        return Credit(sid, given_[0], given_[0] + given_[1] * MINUTE)
    ticket = tickets[max(-len(tickets), -1 - given_[0])]
    return by_pupil(kind, ticket, given_[1:])


def by_pupil(kind: str, ticket: Ticket, given_: list[Any]) -> Operation:
    if kind == "save":
        n, names, body, full = given_
        return Save(*a_save(ticket, n, *names, body=f"{n}{names}{body}")[:4], names, full)
    if kind == "submit":
        return Submit(ticket, given_[0])
    if given_[0] == "start":
        return Start(ticket, HOUR)
    return Heartbeat(ticket) if given_[0] == "heartbeat" else Read(ticket)


def seat(reference: Reference, sid: bytes) -> Ticket:
    """A ticket of the newest seat that says as little as possible, so that nothing is ahead of the store."""
    return Ticket(sid, "maths26a", reference.epoch, 0, Status.READY, 0, 0)


def test_the_script_does_what_the_reference_says(redis_url: str) -> None:
    """Every verdict, every state and every batch that counts, after every step."""

    @given(st.lists(steps, max_size=40))
    @settings(derandomize=True, max_examples=60, deadline=None)
    def walk(history: list[tuple[Any, ...]]) -> None:
        async def work(store: Store) -> None:
            sid, reference, now = a_sid(next(NUMBERS)), Reference(), NOW
            await store.create_sessions([a_row(sid)])
            tickets = [seat(reference, sid)]
            # Most sessions begin like this; what is drawn comes on top.
            for step in [("login",), ("seat", 0, "start"), *history]:
                if step[0] == "wait":
                    now += step[1] * MINUTE
                    continue
                asked = operation(step, sid, tickets)
                reply = await one(store, asked, now)
                assert reply.verdict == reference.do(asked, now), (step, now)
                state = reply.state
                assert (state.status, state.epoch, state.version) == (
                    reference.status,
                    reference.epoch,
                    reference.version,
                ), step
                assert (state.started_ms, state.deadline_ms, state.last) == (
                    reference.started,
                    reference.deadline,
                    reference.last,
                ), step
                if reference.epoch != tickets[-1].epoch:
                    tickets.append(seat(reference, sid))
            reply = await one(store, Read(tickets[-1]), now)
            assert sorted(batch.n for batch in reply.batches) == sorted(set(reference.counting().values()))

        with_store(redis_url, work)

    walk()


def test_a_group_does_what_its_operations_do_one_by_one(redis_url: str) -> None:
    """Several sessions, mixed, in one call or in many: the same replies."""

    @given(st.lists(st.tuples(st.integers(0, 2), steps), max_size=60))
    @settings(derandomize=True, max_examples=25, deadline=None)
    def walk(history: list[tuple[int, tuple[Any, ...]]]) -> None:
        async def work(store: Store) -> None:
            runs = []
            for together in (True, False):
                seats_ = [await a_running(store, a_sid(next(NUMBERS))) for _ in range(3)]
                asked = [
                    operation(step, seats_[who].sid, [seats_[who]])
                    for who, step in history
                    if step[0] != "wait"
                ]
                if together:
                    replies = await store.commit(asked, NOW + MINUTE)
                else:
                    replies = [await one(store, each, NOW + MINUTE) for each in asked]
                runs.append([reply._replace(state=reply.state._replace(sid=b"")) for reply in replies])
            assert runs[0] == runs[1]

        with_store(redis_url, work)

    walk()


def test_any_copy_in_any_order_any_number_of_times_gives_the_same_state(redis_url: str) -> None:
    """The player repeats until acknowledged; what arrives twice, late or in disorder makes no difference."""
    batches = st.lists(st.tuples(items, st.booleans()), min_size=1, max_size=8)

    @given(batches, st.randoms(use_true_random=False))
    @settings(derandomize=True, max_examples=40, deadline=None)
    def walk(drawn: list[tuple[tuple[str, ...], bool]], chance: random.Random) -> None:
        async def work(store: Store) -> None:
            outcomes = []
            for disorder in (False, True):
                ticket = await a_running(store, a_sid(next(NUMBERS)))
                saves = [
                    Save(*a_save(ticket, n, body=f"{n}{names}")[:4], names, full)
                    for n, (names, full) in enumerate(drawn, 1)
                ]
                if disorder:
                    storm = chance.choices(saves, k=3 * len(saves))
                    await store.commit(storm, NOW)
                await store.commit(saves, NOW)
                reply = await one(store, Read(ticket))
                outcomes.append((reply.state.last, {(batch.n, batch.body) for batch in reply.batches}))
                kept = [
                    line
                    for line in await store.journal([0], 10**6, lines_max=10**9)
                    if isinstance(line, BatchLine | AsideLine) and line.sid == ticket.sid
                ]
                assert not [line for line in kept if isinstance(line, AsideLine)]
                numbers = [line.n for line in kept]
                assert sorted(numbers) == list(range(1, len(saves) + 1))
            assert outcomes[0] == outcomes[1]

        with_store(redis_url, work)

    walk()
