"""Redis servers that a test may kill, fill or cluster; on sockets of its own folder or on the loopback."""

from __future__ import annotations

import random
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.embedded import redis_binary


@contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[str]:
    """A server behind a socket in `folder`; ends with the block."""
    folder.mkdir(exist_ok=True)
    path = folder / "redis.sock"
    with started(folder, "--unixsocket", str(path), *options):
        yield f"unix://{path}"


@contextmanager
def started(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A server that accepts connections, without a port unless `options` name one."""
    command = [str(redis_binary()), "--port", "0", "--dir", str(folder), "--save", "", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "eady to accept connections" in line:
                break
        try:
            yield process
        finally:
            process.kill()


def cluster_ports(count: int) -> list[int]:
    """Ports that nobody uses, nor the bus of a cluster 10,000 above them; below those given to clients."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, 22_000)
        with socket.socket() as client, socket.socket() as bus, suppress(OSError):
            client.bind(("127.0.0.1", port))
            bus.bind(("127.0.0.1", port + 10_000))
            found.append(port)
    return found


def free_port() -> int:
    """A port of the loopback that nobody uses, low enough for a cluster bus 10,000 above it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return port if port < 50_000 else port - 20_000
