"""The commands for results: rescoring and marking as an operator does them, with what is said on the way."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.engine.archives import a_sid
from tests.engine.corrections import changed, corrected
from tests.engine.test_commands import Operator, operator, sat

__all__ = ["operator"]


def test_judging_again_by_the_commands_alone(operator: Operator) -> None:
    """A corrected key, the versions, every format, marks out and back in: each says what it did."""
    delivery = operator.prepare()
    operator.beside(lambda opened: sat(opened, 1))
    operator.json("archive", "drain", "--once")
    out = operator.folder / "out"
    package = corrected(operator.folder / "corrected")

    made = operator.json("results", "rescore", delivery, "--key", package, "--report", out)
    code, said, _ = operator.run("results", "rescore", delivery, "--key", package)
    refused = operator.run("results", "rescore", delivery, "--key", operator.folder / "nowhere")
    exported = operator.json(
        *("results", "export", delivery, "--out", out, "--format", "csv,parquet,qti3,qti2"),
        *("--score-version", 1),
    )
    versions = operator.json("results", "versions", delivery)["versions"]

    assert (made["version"], made["sessions"], made["is_new"]) == (2, 1, True)
    assert (code, "version 2 was there already" in said) == (0, True)
    assert (refused[0], "no form and no package" in refused[2]) == (1, True)
    assert exported["score_version"] == 1
    assert all(Path(name).is_file() for name in exported["files"])
    assert [(one["version"], one["kind"]) for one in versions] == [(1, "first"), (2, "key")]

    other = changed(operator.folder / "other", ("MA-6-001", "trois millions", "quatre millions"))
    code, _, err = operator.run("results", "rescore", delivery, "--key", other)
    assert (code, "MA-6-001: pupils see something else" in err) == (1, True)

    code, said, err = operator.run("results", "marking", "export", delivery, "--out", out, "--batches", 2)
    assert (code, "1 items in 2 batches of 0, 0 answers" in said) == (0, True)
    assert "keep them on encrypted disks" in err
    batch = out / "batch-01.csv"
    with batch.open("a", newline="") as file:
        csv.writer(file).writerow(["a" * 26, "MA-6-012", "SCORE", "m01", 0, 3, "x", 1])
    code, _, err = operator.run("results", "marking", "import", delivery, batch)
    assert (code, "batch-01.csv:2" in err) == (1, True)
    empty = operator.json("results", "marking", "import", delivery, out / "batch-02.csv", "--report", out)
    assert (empty["new"], empty["disagreements"], empty["is_new"]) == (0, 0, False)
    assert a_sid(1).hex() in (out / "scores.csv").read_text()
