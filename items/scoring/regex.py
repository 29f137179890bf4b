"""Patterns as XML Schema writes them, parsed into a tree.

XML Schema's expressions always match a whole value and have no look-around and no back
references, so they can be run in linear time (`automaton`). Two habits from elsewhere are
understood: `^` first and `$` last in an alternative say what is so anyway, and `(?:` groups.

A tree is a test of one character, or a tuple: ("all", parts), ("any", parts) or
("repeat", part, least, most), where most is None for no end.
"""

from __future__ import annotations

from typing import Any, Final

from items.scoring import characters
from items.scoring.characters import Test

Tree = Any  # Test | tuple[str, ...]

LONGEST_PATTERN: Final = 500
_MOST_DEPTH: Final = 30
_MOST_REPEATS: Final = 500

_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t"}


class BadPattern(ValueError):
    """What is wrong with a pattern, as the end of a sentence."""


def parse(pattern: str) -> Tree:
    """The tree of a pattern; raises BadPattern with the reason."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"is longer than {LONGEST_PATTERN} characters: shorten it")
    parser = _Parser(pattern)
    tree = parser.alternatives(0)
    if parser.place < len(pattern):
        raise BadPattern(f"has a ')' without its '(' at character {parser.place + 1}")
    return tree


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0

    def peek(self, length: int = 1) -> str:
        return self.pattern[self.place : self.place + length]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise BadPattern("ends too soon: close what it opens")
        self.place += 1
        return char

    def alternatives(self, depth: int) -> Tree:
        if depth > _MOST_DEPTH:
            raise BadPattern(f"has groups more than {_MOST_DEPTH} deep: simplify it")
        branches = [self._branch(depth)]
        while self.peek() == "|":
            self.take()
            branches.append(self._branch(depth))
        return branches[0] if len(branches) == 1 else ("any", branches)

    def _branch(self, depth: int) -> Tree:
        parts: list[Tree] = []
        if depth == 0 and self.peek() == "^":
            self.take()
        while self.peek() and self.peek() not in "|)":
            if depth == 0 and self.peek() == "$" and self.peek(2) in ("$", "$|"):
                self.take()
                continue
            parts.append(self._piece(depth))
        return ("all", parts)

    def _piece(self, depth: int) -> Tree:
        atom = self._atom(depth)
        if self.peek() not in ("?", "*", "+", "{"):
            return atom
        least, most = self._quantifier()
        if self.peek() in ("?", "*", "+", "{"):
            raise BadPattern("repeats a repetition, which XML Schema has not: remove the second quantifier")
        return ("repeat", atom, least, most)

    def _quantifier(self) -> tuple[int, int | None]:
        char = self.take()
        if char != "{":
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
        text = ""
        while self.peek() != "}":
            text += self.take()
        self.take()
        low, comma, high = text.partition(",")
        if not (low.isdecimal() and (high.isdecimal() or not high)):
            raise BadPattern(f"has the quantifier {{{text}}}: write {{2}}, {{2,}} or {{2,5}}")
        least = int(low)
        most = int(high) if high else (None if comma else least)
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
            raise BadPattern(
                f"has the quantifier {{{text}}}: up to {_MOST_REPEATS}, the smaller number first"
            )
        return least, most

    def _atom(self, depth: int) -> Tree:
        char = self.take()
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._class(depth)
        if char == ".":
            return characters.negated(characters.any_of([characters.one("\n"), characters.one("\r")]))
        if char == "\\":
            return self._escape()[0]
        if char in "?*+{}]":
            raise BadPattern(f"has {char!r} where a character is due: write \\{char} for the sign itself")
        return characters.one(char)

    def _group(self, depth: int) -> Tree:
        if self.peek() == "?":
            if self.peek(2) != "?:":
                raise BadPattern("uses (?…), which XML Schema has not: write it without")
            self.place += 2
        tree = self.alternatives(depth + 1)
        self.take()  # a ')', since only that or the end stops the alternatives
        return tree

    def _escape(self) -> tuple[Test, str]:
        """The test, and the character where the escape stands for a single one (to begin a range)."""
        char = self.take()
        if char in _CONTROLS:
            return characters.one(_CONTROLS[char]), _CONTROLS[char]
        if char.lower() in characters.CLASSES:
            test = characters.CLASSES[char.lower()]
            return (test if char.islower() else characters.negated(test)), ""
        if char in "pP":
            test = self._property()
            return (test if char == "p" else characters.negated(test)), ""
        if char.isalnum():
            raise BadPattern(f"has \\{char}, which XML Schema has not")
        return characters.one(char), char

    def _property(self) -> Test:
        if self.take() != "{":
            raise BadPattern("has \\p without {…}: write \\p{L}")
        name = ""
        while self.peek() != "}":
            name += self.take()
        self.take()
        if name in characters.BLOCKS:
            first, last = characters.BLOCKS[name]
            return characters.between(chr(first), chr(last))
        if name[:1] not in set("LMNPZSC") or len(name) > 2:
            raise BadPattern(f"names \\p{{{name}}}, which is not known here: write the characters as a range")
        return characters.of_category(name)

    def _class(self, depth: int) -> Test:
        if depth > _MOST_DEPTH:
            raise BadPattern(f"has classes more than {_MOST_DEPTH} deep: simplify it")
        negated = self.peek() == "^"
        if negated:
            self.take()
        tests: list[Test] = []
        without: Test | None = None
        while self.peek() != "]":
            if self.peek(2) == "-[":
                self.place += 2
                without = self._class(depth + 1)
                break
            tests.append(self._class_part())
        if self.take() != "]" or not tests:
            raise BadPattern("has a character class that is empty or has no ']'")
        test = characters.negated(characters.any_of(tests)) if negated else characters.any_of(tests)
        return test if without is None else characters.difference(test, without)

    def _class_part(self) -> Test:
        test, first = self._class_char()
        if self.peek() != "-" or self.peek(2) in ("-]", "-[") or not first:
            return test
        self.take()
        last = self._class_char()[1]
        if not last or last < first:
            raise BadPattern(f"has a range from {first!r} that does not go up to one character")
        return characters.between(first, last)

    def _class_char(self) -> tuple[Test, str]:
        char = self.take()
        if char == "[":
            raise BadPattern("has '[' inside a class: write \\[ for the sign itself")
        return self._escape() if char == "\\" else (characters.one(char), char)
