"""What QTI 2 and its tools say by attribute or by classes of their own, in the shared vocabulary of QTI 3."""

from __future__ import annotations

import re

from lxml import etree

from items.qti.tree import Element, local

# TAO lays a page out in rows of twelve columns, and labels choices by list styles.
_SAME = {
    "grid-row": "qti-layout-row",
    "wrap-left": "qti-float-left",
    "wrap-right": "qti-float-right",
    "list-style-none": "qti-labels-none",
    "list-style-decimal": "qti-labels-decimal",
    "list-style-lower-alpha": "qti-labels-lower-alpha",
    "list-style-upper-alpha": "qti-labels-upper-alpha",
    "txt-ctr": "qti-align-center",
    "txt-lft": "qti-align-left",
    "txt-rgt": "qti-align-right",
    "txt-underline": "qti-underline",
}
_COLUMN = re.compile(r"col-(1[0-2]|[1-9])")
_ORIENTED = frozenset({"horizontal", "vertical"})


def convert_classes(root: Element) -> None:
    for element in root.iter(etree.Element):
        names = [name for old in element.get("class", "").split() if (name := _converted(old))]
        # A slider has the attribute in QTI 3 as well.
        orientation = element.get("orientation")
        if orientation in _ORIENTED and local(element) != "qti-slider-interaction":
            del element.attrib["orientation"]
            names.append(f"qti-orientation-{orientation}")
        if names:
            element.set("class", " ".join(dict.fromkeys(names)))


def _converted(name: str) -> str:
    if column := _COLUMN.fullmatch(name):
        return f"qti-layout-col{column[1]}"
    return _SAME.get(name, name)
