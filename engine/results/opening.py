"""Sealed scores opened, one session after the other, with the names their author gave.

Everything that leaves as a result goes through here: formats get an `Opened` and know neither keys nor SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.archive import Delivery
from engine.archive.answers import ScoredSession
from engine.archive.versions import FIRST
from engine.keying.cells import ABSENT, EMPTY
from engine.scorerecord import is_missing, kind_of, kind_of_value, open_record
from items.bank import Bank
from items.ordering import is_shuffled
from items.scorer import Scorer
from sessions.cipher import unwrap_key


class Opened(NamedTuple):
    """One session's results. `items` are the record's entries, see `engine.scorerecord`."""

    session: str
    room: str
    status: str
    factor_permille: int
    started_ms: int
    deadline_ms: int
    ended_ms: int
    scored_ms: int
    items: list[dict[str, Any]]
    record: Mapping[str, Any]

    @property
    def sat(self) -> list[dict[str, Any]]:
        """The items for which the pupil was there, and, on paper, which were keyed."""
        return [entry for entry in self.items if not is_missing(entry)]

    @property
    def missed(self) -> tuple[int, int]:
        """For how many items the pupil was absent, and how many nobody keyed."""
        kinds = [kind_of(entry) for entry in self.items if is_missing(entry)]
        return kinds.count(ABSENT), kinds.count(EMPTY)

    @property
    def was_away(self) -> bool:
        """Whether the pupil was there for none of it: a pupil without points, not one with zero."""
        return self.missed[0] > 0 and not self.sat

    @property
    def score(self) -> float | None:
        """The sum of the items' scores as far as they are known; None of somebody absent throughout."""
        return None if self.was_away else total(self.sat, "score")

    @property
    def max_score(self) -> float:
        """The most that could be reached in those items."""
        return total(self.sat, "max")

    @property
    def needs_marking(self) -> bool:
        return any(entry["marking"] for entry in self.items)


class Given(NamedTuple):
    """One value that a pupil gave, by the author's identifiers."""

    item: str
    response: str
    value: Any
    answer: Mapping[str, Any]
    counted: bool
    entry: Mapping[str, Any]
    kind: str
    """`value`, `nothing`, `absent` or `empty`, see `engine.scorerecord.kind_of`."""


class Names:
    """What the author called things, by the opaque names of the form whose key judged.

    A corrected form names choices otherwise than the one that pupils sat, and its records do as well.
    """

    def __init__(self, bank: Bank, delivery: Delivery, form: str) -> None:
        self.delivery = delivery
        self.key = Scorer(bank.key(form))
        self._shapes = bank.schema(form)["items"]
        self.is_shuffled = is_shuffled(bank.content(form).structure)

    def kinds(self, item: str) -> list[str]:
        """The kinds of interaction that an item asks with, in the order of the text."""
        return [shape["kind"] for shape in self._shapes[item].values()]

    def items(self) -> list[str]:
        """The items in the order of the form, by their opaque names."""
        return self.key.items()

    def given(self, session: Opened) -> Iterator[Given]:
        """Every value of a session, those that came too late as well, each marked."""
        for entry in session.items:
            item = self.key.authored(entry["item"])
            for answer, counted in ((entry["answer"], True), (entry["uncounted"], False)):
                if answer is not None:
                    values = self.key.responses_in_authored(entry["item"], answer["response"])
                    keyed = self._keyed(entry["item"], answer)
                    for response, value in values.items():
                        kind = keyed.get(response, EMPTY) if keyed else kind_of_value(value)
                        yield Given(item, response, value, answer, counted, entry, kind)

    def _keyed(self, item: str, answer: Mapping[str, Any]) -> dict[str, str]:
        """What was typed for each response, by the author's identifiers; nothing where a pupil answered."""
        names = self.key.response_names(item)
        return {names[response]: kind for response, kind in answer.get("keyed", {}).items()}

    def comments(self, session: Opened) -> Iterator[tuple[str, str, bool]]:
        """What a pupil had to say: item, comment, and whether it came with an answer that counts."""
        for entry in session.items:
            late = entry["uncounted"] or {}
            for comment, counted in ((entry.get("comment"), True), (late.get("comment"), False)):
                if comment:
                    yield self.key.authored(entry["item"]), comment, counted
        for strayed in session.record.get("test", {}).get("strayed", ()):
            if comment := (strayed["answer"] or {}).get("comment"):
                yield self.key.authored(strayed["item"]), comment, False


class Opener:
    """Opens the sealed scores of one delivery and version."""

    def __init__(self, kek: bytes, delivery: str, version: int = FIRST) -> None:
        self._kek = kek
        self.delivery = delivery
        self.version = version

    def key(self, sid: bytes, wrapped_key: bytes) -> bytes:
        """The session's own key."""
        return unwrap_key(self._kek, wrapped_key, sid, self.delivery)

    def opened(self, session: ScoredSession) -> Opened:
        key = self.key(session.sid, session.wrapped_key)
        record = open_record(session.body, key, session.sid, self.delivery, self.version)
        times = (session.factor_permille, session.started_ms, session.deadline_ms, session.ended_ms)
        sid = session.sid.hex()
        return Opened(sid, session.room, session.status, *times, session.scored_ms, record["items"], record)


def attempts_of(entry: Mapping[str, Any]) -> int:
    """How many attempts count for an item; an answer to an item that offers none is one."""
    return int(entry.get("attempts", 1 if entry["answer"] and not is_missing(entry) else 0))


def total(entries: list[dict[str, Any]], name: str) -> float:
    return float(sum(entry[name] for entry in entries if entry[name] is not None))
