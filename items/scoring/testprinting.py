"""Values of the test's outcomes, printed where the author of a feedback placed them.

`qti-printed-variable` becomes a mark in the text, between two characters that no text has; when the feedback
is told, the value takes its place. NULL prints nothing; members of a container are parted by commas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from items.qti.documents import Element
from items.scoring.reading import name_of
from items.scoring.values import Value

OPEN, CLOSE = "\ue000", "\ue001"
_MARK: Final = re.compile(f"{OPEN}([^|{CLOSE}]*)[|]([^{CLOSE}]*){CLOSE}")
_FORMAT: Final = re.compile(r"%[-+ 0]{0,4}[0-9]{0,2}(?:[.][0-9]{1,2})?[dieEfgG]")


def mark_places(element: Element, find: Callable[[Element, str], Any]) -> None:
    """Put marks where values are to be printed; `find` is asked about each variable."""
    for place in [inner for inner in element.iter() if isinstance(inner.tag, str)]:
        if name_of(place) == "printed-variable":
            identifier = place.get("identifier", "")
            find(place, identifier)
            _replace(place, f"{OPEN}{identifier}|{place.get('format', '')}{CLOSE}")


def _replace(place: Element, mark: str) -> None:
    parent, before = place.getparent(), place.getprevious()
    text = mark + (place.tail or "")
    if parent is None:
        return
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    parent.remove(place)


def printed(html: str, variables: Mapping[str, Value]) -> str:
    """The feedback with the values in their places."""
    return _MARK.sub(lambda mark: escape(_written(variables.get(mark[1]), mark[2])), html)


def _written(value: Value, form: str) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(_written(member, form) for member in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        whole = form[-1:] in ("d", "i")
        return form % (int(value) if whole else value) if _FORMAT.fullmatch(form) else f"{value:.15g}"
    return str(value)
