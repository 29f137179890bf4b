"""Every small mistake that can be made in a module, one at a time: a mutant is its source with one of them.

Compared, counted, negated or chosen wrongly; a statement, an argument, a row of a table, half of a condition
left out; another status, event or verdict named. Docstrings, annotations, names
of types and imports stay as they are. The tables of the protocol are changed like its functions, which the
known tools leave alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import NamedTuple

_COMPARED: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Mod: ast.Mult,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_MEMBERS = {
    "Status": ("READY", "RUNNING", "PAUSED", "SUBMITTED", "CLOSED"),
    "Event": ("LOGIN", "START", "SAVE", "SUBMIT", "PAUSE", "RESUME", "EXTEND", "CLOSE", "CREDIT", "SEAT"),
    "Late": ("IN_TIME", "CORROBORATED", "SELF_ATTESTED", "AFTER"),
    "Says": ("NOTHING", "STATE", "CONSTANTS", "BATCHES"),
    "Verdict": (
        *("OK", "REPEATED", "GAP", "FORK", "SEAT_MOVED", "SEAT_WAIT", "NOT_STARTED", "NOT_DUE"),
        *("HANDED_IN", "SESSION_CLOSED", "TOO_MANY", "UNKNOWN", "ERROR"),
    ),
}
Change = tuple[str, Callable[[ast.AST], ast.AST]]
"""What is changed, and the changed copy of the node."""


class Mutant(NamedTuple):
    """`line` of the module, `what` was changed there, and the whole `source` with it."""

    line: int
    what: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module, none twice."""
    tree = ast.parse(source)
    found: dict[str, Mutant] = {}
    sound = ast.unparse(tree)
    for place, node in enumerate(list(_nodes(tree))):
        for what, change in _changes(node):
            copy = deepcopy(tree)
            target = list(_nodes(copy))[place]
            changed = change(target)
            text = ast.unparse(ast.fix_missing_locations(_Replace(target, changed).visit(copy)))
            if text != sound:
                line = (node.target if isinstance(node, ast.comprehension) else node).lineno  # type: ignore[attr-defined]
                found.setdefault(text, Mutant(line, what, text))
    return list(found.values())


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, changed: ast.AST) -> None:
        self._target, self._changed = target, changed

    def visit(self, node: ast.AST) -> ast.AST:
        return self._changed if node is self._target else super().visit(node)


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below `node` in which a mistake would be one."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not (
                is_text or isinstance(child, ast.Import | ast.ImportFrom) or _is_alias(child)
            ):
                if isinstance(child, ast.stmt | ast.expr | ast.comprehension):
                    yield child
                yield from _nodes(child)


def _is_alias(node: ast.AST) -> bool:
    """`Change = tuple[str, int]`: only a type checker reads it."""
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
        return False
    name, value = node.targets[0].id, node.value
    return name[0].isupper() and not name.isupper() and isinstance(value, ast.Subscript | ast.BinOp)


def _changes(node: ast.AST) -> Iterator[Change]:
    for kind, changes in _BY_KIND.items():
        if isinstance(node, kind):
            yield from changes(node)


def _compare(node: ast.Compare) -> Iterator[Change]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARED[type(operator)]:
            what = f"{type(operator).__name__} -> {other.__name__}"
            yield what, _set("ops", lambda ops, p=place, o=other: [*ops[:p], o(), *ops[p + 1 :]])


def _count(node: ast.BinOp | ast.AugAssign) -> Iterator[Change]:
    if other := _COUNTED.get(type(node.op)):
        yield f"{type(node.op).__name__} -> {other.__name__}", _set("op", lambda _: other())


def _combine(node: ast.BoolOp) -> Iterator[Change]:
    other = ast.Or if isinstance(node.op, ast.And) else ast.And
    yield f"-> {other.__name__}", _set("op", lambda _: other())
    for place in range(len(node.values)):
        yield "a condition left out", _set("values", lambda all_, p=place: all_[:p] + all_[p + 1 :])


def _negate(node: ast.UnaryOp) -> Iterator[Change]:
    yield f"{type(node.op).__name__} left out", lambda copy: copy.operand  # type: ignore[attr-defined]


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", _set("value", lambda _: not value)
    elif isinstance(value, int):
        for other in (value + 1, value - 1):
            yield f"{value} -> {other}", _set("value", lambda _, o=other: o)
    elif isinstance(value, str):
        yield f"{value!r} -> other text", _set("value", lambda _: value + "XX")
    elif isinstance(value, bytes):
        yield f"{value!r} -> other bytes", _set("value", lambda _: value + b"XX")


def _decide(node: ast.If | ast.IfExp | ast.While) -> Iterator[Change]:
    for truth in (True, False) if not isinstance(node, ast.While) else (False,):
        yield f"always {truth}", _set("test", lambda _, t=truth: ast.Constant(t))


def _pick(node: ast.comprehension) -> Iterator[Change]:
    for place in range(len(node.ifs)):
        yield "takes all", _set("ifs", lambda ifs, p=place: ifs[:p] + ifs[p + 1 :])


def _leave_out(node: ast.stmt) -> Iterator[Change]:
    yield "left out", lambda _: ast.Pass()


def _assign(node: ast.Assign) -> Iterator[Change]:
    if not all(isinstance(target, ast.Name) for target in node.targets):
        yield from _leave_out(node)


def _return(node: ast.Return) -> Iterator[Change]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and not node.value.value):
        yield "returns None", _set("value", lambda _: ast.Constant(None))


def _call(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Name) and (other := _CALLED.get(node.func.id)):
        yield f"{node.func.id} -> {other}", _set("func", lambda _: ast.Name(other, ast.Load()))
    for place, keyword in enumerate(node.keywords):
        what = f"without {keyword.arg}"
        yield what, _set("keywords", lambda all_, p=place: all_[:p] + all_[p + 1 :])


def _member(node: ast.Attribute) -> Iterator[Change]:
    if isinstance(node.value, ast.Name) and node.attr in (members := _MEMBERS.get(node.value.id, ())):
        other = members[(members.index(node.attr) + 1) % len(members)]
        yield f"{node.attr} -> {other}", _set("attr", lambda _: other)


def _table(node: ast.Dict) -> Iterator[Change]:
    for place in range(len(node.keys)):

        def without(copy: ast.AST, p: int = place) -> ast.AST:
            assert isinstance(copy, ast.Dict)
            return ast.Dict(copy.keys[:p] + copy.keys[p + 1 :], copy.values[:p] + copy.values[p + 1 :])

        yield "a row left out", without


def _row(node: ast.List | ast.Tuple | ast.Set) -> Iterator[Change]:
    if isinstance(getattr(node, "ctx", None), ast.Store):
        return
    for place in range(len(node.elts)):
        yield "an element left out", _set("elts", lambda all_, p=place: all_[:p] + all_[p + 1 :])


def _slice(node: ast.Slice) -> Iterator[Change]:
    for bound in ("lower", "upper"):
        if getattr(node, bound) is not None:
            yield f"no {bound} bound", _set(bound, lambda _: None)


def _set(field: str, change: Callable[..., object]) -> Callable[[ast.AST], ast.AST]:
    """A copy of a node with `change` made in one field."""

    def changed(node: ast.AST) -> ast.AST:
        copy = deepcopy(node)
        setattr(copy, field, change(getattr(copy, field)))
        return copy

    return changed


_BY_KIND: dict[type | tuple[type, ...], Callable[..., Iterator[Change]]] = {
    ast.Compare: _compare,
    (ast.BinOp, ast.AugAssign): _count,
    ast.BoolOp: _combine,
    ast.UnaryOp: _negate,
    ast.Constant: _constant,
    (ast.If, ast.IfExp, ast.While): _decide,
    ast.comprehension: _pick,
    (ast.Expr, ast.AugAssign, ast.Continue, ast.Break, ast.Raise): _leave_out,
    ast.Assign: _assign,
    ast.Return: _return,
    ast.Call: _call,
    ast.Attribute: _member,
    ast.Dict: _table,
    (ast.List, ast.Tuple, ast.Set): _row,
    ast.Slice: _slice,
}
