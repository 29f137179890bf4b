"""Running a pattern over a text in time proportional to the text, whatever the pattern.

The tree becomes states with arrows (Thompson's construction); a run follows all arrows at
once, and remembers where each set of states goes with each character. So nothing is tried
twice, and `(a+)+b` costs what `a+b` costs.
"""

from __future__ import annotations

from typing import Final

from items.scoring.characters import Test
from items.scoring.regex import BadPattern, Tree

MOST_STATES: Final = 1000
LONGEST_TEXT: Final = 10_000
_MOST_REMEMBERED: Final = 200_000  # states in all sets that are remembered: some 10 MB

_ACCEPT: Final = 0


class Automaton:
    def __init__(self) -> None:
        # A state reads one character by its test, or none when the test is None, and goes on.
        self._tests: list[Test | None] = [None]
        self._next: list[list[int]] = [[]]
        self._start: frozenset[int] = frozenset()
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._remembered = 0

    def __len__(self) -> int:
        """How many states it has: what a character of text costs at most."""
        return len(self._tests)

    def accepts(self, text: str) -> bool | None:
        """Whether the whole text fits the pattern; NULL for a text longer than any pattern is for."""
        if len(text) > LONGEST_TEXT:
            return None
        states = self._start
        for char in text:
            found = self._steps.get((states, char))
            states = self._step(states, char) if found is None else found
            if not states:
                return False
        return _ACCEPT in states

    def _step(self, states: frozenset[int], char: str) -> frozenset[int]:
        reached: set[int] = set()
        for state in states:
            test = self._tests[state]
            if test is not None and test(char):
                reached.update(self._next[state])
        after = self._without_reading(reached)
        self._remembered += len(after) + 1
        if self._remembered > _MOST_REMEMBERED:
            self._steps.clear()
            self._remembered = len(after) + 1
        self._steps[states, char] = after
        return after

    def _without_reading(self, states: set[int]) -> frozenset[int]:
        """The states that can be reached from these before the next character."""
        reached, waiting = set(states), list(states)
        while waiting:
            state = waiting.pop()
            if self._tests[state] is None:
                fresh = [following for following in self._next[state] if following not in reached]
                reached.update(fresh)
                waiting += fresh
        return frozenset(reached)

    def add(self, test: Test | None, following: list[int]) -> int:
        if len(self._tests) >= MOST_STATES:
            raise BadPattern("is too large: use smaller repetitions")
        self._tests.append(test)
        self._next.append(following)
        return len(self._tests) - 1

    def begin(self, state: int) -> None:
        self._start = self._without_reading({state})

    def lead(self, tree: Tree, to: int) -> int:
        """The first state of the tree's part, built backwards so that it ends in `to`."""
        if callable(tree):
            return self.add(tree, [to])
        if tree[0] == "all":
            for part in reversed(tree[1]):
                to = self.lead(part, to)
            return to
        if tree[0] == "any":
            return self.add(None, [self.lead(part, to) for part in tree[1]])
        return self._repeat(tree, to)

    def _repeat(self, tree: Tree, to: int) -> int:
        _, part, least, most = tree
        if most is None:
            loop = self.add(None, [to])
            self._next[loop].append(self.lead(part, loop))
            to = loop
        else:
            out = to
            for _ in range(most - least):
                to = self.add(None, [out, self.lead(part, to)])
        for _ in range(least):
            to = self.lead(part, to)
        return to


def build(tree: Tree) -> Automaton:
    """The automaton of a parsed pattern; raises BadPattern when it would be too large."""
    automaton = Automaton()
    automaton.begin(automaton.lead(tree, _ACCEPT))
    return automaton
