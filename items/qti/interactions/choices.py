"""Choice, inline choice and order: things to pick or to put in a row."""

from __future__ import annotations

from items.qti.documents import Element
from items.qti.interactions.opening import (
    choices,
    limits,
    limits_written,
    opening,
    option,
    shuffles,
)
from items.qti.render import Renderer


def write_choice(element: Element, renderer: Renderer) -> str:
    """Radio buttons where one may be picked, else check boxes."""
    bound = renderer.page.bind(element, "choice", ("single", "multiple"), ("identifier",))
    if bound is None:
        return ""
    found = choices(element, "qti-simple-choice", bound, renderer, shuffle=shuffles(element))
    low, high = limits(element, bound, renderer, "choices", len(found))
    bound.shape = {"choices": sorted(bound.choices), "min": low, "max": high}
    control, role = ("radio", "radiogroup") if high == 1 else ("checkbox", "group")
    entries = "".join(
        f'<li data-choice="{choice.id}"{renderer.of_choice(choice.element)}><label>'
        f'<input type="{control}" name="{bound.id}" value="{choice.id}">'
        f'<span class="qti-choice">{renderer.content(choice.element)}</span></label></li>'
        for choice in found
    )
    more = f' role="{role}"{limits_written(low, high)}'
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=more)
    return f'{start}{prompt}<ul class="qti-choices">{entries}</ul></div>'


def write_inline_choice(element: Element, renderer: Renderer) -> str:
    """A list of options in the line of the text."""
    bound = renderer.page.bind(element, "inline-choice", ("single",), ("identifier",))
    if bound is None:
        return ""
    found = choices(element, "qti-inline-choice", bound, renderer, shuffle=shuffles(element))
    bound.shape = {"choices": sorted(bound.choices), "max": 1}
    options = "".join(option(choice, renderer) for choice in found)
    start = opening(element, bound, renderer, tag="select")
    return f'{start}<option value=""></option>{options}</select>'


def write_order(element: Element, renderer: Renderer) -> str:
    """A list whose entries the pupil moves; all of them, since picking some is another task."""
    bound = renderer.page.bind(element, "order", ("ordered",), ("identifier",))
    if bound is None:
        return ""
    found = choices(element, "qti-simple-choice", bound, renderer, shuffle=shuffles(element))
    for attribute in ("min-choices", "max-choices"):
        if renderer.page.number(element, attribute, len(found)) not in (0, len(found)):
            message = f"{attribute}: ordering only some of the choices is not supported yet."
            renderer.page.refuse(element, "unsupported_attribute", message)
    bound.shape = {"choices": sorted(bound.choices), "max": len(found)}
    entries = "".join(
        f'<li data-choice="{choice.id}"{renderer.of_choice(choice.element)}>'
        f'<span class="qti-choice">{renderer.content(choice.element)}</span></li>'
        for choice in found
    )
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=' role="group"')
    return f'{start}{prompt}<ol class="qti-order">{entries}</ol></div>'
