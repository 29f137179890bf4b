"""A machine of Redis lost under load: how long nobody could save, and whether anybody lost anything.

A crowd (`loadtest`, the usual one) sits a test; beside it witnesses save without a pause, spread over the
partitions. Half-way the machine that holds a primary is killed or frozen, and brought back at three quarters.
Then what crowd and witnesses were told is held against the archive.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from engine.archive import Archive
from engine.rehearsal.nodes import Nodes
from engine.rehearsal.witness import Witness

PAUSE_MAX_S = 10.0
ARCHIVED_WITHIN_S = 120.0

Report = dict[str, Any]


async def lose_a_machine(
    nodes: Nodes,
    witnesses: Sequence[Witness],
    crowd: Callable[[], Report],
    *,
    seconds: float,
    freeze: bool = False,
) -> Report:
    """Run `crowd` and `witnesses` for `seconds`; what the crowd reports, and what the witnesses saw."""
    stopping = asyncio.Event()
    sitting = [asyncio.create_task(witness.sit(stopping)) for witness in witnesses]
    crowding = asyncio.create_task(asyncio.to_thread(crowd))
    await asyncio.sleep(seconds / 2)
    machine = await nodes.busiest()
    failed_s = asyncio.get_running_loop().time()
    nodes.fail(machine, freeze=freeze)
    await asyncio.sleep(seconds / 4)
    nodes.repair(machine, freeze=freeze)
    await asyncio.sleep(seconds / 4)
    stopping.set()
    await asyncio.gather(*sitting)
    pauses = sorted(witness.longest_pause_s(failed_s) for witness in witnesses)
    return {
        "kind": nodes.kind,
        "machine": "frozen" if freeze else "killed",
        "writes_back_s": round(pauses[-1], 2),
        "pause_median_s": round(pauses[len(pauses) // 2], 2),
        "witnesses": len(witnesses),
        "witness_saves": sum(len(witness.told) for witness in witnesses),
        "logged_out": sum(len(witness.thrown_out) for witness in witnesses),
        "crowd": await crowding,
    }


async def compare(address: str, delivery: str, witnesses: Sequence[Witness]) -> tuple[int, int]:
    """How many acknowledged batches of the witnesses the archive lacks, and how many it has twice."""
    told = {(witness.session, n, digest) for witness in witnesses for n, digest in witness.told.items()}
    archive = Archive(address)
    try:
        async with asyncio.timeout(ARCHIVED_WITHIN_S):
            while True:
                held = Counter([(row.session, row.n, row.sha256) async for row in archive.ledger(delivery)])
                if told <= held.keys():
                    break
                await asyncio.sleep(0.5)
    except TimeoutError:
        pass
    finally:
        await archive.close()
    numbers = Counter((session, n) for session, n, _ in held)
    return len(told - held.keys()), sum(count > 1 for count in numbers.values())


def faults(report: Report) -> list[str]:
    """Why the rehearsal does not pass, one sentence each."""
    crowd = report["crowd"]
    counts = {
        "acknowledged and lost": report["lost"] + crowd["lost"],
        "doubled": report["doubled"] + crowd["doubled"],
        "logged out": report["logged_out"],
        "errors": crowd["errors"],
    }
    found = [f"{what}: {count}" for what, count in counts.items() if count]
    if report["writes_back_s"] > PAUSE_MAX_S:
        found.append(f"nobody could save for {report['writes_back_s']} s, more than {PAUSE_MAX_S:.0f}")
    return found
