"""`make demo`: everything that there is, with a demonstration school, until Ctrl-C."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from demonstration.crowd import Class
from demonstration.day import Day
from demonstration.guide import guide, one_time_codes
from demonstration.note import Note
from demonstration.ownfolder import check_own, empty
from demonstration.problems import DemonstrationProblem
from demonstration.programs import check_port

TICK_S = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 after Ctrl-C, 1 with one sentence where it cannot be shown."""
    given = _parser().parse_args(arguments)
    os.umask(0o077)
    # SIGINT too: a shell that starts a program behind itself has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with _alone(given.folder):
            check_own(given.folder)
            if given.fresh:
                empty(given.folder)
            for port in (given.port, given.port + 1):
                check_port(port)
            _show(Day(given.folder, given.port))
    except DemonstrationProblem as problem:
        print(f"demonstration: {problem}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("demonstration", description=__doc__)
    parser.add_argument("--port", type=_port, default=8080, help="the engine's; the authority has the next")
    parser.add_argument("--folder", type=Path, default=Path("var/demonstration"), help="where all of it lies")
    parser.add_argument("--fresh", action="store_true", help="forget an earlier demonstration")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port < 65_535:
        raise argparse.ArgumentTypeError("a port and the next one lie between 1 and 65535")
    return port


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """DemonstrationProblem if another demonstration runs in this folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DemonstrationProblem(
                f"another demonstration runs in {folder}: end it with Ctrl-C there, or choose --folder"
            ) from error
        yield


def _show(day: Day) -> None:
    try:
        with Console(stderr=True).status(
            "two programs, three schools, one test day: a quarter of a minute ..."
        ):
            note, room = day.begin(round(time.time() * 1000))
        print(guide(day, note))
        print("ready", flush=True)
        if sys.stdin.isatty():
            threading.Thread(target=_tell_codes, args=(note,), daemon=True).start()
        _go_on(day, room)
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        day.end()


def _go_on(day: Day, room: Class) -> None:
    """Pupils work until somebody ends the day."""
    while day.engine.is_alive and day.authority.is_alive:
        room.tick()
        time.sleep(TICK_S)
    raise DemonstrationProblem(f"a program ended by itself: see the logs in {day.folder}")


def _tell_codes(note: Note) -> None:
    for _ in sys.stdin:
        print(one_time_codes(note), flush=True)


if __name__ == "__main__":
    sys.exit(main())
