"""How much an item may ask, looked at before anything is written of it.

A table of all against all, or a list of all choices in every gap, grows with the square of what its author
wrote: a small file could fill the memory.
"""

from __future__ import annotations

from lxml import etree

from items.problems import Findings
from items.qti.documents import Document
from items.qti.limits import Limits
from items.qti.tree import Element, line, local


def within_bounds(document: Document, findings: Findings, limits: Limits) -> bool:
    """Whether its interactions can be written; if not, the reason is among the findings."""
    cells = 0
    for element in document.root.iter(etree.Element):
        if not local(element).endswith("-interaction"):
            continue
        choices = _choices(element)
        cells += choices * choices
        if choices > limits.choices or cells > limits.cells:
            message = (
                f"There are {choices} choices, {limits.choices} are allowed in one interaction, "
                "and fewer where an item has many interactions: split the question."
            )
            findings.refuse(document.file, line(element), "too_complex", message)
            return False
    return True


def _choices(interaction: Element) -> int:
    """Choices, gaps and hot places: whatever has an identifier."""
    return sum(1 for element in interaction.iterdescendants(etree.Element) if element.get("identifier"))
