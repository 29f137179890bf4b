"""More than the engine can do: what gets through at once, twice and five times its capacity.

    python -m benchmarks.overload --share 0.25 --factors 1,2,5 --seconds 20

The worker is held to a fixed share of one core by the kernel (a control group of its own, Linux, root), so
that this process, which plays the pupils, stays far below its own limit; Redis and it have the other core.
Pupils act at intended moments, one save each on average every `--think` seconds; who is refused waits as long
as he was told, and a quarter at most longer, then sends the same bytes again. `--obey all` also gathers
answers as long as `flush_after_ms` asks; `--obey nothing` is a hammer: it sends again at once, for ever.

One JSON line a step: saves acknowledged a second, refusals a second, answers acknowledged over those
intended, p99 from the intended moment, the share of this process. `goodput` is over the best step.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, cast

import uvloop

from benchmarks.generator import percentile_of
from benchmarks.neighbours import cpu_s
from benchmarks.pupils import VARIANTS, batches, head, paper_of, started_pupils
from benchmarks.saves import take_journal
from benchmarks.stack import Stack, pin_generator, stack
from sessions.link import Link

GROUPS = Path("/sys/fs/cgroup/cpu")
PERIOD_US = 10_000
OBEY = ("all", "retry-after", "nothing")
CONNECT_AT_ONCE = 64


@dataclass(slots=True)
class Counts:
    """What happened in one step."""

    intended: int = 0
    saves: int = 0
    answers: int = 0
    refused: int = 0
    other: int = 0
    delays_s: list[float] = field(default_factory=list)


class Crowd:
    """All pupils of a step, and what they share."""

    def __init__(self, bodies: list[bytes], think_s: float, obey: str) -> None:
        self.counts = Counts()
        self.bodies = bodies
        self.think_s = think_s
        self.obey = obey
        self.random = Random(1)
        self.loop = asyncio.get_running_loop()
        self.is_over = False


class Pupil(asyncio.Protocol):
    """One pupil on a connection of his own."""

    def __init__(self, token: str) -> None:
        self.head = head("/api/v1/answers", token)
        self.n = 0
        self.crowd: Crowd
        self.transport: asyncio.Transport | None = None
        self._due_s: list[float] = []
        self._request = b""
        self._flush_s = self._sent_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """The step goes on without this pupil; `other` tells."""
        self.transport = None
        self.crowd.counts.other += not self.crowd.is_over

    def begin(self, crowd: Crowd) -> None:
        """Act from now on, at moments of this pupil's own."""
        self.crowd, self._due_s, self._flush_s = crowd, [], 0.0
        self._send()  # what the step before left unacknowledged: a number is never left out
        crowd.loop.call_later(crowd.random.random() * crowd.think_s, self._act)

    def _act(self) -> None:
        """An answer is given; it goes with the next batch."""
        crowd = self.crowd
        if crowd.is_over:
            return
        crowd.counts.intended += 1
        self._due_s.append(crowd.loop.time())
        crowd.loop.call_later(crowd.think_s * (0.5 + crowd.random.random()), self._act)
        self._send_new()

    def _send_new(self) -> None:
        crowd, now_s = self.crowd, self.crowd.loop.time()
        if self._request or not self._due_s or crowd.is_over:
            return
        wait_s = self._sent_s + self._flush_s - now_s
        if wait_s > 0:
            crowd.loop.call_later(wait_s, self._send_new)
            return
        self.n += 1
        self._request = self.head + crowd.bodies[self.n % VARIANTS] % self.n
        self._send()

    def _send(self) -> None:
        if self.transport is not None and self._request and not self.crowd.is_over:
            self._sent_s = self.crowd.loop.time()
            self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """A reply; it comes in one piece."""
        counts, status = self.crowd.counts, data[9:12]
        if status == b"200":
            self._acknowledged(data)
        elif status == b"503":
            counts.refused += 1
            place = data.find(b"retry-after: ") + 13
            wait_s = int(data[place : data.find(b"\r", place)]) * (1 + self.crowd.random.random() / 4)
            self.crowd.loop.call_later(0 if self.crowd.obey == "nothing" else wait_s, self._send)
        else:
            counts.other += 1

    def _acknowledged(self, data: bytes) -> None:
        crowd, counts, now_s = self.crowd, self.crowd.counts, self.crowd.loop.time()
        sent, self._due_s = self._due_s, []
        counts.saves += 1
        counts.answers += len(sent)
        counts.delays_s += [now_s - due_s for due_s in sent]
        self._request = b""
        if crowd.obey == "all":
            place = data.find(b'"flush_after_ms":') + 17
            self._flush_s = int(data[place : data.find(b",", place)]) / 1000
        self._send_new()


@contextmanager
def held(pid: int, share: float) -> Iterator[None]:
    """Hold a process to a share of one core."""
    group = GROUPS / f"passation-{pid}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD_US * share)))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        (GROUPS / "cgroup.procs").write_text(str(pid))
        group.rmdir()


async def connected(pupils: list[Pupil], crowd: Crowd, port: int) -> None:
    """Give a connection to each who has none: one that is idle for long is closed by the server."""
    loop = asyncio.get_running_loop()
    for pupil in pupils:
        pupil.crowd = crowd
    missing = [pupil for pupil in pupils if pupil.transport is None]
    for begin in range(0, len(missing), CONNECT_AT_ONCE):
        some = missing[begin : begin + CONNECT_AT_ONCE]
        made = (loop.create_connection(partial(_same, pupil), "127.0.0.1", port) for pupil in some)
        await asyncio.gather(*made)


def _same(pupil: Pupil) -> Pupil:
    return pupil


async def step(
    pupils: list[Pupil], crowd: Crowd, seconds: float, running: Stack, link: Link
) -> dict[str, Any]:
    """One step; the first quarter only warms up."""
    for pupil in pupils:
        pupil.begin(crowd)
    await asyncio.sleep(seconds / 4)
    crowd.counts = Counts()
    began_s, own_s, worker_s = time.perf_counter(), time.process_time(), cpu_s(running.worker.pid)
    while (left_s := began_s + seconds - time.perf_counter()) > 0:
        await asyncio.sleep(min(1.0, left_s))
        await take_journal(link)
    passed_s, counts = time.perf_counter() - began_s, crowd.counts
    crowd.is_over = True
    return {
        "pupils": len(pupils),
        "intended_per_s": round(counts.intended / passed_s),
        "saves_per_s": round(counts.saves / passed_s),
        "answers_per_s": round(counts.answers / passed_s),
        "refused_per_s": round(counts.refused / passed_s),
        "other": counts.other,
        "p50_ms": round(percentile_of(counts.delays_s, 50) * 1000) if counts.delays_s else None,
        "p99_ms": round(percentile_of(counts.delays_s, 99) * 1000) if counts.delays_s else None,
        "generator": round((time.process_time() - own_s) / passed_s, 2),
        "worker": round((cpu_s(running.worker.pid) - worker_s) / passed_s, 2),
    }


async def measure(given: argparse.Namespace) -> None:
    """All steps, one JSON line each."""
    pin_generator()
    factors = [float(text) for text in given.factors.split(",")]
    most = int(given.capacity * given.think * max(factors))
    async with stack(most) as running:
        started = await started_pupils(running, running.codes)
        bodies = batches(paper_of(running, started[0]))
        link = Link(running.settings.redis_address)
        pupils = [Pupil(reply["token"]) for reply in started]
        best = 0.0
        with held(running.worker.pid, given.share):
            for factor in factors:
                crowd = Crowd(bodies, given.think, given.obey)
                some = pupils[: int(given.capacity * given.think * factor)]
                await connected(some, crowd, running.settings.port)
                found = await step(some, crowd, given.seconds, running, link)
                best = max(best, found["saves_per_s"])
                goodput = round(found["saves_per_s"] / best, 3)
                print(
                    json.dumps({"factor": factor, "obey": given.obey, **found, "goodput": goodput}),
                    flush=True,
                )
                await asyncio.sleep(given.rest)
        await link.aclose()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--share", type=float, default=0.25, help="of one core, for the worker")
    parser.add_argument(
        "--capacity", type=float, default=2000, help="saves a second that factor 1 stands for"
    )
    parser.add_argument("--think", type=float, default=1.5, help="seconds between two answers of a pupil")
    parser.add_argument("--factors", default="0.8,1,1.2,2,5")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rest", type=float, default=5, help="seconds between two steps")
    parser.add_argument("--obey", choices=OBEY, default="retry-after")
    given = parser.parse_args()
    if not os.access(GROUPS, os.W_OK):
        parser.error(f"{GROUPS} cannot be written: the share of the worker cannot be held")
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(measure(given))
    return 0


if __name__ == "__main__":
    sys.exit(main())
