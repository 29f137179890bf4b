"""A picture and the places on it: what hotspot and the graphic interactions share.

    <div class="qti-hotspots" data-width="400" data-height="300"><img data-media="m1.svg" ...><ul>
      <li data-choice="abcd" data-shape="circle" data-coords="80,94,12"><span class="qti-choice">A</span></li>

Coordinates are in the picture's own units, `data-width` by `data-height`, whatever its size on the screen.
Places come in reading order: the authored order would tell what the author thought of first; reading order
tells nothing, and serves those who go through them with the keyboard. A place without a label is called by
its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from items.qti.documents import Element, children, local, text_of
from items.qti.interactions.opening import not_too_many
from items.qti.interactions.partners import Partners
from items.qti.page import Bound
from items.qti.render import Renderer

# How many numbers a shape has; a polygon has any even number of at least six.
NUMBERS = {"circle": 3, "rect": 4, "ellipse": 4, "default": 0}
PICTURES = ("img", "object")


class Place(NamedTuple):
    """A place on a picture; `corner` (top, left) puts the places into reading order."""

    corner: tuple[float, float]
    id: str
    shape: str
    coords: str
    label: str
    element: Element
    template: str


class Picture(NamedTuple):
    """The ground of an interaction: its `<img>`, and its size in its own units; 0 where it was refused."""

    html: str
    width: int
    height: int

    def stage(self, name: str) -> str:
        """The opening tag of what lies over it, and the picture."""
        return f'<div class="{name}" data-width="{self.width}" data-height="{self.height}">{self.html}'


def picture_of(element: Element, renderer: Renderer) -> Picture:
    """The one picture among the element's children; its size must be known."""
    found = children(element, *PICTURES)
    if len(found) != 1 or (local(found[0]) == "object" and not found[0].get("type", "").startswith("image/")):
        message = f"<{local(element)}> holds one picture to work on: correct it."
        renderer.page.refuse(element, "wrong_content", message)
        return Picture("", 0, 0)
    alt = found[0].get("alt") or text_of(found[0])
    if not alt:
        renderer.page.remark(
            found[0], "The picture has no alt: pupils who do not see it learn nothing of it."
        )
    picture = renderer.page.picture(found[0], alt)
    size = re.search(r'width="(\d+)" height="(\d+)"', picture)
    if picture and size is None:
        message = "The size of the picture is not known: give it a width and a height."
        renderer.page.refuse(found[0], "missing_size", message)
    return Picture(picture, int(size[1]), int(size[2])) if size else Picture("", 0, 0)


def places(element: Element, name: str, bound: Bound, renderer: Renderer) -> list[Place]:
    """The places of this element name, in reading order."""
    found = [_place(place, bound, renderer) for place in children(element, name)]
    if not found:
        renderer.page.refuse(element, "no_choices", f"There is no <{name}>: add at least one.")
    found = not_too_many(found, element, renderer)
    return sorted(found, key=lambda place: (place.corner, place.id))


def listed(found: Iterable[Place], attribute: str = "data-choice", partners: Partners | None = None) -> str:
    """The places as list entries; `partners` tells how often each may be used."""
    entries = "".join(
        f'<li {attribute}="{place.id}"{shape_written(place)}{partners.written(place.id) if partners else ""}>'
        f'<span class="qti-choice">{escape(called(place, number))}</span></li>'
        for number, place in enumerate(found, 1)
    )
    return f"<ul>{entries}</ul>"


def shape_written(place: Place) -> str:
    return f' data-shape="{place.shape}" data-coords="{place.coords}"{place.template}'


def called(place: Place, number: int) -> str:
    """What a place is called: as its author labelled it, else its number."""
    return place.label or str(number)


def _place(element: Element, bound: Bound, renderer: Renderer) -> Place:
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
    label = element.get("hotspot-label", "").strip()
    return Place(_corner(shape, numbers), name, shape, coords, label, element, renderer.template(element))


def _numbers(element: Element) -> list[float]:
    parts = [part for part in re.split(r"[\s,]+", element.get("coords", "").strip()) if part]
    return [float(part) for part in parts if re.fullmatch(r"-?\d{1,6}(\.\d{1,4})?", part)]


def _corner(shape: str, numbers: list[float]) -> tuple[float, float]:
    if len(numbers) < 2:
        return 0.0, 0.0
    if shape in ("circle", "ellipse"):
        return numbers[1] - numbers[-1], numbers[0] - numbers[2] if len(numbers) > 2 else numbers[0]
    return min(numbers[1::2]), min(numbers[0::2])
