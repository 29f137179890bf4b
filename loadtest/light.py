"""One process of the light generator: `python -m loadtest.light`, started by `loadtest.run`.

The same pupils (`sitting`), in greenlets on a bare epoll (`hub`) instead of Locust's users on gevent: for
crowds whose generator would otherwise take from the server what it is to measure.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from pathlib import Path

from loadtest.hub import Hub
from loadtest.share import REPORT_S, Share, day_of, say
from loadtest.sitting import Sitting
from loadtest.staff import watchers


def main() -> None:
    """Do one process's share of a run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that started this, and ends it
    order = json.loads(sys.stdin.readline())
    with Path(order["ledger"]).open("wb") as file:
        day, hub = day_of(order, file), Hub()
        day.sleep, day.connect = hub.sleep, hub.connect
        while place := day.next_place():
            hub.spawn(Sitting(day, *place).sit)
        for work in watchers(day, order["staff"], order["share"], order["of"]):
            hub.spawn(work)
        gc.collect()
        gc.freeze()  # a look at a million objects that stay would make everybody late
        gc.set_threshold(50_000, 20, 50)
        say("ready", {})
        day.begin_s = float(sys.stdin.readline())
        share = Share(day)
        hub.every(REPORT_S, share.look)
        hub.run()
    say("part", share.part())


if __name__ == "__main__":
    main()
