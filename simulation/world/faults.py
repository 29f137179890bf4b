"""What goes wrong with machines: one coroutine a kind of fault; each mends in the end what it broke."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from simulation.history import Emptied
from simulation.world.backstage import recover
from simulation.world.data import Data
from simulation.world.hall import PARTITIONS
from simulation.world.node import FSYNC_S

if TYPE_CHECKING:
    from simulation.world.world import World

Fault = Callable[["World", int, Any], Coroutine[Any, Any, None]]


async def kill_worker(world: World, who: int, for_ms: int) -> None:
    """kill -9; the supervisor starts another."""
    old = world.workers[who]
    if not old.process.is_alive:
        return
    old.process.kill()
    await asyncio.sleep(for_ms / 1000)
    world.workers[who] = world.a_worker(f"{old.process.name}'")
    world.workers[who].start()


async def cut_worker(world: World, who: int, for_ms: int) -> None:
    """Between worker and Redis nothing passes, and nobody is told."""
    await _cut(world.workers[who].lines, for_ms)


async def cut_drain(world: World, who: int, for_ms: int) -> None:
    await _cut([world.drains[who % len(world.drains)].line], for_ms)


async def _cut(lines: list[Any], for_ms: int) -> None:
    for line in lines:
        line.is_cut = True
    await asyncio.sleep(for_ms / 1000)
    for line in lines:
        line.is_cut = False


async def cancel_storm(world: World, who: int, for_ms: int) -> None:
    """Requests are cancelled at any of their awaits, questions to Redis with the reply on the line."""
    worker = world.workers[who]
    worker.storm_s = for_ms / 1000
    await asyncio.sleep(for_ms / 1000)
    worker.storm_s = 0.0


async def worker_clock(world: World, who: int, by_ms: int) -> None:
    """One worker's clock is wrong for a while."""
    worker = world.workers[who]
    worker.clock_ahead_ms = by_ms
    await asyncio.sleep(12)
    worker.clock_ahead_ms = 0


async def redis_clock(world: World, _who: int, by_ms: int) -> None:
    """Redis's own clock jumps: the ids of its journal and its time-outs hang on it."""
    world.primary.clock_ahead_ms += by_ms


async def kill_redis(world: World, _who: int, for_ms: int) -> None:
    """kill -9: what it has written is in the file, synced or not."""
    await _restart(world, for_ms, is_power_cut=False)


async def power_cut(world: World, _who: int, for_ms: int) -> None:
    """The machine is dark: what was not synced is there in part, or not at all."""
    await _restart(world, for_ms, is_power_cut=True)


async def _restart(world: World, for_ms: int, *, is_power_cut: bool) -> None:
    async with world.redis_changes:
        old = world.primary
        data = old.crash(is_power_cut=is_power_cut)
        await asyncio.sleep(for_ms / 1000)
        world.primary = world.a_node(old.number + 1, data)


async def freeze_redis(world: World, _who: int, for_ms: int) -> None:
    """SIGSTOP."""
    node = world.primary
    node.is_frozen = True
    await asyncio.sleep(for_ms / 1000)
    node.thaw()


async def slow_disk(world: World, _who: int, for_ms: int) -> None:
    """Each fsync takes up to a second and a half."""
    node = world.primary
    node.fsync_s = (0.2, 1.5)
    await asyncio.sleep(for_ms / 1000)
    node.fsync_s = FSYNC_S


async def cut_replica(world: World, _who: int, for_ms: int) -> None:
    """The replica falls behind."""
    node = world.primary
    node.is_replica_cut = True
    await asyncio.sleep(for_ms / 1000)
    node.is_replica_cut = False


async def fail_over(world: World, _who: int, for_ms: int) -> None:
    """The primary dies; after a while the replica takes its place, with what it has."""
    async with world.redis_changes:
        old = world.primary
        data = old.promote()
        old.step_down()
        await asyncio.sleep(for_ms / 1000)
        world.primary = world.a_node(old.number + 1, data)


async def two_primaries(world: World, _who: int, for_ms: int) -> None:
    """The replica is promoted, and the old primary goes on serving those who are connected to it."""
    async with world.redis_changes:
        old = world.primary
        world.primary = world.a_node(old.number + 1, old.promote())
        await asyncio.sleep(for_ms / 1000)
        world.history.outrun.update(old.outrun_by(world.primary.data))
        old.step_down()


async def empty_redis(world: World, _who: int, for_ms: int) -> None:
    """Everything in Redis is gone; the supervisor fills a new one from the archive."""
    async with world.redis_changes:
        old = world.primary
        old.crash(is_power_cut=False)
        world.history.lost_all("empty")
        from_ms, rows = world.clock_ms(), world.disk.look("SELECT partition FROM clocks")
        await asyncio.sleep(for_ms / 1000)
        world.primary = world.a_node(old.number + 1, Data(PARTITIONS))
        known = tuple(partition for (partition,) in rows)
        world.history.emptied.append(Emptied(from_ms, world.clock_ms(), known))
        await recover(world.archive, world.office)


async def kill_drain(world: World, who: int, for_ms: int) -> None:
    """kill -9, perhaps between commit and seal."""
    place = who % len(world.drains)
    old = world.drains[place]
    if not old.process.is_alive:
        return
    old.process.kill()
    await asyncio.sleep(for_ms / 1000)
    world.drains[place] = world.a_drain(f"{old.process.name}'")
    world.drains[place].start()


async def freeze_drain(world: World, who: int, for_ms: int) -> None:
    """SIGSTOP while it waits for Redis: it wakes with an old portion in its hands."""
    line = world.drains[who % len(world.drains)].line
    line.delay_s = lambda: for_ms / 1000
    await asyncio.sleep(for_ms / 1000)
    line.delay_s = line.usual_delay_s


async def archive_away(world: World, _who: int, for_ms: int) -> None:
    """The database does not answer."""
    world.disk.is_away = True
    await asyncio.sleep(for_ms / 1000)
    world.disk.is_away = False


async def slow_archive(world: World, _who: int, for_ms: int) -> None:
    """Each commit takes seconds."""
    world.disk.commit_s = lambda: 1.5
    await asyncio.sleep(for_ms / 1000)
    world.disk.commit_s = world.usual_commit_s


FAULTS: dict[str, Fault] = {
    "kill worker": kill_worker,
    "cut worker": cut_worker,
    "cancel storm": cancel_storm,
    "worker clock": worker_clock,
    "kill redis": kill_redis,
    "power cut": power_cut,
    "freeze redis": freeze_redis,
    "slow disk": slow_disk,
    "redis clock": redis_clock,
    "cut replica": cut_replica,
    "fail-over": fail_over,
    "two primaries": two_primaries,
    "empty redis": empty_redis,
    "kill drain": kill_drain,
    "freeze drain": freeze_drain,
    "cut drain": cut_drain,
    "archive away": archive_away,
    "slow archive": slow_archive,
}
