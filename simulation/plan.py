"""One seed, one plan: who does what when, and what goes wrong. Plain data, to be cut down and printed.

Each part of the world draws from a stream of its own (`stream`), so that leaving one act out does not change
what the others draw.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from simulation.protocol.outbox import ENTRIES_MAX

ITEMS = ("i1", "i2", "i3", "i4", "i5")
VALUES = ("a", "b", "c", "d")
OPENS_MS = 2_000
DURATION_MS = 45_000
GRACE_MS = 4_000
TROUBLE_ENDS_MS = 75_000
ENDS_MS = 116_000
"""By then whatever was cut off has come back and everything waiting has been sent."""
INTAKE_ENDS_MS = 200_000


class Setting(NamedTuple):
    """What holds for a whole world."""

    pupils: int
    workers: int
    wait_replicas: int
    loss: float
    """Share of requests that do not arrive; as many replies are lost."""
    copies: float
    """Share of requests that arrive twice."""
    line_ms: tuple[int, int]
    count_of_drains: int
    entries_max: int = ENTRIES_MAX
    """Answers in a batch: with five questions, a few make a device bring them in more than one."""


class Act(NamedTuple):
    """Something that happens at a time: `kind` is a pupil's, a staff's or a fault's."""

    at_ms: int
    kind: str
    who: int
    value: str | int = ""

    def __str__(self) -> str:
        return f"{self.at_ms / 1000:8.3f} s  {self.kind} {self.who} {self.value}"


class Plan(NamedTuple):
    """A world to be run."""

    seed: int
    setting: Setting
    acts: tuple[Act, ...]


def stream(seed: int, name: str) -> random.Random:
    """The chance of one part of the world."""
    return random.Random(f"{seed}|{name}")


def plan_of(seed: int) -> Plan:
    """The plan that a seed stands for."""
    chance = stream(seed, "plan")
    setting = Setting(
        pupils=chance.choice([2, 3, 3]),
        workers=chance.choice([1, 2, 2]),
        wait_replicas=chance.choice([0, 0, 1]),
        loss=chance.choice([0.0, 0.0, 0.02, 0.1]),
        copies=chance.choice([0.0, 0.05, 0.15]),
        line_ms=chance.choice([(1, 20), (5, 200), (20, 1500)]),
        count_of_drains=chance.choice([1, 1, 1, 2]),
    )
    acts: list[Act] = []
    for number in range(setting.pupils):
        acts += _pupil(stream(seed, f"plan of pupil {number}"), number)
    acts += _staff(stream(seed, "plan of staff"), setting)
    acts += _faults(stream(seed, "plan of faults"), setting)
    return Plan(seed, setting, tuple(sorted(acts)))


def _pupil(chance: random.Random, number: int) -> Iterator[Act]:
    """A pupil's test: in, answers with thought, mishaps of his own, perhaps the hand-in."""
    yield Act(chance.randint(0, 6_000), "open", number, "a")
    at_ms = 4_000 + chance.randint(0, 3_000)
    until_ms = chance.choice([30_000, 45_000, 60_000])
    while at_ms < until_ms:
        at_ms += chance.choice([600, 1_500, 4_000, 9_000])
        yield Act(at_ms, "answer", number, f"{chance.choice(ITEMS)}={chance.choice(VALUES)}")
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        yield from _mishap(chance, number)
    if chance.random() < 0.6:
        yield Act(chance.randint(30_000, 65_000), "submit", number)


def _mishap(chance: random.Random, number: int) -> Iterator[Act]:
    at_ms = chance.randint(5_000, 60_000)
    kind = chance.choice(["reload", "close", "offline", "move", "move", "wipe", "device clock", "vault"])
    if kind == "close":
        yield Act(at_ms, "close", number)
        yield Act(at_ms + chance.randint(500, 20_000), "open", number, "a")
    elif kind == "offline":
        yield Act(at_ms, "offline", number, chance.choice([3_000, 12_000, 40_000]))
    elif kind == "move":
        yield Act(at_ms, "open", number, "b")
        if chance.random() < 0.4:
            yield Act(at_ms + chance.randint(3_000, 15_000), "allow", number)
            yield Act(at_ms + chance.randint(4_000, 20_000), "reload", number)
    elif kind == "device clock":
        yield Act(at_ms, "device clock", number, chance.choice([-3_600_000, 60_000, 86_400_000]))
    else:
        yield Act(at_ms, kind, number)
        if kind == "wipe":
            yield Act(at_ms + chance.randint(1_000, 9_000), "open", number, "a")


def _staff(chance: random.Random, setting: Setting) -> Iterator[Act]:
    for _ in range(chance.choice([0, 0, 1, 2])):
        who, at_ms = chance.randrange(setting.pupils), chance.randint(6_000, 50_000)
        kind = chance.choice(["extend", "pause", "pause", "allow", "end"])
        if kind == "pause":
            yield Act(at_ms, "pause", who)
            yield Act(at_ms + chance.randint(2_000, 20_000), "resume", who)
        else:
            yield Act(at_ms, kind, who, chance.choice([5_000, 15_000, 30_000]) if kind == "extend" else "")


def _some_ms(low: int, high: int) -> Callable[[random.Random, Setting], int]:
    return lambda chance, _setting: chance.randint(low, high)


FAULTS: dict[str, Callable[[random.Random, Setting], str | int]] = {
    "kill worker": _some_ms(100, 6_000),
    "cut worker": _some_ms(1_000, 12_000),
    "cancel storm": _some_ms(500, 8_000),
    "worker clock": lambda chance, _: chance.choice([-3_000, 1_500, 3_000]),
    "kill redis": _some_ms(200, 12_000),
    "power cut": _some_ms(200, 12_000),
    "freeze redis": _some_ms(500, 9_000),
    "slow disk": _some_ms(500, 6_000),
    "redis clock": lambda chance, _: chance.choice([-3_600_000, -2_000, 3_600_000]),
    "cut replica": _some_ms(1_000, 10_000),
    "fail-over": _some_ms(100, 4_000),
    "two primaries": _some_ms(500, 4_000),
    "empty redis": _some_ms(300, 3_000),
    "kill drain": _some_ms(50, 6_000),
    "freeze drain": _some_ms(1_000, 9_000),
    "cut drain": _some_ms(1_000, 9_000),
    "archive away": _some_ms(1_000, 25_000),
    "slow archive": _some_ms(1_000, 15_000),
}
"""What goes wrong, and for how long (milliseconds) or by how much."""


def _faults(chance: random.Random, setting: Setting) -> Iterator[Act]:
    for _ in range(chance.choice([0, 1, 2, 3, 4, 6])):
        kind = chance.choice(list(FAULTS))
        at_ms = chance.randint(3_000, TROUBLE_ENDS_MS - 15_000)
        yield Act(at_ms, kind, chance.randrange(setting.workers), FAULTS[kind](chance, setting))
