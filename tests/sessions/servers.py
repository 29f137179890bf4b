"""Redis servers that a test may kill, fill or cluster; on sockets of its own folder or on the loopback."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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
