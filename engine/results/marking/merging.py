"""Marks as they lie in the archive, and what they make of an item's scores.

Each mark is encrypted under its session's key, bound to session, item, outcome and marker. Markers who agree
give the mark; where they differ it is open until somebody adjudicates, and the adjudicated mark stands above
all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.archive.versions import SealedMark
from engine.results.marking.outcomes import Bounds, is_blank

ADJUDICATOR = "adjudicated"
"""The marker whose word is the last."""
_NONCE_BYTES = 12

Marks = Mapping[str, float]
"""The marks for one outcome, by marker."""


def seal_mark(mark: SealedMark, value: float, key: bytes, delivery: str, nonce: bytes) -> SealedMark:
    """`mark` with `value` in it, encrypted; `nonce` is 12 fresh random bytes."""
    sealed = AESGCM(key).encrypt(nonce, orjson.dumps(value), _owner(mark, delivery))
    return mark._replace(body=nonce + sealed)


def open_mark(mark: SealedMark, key: bytes, delivery: str) -> float:
    nonce, ciphertext = mark.body[:_NONCE_BYTES], mark.body[_NONCE_BYTES:]
    return float(orjson.loads(AESGCM(key).decrypt(nonce, ciphertext, _owner(mark, delivery))))


def opened_marks(
    marks: Sequence[SealedMark], key: bytes, delivery: str
) -> dict[str, dict[str, dict[str, float]]]:
    """Marks of one session: item -> outcome -> marker -> mark."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for mark in marks:
        outcomes = found.setdefault(mark.item, {})
        outcomes.setdefault(mark.outcome, {})[mark.marker] = open_mark(mark, key, delivery)
    return found


def agreed(marks: Marks) -> float | None:
    """The mark that stands, or None while markers differ."""
    if ADJUDICATOR in marks:
        return marks[ADJUDICATOR]
    values = set(marks.values())
    return values.pop() if len(values) == 1 else None


def merged(entry: Mapping[str, Any], due: Mapping[str, Bounds], marks: Mapping[str, Marks]) -> dict[str, Any]:
    """An item's entry with the marks in it; its SCORE needs marking until every mark that is due stands."""
    if is_blank(entry["answer"] and entry["answer"]["response"]):
        standing: dict[str, float | None] = {name: bounds.lowest for name, bounds in due.items()}
    else:
        standing = {name: agreed(marks.get(name, {})) for name in due}
    marked = {name: mark for name, mark in standing.items() if mark is not None}
    outcomes = {**entry["outcomes"], **marked}
    score = outcomes.get("SCORE")
    return {
        **entry,
        "outcomes": outcomes,
        "score": score if isinstance(score, int | float) else None,
        "marking": len(marked) < len(due),
        "marked": marked,
    }


def _owner(mark: SealedMark, delivery: str) -> bytes:
    place = "|".join((mark.item, mark.outcome, mark.marker)).encode()
    return b"passation/1|mark|" + delivery.encode("ascii") + mark.sid + place
