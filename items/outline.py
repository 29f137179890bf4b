"""The structure of a form as JSON, from which orders are drawn, and the names by which its rules speak of it.

    {"v": 2, "routed": bool, "parts": [{"part": "t1", "children": [node, ...],
                                        "linear"?, "simultaneous"?, "limits"?}]}
    node   {"section": "s1", "children": [node, ...], "select"?, "shuffle"?, "mixed"?, "fixed"?, "required"?,
            "limits"?}
           {"item": "i1", "choices": {response: groups}, "control"?, "fixed"?, "required"?, "limits"?}
           {"copies": [node, ...], "fixed"?, "required"?}      drawn with replacement: one copy a drawing

What is absent is false or without limit. Nothing authored stands there: rules and names go into the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from items.problems import Problem
from items.qti.testplan import (
    Child,
    Control,
    ItemReference,
    Logic,
    PartPlan,
    Rubric,
    SectionPlan,
    TestPlan,
    TimeLimits,
)
from items.scoring.testrules import NodeEntry, compile_test
from items.scoring.testvariables import ItemEntry

Node = dict[str, Any]

TOLD = tuple(name for name in Control._fields if name != "individual")
"""What of the item session control a player acts upon."""


def part_node(name: str, plan: PartPlan) -> Node:
    flags = {"linear": plan.is_linear, "simultaneous": plan.is_simultaneous}
    return {"part": name} | _flags(flags) | _limits(plan.limits)


def section_node(name: str, plan: SectionPlan) -> Node:
    flags = {"shuffle": plan.shuffle, "mixed": plan.is_mixed, "fixed": plan.fixed, "required": plan.required}
    select = {} if plan.select is None else {"select": plan.select}
    return {"section": name} | select | _flags(flags) | _limits(plan.limits)


def item_node(node: Node, reference: ItemReference) -> Node:
    control = {
        name: value
        for name, value in reference.control._asdict().items()
        if name in TOLD and value != getattr(Control(), name)
    }
    flags = _flags({"fixed": reference.fixed, "required": reference.required})
    return node | ({"control": control} if control else {}) | flags | _limits(reference.limits)


def copies_node(copies: Sequence[Node], child: Child) -> Node:
    return {"copies": list(copies)} | _flags({"fixed": child.fixed, "required": child.required})


def _flags(flags: Mapping[str, bool]) -> Node:
    return {name: True for name, value in flags.items() if value}


def _limits(limits: TimeLimits | None) -> Node:
    if limits is None:
        return {}
    given = {"min_ms": limits.min_ms, "max_ms": limits.max_ms}
    late = {"late": True} if limits.allow_late else {}
    return {"limits": {name: value for name, value in given.items() if value} | late}


class Outline:
    """Collects, while a form is compiled, what the rules of the test are about."""

    def __init__(self) -> None:
        self.is_routed = False
        self._nodes: dict[str, NodeEntry] = {}
        self._items: dict[str, ItemEntry] = {}
        self._feedback: list[tuple[str, Rubric]] = []

    def enter(self, name: str, authored: str, logic: Logic, feedback: Sequence[Rubric] = ()) -> None:
        """A part or a section."""
        self._nodes[name] = NodeEntry(authored, logic)
        self._feedback += [(name, rubric) for rubric in feedback]

    def item(self, name: str, reference: ItemReference, within: Sequence[str], copy: str) -> None:
        """An item; `copy` is `.1`, `.2` for those of a reference that may be drawn more than once."""
        authored = reference.identifier + copy
        sections = tuple(self._nodes[node].authored for node in within)
        self._nodes[name] = NodeEntry(authored, reference.logic)
        self._items[name] = ItemEntry(
            authored, reference.identifier, sections, reference.categories, reference.mappings
        )

    def compile(
        self, plan: TestPlan, keys: Mapping[str, Any], write: Callable[[Rubric], str]
    ) -> tuple[dict[str, Any], list[Problem]]:
        """The secret part of the test: outcome processing, routes, feedback; and what is wrong with them."""
        feedback = [("", rubric) for rubric in plan.feedback] + self._feedback
        programs = {name: keys[name]["program"] for name in self._items}
        weights = {name: keys[name]["weights"] for name in self._items}
        test, problems = compile_test(plan, self._nodes, self._items, programs, weights, feedback, write)
        self.is_routed = bool(test["nodes"] or test["feedback"])
        return test, problems
