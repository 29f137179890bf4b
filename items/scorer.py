"""Scores the answers of a form: from the opaque names a pupil sees to what the author wrote.

Only the scorer loads a form's key. A choice that the key does not know is left out, and so
scores nothing: an authored identifier sent in place of an opaque one is such a choice.

`seed` is the secret seed of a sitting: variants and lots come from it and the author's name of
the item, so they are the same at the start, at each attempt, at scoring and at rescoring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

from items.bases import from_ten, to_ten
from items.scoring.itemsession import DURATION, ItemSession
from items.scoring.maximum import max_score
from items.scoring.run import Program, correct_responses, load
from items.scoring.tracing import Trace, trace
from items.scoring.values import Value
from items.scoring.variants import Variant
from items.views import View, view_of

Outcomes = dict[str, Value]
Response = Mapping[str, Any]
Translate = Callable[[Any], Any]


class Settled(NamedTuple):
    """The end of an item: its outcomes, the response that gave them, and how many attempts were made."""

    outcomes: Outcomes
    response: Response | None
    attempts: int


def timed(response: Response | None, elapsed_ms: int) -> Response:
    """The response with the time spent on the item, for rules that ask for it."""
    return {**(response or {}), DURATION: str(elapsed_ms / 1000)}


class Scorer:
    """The key of a form, ready to score. Loading it costs a few milliseconds, scoring microseconds."""

    def __init__(self, key: Mapping[str, Any]) -> None:
        self._items = {item: _Item(entry) for item, entry in key["items"].items()}

    def score(self, item: str, response: Mapping[str, Any] | None, seed: bytes = b"") -> Outcomes:
        """The outcome values of an answer; responses that are missing are NULL."""
        known = self._items[item]
        if not known.varies:
            return known.program.score(known.in_authored(response))
        return known.program.score(known.in_authored(response), known.variant(seed))

    def settle(
        self, item: str, attempts: Sequence[Response], last: Response | None, seed: bytes = b""
    ) -> Settled:
        """What counts in the end: the attempts one after the other, then what stood there at hand-in.

        `last` is the newest answer if it came after the last attempt. It is one more attempt, if one is left
        and it is not the same again; when the item is over it comes too late, for feedback has been seen.
        """
        known = self._items[item]
        if not known.is_played:
            answer = last if last is not None or not attempts else attempts[-1]
            return Settled(self.score(item, answer, seed), answer, 1)
        session, counted = known.played(attempts, last, seed)
        if session.count or known.program.is_adaptive:
            return Settled(session.outcomes, counted, session.count)
        return Settled(self.score(item, last, seed), last, 0)

    def settled_variables(
        self, item: str, attempts: Sequence[Response], last: Response | None, seed: bytes = b""
    ) -> Outcomes:
        """All variables at the end of the same: what the rules of a test see of the item."""
        known = self._items[item]
        if not known.is_played:
            return self.variables(item, last if last is not None or not attempts else attempts[-1], seed)
        session, _ = known.played(attempts, last, seed)
        if session.count or known.program.is_adaptive:
            values = dict(session.variables)
            return values | session.outcomes if known.program.needs_marking else values
        return self.variables(item, last, seed) | {"numAttempts": 0}

    def variant(self, item: str, seed: bytes) -> Outcomes:
        """The values of the item's template variables in this sitting; none where nothing is drawn."""
        known = self._items[item]
        return known.program.drawn(known.variant(seed)) if known.varies else {}

    def variant_seed(self, item: str, seed: bytes) -> bytes:
        """What an item's variant is drawn from here; of the sitting's own seed it tells nothing."""
        return self._items[item].seed(seed)

    @property
    def moving(self) -> tuple[str, ...]:
        """The items that show something of their own to each pupil."""
        return tuple(name for name, item in self._items.items() if item.dynamic is not None)

    def play(self, item: str, attempts: Sequence[Response], seed: bytes) -> ItemSession:
        """The session of an item after these attempts."""
        known = self._items[item]
        session = known.session(seed)
        for response in attempts:
            session.attempt(known.in_authored(response))
        return session

    def attempt(self, item: str, session: ItemSession, response: Response) -> bool:
        """One attempt more; False when none is left."""
        return session.attempt(self._items[item].in_authored(response))

    def offers_attempts(self, item: str) -> bool:
        known = self._items.get(item)
        return known is not None and known.most is not None

    def view(self, item: str, session: ItemSession) -> View:
        """What the item shows the pupil now (`items.views`); nothing of an item that shows all the same."""
        dynamic = self._items[item].dynamic
        return {} if dynamic is None else view_of(dynamic, session)

    def trace(
        self, item: str, response: Response | None, seed: bytes = b"", attempts: Sequence[Response] = ()
    ) -> Trace:
        """The outcome values of an answer after these attempts, and how the rules came to them."""
        known, session = self._items[item], self.play(item, attempts, seed)
        given = known.in_authored(response) | {"numAttempts": str(session.count + 1)}
        before = session.variables if session.count else None
        return trace(known.declarations, given, known.variant(seed), before)

    def correct(self, item: str, seed: bytes = b"") -> dict[str, Value]:
        """The right answers of this sitting's variant, by the author's identifiers."""
        known = self._items[item]
        return correct_responses(known.declarations, known.variant(seed))

    def variables(self, item: str, response: Response | None, seed: bytes = b"") -> Outcomes:
        """All variables of the item after one answer, by authored name, as expressions compute with them."""
        known = self._items[item]
        values = known.program.play(known.in_authored(response), known.variant(seed))
        return values | known.program.outcomes(values) if known.program.needs_marking else values

    def needs_marking(self, item: str) -> bool:
        """Whether a person gives the score: SCORE is NULL until then, or only a proposal of the rules."""
        return self._items[item].program.needs_marking

    def max_score(self, item: str, seed: bytes = b"") -> float | None:
        """The most the item gives (the rule is in `items.scoring.maximum`), None where nobody can tell."""
        return self._items[item].max_score(seed)

    def domain(self, item: str) -> str:
        return self._items[item].domain

    def title(self, item: str) -> str:
        return self._items[item].title

    def rubric(self, item: str) -> str:
        """What the author wrote for those who mark the item; mostly nothing."""
        return self._items[item].rubric

    def authored(self, item: str) -> str:
        """The identifier that the author gave the item."""
        return self._items[item].authored

    def items(self) -> list[str]:
        """All items by the pupils' identifiers, in the order of the form: i2 comes before i10."""
        return sorted(self._items, key=lambda item: (len(item), item))

    def declarations(self, item: str) -> Mapping[str, Any]:
        """The item's program: among the rest its `responses`, `outcomes` and `templates`, as declared."""
        return self._items[item].declarations

    def response_names(self, item: str) -> dict[str, str]:
        """The pupils' identifiers of the responses with the author's."""
        return self._items[item].names

    def opaque(self, item: str, authored: Mapping[str, Any]) -> dict[str, Any]:
        """The other way of `responses_in_authored`: by the identifiers that this form's pupils see."""
        return self._items[item].in_opaque(authored)

    def responses_in_authored(self, item: str, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """An answer by the author's identifiers, as exports and results show it."""
        return self._items[item].in_authored(response)


class _Item:
    def __init__(self, entry: Mapping[str, Any]) -> None:
        program = entry["program"]
        self.program: Program = load(program)
        self.authored: str = entry["authored"]
        self.title: str = entry["title"]
        self.domain: str = entry["domain"]
        self.rubric: str = entry.get("rubric", "")
        self.declarations: Mapping[str, Any] = program
        self.dynamic: Mapping[str, Any] | None = entry.get("dynamic")
        self.most: int | None = self.dynamic["attempts"] if self.dynamic is not None else None
        self.is_timed = DURATION in program["responses"]
        self.varies = self.program.cloner is not None or self.program.draws
        self.is_played = self.most is not None or self.program.is_adaptive
        self._most_score: float | None = None if self.varies else max_score(program, self.program)
        self.names = {name: response["authored"] for name, response in entry["responses"].items()}
        self._backwards = {name: _to_pupil(response) for name, response in entry["responses"].items()}
        self._responses = [
            (name, response["authored"], _to_author(response))
            for name, response in entry["responses"].items()
        ]

    def variant(self, seed: bytes) -> Variant:
        return self.program.variant(self.seed(seed))

    def seed(self, seed: bytes) -> bytes:
        return blake2b(self.authored.encode(), key=seed, digest_size=32).digest()

    def session(self, seed: bytes) -> ItemSession:
        return ItemSession(self.program, self.variant(seed), self.most or 0)

    def played(
        self, attempts: Sequence[Response], last: Response | None, seed: bytes
    ) -> tuple[ItemSession, Response | None]:
        """The attempts and what stood there at hand-in, played; and the response that counts in the end."""
        session, counted = self.session(seed), None
        for response in attempts if self.most is not None else ():
            if session.attempt(self.in_authored(response)):
                counted = response
        if self.most is None and last is None and attempts:
            last = attempts[-1]  # attempts at an item that offers none are answers like others
        if last is not None and session.hand_in(self.in_authored(last)):
            counted = last
        return session, counted

    def max_score(self, seed: bytes) -> float | None:
        return (
            max_score(self.declarations, self.program, self.variant(seed))
            if self.varies
            else self._most_score
        )

    def in_authored(self, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """By the author's identifiers; of those asked for in two parts the one that was given counts."""
        given, known = response or {}, {}
        for name, authored, translate in self._responses:
            value = translate(given.get(name))
            if value is not None or authored not in known:
                known[authored] = value
        if self.is_timed and DURATION in given:
            known[DURATION] = given[DURATION]
        return known

    def in_opaque(self, authored: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._backwards[name](authored.get(self.names[name])) for name in self._backwards}


def _to_author(response: Mapping[str, Any]) -> Translate:
    """From a pupil's value to the author's: identifiers, and numbers to base ten."""
    base = response.get("base", 10)
    return _translation(response["choices"]) if base == 10 else partial(to_ten, base=base)


def _to_pupil(response: Mapping[str, Any]) -> Translate:
    base = response.get("base", 10)
    if base != 10:
        return partial(from_ten, base=base)
    return _translation({authored: choice for choice, authored in response["choices"].items()})


def _translation(choices: Mapping[str, str]) -> Translate:
    """How a response's value is put in the author's identifiers; text and numbers stay as they are."""
    if not choices:
        return lambda value: value

    def one(value: Any) -> str | None:
        """An identifier, or a pair of them."""
        if type(value) is not str:
            return None
        known = choices.get(value)
        if known is not None:
            return known
        names = [choices.get(part) for part in value.split()]
        return None if None in names or not names else " ".join(map(str, names))

    def translate(value: Any) -> Any:
        if isinstance(value, list):
            return [known for known in map(one, value) if known is not None]
        return one(value)

    return translate
