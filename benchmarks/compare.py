"""Two commits held against each other: `make bench COMPARE=<commit>`.

The other commit is checked out into a worktree of its own, which is removed at the end. Its runs and ours
take turns, question by question, with the same interpreter, so that a slow minute of the machine hits both.
They differ where the ranges of their values do not touch; anything less is noise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.history import keep
from benchmarks.measure import Bench, Skipped, commit

ROOT = Path(__file__).parent.parent
Line = dict[str, Any]


@contextmanager
def checked_out(revision: str) -> Iterator[tuple[Path, str]]:
    """The tree of another commit and the commit's short name; Skipped if there is no such commit."""
    try:
        name = _git("rev-parse", "--short", "--verify", f"{revision}^{{commit}}")
    except Skipped as reason:
        raise Skipped(f"there is no commit {revision!r} here: see git log") from reason
    with tempfile.TemporaryDirectory(prefix="passation-compare-") as folder:
        tree = Path(folder) / "tree"
        _git("worktree", "add", "--detach", str(tree), name)
        try:
            yield tree, name
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def asked(tree: Path, question: str) -> Line:
    """The answer of one tree to one question, a line as `python -m benchmarks` prints it."""
    environ = os.environ | {"BENCH_HISTORY": os.devnull}
    command = [sys.executable, "-m", "benchmarks", "--only", question]
    done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, text=True, check=False, env=environ)
    try:
        line: Line = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"bench": question, "skipped": f"exit code {done.returncode} in {tree}"}
    return line


def compared(question: Bench, ours: Sequence[Line], theirs: Sequence[Line], other: str) -> Line:
    """One line: the values of both, and whether they differ."""
    line: Line = {"bench": question.name, "against": other}
    for line_of_one in (*ours, *theirs):
        if "skipped" in line_of_one:
            return line | {"skipped": line_of_one["skipped"]}
    values, others = ([float(one["value"]) for one in side] for side in (ours, theirs))
    ratios = [mine / his for mine, his in zip(values, others, strict=True) if his]
    return line | {
        "ours": values,
        "theirs": others,
        "ratio": round(median(ratios), 3) if ratios else None,
        "better": question.better,
        "verdict": verdict(values, others, question.better),
        "void": any(one.get("void") for one in (*ours, *theirs)),
    }


def verdict(ours: Sequence[float], theirs: Sequence[float], better: str) -> str:
    """`same` while the ranges touch, else `better` or `worse`."""
    if min(ours) <= max(theirs) and min(theirs) <= max(ours):
        return "same"
    is_higher = min(ours) > max(theirs)
    return "better" if is_higher == (better == "higher") else "worse"


def compare(questions: Sequence[Bench], revision: str, rounds: int) -> Iterator[Line]:
    """All questions, each asked in turns; the answers go into the history."""
    with checked_out(revision) as (tree, other):
        for question in questions:
            ours, theirs = list[Line](), list[Line]()
            for _ in range(rounds):
                for side, place, name in ((ours, ROOT, commit()), (theirs, tree, other)):
                    side.append(asked(place, question.name))
                    keep(side[-1], name)
            yield compared(question, ours, theirs, other)
