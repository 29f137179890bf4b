"""The kinds of faults: what a run of each needs, what goes wrong in it, when, and what must hold.

A plan is made from the seed before the run begins; the table in README.md tells the criterion of each kind.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from faults.line import HangUps
from faults.scene import Scene

Act = Callable[[Scene, random.Random], Awaitable[None]]


class Kind(NamedTuple):
    """One kind. `often`: between two acts, in seconds, from and to."""

    act: Act
    often: tuple[float, float] = (2.0, 5.0)
    is_forgetful: bool = False
    """Redis itself loses what it had on disk: each answer must come back from a device or the archive."""
    needs: tuple[str, ...] = ()
    """`postgres`, `far redis`, `bad web`, `crooked`, `refusing`, `small disk`, `old`"""
    hang_ups: HangUps = HangUps()


async def nothing(_scene: Scene, _chance: random.Random) -> None:
    """A quiet day, to compare with."""


async def kill_worker(scene: Scene, chance: random.Random) -> None:
    """kill -9 of one worker."""
    scene.kill(chance.choice(scene.machine.workers))


async def kill_redis(scene: Scene, _chance: random.Random) -> None:
    """kill -9 of Redis."""
    scene.kill(scene.machine.redis)


async def kill_drain(scene: Scene, _chance: random.Random) -> None:
    """kill -9 of the drain."""
    scene.kill(scene.machine.drain)


async def kill_all(scene: Scene, _chance: random.Random) -> None:
    """The machine goes dark: kill -9 of everything at once."""
    machine = scene.machine
    for child in (machine.redis, *machine.workers, machine.drain):
        scene.kill(child)


async def kill_postgres(scene: Scene, chance: random.Random) -> None:
    """kill -9 of PostgreSQL, away for a while."""
    await scene.kill_postgres(chance.uniform(0.5, 4))


async def stop_worker(scene: Scene, chance: random.Random) -> None:
    """A worker stands still."""
    await scene.freeze(chance.choice(scene.machine.workers), chance.uniform(1, 6))


async def stop_redis(scene: Scene, chance: random.Random) -> None:
    """Redis stands still."""
    await scene.freeze(scene.machine.redis, chance.uniform(1, 7))


async def stop_drain(scene: Scene, chance: random.Random) -> None:
    """The drain stands still, longer than its lease lasts."""
    await scene.freeze(scene.machine.drain, chance.uniform(1, 8))


async def stop_postgres(scene: Scene, chance: random.Random) -> None:
    """PostgreSQL stands still, with all its processes."""
    await scene.freeze_postgres(chance.uniform(1, 6))


async def two_drains(scene: Scene, chance: random.Random) -> None:
    """A second drain is started by mistake, and the first one stands still, then both run."""
    await scene.second_drain(chance.uniform(1, 7))


async def cut_tail(scene: Scene, chance: random.Random) -> None:
    """kill -9 of Redis, and the end of its append-only file is gone."""
    await scene.damage(lambda file: scene.cut(file, chance.randrange(1, 4096)))


async def flip_byte(scene: Scene, chance: random.Random) -> None:
    """kill -9 of Redis, and one byte of its append-only file is another."""
    await scene.damage(lambda file: scene.flip(file, chance))


async def empty_redis(scene: Scene, _chance: random.Random) -> None:
    """Redis and its file are gone; an empty one is filled from the archive, the devices and the tickets."""
    await scene.damage(lambda file: file.unlink())


async def full_disk(scene: Scene, chance: random.Random) -> None:
    """The disk of Redis and archive is full for a while."""
    scene.machine.fill_disk()
    await asyncio.sleep(chance.uniform(0.5, 4))
    scene.machine.free_disk()


async def fsync_redis(scene: Scene, chance: random.Random) -> None:
    """Redis cannot fsync any more."""
    await scene.refuse_fsync("redis", scene.machine.redis, chance.uniform(0.5, 4))


async def fsync_drain(scene: Scene, chance: random.Random) -> None:
    """SQLite cannot fsync any more."""
    await scene.refuse_fsync("drain", scene.machine.drain, chance.uniform(0.5, 4))


async def bad_web(scene: Scene, chance: random.Random) -> None:
    """The line between pupils and engine: late, lost, half-open, doubled, overtaken, in drips."""
    scene.web.share = chance.uniform(0.02, 0.15)


async def bad_wire(scene: Scene, chance: random.Random) -> None:
    """The line between engine and Redis: late, cut, half-open, in drips."""
    scene.wire.trouble = chance.choice(["late", "cut", "half-open", "drips"])
    if scene.wire.trouble == "cut":
        scene.wire.cut()
    await asyncio.sleep(chance.uniform(0.2, 4))
    scene.wire.trouble = ""


async def clock_jump(scene: Scene, chance: random.Random) -> None:
    """One worker's clock is an hour off for a while, or some seconds."""
    number, ahead_s = chance.randrange(2), chance.choice([-3600.0, -3.0, 1.5, 3.0, 3600.0])
    scene.machine.clock(number).write_text(str(ahead_s))
    await asyncio.sleep(chance.uniform(0.5, 4))
    scene.machine.clock(number).write_text("0")


async def roll(scene: Scene, chance: random.Random) -> None:
    """An update: one worker after the other ends and starts again."""
    await scene.machine.replace_worker(chance.randrange(2))


async def mixed_versions(scene: Scene, chance: random.Random) -> None:
    """An update and its way back: workers of two versions, with one layout of Redis, side by side."""
    await scene.machine.replace_worker(chance.randrange(2), old=chance.random() < 0.5)


async def cancel_storm(scene: Scene, chance: random.Random) -> None:
    """Clients hang up all the time; now and then a worker stands still for a moment, so that it hurts."""
    await scene.freeze(chance.choice([scene.machine.redis, *scene.machine.workers]), 0.3)


async def kills(scene: Scene, chance: random.Random) -> None:
    """A worker, then Redis, then the drain, in turn."""
    machine = scene.machine
    scene.kill((machine.drain, chance.choice(machine.workers), machine.redis)[scene.hits % 3])


async def everything(scene: Scene, chance: random.Random) -> None:
    """Whatever needs nothing special, in turn."""
    await chance.choice([kill_worker, kill_redis, kill_drain, stop_worker, stop_redis, stop_drain, roll])(
        scene, chance
    )


KINDS: dict[str, Kind] = {
    "quiet": Kind(nothing),
    "kill-worker": Kind(kill_worker, (3.0, 6.0)),
    "kill-redis": Kind(kill_redis),
    "kill-drain": Kind(kill_drain, (0.5, 3.0)),
    "kill-all": Kind(kill_all, (7.0, 12.0)),
    "kill-postgres": Kind(kill_postgres, needs=("postgres",)),
    "stop-worker": Kind(stop_worker),
    "stop-redis": Kind(stop_redis),
    "stop-drain": Kind(stop_drain),
    "stop-postgres": Kind(stop_postgres, needs=("postgres",)),
    "two-drains": Kind(two_drains),
    "cut-tail": Kind(cut_tail, (3.0, 6.0), is_forgetful=True),
    "flip-byte": Kind(flip_byte, (4.0, 8.0), is_forgetful=True),
    "empty-redis": Kind(empty_redis, (4.0, 8.0), is_forgetful=True),
    "full-disk": Kind(full_disk, (3.0, 6.0), needs=("small disk",)),
    "fsync-redis": Kind(fsync_redis, (3.0, 6.0), needs=("refusing",)),
    "fsync-drain": Kind(fsync_drain, (3.0, 6.0), needs=("refusing",)),
    "bad-web": Kind(bad_web, (1.0, 3.0), needs=("bad web",)),
    "bad-wire": Kind(bad_wire, (1.0, 3.0), needs=("far redis",)),
    "clock-jump": Kind(clock_jump, needs=("crooked",)),
    "rolling": Kind(roll, (1.0, 3.0)),
    "mixed": Kind(mixed_versions, (1.0, 3.0), needs=("old",)),
    "cancel-storm": Kind(cancel_storm, (1.0, 3.0), hang_ups=HangUps(0.2)),
    "kills": Kind(kills, (0.6, 1.1)),
    "everything": Kind(everything, (0.5, 3.0), hang_ups=HangUps(0.02)),
}
