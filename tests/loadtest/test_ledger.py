"""The ledger: what pupils were told is saved, held against what the archive holds."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from loadtest.ledger import Comparison, Row, compare, read_rows, row, rows_of

ANNA, BOB = b"a" * 16, b"b" * 16


def told(session: bytes, n: int, body: bytes = b"body", weight: int = 1) -> Row:
    return Row(session, n, weight, sha256(body).digest())


def archived(session: bytes, n: int, body: bytes = b"body", epoch: int = 7) -> bytes:
    digest = sha256(body).hexdigest()
    return json.dumps({"session": session.hex(), "epoch": epoch, "n": n, "sha256": digest}).encode()


@pytest.mark.parametrize(
    ("acknowledged", "archive", "expected"),
    [
        ([told(ANNA, 1)], [archived(ANNA, 1)], Comparison(acknowledged=1, archived=1)),
        ([told(ANNA, 1), told(BOB, 1)], [archived(BOB, 1)], Comparison(acknowledged=2, archived=1, lost=1)),
        ([told(ANNA, 1)], [archived(ANNA, 1)] * 2, Comparison(acknowledged=1, archived=1, doubled=1)),
        (
            [told(ANNA, 1)],
            [archived(ANNA, 1, epoch=7), archived(ANNA, 1, epoch=8)],
            Comparison(acknowledged=1, archived=1, doubled=1),
        ),
        ([told(ANNA, 1)], [archived(ANNA, 1, b"other")], Comparison(acknowledged=1, lost=1, changed=1)),
        ([], [archived(ANNA, 1)], Comparison(unacknowledged=1)),
        ([told(ANNA, 1, weight=3)], [], Comparison(acknowledged=3, lost=3)),
    ],
    ids=["whole", "missing", "twice", "two-epochs", "other-bytes", "reply-lost", "three-saves-in-one"],
)
def test_acknowledged_is_archived_exactly(
    acknowledged: Sequence[Row], archive: Sequence[bytes], expected: Comparison
) -> None:
    """A missing batch is lost, one that stands twice is doubled, one nobody was told of is no fault."""
    assert compare(acknowledged, archive) == expected


def test_the_rows_of_all_processes_are_read(tmp_path: Path) -> None:
    """Each process writes a file of its own; together they are the crowd."""
    files = [tmp_path / "one", tmp_path / "two"]
    files[0].write_bytes(row(ANNA.hex(), 1, 2, b"body"))
    files[1].write_bytes(row(BOB.hex(), 9, 1, b"other"))

    assert list(read_rows(files)) == [told(ANNA, 1, weight=2), told(BOB, 9, b"other")]


def test_a_torn_row_is_left_out() -> None:
    """A generator that was killed in the middle of a row has not told its pupil yet."""
    whole = row(ANNA.hex(), 1, 1, b"body")

    assert list(rows_of(io.BytesIO(whole + whole[:20]))) == [told(ANNA, 1)]


def test_a_batch_without_a_save_of_its_own_counts_as_one() -> None:
    """A full batch that only closes a hole may not be lost either."""
    (found,) = rows_of(io.BytesIO(row(ANNA.hex(), 4, 0, b"all")))

    assert compare([found], []).lost == 1
