"""One machine of its own for a run: Redis, workers, drain, perhaps PostgreSQL, each of which can be hit.

The processes are `engine.supervisor`'s children, so what ends is started again as on the day. What a fault
needs besides stands between: a line to Redis that can be bad, a worker whose clock can be moved, a disk that
refuses. No code of the engine knows of it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from engine.cli.serve import republish
from engine.demonstration import prepare
from engine.embedded import redis_binary, redis_options
from engine.keyring import KeyRing
from engine.ports import free_port
from engine.settings import Settings
from engine.supervisor import Child, Supervisor, wait_for_redis, wait_until_ready
from faults.form import write_package
from sessions.link import StoreError
from sessions.store import Store, open_store

ROOT = Path(__file__).parent.parent
BALLAST_BYTES = 1 << 20
STARTS_MAX = 20
"""A worker may miss a Redis that is away; one that ends so often is refused."""


class Machine:
    """All processes of a run. `crooked`: clocks can be moved; `refusing`: fsync can be made to fail."""

    def __init__(
        self,
        folder: Path,
        *,
        archive_url: str = "",
        is_redis_far: bool = False,
        crooked: bool = False,
        refusing: bool = False,
        old: Path | None = None,
    ) -> None:
        self.folder = folder
        self.redis_socket = folder / "data" / "redis" / "redis.sock"
        self.far_socket = folder / "far.sock"
        self.settings = Settings.load(
            {},
            data_dir=folder / "data",
            keys_dir=folder / "keys",
            port=free_port(),
            workers=2,
            archive_url=archive_url,
            redis_url=f"unix://{self.far_socket}" if is_redis_far else f"unix://{self.redis_socket}",
            flush_after_ms=500,
            shutdown_seconds=5,
            log_level="warning",
        )
        self.supervisor = Supervisor(self.settings)
        self._environ = dict(os.environ) | self.settings.to_environ()
        self._refusing, self._crooked, self._old = refusing, crooked, old
        self.redis = self._make_redis()
        self.drain = self.make_drain()
        self.workers = [self._make_worker(number) for number in range(self.settings.workers)]

    # --- life -------------------------------------------------------------------------------------------

    async def start(self, pupils: int) -> tuple[str, tuple[str, ...]]:
        """Start everything; gives the delivery and its codes."""
        self.redis_socket.parent.mkdir(parents=True, mode=0o700)
        KeyRing(self.settings.keys_dir).ensure()
        self.redis.start()
        await wait_for_redis(self.settings, self.redis)
        package = write_package(self.folder / "package")
        (prepared,) = await prepare(self.settings, [package], pupils)
        self.drain.start()
        for worker in self.workers:
            worker.start()
        await wait_until_ready(self.supervisor)
        return prepared.delivery, prepared.codes

    async def stop(self) -> None:
        """Stop everything in the order of the answers, whatever state it is in."""
        for child in (*self.workers, self.drain, self.redis):
            wake(child)
        await asyncio.gather(*(worker.stop() for worker in self.workers))
        await self.drain.stop()
        await self.redis.stop()

    async def refill(self) -> None:
        """What `passation serve` does at its start: fill Redis from the archive where it lacks something."""
        await wait_for_redis(self.settings, self.redis)
        await republish(self.settings)

    async def replace_worker(self, number: int, *, old: bool = False) -> None:
        """End one worker as an update does, start another in its place, wait until it listens."""
        await self.workers[number].stop()
        worker = self.workers[number] = self._make_worker(number, old=old)
        worker.start()
        while not _listens(worker):
            if worker.starts > STARTS_MAX:
                raise RuntimeError(f"{worker.name} of {'OLD' if old else 'this version'} never listens")
            await asyncio.sleep(0.1)

    async def answers(self, patience_s: float) -> bool:
        """Whether Redis answers within that time."""
        store = open_store(f"unix://{self.redis_socket}", partitions=self.settings.partitions)
        try:
            async with asyncio.timeout(patience_s):
                while not await _is_there(store):  # noqa: ASYNC110, another process
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return False
        finally:
            await store.aclose()
        return True

    async def restart_redis(self) -> None:
        """A new child for a Redis that was given up."""
        self.redis = self._make_redis()
        self.redis.start()

    # --- what is run ------------------------------------------------------------------------------------

    def _make_worker(self, number: int, *, old: bool = False) -> Child:
        name, stop_s = f"worker {number}", self.settings.shutdown_seconds + 5
        if old and self._old:
            environ = self._environ | {"PYTHONPATH": str(self._old), "PYTHONSAFEPATH": "1"}
            return Child(name, [sys.executable, "-m", "engine.worker"], environ, stop_s)
        if self._crooked:
            clock = ["-m", "faults.crooked", str(self.clock(number)), "engine.worker"]
            return Child(name, [sys.executable, *clock], self._environ, stop_s)
        return Child(name, [sys.executable, "-m", "engine.worker"], self._environ, stop_s)

    def make_drain(self) -> Child:
        """A drain, not yet started."""
        command = [sys.executable, "-m", "engine.archive.drain"]
        return Child("drain", self._refusable("drain", command), self._environ, 30)

    def _make_redis(self) -> Child:
        options = redis_options(self.redis_socket.parent, self.redis_socket)
        command = self._refusable("redis", [str(redis_binary()), *options])
        return Child("redis", command, self._environ, 30)

    def _refusable(self, name: str, command: list[str]) -> list[str]:
        wrapper = [sys.executable, "-m", "faults.refusing", str(self.refusal(name))]
        return [*wrapper, *command] if self._refusing else command

    # --- files that faults write ------------------------------------------------------------------------

    def clock(self, number: int) -> Path:
        """Holds by how many seconds the clock of a worker is ahead."""
        return self.folder / f"clock-{number}"

    def refusal(self, name: str) -> Path:
        """While this file is there, the process of that name cannot fsync once it is started again."""
        return self.folder / f"refuse-{name}"

    @property
    def append_only_file(self) -> Path:
        return self.redis_socket.parent / "appendonly.aof"

    def fill_disk(self) -> None:
        """Leave no byte."""
        with (self.settings.data_dir / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(BALLAST_BYTES))

    def free_disk(self) -> None:
        """Give it back."""
        (self.settings.data_dir / "ballast").unlink(missing_ok=True)


async def _is_there(store: Store) -> bool:
    try:
        await store.deliveries_version()
    except StoreError:
        return False
    return True


def _listens(child: Child) -> bool:
    try:
        connections = psutil.Process(child.pid).net_connections("tcp") if child.pid else []
    except psutil.NoSuchProcess:
        return False
    return any(connection.status == psutil.CONN_LISTEN for connection in connections)


def kill(child: Child) -> None:
    """kill -9."""
    _signal(child, signal.SIGKILL)


def freeze(child: Child) -> None:
    """A virtual machine that stands still."""
    _signal(child, signal.SIGSTOP)


def wake(child: Child) -> None:
    """And runs on."""
    _signal(child, signal.SIGCONT)


def _signal(child: Child, number: int) -> None:
    if child.pid:
        with suppress(ProcessLookupError):
            os.kill(child.pid, number)


def can_mount() -> bool:
    """Whether a small disk of memory may be mounted here."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[None]:
    """A disk of that size at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=700", "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)
