"""A test as its author planned it, read and not yet compiled: parts, sections in sections, references.

What an inner element leaves unsaid about the item session it takes from the one around it; time limits
belong to the element that sets them. Rules stay XML here: `items.scoring.testrules` compiles them once all
items and their variables are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from items.qti.documents import Element


class Control(NamedTuple):
    """`qti-item-session-control`, with the defaults of QTI; `individual`: the submission mode of the part."""

    max_attempts: int = 1
    show_feedback: bool = False
    allow_review: bool = True
    show_solution: bool = False
    allow_comment: bool = False
    allow_skipping: bool = True
    validate_responses: bool = False
    individual: bool = True


class TimeLimits(NamedTuple):
    """`qti-time-limits`; None where a side is open."""

    min_ms: int | None = None
    max_ms: int | None = None
    allow_late: bool = False


class Rubric(NamedTuple):
    """A text for the pupils, and the file it stands in."""

    source: str
    element: Element


class Logic(NamedTuple):
    """The conditions and branch rules of one part, section or item, still in XML."""

    source: str
    conditions: tuple[Element, ...] = ()
    branches: tuple[Element, ...] = ()
    is_agreed: bool = False


CONTROL: Final = Control()
NO_LOGIC: Final = Logic("")


@dataclass(frozen=True, slots=True)
class ItemReference:
    identifier: str
    href: str
    source: str
    line: int
    fixed: bool = False
    required: bool = False
    weights: dict[str, float] = field(default_factory=dict)
    template_defaults: tuple[Element, ...] = ()
    categories: tuple[str, ...] = ()
    mappings: dict[str, str] = field(default_factory=dict)
    """Names that the test uses for outcomes of the item: target to source."""
    control: Control = CONTROL
    limits: TimeLimits | None = None
    logic: Logic = NO_LOGIC


@dataclass(slots=True)
class SectionPlan:
    """Items and sections under one title; `rubrics`, the outer ones included, stand by each item."""

    title: str
    rubrics: list[Rubric] = field(default_factory=list)
    identifier: str = ""
    shuffle: bool = False
    select: int | None = None
    with_replacement: bool = False
    fixed: bool = False
    required: bool = False
    is_mixed: bool = False
    """Invisible and not kept together: its items are shuffled among those of the section around it."""
    limits: TimeLimits | None = None
    logic: Logic = NO_LOGIC
    children: list[Child] = field(default_factory=list)

    @property
    def holds_items(self) -> bool:
        """Whether there is an item below, however deep: a section without any is not copied."""
        return any(isinstance(child, ItemReference) or child.holds_items for child in self.children)

    @property
    def copies(self) -> int:
        """How often one child may be drawn."""
        return self.select or 1 if self.with_replacement else 1

    def references(self) -> Iterator[ItemReference]:
        """All items below, in authored order, each as often as it may be drawn."""
        for child in self.children:
            if isinstance(child, ItemReference):
                yield from [child] * self.copies
            elif child.holds_items:
                for _ in range(self.copies):
                    yield from child.references()


Child: TypeAlias = ItemReference | SectionPlan


@dataclass(slots=True)
class PartPlan:
    """A stretch of the test; a part that was left is not entered again."""

    identifier: str = ""
    title: str = ""
    is_linear: bool = False
    is_simultaneous: bool = False
    rubrics: list[Rubric] = field(default_factory=list)
    sections: list[SectionPlan] = field(default_factory=list)
    limits: TimeLimits | None = None
    logic: Logic = NO_LOGIC
    feedback: list[Rubric] = field(default_factory=list)


@dataclass(slots=True)
class TestPlan:
    """A test, read; `rubrics` are its instructions."""

    source: str
    title: str
    language: str
    duration_s: int | None = None
    rubrics: list[Rubric] = field(default_factory=list)
    parts: list[PartPlan] = field(default_factory=list)
    declarations: list[Element] = field(default_factory=list)
    processing: Element | None = None
    feedback: list[Rubric] = field(default_factory=list)

    __test__ = False  # the name is QTI's; pytest must not collect it

    def references(self) -> Iterator[ItemReference]:
        """All items in authored order, each as often as it may be drawn."""
        for part in self.parts:
            for section in part.sections:
                yield from section.references()
