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


class Errand(list[Any]):
    """What asyncio's handles are, as far as anybody asks: [when, its number, callback, arguments, context].

    A list, for lists are made and compared without a line of Python; without a callback it is cancelled.
    """

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]

    def cancel(self) -> None:
        """It is thrown away when its time comes."""
        self[2] = None

    def cancelled(self) -> bool:
        return self[2] is None

    def when(self) -> float:
        return self[0]  # type: ignore[no-any-return]


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop whose clock jumps to the next timer. Each new task belongs to a process.

    Timers of one moment go off in the order in which they were set. A world takes some four thousand errands,
    so these methods are asyncio's own without what sockets, threads and debugging need.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._timers: list[Errand] = []
        self._count = 0
        self._ready: deque[Errand] = deque()
        self._stopping = False
        self.set_task_factory(_in_its_process)  # type: ignore[arg-type]

    def time(self) -> float:
        """Seconds since the world began."""
        return self._now_s

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Errand:
        """In the next turn."""
        errand = Errand((0.0, 0, callback, args, context or copy_context()))
        self._ready.append(errand)
        return errand

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Errand:
        """The same: so asyncio ends a generator that nobody asks any more."""
        return self.call_soon(callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Errand:
        """At `when` seconds of this world."""
        self._count += 1
        errand = Errand((when, self._count, callback, args, context or copy_context()))
        heappush(self._timers, errand)
        return errand

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Errand:
        """In `delay` seconds."""
        return self.call_at(self._now_s + delay, callback, *args, context=context)

    def _run_once(self) -> None:
        """Turn after turn until somebody says stop."""
        ready = self._ready
        while not self._stopping:
            self._awaken()
            for _ in range(len(ready)):
                _, _, callback, arguments, context = ready.popleft()
                if callback is None:
                    continue
                try:
                    context.run(callback, *arguments)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:
                    self.call_exception_handler({"message": f"in {callback!r}", "exception": error})

    def _awaken(self) -> None:
        """Have ready what is due; if nothing is, it is later."""
        timers, ready = self._timers, self._ready
        if not ready:
            while timers and timers[0][2] is None:
                heappop(timers)
            if not timers:
                raise Stuck("every task waits for another one")
            self._now_s = max(self._now_s, timers[0][0])
        while timers and timers[0][0] <= self._now_s:
            ready.append(heappop(timers))

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
