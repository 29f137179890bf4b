"""A node of a cluster that came up empty alone: its partitions are filled again, the others go on."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from engine.archive.sweep import Sweep
from sessions.link import StoreAway
from sessions.model import Read, Verdict
from sessions.partitions import GAP_MS
from sessions.routes import slot_of
from sessions.store import Store, open_store
from tests.engine.archives import NOON_MS, a_sid, emptied, empty_address, opened
from tests.engine.days import Day
from tests.engine.sittings import DEADLINE_MS
from tests.ports import free_ports
from tests.sessions.servers import started
from tests.sessions.test_routes import joined, until

PUPILS = 8
LOOKS, LOOK_AGAIN_S = 600, 0.05
LONG_MS = NOON_MS + 10 * GAP_MS


def on_second(number: int) -> bool:
    """Whether the second of two nodes has this pupil's session."""
    return slot_of(f"{{p{a_sid(number)[0] % 64:02d}}}") >= 8192


async def swept(day: Day, sweep: Sweep, now_ms: int) -> None:
    """As the loop of the drain does: what was lost meanwhile is met again at the next turn."""
    for _ in range(LOOKS):
        with suppress(StoreAway):
            await day.drain()
            return await sweep.run(day.lease, now_ms)
        await asyncio.sleep(LOOK_AGAIN_S)
    raise AssertionError("the cluster stays away")


async def states(day: Day) -> dict[int, tuple[int, int, int]]:
    """By pupil: last, sealed, deadline."""
    glances = await day.store.glance([a_sid(number) for number in range(1, PUPILS + 1)])
    found = (glance.state for glance in glances if glance)
    return {n: (state.last, state.sealed, state.deadline_ms) for n, state in enumerate(found, start=1)}


async def a_day(day: Day, sweep: Sweep) -> None:
    """Everybody has saved one answer that is archived, and one that is not; all partitions acknowledge."""
    await day.store.tick(NOON_MS)
    await day.open(PUPILS)
    await day.save([day.save_of(number, 1) for number in day.tickets])
    await swept(day, sweep, NOON_MS + 2_000)
    await day.save([day.save_of(number, 2) for number in day.tickets], NOON_MS + 3_000)


def nodes_in(folder: Path, ports: list[int], nodes: ExitStack) -> list[ExitStack]:
    """Nodes that keep nothing but the map of the cluster; each ends with its own stack."""
    stacks = [nodes.enter_context(ExitStack()) for _ in ports]
    for stack, port in zip(stacks, ports, strict=True):
        (folder / str(port)).mkdir(exist_ok=True)
        stack.enter_context(started(folder / str(port), "--port", str(port), "--cluster-enabled", "yes"))
    return stacks


async def restarted(folder: Path, port: int, old: ExitStack, nodes: ExitStack, store: Store) -> None:
    """A node ends, and another one comes up in its place without a key."""
    old.close()
    nodes.enter_context(started(folder / str(port), "--port", str(port), "--cluster-enabled", "yes"))

    async def answers() -> bool:
        with suppress(StoreAway):
            return len(await store.processes()) == 2 and len(await store.clocks()) < 64
        return False

    await until(answers)


@pytest.mark.long
@pytest.mark.parametrize("node", [0, 1])
async def test_a_node_that_came_up_empty_alone_is_filled_again(
    request: pytest.FixtureRequest, tmp_path: Path, node: int
) -> None:
    """With what the archive has; its pupils get their outage back, the others keep what they saved."""
    ports = free_ports(2)
    with ExitStack() as nodes:
        stacks = nodes_in(tmp_path, ports, nodes)
        links = await joined(ports)
        store, worker = (open_store(f"redis+cluster://127.0.0.1:{ports[1 - node]}") for _ in range(2))
        async with opened(await emptied(empty_address(request, "sqlite"))) as archive:
            day = Day(archive, tmp_path, store)
            sweep = Sweep(archive, store, partitions=64, keyring=day.keyring)
            await a_day(day, sweep)
            lost = {number for number in day.tickets if on_second(number) == bool(node)}
            assert set() < lost < day.tickets.keys()

            await restarted(tmp_path, ports[node], stacks[node], nodes, worker)
            await worker.tick(LONG_MS)  # by a worker, before anybody has noticed
            await swept(day, sweep, LONG_MS + 1_000)
            await worker.tick(LONG_MS + 2_000)
            await swept(day, sweep, LONG_MS + 3_000)

            outage_ms = LONG_MS - NOON_MS
            assert await states(day) == {
                n: (1, 1, DEADLINE_MS + outage_ms + 2_000) if n in lost else (2, 2, DEADLINE_MS + outage_ms)
                for n in day.tickets
            }
            replies = await day.save([day.save_of(number, 2) for number in day.tickets], LONG_MS + 4_000)
            wanted = {n: Verdict.OK if n in lost else Verdict.REPEATED for n in day.tickets}
            assert dict(zip(day.tickets, (reply.verdict for reply in replies), strict=True)) == wanted
            found = await store.commit([Read(ticket) for ticket in day.tickets.values()], LONG_MS + 5_000)
            assert {len(reply.batches) for reply in found} == {2}
            await day.drain()
            assert await day.ledger() == day.sent
        await store.aclose()
        await worker.aclose()
        for link in links:
            await link.aclose()
