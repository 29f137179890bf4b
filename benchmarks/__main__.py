"""`python -m benchmarks [--only NAME] [--compare COMMIT] [--plot FILE]`: one JSON line a question."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.compare import compare
from benchmarks.history import FILE, keep, lines
from benchmarks.measure import Bench, Skipped, commit, line, machine
from benchmarks.plot import plot
from benchmarks.questions import QUESTIONS


def main() -> int:
    """Answer all questions, or one; compare two commits; draw the history."""
    given = parsed()
    if given.plot:
        given.plot.write_text(plot(lines(), machine()))
        return 0
    asked = [question for question in QUESTIONS if given.only in ("", question.name)]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers and folders are cleared away
    try:
        for found in compare(asked, given.compare, given.rounds) if given.compare else answers(asked):
            print(json.dumps(found), flush=True)
    except Skipped as reason:
        print(f"benchmarks: {reason}", file=sys.stderr)
        return 2
    return 0


def parsed() -> argparse.Namespace:
    """The command line."""
    names = [question.name for question in QUESTIONS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", choices=["", *names], metavar="NAME", help=", ".join(names))
    parser.add_argument("--compare", default="", metavar="COMMIT", help="hold this tree against a commit")
    parser.add_argument("--rounds", type=int, default=3, help="of a comparison: each asks both sides once")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the history as SVG, measure nothing")
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error("--rounds is at least 1")
    return given


def answers(asked: Sequence[Bench]) -> Iterator[dict[str, Any]]:
    """What this tree answers; it goes into the history, or into the file that `BENCH_HISTORY` names."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    file = Path(os.environ.get("BENCH_HISTORY", FILE))
    for question in asked:
        try:
            found = json.loads(line(question, asyncio.run(question.measure())))
        except Skipped as reason:
            found = {"bench": question.name, "skipped": str(reason)}
        keep(found, commit(), file)
        yield found


if __name__ == "__main__":
    sys.exit(main())
