"""What the pupils of a run did and were told: the evidence that the archive is held against."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson


class Told(NamedTuple):
    """A batch that a pupil was told is saved."""

    session: str
    n: int
    digest: str
    answers: tuple[tuple[str, str], ...]
    """(item, text) of each answer."""


class Ending(NamedTuple):
    """What a seat leaves: item -> text, as its page shows it. `is_home`: it brought everything home."""

    session: str
    answers: dict[str, str]
    is_handed_in: bool
    is_home: bool = True


@dataclass
class History:
    """Filled by the pupils while a run goes on."""

    names: dict[str, str] = field(default_factory=dict)
    """session -> pupil"""
    sent: dict[tuple[str, str], int] = field(default_factory=dict)
    """(session, digest) -> n of each batch that ever left a device"""
    told: dict[tuple[str, int, str], Told] = field(default_factory=dict)
    excused: set[tuple[str, int, str]] = field(default_factory=set)
    """Told to a device that has lost its seat since: where Redis forgets, nobody is left to send it again."""
    sealed: set[tuple[str, int, str]] = field(default_factory=set)
    """Those of which the device that sent them was told that the archive has them."""
    endings: list[Ending] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Promises that a reply broke, in words."""
    refusals: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    pauses_s: list[float] = field(default_factory=list)
    intended: int = 0
    unfinished: int = 0
    typed_again: int = 0
    """Pupils who were told that their seat had moved, though they had not."""
    waiting_for_teacher: int = 0
    """Devices whose log-in came twice and so waits for the teacher: the end of their part in the run."""
    last_told_s: float = 0.0

    def send(self, session: str, batch: dict[str, Any]) -> str:
        """A batch leaves a device; gives its digest."""
        digest = hashlib.sha256(batch["body"].encode()).hexdigest()
        self.sent[session, digest] = batch["n"]
        return digest

    def acknowledge(
        self, session: str, batches: Sequence[dict[str, Any]], now_s: float
    ) -> list[tuple[str, int, str]]:
        """These batches of a device were acknowledged; gives their keys in `told`."""
        keys = []
        for batch in batches:
            digest = hashlib.sha256(batch["body"].encode()).hexdigest()
            key = session, batch["n"], digest
            keys.append(key)
            if key not in self.told:
                answers = orjson.loads(batch["body"])["answers"]
                pairs = tuple((answer["item"], answer["response"]["r1"]) for answer in answers)
                self.told[key] = Told(session, batch["n"], digest, pairs)
        if batches:
            if self.last_told_s:
                self.pauses_s.append(now_s - self.last_told_s)
            self.last_told_s = now_s
        return keys
