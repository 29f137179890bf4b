"""Select point and position object: points of a picture, free of any given place.

    <div role="group" data-interaction="select-point" data-base-type="point" data-max="1" ...><prompt/>
      <div class="qti-stage" data-width="400" data-height="300"><img data-media="m1.svg" ...></div></div>

    <div class="qti-stage" data-width="400" data-height="300"><img data-media="m1.svg" ...>
      <div role="group" data-interaction="position-object" data-centre="8,8" ...><img ...></div></div>

A value is "80 94", right and down from the corner, in units of the picture (`data-width` by `data-height`) at
any zoom; of an object its centre, or the point within it that `data-centre` names. Objects may share a stage.
"""

from __future__ import annotations

import re

from items.qti.documents import Element, children
from items.qti.interactions.opening import limits, limits_written, opening
from items.qti.interactions.places import Picture, picture_of
from items.qti.page import Bound
from items.qti.render import Renderer
from items.responses import MOST_POINTS


def write_select_point(element: Element, renderer: Renderer) -> str:
    """A picture on which the player sets points."""
    bound = renderer.page.bind(element, "select-point", ("single", "multiple"), ("point",))
    if bound is None:
        return ""
    picture = picture_of(element, renderer)
    more = f' role="group"{_limits(element, bound, renderer, picture)}'
    prompt = renderer.prompt(element, bound.id)
    return f"{opening(element, bound, renderer, more=more)}{prompt}{picture.stage('qti-stage')}</div></div>"


def write_position_stage(element: Element, renderer: Renderer) -> str:
    """A picture and the objects to be put on it, each with a response of its own."""
    found = children(element, "qti-position-object-interaction")
    if not found:
        message = "There is no <qti-position-object-interaction> on this stage: add at least one."
        renderer.page.refuse(element, "no_choices", message)
    picture = picture_of(element, renderer)
    objects = "".join(_object(one, picture, renderer) for one in found)
    return f"{picture.stage('qti-stage')}{objects}</div>"


def write_lone_object(element: Element, renderer: Renderer) -> str:
    """An object with nothing to put it on."""
    message = "<qti-position-object-interaction> belongs in a <qti-position-object-stage>: put it there."
    renderer.page.refuse(element, "wrong_content", message)
    return ""


def _object(element: Element, ground: Picture, renderer: Renderer) -> str:
    bound = renderer.page.bind(element, "position-object", ("single", "multiple"), ("point",))
    if bound is None:
        return ""
    picture = picture_of(element, renderer)
    centre = _centre(element, picture, renderer)
    more = f' role="group" data-centre="{centre}"{_limits(element, bound, renderer, ground)}'
    prompt = renderer.prompt(element, bound.id)
    return f"{opening(element, bound, renderer, more=more)}{prompt}{picture.html}</div>"


def _limits(element: Element, bound: Bound, renderer: Renderer, ground: Picture) -> str:
    low, high = limits(element, bound, renderer, "choices", MOST_POINTS)
    high = min(high, MOST_POINTS)
    bound.shape = {"width": ground.width, "height": ground.height, "min": low, "max": high}
    return limits_written(low, high)


def _centre(element: Element, picture: Picture, renderer: Renderer) -> str:
    """The point of the object that stands on the value: as authored, else its middle."""
    written = element.get("center-point", "").strip()
    if not written:
        return f"{picture.width / 2:g},{picture.height / 2:g}"
    numbers = re.split(r"[\s,]+", written)
    if len(numbers) != 2 or not all(re.fullmatch(r"\d{1,5}", number) for number in numbers):
        message = f"center-point='{written}' is no point of the object: write two whole numbers."
        renderer.page.refuse(element, "bad_attribute", message)
    return ",".join(numbers)
