"""Hotspot and graphic order: places on a picture to point at, or to bring into an order.

    <div role="group" data-interaction="graphic-order" data-cardinality="ordered" data-min="2" data-max="4">

holds the prompt and the stage of `places.py`; the player makes a button of each place, and a list of the
chosen ones. Its value is a list of names in the pupil's order.
"""

from __future__ import annotations

from html import escape

from items.qti.documents import Element
from items.qti.interactions.opening import limits, limits_written, opening, order_limits
from items.qti.interactions.places import called, listed, picture_of, places, shape_written
from items.qti.render import Renderer


def write_hotspot(element: Element, renderer: Renderer) -> str:
    """The picture, and a labelled radio button or check box for each place."""
    bound = renderer.page.bind(element, "hotspot", ("single", "multiple"), ("identifier",))
    if bound is None:
        return ""
    spots = places(element, "qti-hotspot-choice", bound, renderer)
    low, high = limits(element, bound, renderer, "choices", len(spots))
    bound.shape = {"choices": sorted(bound.choices), "min": low, "max": high}
    picture = picture_of(element, renderer)
    control, role = ("radio", "radiogroup") if high == 1 else ("checkbox", "group")
    entries = "".join(
        f'<li data-choice="{spot.id}"{shape_written(spot)}><label>'
        f'<input type="{control}" name="{bound.id}" value="{spot.id}">'
        f'<span class="qti-choice">{escape(called(spot, number))}</span></label></li>'
        for number, spot in enumerate(spots, 1)
    )
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=f' role="{role}"{limits_written(low, high)}')
    return f"{start}{prompt}{picture.stage('qti-hotspots')}<ul>{entries}</ul></div></div>"


def write_graphic_order(element: Element, renderer: Renderer) -> str:
    """The picture, and its places to be chosen one after the other."""
    bound = renderer.page.bind(element, "graphic-order", ("ordered",), ("identifier",))
    if bound is None:
        return ""
    spots = places(element, "qti-hotspot-choice", bound, renderer)
    low, high = order_limits(element, renderer, len(spots))
    bound.shape = {"choices": sorted(bound.choices), "min": low, "max": high}
    picture = picture_of(element, renderer)
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=f' role="group"{limits_written(low, high)}')
    return f"{start}{prompt}{picture.stage('qti-hotspots')}{listed(spots)}</div></div>"
