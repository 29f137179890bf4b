"""Proof that a take-out is whole: every code that was given to the engine is in it, or accounted for.

The report holds counts and hashes, no name, no code; it is signed by the authority, and may be published.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authority.problems import BadTakeout
from authority.register import Code
from authority.takeout.manifest import Takeout

Places = Sequence[tuple[Code, str, str]]


class Proof(NamedTuple):
    """What was compared with what. `is_whole` is the verdict."""

    given: int
    """Sessions that the engine was given."""
    scored: int
    not_sat: int
    """Given, not in the take-out: nobody began them, or they are among the engine's `missing`."""
    missing: int
    """Ended, by the engine's word, and not scored yet: export again when they are."""
    unknown: tuple[str, ...]
    """In the take-out, and not of this register."""
    elsewhere: int
    """In the take-out under another room than the register's."""
    withdrawn: int
    """Scored although the code was withdrawn: a look into the audit log tells when."""
    nameless: int
    """Scored with a reserve code that was given to nobody by name."""
    absent: int
    """Among the scored: a teacher keyed that the pupil was there for none of it."""

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.unknown or self.elsewhere)


def prove(takeout: Takeout, places: Places) -> Proof:
    """Compare a checked take-out with the register; BadTakeout when its own counts do not agree."""
    found = list(totals(takeout.scores))
    rooms = {total.session: total.room for total in found}
    if len(rooms) != takeout.sessions:
        raise BadTakeout(f"the manifest says {takeout.sessions} sessions, scores.csv holds {len(rooms)}")
    known = {code.session: (code, room) for code, room, _ in places}
    given = [code for code, _, _ in places if code.exported_ms is not None]
    sat = [known[session] for session in rooms if session in known]
    return Proof(
        given=len(given),
        scored=len(rooms),
        not_sat=sum(code.session not in rooms for code in given),
        missing=takeout.missing,
        unknown=tuple(sorted(rooms.keys() - known.keys())),
        elsewhere=sum(rooms[code.session] != room for code, room in sat),
        withdrawn=sum(code.revoked_ms is not None for code, _ in sat),
        nameless=sum(not code.pupil for code, _ in sat),
        absent=sum(total.is_absent for total in found),
    )


class Total(NamedTuple):
    """A session's line of its own in `scores.csv`."""

    session: str
    room: str
    is_absent: bool


def totals(scores: Path) -> Iterator[Total]:
    """The total of each session in `scores.csv`; each stands there once."""
    seen: set[str] = set()
    with scores.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["item"]:
                continue
            if row["session"] in seen:
                raise BadTakeout(f"session {row['session']} has two totals in scores.csv")
            seen.add(row["session"])
            yield Total(row["session"], row["room"], row.get("kind") == "absent")


def report(
    takeout: Takeout, proof: Proof, places: Places, *, campaign: str, now_ms: int, key: Ed25519PrivateKey
) -> dict[str, Any]:
    """The signed report: counts as a whole and by school, hashes of what was compared."""
    sat = {total.session for total in totals(takeout.scores)}
    given = Counter(school for code, _, school in places if code.exported_ms is not None)
    scored = Counter(school for code, _, school in places if code.session in sat)
    record: dict[str, Any] = {
        "format": "passation-proof/1",
        "campaign": campaign,
        "delivery": takeout.delivery,
        "score_version": takeout.score_version,
        "made_ms": now_ms,
        "takeout_made_ms": takeout.made_ms,
        "files": takeout.files,
        "whole": proof.is_whole,
        "counts": proof._asdict() | {"unknown": len(proof.unknown)},
        "schools": {school: {"given": given[school], "scored": scored[school]} for school in sorted(given)},
    }
    signed = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    return record | {"signature": key.sign(signed).hex()}
