"""Which answer to an item counts: the highest (epoch, n) among those that came, or were given, in time.

A batch that came in time counts whole. In a late batch each answer is judged by itself, by the age that its
device gave it: what was answered after the deadline never counts; what the device says was answered before it
counts as the delivery rules, more readily when an outage of ours explains why it could not come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from engine.keying.cells import kinds
from engine.turns import OFF_ROUTE, OUT_OF_TURN, SEVERITY, Batch, Turns

CORROBORATED, SELF_ATTESTED, AFTER = "corroborated", "self_attested", "after"


class Rule(NamedTuple):
    """What decides about late answers: its deadline, its delivery's rules, its partition's outages."""

    deadline_ms: int
    grace_ms: int
    count_corroborated: bool = True
    count_self_attested: bool = False
    outages: Sequence[tuple[int, int]] = ()
    is_keyed: bool = False
    """Whether teachers keyed the answers. Only then is what stands in the cells believed: in a batch of a
    pupil's own browser "absent" would be a way out of the points."""

    def lateness(self, received_ms: int, age_ms: int) -> str:
        """The class of an answer of a late batch."""
        return self._class(self.deadline_ms, received_ms, age_ms)

    def by(self, deadline_ms: int, received_ms: int, age_ms: int) -> str:
        """The class of an answer by a deadline of its part, section or item; "" when it came in time."""
        if received_ms <= deadline_ms + self.grace_ms:
            return ""
        return self._class(deadline_ms, received_ms, age_ms)

    def _class(self, deadline_ms: int, received_ms: int, age_ms: int) -> str:
        claimed_ms = received_ms - age_ms
        if claimed_ms > deadline_ms:
            return AFTER
        until_ms = deadline_ms + self.grace_ms
        if any(start <= until_ms and end >= claimed_ms for start, end in self.outages):
            return CORROBORATED
        return SELF_ATTESTED

    def counts(self, late: str) -> bool:
        return (
            not late
            or (late == CORROBORATED and self.count_corroborated)
            or (late == SELF_ATTESTED and self.count_self_attested)
        )


class OpenBatch(NamedTuple):
    """A batch whose body has been decrypted."""

    epoch: int
    n: int
    received_ms: int
    late: str
    body: bytes


class Answer(NamedTuple):
    """One answer, with all that decides about it."""

    item: str
    response: Any
    epoch: int
    n: int
    received_ms: int
    elapsed_ms: int
    late: str
    counted: bool
    is_attempt: bool = False
    comment: str = ""
    """What the pupil had to say about the item, where the author lets them; never scored."""
    keyed: Mapping[str, str] = MappingProxyType({})
    """By response what a teacher typed: a value, no answer, absent, or erased (`engine.keying.cells`)."""


class Held(NamedTuple):
    """What the archive holds for one item: the answer that counts, and one beyond it that came too late.

    `attempts` are those that came in time, the first one first.
    """

    counted: Answer | None = None
    uncounted: Answer | None = None
    attempts: tuple[Answer, ...] = ()


def held_answers(
    batches: Iterable[OpenBatch], rule: Rule, turns: Callable[[list[Batch]], Turns] | None = None
) -> dict[str, Held]:
    """Per item what counts; batches in any order, any number of times, give the same.

    `turns` makes of the batches what tells which of their answers came in their turn.
    """
    numbered = {(batch.epoch, batch.n): batch for batch in batches}
    ordered = [numbered[number] for number in sorted(numbered)]
    opened = [Batch(batch.received_ms, orjson.loads(batch.body)) for batch in ordered]
    judge = turns(opened) if turns else None
    held: dict[str, Held] = {}
    for batch, body in zip(ordered, opened, strict=True):
        for answer in _answers(batch, body, rule, judge):
            before = held.get(answer.item, Held())
            if answer.counted:  # what it replaces, late or not, is superseded
                held[answer.item] = Held(answer, None, _with(before.attempts, answer))
            elif not _is_repeated(answer, before.counted):
                held[answer.item] = Held(before.counted, answer, before.attempts)
        if judge:
            judge.pass_by(body)
    return held


def _with(attempts: tuple[Answer, ...], answer: Answer) -> tuple[Answer, ...]:
    """The attempts with this one, if it is one; a copy of the last one is none."""
    is_copy = bool(attempts) and (attempts[-1].epoch, attempts[-1].n) == (answer.epoch, answer.n)
    return (*attempts, answer) if answer.is_attempt and not is_copy else attempts


def _is_repeated(answer: Answer, counted: Answer | None) -> bool:
    """Whether an answer out of turn only says again what counts, as devices do that send all they know."""
    if answer.late != OUT_OF_TURN or counted is None:
        return False
    return counted.response == answer.response and answer.comment in ("", counted.comment)


def _answers(batch: OpenBatch, body: Batch, rule: Rule, judge: Turns | None) -> Iterable[Answer]:
    for entry in body.body["answers"]:
        late = batch.late and rule.lateness(batch.received_ms, entry.get("age_ms", 0))
        turn = judge.judge(body, entry, rule) if judge else ""
        late = turn if turn in (OFF_ROUTE, OUT_OF_TURN) else max(late, turn, key=SEVERITY.index)
        yield Answer(
            item=entry["item"],
            response=entry.get("response"),
            epoch=batch.epoch,
            n=batch.n,
            received_ms=batch.received_ms,
            elapsed_ms=entry.get("elapsed_ms", 0),
            late=late,
            counted=rule.counts(late),
            is_attempt=entry.get("attempt") is True,
            comment=entry.get("comment", ""),
            keyed=kinds(entry.get("marks", {})) if rule.is_keyed else {},
        )
