"""Group commit: the operations of many pupils, one call to Redis, one fsync.

While commits are under way, the operations that arrive wait until they are a third of all that are here, and
some at least; then they leave together as the next, and so does whatever waits when nothing is under way.
Nobody waits on a timer: a quiet server commits each operation at once, a busy one a hundred.

Thirds of one size: if all left together, all pupils would be answered together, ask their next together, and
server and Redis would work by turns instead of side by side. So they do when groups may grow unlike, for who
is answered together asks together. Smaller groups pay for more fsyncs (benchmarks/README.md).

A request never touches the connection: it waits on a future of its own, or on something lighter that takes
a result like one (`Outcome`). So a pupil who hangs up in the middle ends that and nothing else, and no reply
can reach the wrong pupil (CVE-2023-28858).

Operations have ranks. A group is filled from the lowest rank upwards, and each rank has its own bound, so a
crowd at log-in never delays, nor displaces, those who hand in.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from math import ceil
from typing import Generic, Protocol, TypeVar

from engine.errors import Problem

Operation = TypeVar("Operation")
Reply = TypeVar("Reply")
Result = TypeVar("Result", contravariant=True)


COMMITS_MAX = 4
SHARES = 3
"""One that waits here, one in Redis, one with the pupils."""
EVEN = 0.9
"""Of its share a group leaves with so much: the last one or two may be slow to come."""
GROUP_MIN = 16
"""So few are not worth dividing, nor a commit of their own while another is under way."""


class Outcome(Protocol[Result]):
    """What waits for an operation; an `asyncio.Future` is one. It is told once, and must not raise."""

    def done(self) -> bool:
        """Whether nobody waits any more."""

    def set_result(self, result: Result, /) -> None:
        """The operation was committed, with this reply."""

    def set_exception(self, error: Exception, /) -> None:
        """Whether the operation was committed is not known."""


class Writer(Generic[Operation, Reply]):
    """Gathers operations of `ranks` ranks (0 first) and commits them in groups of at most `group_max`.

    At most `commits_max` groups are under way at a time.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Operation]], Awaitable[Sequence[Reply]]],
        *,
        pending_max: int,
        group_max: int = 128,
        ranks: int = 1,
        commits_max: int = COMMITS_MAX,
    ) -> None:
        self._commit = commit
        self._pending_max = pending_max
        self._group_max = group_max
        self._pending: tuple[deque[tuple[Operation, Outcome[Reply]]], ...] = tuple(
            deque() for _ in range(ranks)
        )
        self._arrived = asyncio.Event()
        self._commits_max = commits_max
        self._commits: set[asyncio.Task[None]] = set()
        self._under_way = 0  # operations
        self._closing = False
        self.taken = 0
        """Operations that have left the queue so far: how long they waited is seen from outside."""

    def __len__(self) -> int:
        """How many operations wait."""
        return sum(map(len, self._pending))

    @property
    def load(self) -> float:
        """Waiting operations of the first rank as a share of the bound, 0 to 1."""
        return len(self._pending[0]) / self._pending_max

    def put(self, operation: Operation, rank: int = 0) -> asyncio.Future[Reply]:
        """A future that is done when `operation` is committed; Problem `overloaded` past the bound."""
        done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.tell(done, operation, rank)
        return done

    def tell(self, outcome: Outcome[Reply], operation: Operation, rank: int = 0) -> None:
        """Tell `outcome` what becomes of `operation`; Problem `overloaded` past the bound."""
        queue = self._pending[rank]
        if len(queue) >= self._pending_max or self._closing:
            raise Problem("overloaded")  # an honest 503 now beats an answer after the bell
        queue.append((operation, outcome))
        self._arrived.set()

    async def run(self) -> None:
        """Commit until `close` is called and nothing waits any more."""
        while not (self._closing and not len(self)):
            await self._arrived.wait()
            self._arrived.clear()
            while self._is_time():
                group = self._next_group()
                self._under_way += len(group)
                commit = asyncio.create_task(self._commit_group(group))
                self._commits.add(commit)
                commit.add_done_callback(partial(self._committed, len(group)))
        await asyncio.gather(*self._commits)

    def close(self) -> None:
        """Take no more operations; `run` returns once those taken are committed."""
        self._closing = True
        self._arrived.set()

    def _committed(self, operations: int, commit: asyncio.Task[None]) -> None:
        self._commits.discard(commit)
        self._under_way -= operations
        self._arrived.set()  # what waits may be enough by now

    def _is_time(self) -> bool:
        """Whether what waits should leave, as far as it is a share of all."""
        waiting = len(self)
        if not waiting or not self._commits:
            return waiting > 0
        enough = min(self._group_max, max(GROUP_MIN, EVEN * self._share(waiting)))
        return waiting >= enough and len(self._commits) < self._commits_max

    def _share(self, waiting: int) -> float:
        return (waiting + self._under_way) / SHARES

    def _next_group(self) -> list[tuple[Operation, Outcome[Reply]]]:
        group: list[tuple[Operation, Outcome[Reply]]] = []
        waiting = len(self)
        size = min(self._group_max, max(GROUP_MIN, ceil(self._share(waiting))))
        for queue in self._pending:
            while queue and len(group) < size:
                entry = queue.popleft()
                if not entry[1].done():  # its pupil has hung up before anything was written
                    group.append(entry)
        self.taken += waiting - len(self)
        return group

    async def _commit_group(self, group: list[tuple[Operation, Outcome[Reply]]]) -> None:
        try:
            replies = await self._commit([operation for operation, _ in group]) if group else ()
            told = list(zip(group, replies, strict=True))
        except Exception as error:  # Redis is away: every pupil of this group sends again
            for _, outcome in group:
                if not outcome.done():
                    outcome.set_exception(error)
            return
        for (_, outcome), reply in told:
            if not outcome.done():
                outcome.set_result(reply)


class Lanes(Writer[Operation, Reply]):
    """A writer for each of `lanes` groups of operations: what holds up one of them holds up no other.

    For a cluster, whose partitions lie on several nodes: while one is replaced, the pupils of the others go
    on. A lane takes at most twice its share of `pending_max`, so those of a lost node do not fill them all.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Operation]], Awaitable[Sequence[Reply]]],
        *,
        lanes: int,
        lane_of: Callable[[Operation], int],
        pending_max: int,
        group_max: int = 128,
        ranks: int = 1,
    ) -> None:
        share = max(GROUP_MIN, 2 * pending_max // lanes)
        self._all_pending_max = pending_max
        self._lane_of = lane_of
        self._lanes: Sequence[Writer[Operation, Reply]] = [
            Writer(commit, pending_max=share, group_max=group_max, ranks=ranks) for _ in range(lanes)
        ]

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    @property
    def taken(self) -> int:  # type: ignore[override]  # nothing of the base is made: the lanes have it
        """Operations that have left the queues so far."""
        return sum(lane.taken for lane in self._lanes)

    @property
    def load(self) -> float:
        """As a Writer's, over all lanes."""
        return sum(len(lane._pending[0]) for lane in self._lanes) / self._all_pending_max

    def tell(self, outcome: Outcome[Reply], operation: Operation, rank: int = 0) -> None:
        """Tell `outcome` what becomes of `operation`; Problem `overloaded` past the bound of its lane."""
        self._lanes[self._lane_of(operation)].tell(outcome, operation, rank)

    async def run(self) -> None:
        """Commit until `close` is called and nothing waits any more."""
        await asyncio.gather(*(lane.run() for lane in self._lanes))

    def close(self) -> None:
        """Take no more operations; `run` returns once those taken are committed."""
        for lane in self._lanes:
            lane.close()
