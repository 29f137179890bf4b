"""What a pupil who is logged in, has started and saved once costs the server while thinking.

Resident memory of one worker, before and after each thousand pupils with a connection each; all that the
worker keeps of them is in it (connection, cipher, verified token), the kernel's own buffers are not.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.generator import Connection, NextRequest, closed, connect, hang_up
from benchmarks.measure import Result, of
from benchmarks.pupils import batches, log_in, paper_of, save_sources, start
from benchmarks.stack import Stack, pin_generator, stack

THOUSANDS = 6
WARM = 500
EACH = 1000


async def idle_pupil_kib() -> Result:
    """KiB of a worker for each idle pupil."""
    pin_generator()
    async with stack(WARM + EACH * THOUSANDS) as running:
        codes = list(running.codes)
        connections = await _seated(running, codes[:WARM])
        grown = []
        before = resident_kib(running.worker.pid)
        for number in range(THOUSANDS):
            begin = WARM + number * EACH
            connections += await _seated(running, codes[begin : begin + EACH])
            after = resident_kib(running.worker.pid)
            grown.append((after - before) / EACH)
            before = after
        hang_up(connections)
    return of(grown, pupils=EACH * THOUSANDS, worker_mib=round(before / 1024, 1))


async def _seated(running: Stack, codes: list[str]) -> list[Connection]:
    """Pupils who log in, start, and save once over a connection of their own, which stays open."""
    started = await start(running, [reply["token"] for reply in await log_in(running, codes)])
    sources = save_sources(started, batches(paper_of(running, started[0])), connections=len(started))
    once = [_once(source()) for source in sources]
    connections = await connect(running.settings.port, once)
    await closed(connections, 60)
    await asyncio.sleep(0.2)
    return connections


def _once(request: bytes | None) -> NextRequest:
    requests = [request]
    return lambda: requests.pop() if requests else None


def resident_kib(pid: int) -> int:
    """Memory that a process alone holds."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
