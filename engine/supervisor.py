"""`passation serve`: starts Redis, the drain and the workers, keeps them running, stops them in order.

A process that ends by itself is started again after a pause that doubles from 0.1 s to 5 s and is forgotten
after a quiet minute. Stopping goes the way the answers go: workers first (they answer what they took), then
the drain (it empties the journal), then Redis. Children that lose the supervisor stop by themselves.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.embedded import operator_options, redis_binary, redis_options
from engine.logs import logger
from engine.settings import Settings
from engine.stores import store_of
from sessions.link import StoreAway, StoreError, StoreForeign

LOG = logger("supervisor")
PAUSE_FIRST_S, PAUSE_LAST_S, QUIET_S = 0.1, 5.0, 60.0
START_S = 60.0
REDIS_AWAY_S = 10.0
REDIS_STARTS_MAX = 5
"""A large append-only file takes its time to load and is never given up; a Redis that ends at once is."""


class PortTaken(RuntimeError):
    """Somebody listens there already."""


class Child:
    """One process, kept running until `stop`."""

    def __init__(self, name: str, command: Sequence[str], environ: dict[str, str], stop_s: float) -> None:
        self.name = name
        self._command = command
        self._environ = environ
        self._stop_s = stop_s
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self.starts = 0

    @property
    def pid(self) -> int:
        """The process id of the running process, 0 between two."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    def start(self) -> None:
        """Start it and keep it; again after `stop`, if need be."""
        self._stopping.clear()
        self._task = asyncio.create_task(self._keep())

    async def stop(self, *, kill: bool = False) -> None:
        """Ask it to end; insist after `stop_s`, or at once with `kill`."""
        self._stopping.set()
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill() if kill else self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), self._stop_s)
            except TimeoutError:
                LOG.error("does not stop, killed", extra={"fields": {"process": self.name}})
                self._process.kill()
        if self._task:
            await self._task

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause_s = PAUSE_FIRST_S
        while not self._stopping.is_set():
            started_s = loop.time()
            await self._run_once()
            if self._stopping.is_set():
                return
            if loop.time() - started_s > QUIET_S:
                pause_s = PAUSE_FIRST_S
            fields = {
                "process": self.name,
                "exit": self._process and self._process.returncode,
                "pause_s": pause_s,
            }
            LOG.warning("ended, starting again", extra={"fields": fields})
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)
            pause_s = min(PAUSE_LAST_S, pause_s * 2)

    async def _run_once(self) -> None:
        self.starts += 1
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env=self._environ,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops them in order
        )
        if self._stopping.is_set():  # it was told to end while it was on its way
            self._process.terminate()
        await self._process.wait()


class Supervisor:
    """All processes of one machine."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PASSATION_")}
        self._bare, self._environ = environ, environ | settings.to_environ()
        self.redis: Child | None = None
        self.drain = self._python("drain", "engine.archive.drain", 30)
        self.workers = [
            self._python(f"worker {number}", "engine.worker", settings.shutdown_seconds + 5)
            for number in range(settings.workers)
        ]

    async def start_store(self) -> None:
        """Start Redis, if it is ours to start, and return when it answers."""
        check_port(self.settings)
        if not self.settings.redis_url:
            await self._start_redis()
        await wait_for_redis(self.settings, self.redis)

    def start_servers(self) -> None:
        """Start the drain and the workers; they wait for Redis by themselves."""
        self.drain.start()
        for worker in self.workers:
            worker.start()

    async def stop(self) -> None:
        """Stop everything in order; nothing that was taken is lost."""
        await asyncio.gather(*(worker.stop() for worker in self.workers))
        await self.drain.stop()
        if self.redis:
            await self.redis.stop()

    async def _start_redis(self) -> None:
        folder = self.settings.redis_folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        socket_path = (folder / "redis.sock").resolve()
        if await _answers(self.settings):
            LOG.warning("a Redis of an earlier run is still there, using it")
            return
        options = [*redis_options(folder.resolve(), _short(socket_path)), *operator_options(folder)]
        command = [str(redis_binary()), *options]
        self.redis = Child("redis", command, self._bare, 120)  # it has no business with keys
        self.redis.start()

    def _python(self, name: str, module: str, stop_s: float) -> Child:
        return Child(name, [sys.executable, "-m", module], self._environ, stop_s)


def _short(path: Path) -> Path:
    """The path, or ValueError: the address of a unix socket holds 107 bytes."""
    if len(str(path)) > 107:
        raise ValueError(f"this path is too long for a unix socket, choose a shorter data folder: {path}")
    return path


def check_port(settings: Settings) -> None:
    """PortTaken if somebody listens at the settings' address: with SO_REUSEPORT the kernel would not say."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; stop what uses it "
                "or give another --port"
            ) from error


async def _answers(settings: Settings) -> bool:
    store = store_of(settings)
    try:
        await store.deliveries_version()
    except StoreForeign:
        raise
    except StoreError:
        return False
    finally:
        await store.aclose()
    return True


async def wait_for_redis(settings: Settings, redis: Child | None) -> None:
    """Return when Redis answers; ours may be loading a large file, somebody else's must be there already."""
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    while not await _answers(settings):
        if redis is None and loop.time() - started_s > REDIS_AWAY_S:
            raise StoreAway(
                f"no Redis answers at {settings.redis_url}: start it, or correct PASSATION_REDIS_URL"
            )
        if redis is not None and redis.starts > REDIS_STARTS_MAX:
            log = settings.redis_folder / "redis.log"
            raise StoreAway(f"the embedded Redis does not start; {log} ends with: {last_line(log)}")
        await asyncio.sleep(0.05)


def last_line(path: Path) -> str:
    """The last line of a log, for a person who has to find out what is wrong."""
    try:
        return path.read_text(errors="replace").strip().rpartition("\n")[2]
    except OSError:
        return "(nothing)"


async def wait_until_ready(supervisor: Supervisor) -> None:
    """Return when each worker accepts connections, PortTaken or RuntimeError when one cannot."""
    settings = supervisor.settings
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    while not await _listens(settings):
        if loop.time() - started_s > START_S:
            raise RuntimeError("the workers do not start: see the log lines above")
        await asyncio.sleep(0.05)


async def _listens(settings: Settings) -> bool:
    try:
        _, writer = await asyncio.open_connection(settings.host, settings.port)
    except OSError:
        return False
    writer.close()
    return True


@contextmanager
def until_told() -> Iterator[None]:
    """SIGTERM and SIGINT end what the block does, wherever it is, and what follows the block goes on.

    From before the first process is started: a signal that came in between would end this one alone, and
    leave a Redis behind that nobody ends.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    told = False

    def tell() -> None:
        nonlocal told
        if not told:  # once: an impatient second one must not break off the end
            told = True
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell)
    try:
        yield
    except asyncio.CancelledError:
        if not told:
            raise
        task.uncancel()


async def for_ever() -> None:
    """What is done between two signals."""
    await asyncio.Event().wait()
