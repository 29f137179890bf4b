"""Content MathML, which says what a formula means, written as presentation MathML, which browsers show.

    <apply><divide/><ci>a</ci><cn>2</cn></apply>   becomes   <mfrac><mi>a</mi><mn>2</mn></mfrac>

School mathematics is known: numbers, names, arithmetic, comparison, sets, logic, functions, roots, powers.
What is not on these lists has no single way to be written, and is refused rather than guessed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Final

from items.qti.documents import Element, children, local, text_of
from items.qti.markup import MATHML

_SYMBOLS: Final = {
    "pi": "π",
    "exponentiale": "e",
    "imaginaryi": "i",
    "infinity": "∞",
    "emptyset": "∅",
    "true": "true",
    "false": "false",
    "eulergamma": "γ",
    "naturalnumbers": "ℕ",
    "integers": "ℤ",
    "rationals": "ℚ",
    "reals": "ℝ",
    "complexes": "ℂ",
    "primes": "ℙ",
}
"""What stands for itself."""

# By how tightly they bind, as printed: an operand that binds less than its operator gets parentheses.
_BETWEEN: Final = {
    "implies": ("⇒", 1),
    "or": ("∨", 2),
    "xor": ("⊻", 2),
    "and": ("∧", 3),
    "eq": ("=", 4),
    "neq": ("≠", 4),
    "lt": ("<", 4),
    "gt": (">", 4),
    "leq": ("≤", 4),
    "geq": ("≥", 4),
    "equivalent": ("≡", 4),
    "approx": ("≈", 4),
    "in": ("∈", 4),
    "notin": ("∉", 4),
    "subset": ("⊆", 4),
    "prsubset": ("⊂", 4),
    "notsubset": ("⊈", 4),
    "tendsto": ("→", 4),
    "factorof": ("|", 4),
    "union": ("∪", 5),
    "intersect": ("∩", 6),
    "setdiff": ("∖", 5),
    "plus": ("+", 7),
    "minus": ("−", 7),
    "times": ("×", 8),
    "compose": ("∘", 8),
    "cartesianproduct": ("×", 8),
    "rem": ("mod", 8),
}
_PREFIX_BINDS: Final = 8
_FRACTION: Final = 9  # its bar holds it together, but not against a power
_TIGHT: Final = 10

_NAMED: Final = {
    **{name: name for name in ("sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "exp")},
    **{"ln": "ln", "max": "max", "min": "min", "gcd": "gcd", "lcm": "lcm", "arcsin": "arcsin"},
    **{"arccos": "arccos", "arctan": "arctan", "determinant": "det", "real": "Re", "imaginary": "Im"},
}
_AROUND: Final = {"abs": ("|", "|"), "card": ("|", "|"), "floor": ("⌊", "⌋"), "ceiling": ("⌈", "⌉")}
_LISTS: Final = {"set": ("{", "}"), "list": ("[", "]"), "vector": ("(", ")")}
_ENDS: Final = {"open": "][", "closed": "[]", "open-closed": "]]", "closed-open": "[["}

_WRITTEN: Final = frozenset({"cn", "ci", "csymbol", "apply", "interval", "matrix"})
_QUALIFIERS: Final = frozenset({"degree", "logbase"})
MOST_DEPTH: Final = 64

CONTENT: Final = _WRITTEN | frozenset({*_SYMBOLS, *_LISTS})


class Unwritable(Exception):
    """A part of a formula that has no way to be written here."""

    def __init__(self, element: Element) -> None:
        super().__init__(local(element))
        self.element = element


def is_content(element: Element) -> bool:
    return local(element) in CONTENT


def as_presentation(element: Element) -> Element:
    """The same formula as presentation markup; `Unwritable` where a part of it is not known."""
    return Writer(element).write(element, 0)


class Writer:
    """Writes one formula; every element it makes says the line that its author wrote."""

    def __init__(self, at: Element) -> None:
        self._at = at
        self._depth = 0

    def write(self, element: Element, around: int) -> Element:
        """One thing, in parentheses where it binds less than what is `around` it."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unwritable(element)
        written, binds = self._written(element)
        self._depth -= 1
        return self._row(self._mo("("), written, self._mo(")")) if binds < around else written

    def _written(self, element: Element) -> tuple[Element, int]:
        name = local(element)
        if name == "apply":
            return self._apply(element)
        if name == "cn":
            return self._number(element)
        if name in ("ci", "csymbol"):
            inside = children(element)
            if inside:
                return deepcopy(inside[0]), _TIGHT  # presentation markup, as `msub`
            return self._leaf("mi", text_of(element)), _TIGHT
        if name in _SYMBOLS:
            return self._leaf("mi", _SYMBOLS[name]), _TIGHT
        if name in _LISTS:
            return self._listed(*_LISTS[name], children(element)), _TIGHT
        return self._arranged(element, name), _TIGHT

    def _arranged(self, element: Element, name: str) -> Element:
        if name == "interval":
            ends = _ENDS.get(element.get("closure", "closed"), "[]")
            return self._listed(ends[0], ends[1], children(element))
        if name != "matrix":
            raise Unwritable(element)
        rows = [
            self._made("mtr", *(self._made("mtd", self.write(cell, 0)) for cell in children(row)))
            for row in children(element)
        ]
        return self._row(self._mo("("), self._made("mtable", *rows), self._mo(")"))

    def _number(self, element: Element) -> tuple[Element, int]:
        """`cn`: as it stands, or the two parts that a `sep` keeps apart."""
        parts = [str(part).strip() for part in element.itertext()]
        kind, base = element.get("type", "real"), element.get("base", "10")
        if len(parts) == 2 and kind == "rational":
            return self._made("mfrac", *(self._leaf("mn", part) for part in parts)), _FRACTION
        if len(parts) == 2 and kind == "e-notation":
            power = self._made("msup", self._leaf("mn", "10"), self._leaf("mn", parts[1]))
            return self._row(self._leaf("mn", parts[0]), self._mo("×"), power), 8
        text = "".join(parts)
        if len(parts) > 1 or not text:
            raise Unwritable(element)
        if base != "10":
            return self._made("msub", self._leaf("mn", text), self._leaf("mn", base)), _TIGHT
        if text.startswith(("-", "−")):
            return self._row(self._mo("−"), self._leaf("mn", text[1:])), 7
        return self._leaf("mn", text), _TIGHT

    def _apply(self, element: Element) -> tuple[Element, int]:
        inside = children(element)
        if not inside:
            raise Unwritable(element)
        head, operands = inside[0], [part for part in inside[1:] if local(part) not in _QUALIFIERS]
        qualifiers = {local(part): children(part)[:1] for part in inside[1:] if local(part) in _QUALIFIERS}
        name = local(head)
        if name in _BETWEEN and operands:
            return self._between(name, operands)
        if name in _NAMED or name in ("ci", "csymbol", "log", "apply"):
            return self._function(head, operands, qualifiers), 9
        if name in _AROUND and len(operands) == 1:
            opening, closing = _AROUND[name]
            return self._listed(opening, closing, operands), _TIGHT
        if len(operands) == 2 and name in ("divide", "quotient"):
            return self._made("mfrac", *(self.write(part, 0) for part in operands)), _FRACTION
        if len(operands) == 2 and name == "power":
            base, power = self.write(operands[0], _TIGHT), self.write(operands[1], 0)
            return self._made("msup", base, power), 9
        if len(operands) == 1:
            return self._of_one(head, operands[0], qualifiers)
        raise Unwritable(head)

    def _between(self, name: str, operands: Sequence[Element]) -> tuple[Element, int]:
        sign, binds = _BETWEEN[name]
        if len(operands) == 1:
            if name not in ("plus", "minus"):
                return self.write(operands[0], 0), binds
            return self._row(self._mo(sign), self.write(operands[0], _PREFIX_BINDS)), binds
        parts: list[Element] = []
        for place, operand in enumerate(operands):
            parts += [self._mo(sign)] if place else []
            # a − (b − c) is not a − b − c, and nobody writes a + −b.
            parts.append(self.write(operand, binds + 1 if place else binds))
        return self._row(*parts), binds

    def _of_one(
        self, head: Element, operand: Element, qualifiers: dict[str, list[Element]]
    ) -> tuple[Element, int]:
        name = local(head)
        if name == "root":
            degree = qualifiers.get("degree", [])
            if not degree or text_of(degree[0]) == "2":
                return self._made("msqrt", self.write(operand, 0)), _TIGHT
            return self._made("mroot", self.write(operand, 0), self.write(degree[0], 0)), _TIGHT
        if name == "factorial":
            return self._row(self.write(operand, _TIGHT), self._mo("!")), _TIGHT
        if name == "not":
            return self._row(self._mo("¬"), self.write(operand, 9)), 3
        if name == "conjugate":
            return self._made("mover", self.write(operand, 0), self._mo("¯")), _TIGHT
        if name == "inverse":
            power = self._row(self._mo("−"), self._leaf("mn", "1"))
            return self._made("msup", self.write(operand, _TIGHT), power), 9
        if name == "transpose":
            return self._made("msup", self.write(operand, _TIGHT), self._leaf("mi", "T")), 9
        raise Unwritable(head)

    def _function(
        self, head: Element, operands: Sequence[Element], qualifiers: dict[str, list[Element]]
    ) -> Element:
        """A name and, in parentheses, what it is applied to."""
        name = local(head)
        if name == "log":
            base = qualifiers.get("logbase", [])
            called = self._leaf("mi", "log")
            called = self._made("msub", called, self.write(base[0], 0)) if base else called
        elif name in _NAMED:
            called = self._leaf("mi", _NAMED[name])
        else:
            called = self.write(head, _TIGHT)
        return self._row(called, self._mo("\u2061"), self._listed("(", ")", operands))

    def _listed(self, opening: str, closing: str, parts: Sequence[Element]) -> Element:
        row: list[Element] = [self._mo(opening)]
        for place, part in enumerate(parts):
            row += [self._mo(";")] if place else []  # a comma might be that of a number
            row.append(self.write(part, 0))
        return self._row(*row, self._mo(closing))

    def _mo(self, text: str) -> Element:
        return self._leaf("mo", text)

    def _row(self, *parts: Element) -> Element:
        return self._made("mrow", *parts)

    def _leaf(self, name: str, text: str) -> Element:
        made = self._made(name)
        made.text = text
        return made

    def _made(self, name: str, *parts: Element) -> Element:
        made = self._at.makeelement(f"{{{MATHML}}}{name}")
        made.sourceline = self._at.sourceline
        made.extend(parts)
        return made
