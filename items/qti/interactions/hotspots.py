"""Hotspots: places on a picture to point at."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from items.qti.documents import Element, children, local, text_of
from items.qti.interactions.opening import limits, limits_written, opening
from items.qti.page import Bound
from items.qti.render import Renderer

# How many numbers a shape has; a polygon has any even number of at least six.
NUMBERS = {"circle": 3, "rect": 4, "ellipse": 4, "default": 0}


class Spot(NamedTuple):
    """A place; `corner` (top, left) puts the places into reading order."""

    corner: tuple[float, float]
    id: str
    shape: str
    coords: str
    label: str
    template: str


def write_hotspot(element: Element, renderer: Renderer) -> str:
    """The picture, and a labelled radio button or check box for each place, in reading order.

    The authored order would tell what the author thought of first; reading order tells nothing, and serves
    those who go through the places with the keyboard.
    """
    bound = renderer.page.bind(element, "hotspot", ("single", "multiple"), ("identifier",))
    if bound is None:
        return ""
    spots = sorted(_spot(spot, bound, renderer) for spot in children(element, "qti-hotspot-choice"))
    if not spots:
        renderer.page.refuse(element, "no_choices", "There is no <qti-hotspot-choice>: add at least one.")
    low, high = limits(element, bound, renderer, "choices", len(spots))
    bound.shape = {"choices": sorted(bound.choices), "min": low, "max": high}
    picture, width, height = _picture(element, renderer)
    control, role = ("radio", "radiogroup") if high == 1 else ("checkbox", "group")
    entries = "".join(
        f'<li data-choice="{spot.id}" data-shape="{spot.shape}" data-coords="{spot.coords}"'
        f"{spot.template}><label>"
        f'<input type="{control}" name="{bound.id}" value="{spot.id}">'
        f'<span class="qti-choice">{escape(spot.label or str(number))}</span></label></li>'
        for number, spot in enumerate(spots, 1)
    )
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=f' role="{role}"{limits_written(low, high)}')
    return (
        f'{start}{prompt}<div class="qti-hotspots" data-width="{width}" data-height="{height}">'
        f"{picture}<ul>{entries}</ul></div></div>"
    )


def _picture(element: Element, renderer: Renderer) -> tuple[str, str, str]:
    found = children(element, "img", "object")
    if len(found) != 1 or (local(found[0]) == "object" and not found[0].get("type", "").startswith("image/")):
        renderer.page.refuse(element, "wrong_content", "A hotspot interaction holds one picture: correct it.")
        return "", "", ""
    alt = found[0].get("alt") or text_of(found[0])
    picture = renderer.page.picture(found[0], alt)
    size = re.search(r'width="(\d+)" height="(\d+)"', picture)
    if picture and size is None:
        message = "The size of the picture is not known: give it a width and a height."
        renderer.page.refuse(found[0], "missing_size", message)
    return picture, size[1] if size else "", size[2] if size else ""


def _spot(element: Element, bound: Bound, renderer: Renderer) -> Spot:
    shape, numbers = element.get("shape", ""), _numbers(element)
    wanted = NUMBERS.get(shape)
    right = len(numbers) == wanted if wanted is not None else len(numbers) >= 6 and len(numbers) % 2 == 0
    if (wanted is None and shape != "poly") or not right:
        message = (
            f"shape='{shape}' coords='{element.get('coords', '')}' is no place on a picture: correct it."
        )
        renderer.page.refuse(element, "bad_attribute", message)
    name = renderer.page.opaque(bound, element)
    coords = ",".join(f"{number:g}" for number in numbers)
    label, template = element.get("hotspot-label", ""), renderer.template(element)
    return Spot(_corner(shape, numbers), name, shape, coords, label, template)


def _numbers(element: Element) -> list[float]:
    parts = [part for part in re.split(r"[\s,]+", element.get("coords", "").strip()) if part]
    return [float(part) for part in parts if re.fullmatch(r"-?\d{1,6}(\.\d{1,4})?", part)]


def _corner(shape: str, numbers: list[float]) -> tuple[float, float]:
    if len(numbers) < 2:
        return 0.0, 0.0
    if shape in ("circle", "ellipse"):
        return numbers[1] - numbers[-1], numbers[0] - numbers[2] if len(numbers) > 2 else numbers[0]
    return min(numbers[1::2]), min(numbers[0::2])
