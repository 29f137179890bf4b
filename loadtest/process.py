"""One process of Locust's users: `python -m loadtest.process`, started by `loadtest.run`."""

from __future__ import annotations

import json
import logging
import signal
import sys
from pathlib import Path

import gevent
from gevent.fileobject import FileObject
from locust.env import Environment

from loadtest.day import Day
from loadtest.pupil import Crowd, Pupil
from loadtest.share import REPORT_S, Share, day_of, say
from loadtest.staff import watchers

SPAWN_A_SECOND = 5000


def main() -> None:
    """Do one process's share of a run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that started this, and ends it
    lines = FileObject(sys.stdin.fileno(), "rb")
    order = json.loads(lines.readline())
    with Path(order["ledger"]).open("wb") as file:
        day = day_of(order, file)
        crowd = assemble(day, len(order["places"]))
        say("ready", {})
        day.begin_s = float(lines.readline())
        share = Share(day)
        crowd.begun.set()
        for work in watchers(day, order["staff"], order["share"], order["of"]):
            gevent.spawn(work)
        while not crowd.finished.wait(timeout=REPORT_S):
            share.look()
    say("part", share.part())


def assemble(day: Day, count: int) -> Crowd:
    """All pupils, each waiting for the beginning."""
    logging.getLogger("locust").setLevel(logging.ERROR)  # it warns of spawning fast, which is harmless here
    environment = Environment(user_classes=[Pupil])
    environment.crowd = crowd = Crowd(day)  # type: ignore[attr-defined]
    runner = environment.create_local_runner()
    runner.start(count, spawn_rate=SPAWN_A_SECOND)
    while crowd.present < count:
        gevent.sleep(0.01)
    return crowd


if __name__ == "__main__":
    main()
