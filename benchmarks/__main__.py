"""`python -m benchmarks [--only NAME]`: one JSON line a question."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

import uvloop

from benchmarks.measure import Skipped, line
from benchmarks.questions import QUESTIONS


def main() -> int:
    """Answer all questions, or one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="one question: " + ", ".join(q.name for q in QUESTIONS))
    only = parser.parse_args().only
    asked = [question for question in QUESTIONS if only in ("", question.name)]
    if not asked:
        parser.error(f"there is no benchmark {only!r}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers and folders are cleared away
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    for question in asked:
        try:
            print(line(question, asyncio.run(question.measure())), flush=True)
        except Skipped as reason:
            print(json.dumps({"bench": question.name, "skipped": str(reason)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
