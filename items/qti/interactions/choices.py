"""Choice, inline choice and order: things to pick or to put in a row."""

from __future__ import annotations

from items.qti.documents import Element
from items.qti.interactions.opening import (
    Choice,
    choices,
    limits,
    limits_written,
    needs_room,
    opening,
    option,
    order_limits,
    shuffles,
)
from items.qti.page import Bound
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
    """A list in the line of the text: a native select, or folded radio buttons for options that need room."""
    bound = renderer.page.bind(element, "inline-choice", ("single",), ("identifier",))
    if bound is None:
        return ""
    found = choices(element, "qti-inline-choice", bound, renderer, shuffle=shuffles(element))
    bound.shape = {"choices": sorted(bound.choices), "max": 1}
    if any(needs_room(choice.element) for choice in found):
        return _folded(found, opening(element, bound, renderer, tag="span"), bound, renderer)
    options = "".join(option(choice, renderer) for choice in found)
    start = opening(element, bound, renderer, tag="select")
    return f'{start}<option value=""></option>{options}</select>'


def _folded(found: list[Choice], start: str, bound: Bound, renderer: Renderer) -> str:
    entries = "".join(
        f'<label data-choice="{choice.id}"{renderer.of_choice(choice.element)}>'
        f'<input type="radio" name="{bound.id}" value="{choice.id}">'
        f'<span class="qti-choice">{renderer.content(choice.element)}</span></label>'
        for choice in found
    )
    return f'{start}<span class="qti-options">{entries}</span></span>'


def write_order(element: Element, renderer: Renderer) -> str:
    """A list whose entries the pupil moves; with `data-max` where only a part is to be picked and ordered."""
    bound = renderer.page.bind(element, "order", ("ordered",), ("identifier",))
    if bound is None:
        return ""
    found = choices(element, "qti-simple-choice", bound, renderer, shuffle=shuffles(element))
    low, high = order_limits(element, renderer, len(found))
    bound.shape = {"choices": sorted(bound.choices), "min": low, "max": high}
    entries = "".join(
        f'<li data-choice="{choice.id}"{renderer.of_choice(choice.element)}>'
        f'<span class="qti-choice">{renderer.content(choice.element)}</span></li>'
        for choice in found
    )
    prompt = renderer.prompt(element, bound.id)
    part = limits_written(low, high) if low < len(found) else ""
    start = opening(element, bound, renderer, more=f' role="group"{part}')
    return f'{start}{prompt}<ol class="qti-order">{entries}</ol></div>'
