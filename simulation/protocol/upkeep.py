"""The clock of a partition, as a value: when it last acknowledged, what it missed, what waits."""

from __future__ import annotations

from typing import NamedTuple

from sessions.script import OUTAGES_MAX


class Partition(NamedTuple):
    """`last_ms` None: it never acknowledged."""

    last_ms: int | None = None
    outages: tuple[tuple[int, int], ...] = ()
    uncredited: tuple[tuple[int, int], ...] = ()


def tick(partition: Partition, now_ms: int, gap_ms: int) -> Partition:
    """The partition acknowledges. Its last time is long ago: that was an outage, to be credited."""
    last_ms = now_ms if partition.last_ms is None else partition.last_ms
    outages, waiting = partition.outages, dict(partition.uncredited)
    if now_ms - last_ms > gap_ms:
        outages = (*outages, (last_ms, now_ms))[-OUTAGES_MAX:]
        waiting[last_ms] = now_ms
    clock_ms = now_ms if now_ms >= last_ms else partition.last_ms
    return Partition(clock_ms, outages, tuple(waiting.items()))


def settle(partition: Partition, from_ms: int) -> Partition:
    """The outage that began then has been credited to everybody."""
    waiting = tuple(outage for outage in partition.uncredited if outage[0] != from_ms)
    return partition._replace(uncredited=waiting)


def may_close(partition: Partition, now_ms: int, gap_ms: int) -> bool:
    """Nobody is closed while an outage waits to be credited, nor while the clock itself is behind."""
    if partition.last_ms is None or partition.uncredited:
        return False
    return now_ms - partition.last_ms <= gap_ms
