"""`make faults RUNS=10 [KIND=...] [SEED=...]`: so many runs, a JSON line each."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvloop

from engine.logs import set_up
from faults.kinds import KINDS
from faults.machine import ROOT
from faults.report import table
from faults.run import Size, Skipped, run

RUN_S = 400.0
SKIPPED = 77


def main() -> None:
    """Exit code 0 only if nothing was lost, doubled, crossed, and nothing else was wrong."""
    options = _options()
    if options.table:
        print(table(Path(options.table)))
    elif options.one:
        sys.exit(_one(options.kind, options.seed, Size(options.pupils, options.seconds), options.old))
    else:
        sys.exit(_many(options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults")
    parser.add_argument("--runs", type=int, default=len(KINDS))
    parser.add_argument("--kind", choices=["", *KINDS], default="", help="one kind; else all in turn")
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each next one has the next")
    parser.add_argument("--pupils", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time")
    parser.add_argument("--old", default="", help="an earlier commit for the kind `mixed`")
    parser.add_argument("--into", default="", help="a file that the lines are added to")
    parser.add_argument("--table", default="", help="only make the table of README.md from such a file")
    parser.add_argument("--one", action="store_true", help="one run in this process")
    return parser.parse_args()


def _one(kind: str, seed: int, size: Size, old: str) -> int:
    set_up("warning")
    with tempfile.TemporaryDirectory(prefix="passation-faults-") as folder:
        try:
            found = uvloop.run(run(kind, seed, size, Path(folder), old))
        except Skipped as reason:
            print(json.dumps({"kind": kind, "seed": seed, "skipped": str(reason)}))
            return SKIPPED
    print(json.dumps(found))
    return 1 if found["violations"] else 0


def _many(options: argparse.Namespace) -> int:
    kinds = [options.kind] if options.kind else list(KINDS)
    commit = _commit()
    worst = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        seeds = range(options.seed, options.seed + options.runs)
        for line in pool.map(lambda seed: _apart(kinds[seed % len(kinds)], seed, options), seeds):
            text = json.dumps({"commit": commit} | line)
            print(text, flush=True)
            if options.into and "skipped" not in line:
                with Path(options.into).open("a") as report:
                    report.write(text + "\n")
            worst = max(worst, 1 if line.get("violations", 0) else 0)
    return worst


def _apart(kind: str, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """One run in a process of its own; what its processes log is kept if it went wrong."""
    command = [sys.executable, "-m", "faults", "--one", "--kind", kind, "--seed", str(seed)]
    command += ["--pupils", str(options.pupils), "--seconds", str(options.seconds), "--old", options.old]
    try:
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False)
    except subprocess.TimeoutExpired:
        return {"kind": kind, "seed": seed, "violations": 1, "problems": [f"no end after {RUN_S:.0f} s"]}
    if found.returncode not in (0, SKIPPED):
        log = ROOT / "var" / "faults" / f"{kind}-{seed}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(found.stderr)
    if not found.stdout:
        return {"kind": kind, "seed": seed, "violations": 1, "problems": ["the run broke off"]}
    line: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return line


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main()
