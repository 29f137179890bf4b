"""What goes with what: how often a choice may and must be used, and which others it may go with.

    data-match-max="2" data-match-min="1"        on a choice or place; 0: as often as one likes, not required
    data-match-group="abcd:efgh,jklm npqr:efgh"  on the interaction: each choice that has a group, with it

Two things may go together when neither has a group that leaves the other out. What its author wrote there is
meant for the pupil, as the limits are; the player says it, and the server takes no other pair.
"""

from __future__ import annotations

from typing import TypeAlias

from items.qti.documents import Element
from items.qti.page import Bound
from items.qti.render import Renderer

Groups: TypeAlias = dict[str, list[str]]


class Partners:
    """The choices and places of one interaction that takes pairs, in the order they were added."""

    def __init__(self, renderer: Renderer) -> None:
        self.most: dict[str, int] = {}
        self._least: dict[str, int] = {}
        self._elements: dict[str, Element] = {}
        self._renderer = renderer

    def add(self, name: str, element: Element, default: int = 1) -> None:
        """Read what `element`, which pupils know as `name`, says of its use."""
        page = self._renderer.page
        self.most[name] = page.number(element, "match-max", default)
        self._least[name] = page.number(element, "match-min", 0)
        self._elements[name] = element

    def written(self, name: str) -> str:
        """What the opening tag of a choice or place says of its use."""
        least = f' data-match-min="{self._least[name]}"' if self._least[name] else ""
        return f' data-match-max="{self.most[name]}"{least}'

    def groups(self, bound: Bound) -> Groups:
        """By opaque name, those that a choice may go with, where its author says; all are added by now."""
        names = {authored: name for name, authored in bound.choices.items()}
        found = {}
        for name, element in self._elements.items():
            self._check_least(name, element)
            wanted = element.get("match-group", "").split()
            known = sorted({names[authored] for authored in wanted if authored in names})
            if len(known) < len(set(wanted)):
                message = "match-group names what this interaction has not: those names are passed over."
                self._renderer.page.remark(element, message)
            if known:
                found[name] = known
        return found

    def _check_least(self, name: str, element: Element) -> None:
        """Nothing can be used more often than it may; nor than there are others, since a pair comes once."""
        if self._least[name] > min(self.most[name] or len(self.most), len(self.most) - 1):
            message = f"match-min='{self._least[name]}' cannot be reached: correct it."
            self._renderer.page.refuse(element, "bad_attribute", message)


def groups_written(groups: Groups) -> str:
    entries = " ".join(f"{name}:{','.join(others)}" for name, others in sorted(groups.items()))
    return f' data-match-group="{entries}"' if entries else ""


def pairs_shape(
    sources: list[str], targets: list[str], partners: Partners, groups: Groups, low: int, high: int
) -> dict[str, object]:
    """The shape of directed pairs."""
    shape = {"sources": sorted(sources), "targets": sorted(targets), "match_max": partners.most}
    return shape | of_groups(groups) | {"min": low, "max": high}


def of_groups(groups: Groups) -> dict[str, object]:
    """What a shape says of groups."""
    return {"match_group": groups} if groups else {}


def go_together(groups: Groups, one: str, other: str) -> bool:
    """Whether neither leaves the other out."""
    return other in groups.get(one, (other,)) and one in groups.get(other, (one,))
