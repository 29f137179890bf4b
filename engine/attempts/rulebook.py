"""What a worker knows of the items that show something of their own to each pupil, or their solution.

The key of a form is read only when its public part says that there are such items, and only their part of
it is kept. Everything is computed again from the sitting's seed and its attempts: a worker that has never
seen the pupil shows the same as the one that has.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from items.bank import Bank
from items.scorer import Response, Scorer
from items.solutions import solution
from items.views import View


def sitting_seed(kek: bytes, sid: bytes) -> bytes:
    """The secret from which a sitting's variants and lots are drawn; it dies with the delivery's key."""
    return hmac.digest(kek, b"passation/1|seed|" + sid, "sha256")


class Rulebook:
    """The items of one form that move, or whose solution may be shown."""

    def __init__(self, key: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
        self._moving: tuple[str, ...] = tuple(schema.get("dynamic", ()))
        self._solved = frozenset(schema.get("solved", ()))
        needed = {*self._moving, *self._solved}
        self._scorer = Scorer({"items": {item: key["items"][item] for item in needed}})
        self._shapes = {"items": {item: schema["items"][item] for item in needed}}

    def offers_attempts(self, item: str) -> bool:
        return self._scorer.offers_attempts(item)

    def views(self, attempts: Mapping[str, Sequence[Response]], seed: bytes) -> dict[str, View]:
        """What each moving item shows after these attempts."""
        found = {}
        for item in self._moving:
            session = self._scorer.play(item, attempts.get(item, ()), seed)
            if view := self._scorer.view(item, session):
                found[item] = view
        return found

    def attempt(
        self, item: str, before: Sequence[Response], response: Response | None, seed: bytes
    ) -> tuple[bool, View]:
        """Whether the attempt is one that counts, and what the item shows after it."""
        session = self._scorer.play(item, before, seed)
        taken = response is not None and self._scorer.attempt(item, session, response)
        return taken, self._scorer.view(item, session)

    def is_over(self, item: str, attempts: Sequence[Response], seed: bytes) -> bool:
        """Whether the item takes attempts, and none is left: no answer to it changes anything any more."""
        return self.offers_attempts(item) and self._scorer.play(item, attempts, seed).is_over

    def has_solution(self, item: str) -> bool:
        return item in self._solved

    def solution(self, item: str, seed: bytes) -> dict[str, Any]:
        """The right answer of this sitting, as `items.solutions` gives it; whether its time has come is
        for the caller to know."""
        return solution(item, self._shapes, self._scorer, seed)


class Rulebooks:
    """The rulebooks of this worker, by compiled form."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._books: dict[str, Rulebook | None] = {}

    def of(self, compiled: str) -> Rulebook | None:
        """The rulebook of a form; None where all items show the same to everybody, and no solution."""
        if compiled not in self._books:
            schema = self._bank.schema(compiled)
            is_needed = schema.keys() & {"dynamic", "solved"}
            self._books[compiled] = Rulebook(self._bank.key(compiled), schema) if is_needed else None
        return self._books[compiled]

    def first_views(self, compiled: str, kek: bytes, sid: bytes) -> dict[str, View]:
        """What the moving items show at the start; nothing for most forms."""
        book = self.of(compiled)
        return {} if book is None else book.views({}, sitting_seed(kek, sid))
