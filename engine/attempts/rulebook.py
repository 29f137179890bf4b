"""What a worker knows of the items that show something of their own to each pupil.

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
from items.views import View


def sitting_seed(kek: bytes, sid: bytes) -> bytes:
    """The secret from which a sitting's variants and lots are drawn; it dies with the delivery's key."""
    return hmac.digest(kek, b"passation/1|seed|" + sid, "sha256")


class Rulebook:
    """The moving items of one form."""

    def __init__(self, key: Mapping[str, Any], moving: Sequence[str]) -> None:
        self._scorer = Scorer({"items": {item: key["items"][item] for item in moving}})
        self._moving = tuple(moving)

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


class Rulebooks:
    """The rulebooks of this worker, by compiled form."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._books: dict[str, Rulebook | None] = {}

    def of(self, compiled: str) -> Rulebook | None:
        """The rulebook of a form; None where all items show the same to everybody."""
        if compiled not in self._books:
            moving = self._bank.schema(compiled).get("dynamic")
            self._books[compiled] = Rulebook(self._bank.key(compiled), moving) if moving else None
        return self._books[compiled]

    def first_views(self, compiled: str, kek: bytes, sid: bytes) -> dict[str, View]:
        """What the moving items show at the start; nothing for most forms."""
        book = self.of(compiled)
        return {} if book is None else book.views({}, sitting_seed(kek, sid))
