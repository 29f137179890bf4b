"""What each pupil was told is saved, against what the archive holds: nothing may be missing or stand twice.

    pupil    writes a row for each batch when it is acknowledged: session, n, SHA-256 of the body it sent
    after    GET /api/v1/deliveries/{id}/ledger, read from SQL, one JSON object a line
    lost     acknowledged, and not in the archive with the same bytes
    doubled  in the archive more than once under the same session and number

Rows are counted by the saves that their batches carry, at least one each. A batch in the archive whose
acknowledgement never reached the pupil is no fault: it is counted as `unacknowledged`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

ROW = struct.Struct(">16sIH32s")


class Row(NamedTuple):
    """One acknowledged batch."""

    session: bytes
    n: int
    weight: int
    digest: bytes


def row(session: str, n: int, weight: int, body: bytes) -> bytes:
    """The row of one acknowledged batch, as it is written to a process's file."""
    return ROW.pack(bytes.fromhex(session), n, max(1, weight), sha256(body).digest())


def read_rows(files: Iterable[Path]) -> Iterator[Row]:
    """The rows of all processes."""
    for path in files:
        with path.open("rb") as file:
            yield from rows_of(file)


def rows_of(file: BinaryIO) -> Iterator[Row]:
    """The rows of one file; a torn last one is left out, since its pupil may not have been told."""
    while len(found := file.read(ROW.size)) == ROW.size:
        yield Row(*ROW.unpack(found))


@dataclass(slots=True)
class Comparison:
    """What became of the acknowledged saves."""

    acknowledged: int = 0
    archived: int = 0
    lost: int = 0
    changed: int = 0
    """Of the lost ones: those whose number is in the archive with other bytes."""
    doubled: int = 0
    unacknowledged: int = 0
    """Batches in the archive of which no pupil was told."""


def compare(acknowledged: Iterable[Row], archived: Iterable[bytes]) -> Comparison:
    """Hold the pupils' rows against the archive's lines."""
    told: dict[tuple[bytes, int], tuple[bytes, int]] = {}
    result = Comparison()
    for session, n, weight, digest in acknowledged:
        told[session, n] = digest, weight
        result.acknowledged += weight
    seen: set[tuple[bytes, int]] = set()
    found: set[tuple[bytes, int]] = set()
    changed: set[tuple[bytes, int]] = set()
    for line in archived:
        key, digest = _line(line)
        weight = told[key][1] if key in told else 1
        if key in seen:
            result.doubled += weight
        seen.add(key)
        if key not in told:
            result.unacknowledged += 1
        elif told[key][0] == digest:
            found.add(key)
        else:
            changed.add(key)
    result.archived = sum(told[key][1] for key in found)
    result.changed = sum(told[key][1] for key in changed - found)
    result.lost = sum(weight for key, (_, weight) in told.items() if key not in found)
    return result


def _line(line: bytes) -> tuple[tuple[bytes, int], bytes]:
    value = json.loads(line)
    return (bytes.fromhex(value["session"]), value["n"]), bytes.fromhex(value["sha256"])
