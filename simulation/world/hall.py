"""The delivery of all worlds: its keys, its pupils' codes, its small form; made once a process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.archive import Delivery
from engine.archive.records import SessionRow
from engine.attempts.rulebook import Rulebooks
from engine.catalog import Catalog, Opened
from engine.keyring import DeliveryKeys, KeyRing
from engine.settings import Settings
from items.course import Course
from items.responses import Shapes
from sessions.cipher import wrap_key
from sessions.codes import complete, digest
from sessions.ticket import Signer
from simulation.history import EPOCH_MS
from simulation.plan import DURATION_MS, GRACE_MS, INTAKE_ENDS_MS, ITEMS, OPENS_MS

NAME = "nombres1"
PEPPER, TOKEN_KEY, KEK, CONTENT_KEY = (bytes([number]) * 32 for number in range(1, 5))
PARTITIONS = 2
SETTINGS = Settings(partitions=PARTITIONS, flush_after_ms=2_000)
CODES = [complete(f"K7QF2M9XT4{sign}") for sign in "1234"]
SIDS = [bytes([number]) + number.to_bytes(14, "big") + b"\x07" for number in range(1, 5)]
SESSION_KEYS = [bytes([16 + number]) * 32 for number in range(4)]
SIGNER = Signer({1: TOKEN_KEY}, 1, partitions=PARTITIONS)

_SHAPE = {"r1": {"kind": "text-entry", "cardinality": "single", "base_type": "string", "max_length": 500}}
COURSE = Course(
    {
        "v": 2,
        "routed": False,
        "parts": [
            {
                "part": "t1",
                "children": [
                    {"section": "s1", "children": [{"item": item, "choices": {}} for item in ITEMS]}
                ],
            }
        ],
    }
)
SHAPES = Shapes({"v": 1, "items": dict.fromkeys(ITEMS, _SHAPE)})

DELIVERY = Delivery(
    id=NAME,
    state="open",
    form="f" * 64,
    compiled="c" * 64,
    content_id="0" * 32,
    title="Nombres",
    language="fr",
    login_opens_ms=EPOCH_MS - 60_000,
    opens_at_ms=EPOCH_MS + OPENS_MS,
    closes_at_ms=EPOCH_MS + INTAKE_ENDS_MS,
    intake_ends_ms=EPOCH_MS + INTAKE_ENDS_MS,
    duration_ms=DURATION_MS,
    grace_ms=GRACE_MS,
)


def session_rows(count: int) -> list[tuple[SessionRow, list[bytes]]]:
    """The sessions as a file of codes brings them; one pupil in three has more time."""
    rows = []
    for number, sid in enumerate(SIDS[:count]):
        wrapped = wrap_key(KEK, SESSION_KEYS[number], sid, NAME, bytes([number]) * 12)
        factor = 1333 if number % 3 == 2 else 1000
        row = SessionRow(sid, NAME, "R1", factor, (), wrapped)
        rows.append((row, [digest(PEPPER, CODES[number])]))
    return rows


class Keys(KeyRing):
    """The delivery's keys, from no folder."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere/keys"))

    def delivery(self, delivery: str) -> DeliveryKeys:
        return DeliveryKeys(KEK, CONTENT_KEY)


class Deliveries(Catalog):
    """The real catalog, with a form that needs no bank."""

    def _open(self, record: Mapping[str, Any]) -> Opened:
        return Opened(record, SHAPES, COURSE, "", KEK, CONTENT_KEY)


class NoMovingItems(Rulebooks):
    """The real rulebooks of a form whose items show the same to everybody."""

    def of(self, compiled: str) -> None:
        return None
