"""The way through a test: which item comes after which, by its conditions and branch rules.

A *step* leads from one item to the next, or to the end. Where no rule asks what the pupil did, the way is
known from the start. Where one does, the server decides from the answers it holds; when it is away, the
*agreed* way is taken: that of a pupil who has answered nothing, unless the form marks another with
data-agreed-route.

Steps only lead forward, so a way is an increasing row of places, and a place says all there is to know of
where a pupil stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from items.ordering import Place
from items.scoring.closures import build_rules

START: Final = ""
END: Final = ""
"""Before the first item and behind the last: no item has this name."""

_VARYING: Final = frozenset({"variable", "item-variable", "test-variables"})


class Step(NamedTuple):
    """From an item (START: none yet) to the next (END: none more)."""

    after: str
    to: str


class Judge(Protocol):
    """Who answers the rules on the way."""

    def enters(self, node: str) -> bool:
        """Whether a part, section or item is entered."""

    def branches(self, node: str) -> str | None:
        """Where one leads to that was left; None: straight on."""


class Way(NamedTuple):
    """The way of one session as far as it is known, and what is agreed for the rest."""

    places: list[Place]
    asks: dict[str, Step]
    """Steps for which the server is asked, by the item they come to (END for the end): the agreed ones."""
    taken: list[Step]
    """Those among the steps given that lie on this way."""


class Rules:
    """The rules of a form, ready to run; without a key there are none."""

    def __init__(self, test: Mapping[str, Any] | None = None) -> None:
        self.nodes: dict[str, _Node] = {}
        if test is not None:
            self.nodes = {name: _Node(node, test["program"]) for name, node in test["nodes"].items()}


class _Node:
    def __init__(self, node: Mapping[str, Any], program: Mapping[str, Any]) -> None:
        self.conditions = [_holds(code, program) for code in node["conditions"]]
        self.branches = [(_holds(code, program), target, agreed) for code, target, agreed in node["branches"]]
        self.is_agreed: bool = node["agreed"]
        self.asks_to_enter = any(_varies(code) for code in node["conditions"])
        self.asks_to_leave = any(_varies(code) for code, _, _ in node["branches"])


def _holds(code: list[Any], program: Mapping[str, Any]) -> Any:
    """A condition as a function of the variables; NULL is not true."""
    return build_rules([["if", [[code, [["exit"]]]], []]], program)


def _varies(code: Any) -> bool:
    """Whether an expression depends on what the pupil did."""
    if not isinstance(code, list) or not code:
        return False
    if isinstance(code[0], str) and (code[0] in _VARYING or code[0].startswith(("number-", "outcome-"))):
        return True
    return any(map(_varies, code)) or any(
        _varies(value) for part in code if isinstance(part, dict) for value in part.values()
    )


class Decided:
    """Judges by variables: those of a node hold what the pupil has done so far, and has submitted.

    What is `forgone` is not entered any more.
    """

    def __init__(
        self,
        rules: Rules,
        variables: Callable[[str], Mapping[str, Any]],
        forgone: frozenset[str] = frozenset(),
    ) -> None:
        self._forgone = forgone
        self._rules = rules
        self._nodes = rules.nodes
        self._variables = variables

    def enters(self, node: str) -> bool:
        rules = self._nodes.get(node)
        if node in self._forgone:
            return False
        return rules is None or all(holds(self._variables(node)) for holds in rules.conditions)

    def branches(self, node: str) -> str | None:
        rules = self._nodes.get(node)
        if rules is None:
            return None
        return next((target for holds, target, _ in rules.branches if holds(self._variables(node))), None)


class Agreed(Decided):
    """Judges when nobody can look at the answers, and notes where the server is to be asked (`is_asked`).

    That is where answers make a difference; at the end of parts that have something to tell (`told`); and
    where a time begins to run (`timed`), so that the server knows when.
    """

    def __init__(
        self,
        rules: Rules,
        nothing: Mapping[str, Any],
        siblings: Mapping[str, Sequence[str]],
        told: frozenset[str] = frozenset(),
        timed: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(rules, lambda _node: nothing)
        self._siblings = siblings
        self._told = told
        self._timed = timed
        self.is_asked = False

    @property
    def at_start(self) -> Decided:
        """The same rules, followed as they stand."""
        return Decided(self._rules, self._variables)

    def enters(self, node: str) -> bool:
        rules = self._nodes.get(node)
        self.is_asked |= node in self._timed
        if rules is None or not rules.asks_to_enter:
            return super().enters(node)
        self.is_asked = True
        beside = (self._nodes.get(name) for name in self._siblings.get(node, ()))
        if any(other is not None and other.is_agreed for other in beside):
            return rules.is_agreed
        return super().enters(node)

    def branches(self, node: str) -> str | None:
        rules = self._nodes.get(node)
        self.is_asked |= node in self._told
        if rules is None or not rules.asks_to_leave:
            return super().branches(node)
        self.is_asked = True
        marked = [target for _, target, agreed in rules.branches if agreed]
        return marked[0] if marked else super().branches(node)


def siblings_of(structure: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """For each part, section and item, all those beside it, itself included."""
    found: dict[str, Sequence[str]] = {}

    def note(nodes: Iterable[Mapping[str, Any]]) -> None:
        listed = [inner for node in nodes for inner in node.get("copies", (node,))]
        names = [node.get("part") or node.get("section") or node["item"] for node in listed]
        found.update(dict.fromkeys(names, names))
        for node in listed:
            note(node.get("children", ()))

    note(structure["parts"])
    return found


def next_place(places: Sequence[Place], here: int, judge: Judge) -> int:
    """The place after `here` (-1: before the first); len(places) at the end. It only leads forward."""
    walk = _Walk(places, here, judge)
    target = judge.branches(places[here].item) if here >= 0 else None
    if target is not None:
        walk.jump(target, places[here].item)
    while True:
        if walk.leaves():
            continue
        if walk.at >= len(places) or walk.enters():
            return walk.at


class _Walk:
    def __init__(self, places: Sequence[Place], here: int, judge: Judge) -> None:
        self._places = places
        self._judge = judge
        self._entered = list(places[here].path[:-1]) if here >= 0 else []
        self._is_jumping = False
        self.at = here + 1

    def jump(self, target: str, node: str) -> None:
        """Go where a branch of `node` leads. One that leads nowhere ahead is as good as none."""
        around = self._entered
        if target == "EXIT_TEST":
            self.at, self._is_jumping = len(self._places), True
        elif target == "EXIT_TESTPART":
            self._skip(around[0] if around else node)
        elif target == "EXIT_SECTION":
            sections = around[1 : around.index(node)] if node in around else around[1:]
            if sections:
                self._skip(sections[-1])
        else:
            ahead = (i for i in range(self.at, len(self._places)) if target in self._places[i].path)
            found = next(ahead, None)
            if found is not None:
                self.at, self._is_jumping = found, True

    def leaves(self) -> bool:
        """Leave what lies behind, the innermost first; true when that led elsewhere."""
        path = self._places[self.at].path if self.at < len(self._places) else ()
        for node in reversed([node for node in self._entered if node not in path]):
            before = self.at
            target = None if self._is_jumping else self._judge.branches(node)
            if target is not None:
                self.jump(target, node)
            self._entered.remove(node)
            if self.at != before:
                return True
        self._is_jumping = False
        return False

    def enters(self) -> bool:
        """Enter what lies ahead, the outermost first; false when a condition closes it."""
        *around, item = self._places[self.at].path
        for node in around:
            if node in self._entered:
                continue
            if not self._judge.enters(node):
                self._skip(node)
                return False
            self._entered.append(node)
        if self._judge.enters(item):
            return True
        self.at += 1
        return False

    def _skip(self, node: str) -> None:
        while self.at < len(self._places) and node in self._places[self.at].path:
            self.at += 1


def way(places: Sequence[Place], agreed: Agreed, steps: Iterable[Step]) -> Way:
    """Follow the steps given, and from there the agreed way; steps that lead back or nowhere are left out."""
    given = {step.after: step for step in steps}
    at = {place.item: number for number, place in enumerate(places)}
    found, taken = Way([], {}, []), []
    here, name = -1, START
    while here < len(places):
        agreed.is_asked = False
        # Before the first item nobody has answered anything: there is nothing to ask, and nothing to agree.
        there = next_place(places, here, agreed if here >= 0 else agreed.at_start)
        step = given.get(name)
        if agreed.is_asked and step is not None:
            wanted = at.get(step.to, -1) if step.to != END else len(places)
            if wanted > here:
                there = wanted
                taken.append(step)
                agreed.is_asked = False
        to = places[there].item if there < len(places) else END
        if agreed.is_asked:
            found.asks[to] = Step(name, to)
        if there < len(places):
            found.places.append(places[there])
        here, name = there, to
    return found._replace(taken=taken)
