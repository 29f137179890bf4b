"""End attempt: a button that is an answer. Pressed, its response is true and the attempt is over."""

from __future__ import annotations

from html import escape

from items.qti.documents import Element
from items.qti.interactions.opening import opening
from items.qti.render import Renderer


def write_end_attempt(element: Element, renderer: Renderer) -> str:
    """The words of the button; the player makes it one."""
    bound = renderer.page.bind(element, "end-attempt", ("single",), ("boolean",))
    if bound is None:
        return ""
    title = element.get("title", "")
    if not title:
        message = "The button has no words: give the interaction a title."
        renderer.page.refuse(element, "bad_attribute", message)
    bound.shape = {"choices": ["false", "true"], "min": 0, "max": 1}
    start = opening(element, bound, renderer, tag="span", more=f' data-title="{escape(title)}"')
    return f"{start}</span>"
