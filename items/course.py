"""One form's course: the way of each session through it, and what the test adds up to.

    course = Course(structure, key)                     the key only where something depends on answers
    places = course.places(seed)
    way = course.way(places, steps)                     as far as it is known, and what is agreed for the rest
    step = course.decide(places, way, "i5", answers)    where the rules lead after i5
    course.order(way, seed)                             the `order` of the API

The engine signs the steps that it decides; the scorer follows them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from items.ordering import Place, Turning, draw, order_of, parts_of
from items.routing import END, Agreed, Decided, Rules, Step, Way, next_place, siblings_of, way
from items.testscorer import Feedback, Given, TestScorer

MOST_AGREED: Final = 16
"""Steps taken without the server that are looked at again: no line is down at more borders of a test."""


class Course:
    """The structure of a form and the rules that lead through it; without a key there are none."""

    def __init__(self, structure: Mapping[str, Any], key: Mapping[str, Any] | None = None) -> None:
        self.structure = structure
        self.parts = parts_of(structure)
        self.limits = limits_of(structure)
        self.scorer = TestScorer(key) if key is not None else None
        self._rules = Rules(key["test"] if key is not None else None)
        self._siblings = siblings_of(structure)
        self._turning: Turning = {}
        self._told = self._told_parts()
        self._timed = self._timed_nodes()
        self._is_plain = not (self._rules.nodes or self._told or self._timed)

    @cached_property
    def navigation(self) -> str:
        """How pupils go through the test: `free`, `parts` (one after the other) or `linear`."""
        linear = [bool(part.get("linear")) for part in self.parts.values()]
        return "linear" if all(linear) else "parts" if any(linear) or len(linear) > 1 else "free"

    @cached_property
    def leads(self) -> bool:
        """Whether a player has more to do than to show every question at any time."""
        is_free = self.navigation == "free" and self._is_plain and not self.limits
        return not is_free or self.tells or any(map(_is_controlled, self.structure["parts"]))

    @property
    def tells(self) -> bool:
        """Whether something is said when the test has been handed in."""
        return self.scorer is not None and self.scorer.tells_at_end

    @cached_property
    def length(self) -> int:
        """How many questions a pupil meets on the agreed way; lots decide which, not how many."""
        return len(self.way(self.places(b"")).places)

    def places(self, seed: bytes) -> list[Place]:
        """All that a session may meet."""
        return draw(self.structure, seed)

    def way(self, places: list[Place], steps: Iterable[Step] = (), seed: bytes = b"") -> Way:
        """The steps given, as far as they lead forward, then the agreed way; `seed` is the session's."""
        if self._is_plain:
            return Way(places, {}, [])
        nothing = self._variables([place.item for place in places], {}, seed)
        return way(places, Agreed(self._rules, nothing, self._siblings, self._told, self._timed), steps)

    def decide(
        self,
        places: Sequence[Place],
        walked: Way,
        after: str,
        answers: Mapping[str, Given],
        seed: bytes = b"",
    ) -> Step:
        """The step that the rules take after an item; LookupError if the way does not lead through it.

        What they would have entered where the agreed way was taken is not entered later on: a pupil whose
        line was down sits one module, not two.
        """
        forgone = self._forgone(places, walked, after, answers, seed)
        return self._decide(places, walked, after, answers, forgone, seed)

    def _forgone(
        self, places: Sequence[Place], walked: Way, after: str, answers: Mapping[str, Given], seed: bytes
    ) -> frozenset[str]:
        paths = {place.item: place.path for place in places}
        before = {place.item for place in _until(walked.places, after)} - {after}
        forgone: set[str] = set()
        alone = [step for step in walked.asks.values() if step.after in before]
        for agreed in alone[-MOST_AGREED:]:
            decided = self._decide(places, walked, agreed.after, answers, frozenset(), seed)
            taken = {*paths[agreed.after], *paths.get(agreed.to, ())}
            forgone |= {*paths.get(decided.to, ())} - taken
        return frozenset(forgone)

    def _decide(
        self,
        places: Sequence[Place],
        walked: Way,
        after: str,
        answers: Mapping[str, Given],
        forgone: frozenset[str],
        seed: bytes,
    ) -> Step:
        so_far = [place.item for place in _until(walked.places, after)]
        here = next(number for number, place in enumerate(places) if place.item == after)
        submitted = self._variables(so_far, answers, seed)
        variables, inside = submitted, frozenset[str]()
        if self.parts[places[here].part].get("simultaneous"):
            # What is submitted at the end of a part is not known to the rules inside it.
            among = [place for place in places if place.part == places[here].part]
            inside = frozenset(name for place in among for name in place.path[1:])
            variables = self._variables(so_far, answers, seed, {place.item for place in among})
        judge = Decided(self._rules, lambda node: variables if node in inside else submitted, forgone)
        there = next_place(places, here, judge)
        return Step(after, places[there].item if there < len(places) else END)

    def _variables(
        self, way: Sequence[str], answers: Mapping[str, Given], seed: bytes, hidden: Collection[str] = ()
    ) -> Mapping[str, Any]:
        return self.scorer.variables(way, answers, hidden, seed) if self.scorer else {}

    def feedback(
        self,
        places: Sequence[Place],
        walked: Way,
        step: Step,
        answers: Mapping[str, Given],
        seed: bytes = b"",
    ) -> list[Feedback]:
        """What is told at a step that leads from one part to another, or to the end."""
        part_of = {place.item: place.part for place in places}
        left, entered = part_of.get(step.after, ""), part_of.get(step.to, "")
        if self.scorer is None or not left or left == entered:
            return []
        so_far = [place.item for place in _until(walked.places, step.after)]
        variables = self.scorer.variables(so_far, answers, seed=seed)
        moments = ((left, "during"), (left, "atEnd"), ("", "during"))
        return [told for part, access in moments for told in self.scorer.feedback(variables, part, access)]

    def last_words(self, walked: Way, answers: Mapping[str, Given], seed: bytes = b"") -> list[Feedback]:
        """What is told when the test has been handed in."""
        if self.scorer is None or not self.scorer.tells_at_end:
            return []
        variables = self.scorer.variables([place.item for place in walked.places], answers, seed=seed)
        return self.scorer.feedback(variables, "", "atEnd")

    def order(self, walked: Way, seed: bytes) -> list[dict[str, Any]]:
        """`order` of the API."""
        asks = {to: step.after for to, step in walked.asks.items()}
        order = order_of(walked.places, self.parts, seed, asks, self._turning)
        return order if END not in asks else [*order, {"items": [], "ask": asks[END]}]

    def _told_parts(self) -> frozenset[str]:
        if self.scorer is None:
            return frozenset()
        return frozenset(self.parts) if self.scorer.tells_during else self.scorer.told_parts

    def _timed_nodes(self) -> frozenset[str]:
        """Parts, and sections of linear parts, with a greatest time: they are entered once."""
        found = set()
        for name, part in self.parts.items():
            sections = sections_in(part) if part.get("linear") else []
            found |= {node for node in (name, *sections) if self.limits.get(node, {}).get("max_ms")}
        return frozenset(found)


def limits_of(structure: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The time limits of parts, sections and items, by name."""
    found: dict[str, dict[str, Any]] = {}

    def look(node: Mapping[str, Any]) -> None:
        if "limits" in node:
            found[node.get("part") or node.get("section") or node["item"]] = node["limits"]
        for inner in (*node.get("children", ()), *node.get("copies", ())):
            look(inner)

    for part in structure["parts"]:
        look(part)
    return found


def _is_controlled(node: Mapping[str, Any]) -> bool:
    """Whether some item may not be skipped, not be left incomplete, or not be seen again once it is over."""
    control = node.get("control", {})
    inner = (*node.get("children", ()), *node.get("copies", ()))
    own = not control.keys().isdisjoint({"allow_skipping", "validate_responses", "allow_review"})
    return own or any(map(_is_controlled, inner))


def sections_in(node: Mapping[str, Any]) -> list[str]:
    """The sections below a part or section."""
    listed = (inner for child in node["children"] for inner in child.get("copies", (child,)))
    inner = [child for child in listed if "section" in child]
    return [name for child in inner for name in (child["section"], *sections_in(child))]


def _until(places: Sequence[Place], item: str) -> list[Place]:
    """The way up to an item and with it."""
    for number, place in enumerate(places):
        if place.item == item:
            return list(places[: number + 1])
    raise LookupError(item)
