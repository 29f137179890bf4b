"""Virtual time: an event loop that never waits, and processes that can be killed at any of their awaits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from typing import Any

PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class Stuck(RuntimeError):
    """Nobody will ever do anything again."""


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop whose clock jumps to the next timer. Each new task belongs to a process.

    Timers of one moment go off in the order in which they were set. Half of a world's time is spent in here,
    so the three methods that cost are asyncio's own, without what sockets and threads need.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._count = 0
        self._ready: deque[asyncio.Handle] = deque()
        self.set_task_factory(_in_its_process)  # type: ignore[arg-type]

    def time(self) -> float:
        """Seconds since the world began."""
        return self._now_s

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """In the next turn."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """At `when` seconds of this world."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        heappush(self._timers, (when, self._count, handle))
        return handle

    def _run_once(self) -> None:
        timers, ready = self._timers, self._ready
        if not ready:
            while timers and timers[0][2].cancelled():
                heappop(timers)
            if not timers:
                raise Stuck("every task waits for another one")
            self._now_s = max(self._now_s, timers[0][0])
        while timers and timers[0][0] <= self._now_s:
            ready.append(heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _timer_handle_cancelled(self, _handle: asyncio.TimerHandle) -> None:
        """It is thrown away when its time comes."""

    def _write_to_self(self) -> None:
        """Nobody sleeps in a system call."""


def _in_its_process(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **given: Any
) -> asyncio.Task[Any]:
    task = asyncio.Task(coroutine, loop=loop, **given)
    context = given.get("context")
    process = context.get(PROCESS) if context else PROCESS.get()
    if process:
        process.tasks[task] = None
        task.add_done_callback(process.forget)
    return task


class Process:
    """Tasks that live and die together. Once killed, what its tasks still do reaches nobody.

    `defect` hears of exceptions in tasks, where any exception is a defect.
    """

    def __init__(self, name: str, defect: Callable[[str], None] | None = None) -> None:
        self.name = name
        self._defect = defect
        self.is_alive = True
        self.tasks: dict[asyncio.Task[Any], None] = {}

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this process; so are all that it makes."""
        context = copy_context()
        context.run(PROCESS.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def forget(self, task: asyncio.Task[Any]) -> None:
        self.tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None and self._defect is not None:
            self._defect(f"{self.name}: {error!r}")

    def kill(self) -> None:
        """kill -9."""
        self.is_alive = False
        for task in list(self.tasks):
            task.cancel()


async def never() -> None:
    """What a call does whose process is dead."""
    await asyncio.get_running_loop().create_future()
