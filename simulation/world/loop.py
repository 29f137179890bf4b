"""Virtual time: an event loop that never waits, and processes that can be killed at any of their awaits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from typing import Any

PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class Stuck(RuntimeError):
    """Nobody will ever do anything again."""


class _NoSelector:
    """Nothing comes from outside: to wait is to move the clock."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout_s: float | None) -> list[Any]:
        if timeout_s is None:
            raise Stuck("every task waits for another one")
        self._loop.now_s += timeout_s
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio's own loop with a clock that jumps to the next timer. Each new task belongs to a process."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self._selector = _NoSelector(self)
        self._clock_resolution = 1e-9
        self.set_task_factory(_in_its_process)  # type: ignore[arg-type]

    def time(self) -> float:
        """Seconds since the world began."""
        return self.now_s

    def _process_events(self, _events: list[Any]) -> None:
        """There are none."""

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
    """Tasks that live and die together. Once killed, what its tasks still do reaches nobody."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_alive = True
        self.tasks: dict[asyncio.Task[Any], None] = {}

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this process; so are all that it makes."""
        context = copy_context()
        context.run(PROCESS.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def forget(self, task: asyncio.Task[Any]) -> None:
        self.tasks.pop(task, None)
        if not task.cancelled():
            task.exception()

    def kill(self) -> None:
        """kill -9."""
        self.is_alive = False
        for task in list(self.tasks):
            task.cancel()


async def never() -> None:
    """What a call does whose process is dead."""
    await asyncio.get_running_loop().create_future()
