"""How much a browser would have to draw: a drawing that uses its own parts may grow with every use.

Ten lines of `use`, each twice of the one before, are a thousand pictures, and thirty are a browser that
hangs. Counted is what all references come to, links to patterns, masks and clips too.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from items.qti.tree import Element, local

MOST_DRAWN: Final = 1_000_000
MOST_LEVELS: Final = 200

_LINK: Final = re.compile(r"url\(\s{0,9}['\"]?#([^()'\"\s]{1,200})")
_HREFS: Final = ("href", "{http://www.w3.org/1999/xlink}href")
_DRAWS: Final = frozenset({"use", "pattern", "mask", "clipPath", "image", "feImage", "filter", "marker"})


class _TooMuch(Exception):
    """More than we let a browser draw, or a circle."""


def draws_too_much(root: Element) -> bool:
    ids = {str(element.get("id")): element for element in root.iter(etree.Element) if element.get("id")}
    try:
        _count(root, ids, {}, 0)
    except _TooMuch:
        return True
    return False


def _count(element: Element, ids: dict[str, Element], known: dict[Element, int], level: int) -> int:
    """The elements that come of this one, its children and whatever it refers to."""
    if level > MOST_LEVELS:
        raise _TooMuch
    if element in known:
        return known[element]
    count = 1
    for child in element.iterchildren(etree.Element):
        count += _count(child, ids, known, level + 1)
    for name in _references(element):
        if name in ids:
            count += _count(ids[name], ids, known, level + 1)
    if count > MOST_DRAWN:
        raise _TooMuch
    known[element] = count
    return count


def _references(element: Element) -> list[str]:
    found = [link for value in element.attrib.values() for link in _LINK.findall(str(value))]
    if local(element) in _DRAWS:
        hrefs = (element.get(name, "") for name in _HREFS)
        found += [href[1:] for href in hrefs if href.startswith("#")]
    return found
