"""What a benchmark runs against: Redis, one worker and the no-op, each a process, on fixed cores.

With two cores or more the servers have the first core for themselves; Redis and the generator share the
second. One worker, started as `engine.worker` starts it; no drain, whose work is another benchmark.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine import demonstration
from engine.embedded import redis_binary, redis_options
from engine.keyring import KeyRing
from engine.settings import Settings
from sessions.link import Link, StoreAway

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES, OTHER_CORES = ({CORES[0]}, {CORES[1]}) if len(CORES) > 1 else (set(CORES), set(CORES))
START_S = 30.0
FORM = demonstration.FORMS / demonstration.NAMES[0]


@dataclass(slots=True)
class Stack:
    """The running processes and the codes to log in with."""

    settings: Settings
    redis: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]
    delivery: str
    codes: Sequence[str]
    tls: ssl.SSLContext | None = None
    """A browser's side of the line, where the worker speaks TLS."""


@asynccontextmanager
async def stack(
    codes: int,
    *,
    appendonly: bool = True,
    archive_url: str = "",
    certificate: tuple[str, str] = ("", ""),
    behind_proxy: bool = False,
) -> AsyncIterator[Stack]:
    """Everything fresh, on disk (not in memory: the append-only file is synced before each reply)."""
    with tempfile.TemporaryDirectory(prefix="passation-bench-", dir=disk()) as folder:
        root = Path(folder)
        settings = Settings.load(
            {"PASSATION_LOG_LEVEL": "error"},
            data_dir=root / "data",
            keys_dir=root / "keys",
            port=free_port(),
            workers=1,
            archive_url=archive_url or None,
            tls_cert=certificate[0],
            tls_key=certificate[1],
            behind_proxy=behind_proxy,
        )
        for name in (settings.data_dir / "content", settings.redis_folder):
            name.mkdir(parents=True, mode=0o700)
        KeyRing.of(settings).ensure()
        redis = _redis(settings, appendonly)
        try:
            await until_redis_answers(settings)
            (prepared,) = await demonstration.prepare(settings, [FORM], codes)
            worker = python("engine.worker", settings)
            try:
                await until_listening(settings.port)
                tls = client_context(certificate[0]) if certificate[0] else None
                yield Stack(settings, redis, worker, prepared.delivery, prepared.codes, tls)
            finally:
                stop(worker)
        finally:
            stop(redis)


@asynccontextmanager
async def redis_alone(folder: Path) -> AsyncIterator[str]:
    """Redis with nothing around it, and its address."""
    settings = Settings.load({}, data_dir=folder / "data", keys_dir=folder / "keys")
    settings.redis_folder.mkdir(parents=True, mode=0o700)
    redis = _redis(settings, True)
    try:
        await until_redis_answers(settings)
        yield settings.redis_address
    finally:
        stop(redis)


@asynccontextmanager
async def noop_server() -> AsyncIterator[tuple[int, subprocess.Popen[bytes]]]:
    """The no-op: port and process."""
    settings = Settings.load({}, port=free_port(), workers=1)
    process = python("benchmarks.noop", settings)
    try:
        await until_listening(settings.port)
        yield settings.port, process
    finally:
        stop(process)


def client_context(certificate: str) -> ssl.SSLContext:
    """A browser's side of TLS, as today's browsers speak it."""
    context = ssl.create_default_context(cafile=certificate)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def python(module: str, settings: Settings) -> subprocess.Popen[bytes]:
    """A server process on the server's core."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PASSATION_")}
    process = subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, env=environ | settings.to_environ()
    )
    os.sched_setaffinity(process.pid, SERVER_CORES)
    return process


def _redis(settings: Settings, appendonly: bool) -> subprocess.Popen[bytes]:
    folder = settings.redis_folder.resolve()
    options = redis_options(folder, folder / "redis.sock")
    if not appendonly:
        options += ["--appendonly", "no"]
    process = subprocess.Popen([str(redis_binary()), *options], stdout=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, OTHER_CORES)
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def pin_generator() -> None:
    """Put this process beside Redis."""
    os.sched_setaffinity(0, OTHER_CORES)


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until_listening(port: int) -> None:
    """Return when somebody accepts connections."""
    async with asyncio.timeout(START_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def until_redis_answers(settings: Settings) -> None:
    """Return when Redis answers."""
    link = Link(settings.redis_address)
    async with asyncio.timeout(START_S):
        while True:
            try:
                await link.command("PING")
            except StoreAway:
                await asyncio.sleep(0.05)
            else:
                break
    await link.aclose()


def disk() -> str | None:
    """A folder for temporary files that is on a disk, where the system has one; TMPDIR wins."""
    return None if "TMPDIR" in os.environ or not os.access("/var/tmp", os.W_OK) else "/var/tmp"
