"""`python -m simulation --seeds 1000`: worlds on all cores, planted faults, one JSON line.

`--seed 7` tells the story of one world, cut down to what breaks a promise in it.

Exit code 0 only if no promise was broken and every planted fault was caught.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from simulation.many import Piece, results
from simulation.plan import plan_of
from simulation.planted.table import Caught
from simulation.report import story
from simulation.run import run, shelf
from simulation.shrink import shrink

STORIES = 3
"""Failing seeds that are cut down and told; of the others the numbers are given."""


def tell(seed: int, *, is_shrunk: bool) -> bool:
    """Print the story of a seed; whether all promises were kept."""
    with shelf() as place:
        outcome = run(plan_of(seed), place)
        if outcome.violations and is_shrunk:
            outcome = shrink(outcome, place)
        print(story(outcome))
        return not outcome.violations


def simulate(first: int, seeds: int, jobs: int, *, is_planted: bool, is_quiet: bool) -> int:
    """Run all; tell of failures; end with the line that machines read."""
    pieces: list[Piece] = []
    hunted: list[Caught] = []
    for done in results(first, seeds, jobs, is_planted=is_planted):
        if isinstance(done, Caught):
            hunted.append(done)
        else:
            pieces.append(done)
            for seed, wrong in done.failed:
                print(f"seed {seed}: " + "; ".join(wrong), file=sys.stderr)
        if sys.stderr.isatty() and not is_quiet:
            count = sum(piece.seeds for piece in pieces)
            print(f"\r{count} of {seeds} worlds, {len(hunted)} planted faults", end="", file=sys.stderr)
    failed = [seed for piece in pieces for seed, _ in piece.failed]
    for seed in sorted(failed)[:STORIES]:
        tell(seed, is_shrunk=True)
    missed = [one.name for one in hunted if one.seed < 0]
    for name in missed:
        print(f"not caught: {name}", file=sys.stderr)
    line = {
        "seeds": sum(piece.seeds for piece in pieces),
        "violations": sum(len(wrong) for piece in pieces for _, wrong in piece.failed),
        "planted": len(hunted),
        "caught": len(hunted) - len(missed),
        "known": sum(piece.known for piece in pieces),
        "cpu_ms_per_seed": round(1000 * sum(piece.cpu_s for piece in pieces) / max(1, seeds), 1),
    }
    print(json.dumps(line))
    return 1 if failed or missed else 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--seed", type=int, help="tell the story of this one")
    parser.add_argument("--whole", action="store_true", help="with --seed: do not cut it down")
    parser.add_argument("--no-planted", action="store_true", help="leave the planted faults out")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    given = parser.parse_args()
    if given.seed is not None:
        return 0 if tell(given.seed, is_shrunk=not given.whole) else 1
    is_planted = not given.no_planted
    return simulate(given.first, given.seeds, given.jobs, is_planted=is_planted, is_quiet=given.quiet)


if __name__ == "__main__":
    sys.exit(main())
