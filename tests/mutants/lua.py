"""The same small mistakes, made in the Lua scripts: `changes.py` for another language.

Lua that nobody can parse is no mutant, so the bytes of a node are replaced by bytes of the same kind. The
places in a record and the limits are names that `sessions/script.py` puts numbers for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import tree_sitter_lua
from tree_sitter import Language, Node, Parser

from sessions.keys import CONSTANT_FIELDS, STATE_FIELDS, TEXT_FIELDS
from sessions.states import Status
from tests.mutants.changes import Mutant

_PARSER = Parser(Language(tree_sitter_lua.language()))
_OPERATORS = {
    "<": ["<=", ">="],
    "<=": ["<", ">"],
    ">": [">=", "<="],
    ">=": [">", "<"],
    "==": ["~="],
    "~=": ["=="],
    "+": ["-"],
    "-": ["+"],
    "*": ["/"],
    "/": ["*"],
    "and": ["or"],
    "or": ["and"],
}
_CALLED = {b"math.max": "math.min", b"math.min": "math.max"}
_FAMILIES = [
    [name.upper() for name in (*STATE_FIELDS, *TEXT_FIELDS)],
    [name.upper() for name in CONSTANT_FIELDS],
    [status.name for status in Status],
]
_NEXT = {name: family[(place + 1) % len(family)] for family in _FAMILIES for place, name in enumerate(family)}
Change = tuple[Node, str, str]
"""What is changed, how, and the text that stands in its place."""


def mutants(source: str) -> list[Mutant]:
    """All mutants of a script, none twice."""
    given = source.encode()
    found: dict[bytes, Mutant] = {}
    for node in _nodes(_PARSER.parse(given).root_node):
        for changed, what, text in _CHANGES.get(node.type, _nothing)(node):
            after = given[: changed.start_byte] + text.encode() + given[changed.end_byte :]
            if after != given:
                found.setdefault(after, Mutant(node.start_point[0] + 1, what, after.decode()))
    return list(found.values())


def _nodes(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _nodes(child)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode() if node else ""


def _nothing(_node: Node) -> Iterator[Change]:
    yield from ()


def _two_sides(node: Node) -> Iterator[Change]:
    left, operator, right = node.children
    for other in _OPERATORS.get(operator.type, []):
        yield operator, f"{operator.type} -> {other}", other
    if operator.type in ("and", "or"):
        for side in (left, right):
            yield node, "a condition left out", f"({_text(side)})"


def _negate(node: Node) -> Iterator[Change]:
    operator, operand = node.children
    if operator.type in ("not", "-"):
        yield node, f"{operator.type} left out", f"({_text(operand)})"


def _number(node: Node) -> Iterator[Change]:
    for step in (1, -1) if _text(node).isdecimal() else ():
        other = f"({int(_text(node)) + step})"
        yield node, f"{_text(node)} -> {other}", other


def _string(node: Node) -> Iterator[Change]:
    text = _text(node)
    yield node, f"{text} -> other text", f"{text[:-1]}XX{text[-1]}"


def _decide(node: Node) -> Iterator[Change]:
    condition = node.child_by_field_name("condition")
    assert condition is not None
    for truth in ("true", "false"):
        yield condition, f"always {truth}", f" {truth} "


def _call(node: Node) -> Iterator[Change]:
    name = node.child_by_field_name("name")
    if name is not None and name.text in _CALLED:
        yield name, f"{_text(name)} -> {_CALLED[name.text]}", _CALLED[name.text]
    if node.parent is not None and node.parent.type in ("block", "chunk"):
        yield node, "left out", ""


def _leave_out(node: Node) -> Iterator[Change]:
    if node.parent is not None and node.parent.type in ("block", "chunk"):
        yield node, "left out", ""


def _return(node: Node) -> Iterator[Change]:
    for child in node.children:
        if child.type == "expression_list" and _text(child) != "nil":
            yield child, "returns nil", "nil"


def _name(node: Node) -> Iterator[Change]:
    name = _text(node)
    if name in _NEXT:
        yield node, f"{name} -> {_NEXT[name]}", _NEXT[name]
    elif name.isupper() and name.endswith(("_MAX", "_MS", "_KEPT", "_BYTES")):
        for step in ("+ 1", "- 1"):
            yield node, f"{name} {step}", f"({name} {step})"


def _table(node: Node) -> Iterator[Change]:
    fields = [child for child in node.children if child.type == "field"]
    for place, field in enumerate(fields):
        others = ", ".join(_text(one) for other, one in enumerate(fields) if other != place)
        yield node, f"without {_text(field)}", f"{{ {others} }}"


_CHANGES: dict[str, Callable[[Node], Iterator[Change]]] = {
    "binary_expression": _two_sides,
    "unary_expression": _negate,
    "number": _number,
    "string": _string,
    "true": lambda node: iter([(node, "true -> false", "false")]),
    "false": lambda node: iter([(node, "false -> true", "true")]),
    "if_statement": _decide,
    "elseif_statement": _decide,
    "function_call": _call,
    "assignment_statement": _leave_out,
    "return_statement": _return,
    "identifier": _name,
    "table_constructor": _table,
}
