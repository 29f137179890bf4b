"""Associate and graphic associate: things of one kind, or places of one picture, joined two by two.

    <div role="group" data-interaction="associate" data-base-type="pair" data-max="3" ...><prompt/>
      <ul class="qti-associables"><li data-choice="abcd" data-match-max="1">words or picture</li></ul></div>

Graphic associate has the stage of `places.py`, each place with `data-match-max` (0: as often as one likes).
The value is a list of pairs "abcd efgh"; a pair has no direction, and nothing is joined to itself.
"""

from __future__ import annotations

from items.qti.documents import Element
from items.qti.interactions.opening import choices, limits, limits_written, opening, shuffles
from items.qti.interactions.places import listed, picture_of, places
from items.qti.page import Bound
from items.qti.render import Renderer


def write_associate(element: Element, renderer: Renderer) -> str:
    """A row of labels that the player makes pairs of."""
    bound = renderer.page.bind(element, "associate", ("single", "multiple"), ("pair",))
    if bound is None:
        return ""
    found = choices(element, "qti-simple-associable-choice", bound, renderer, shuffle=shuffles(element))
    limit = {choice.id: uses(choice.element, renderer) for choice in found}
    entries = "".join(
        f'<li data-choice="{choice.id}" data-match-max="{limit[choice.id]}"'
        f"{renderer.of_choice(choice.element)}>{renderer.content(choice.element)}</li>"
        for choice in found
    )
    prompt = renderer.prompt(element, bound.id)
    start = _opening(element, bound, renderer, limit)
    return f'{start}{prompt}<ul class="qti-associables">{entries}</ul></div>'


def write_graphic_associate(element: Element, renderer: Renderer) -> str:
    """A picture between whose places the player draws lines."""
    bound = renderer.page.bind(element, "graphic-associate", ("single", "multiple"), ("pair",))
    if bound is None:
        return ""
    spots = places(element, "qti-associable-hotspot", bound, renderer)
    limit = {spot.id: uses(spot.element, renderer) for spot in spots}
    picture = picture_of(element, renderer)
    prompt = renderer.prompt(element, bound.id)
    start = _opening(element, bound, renderer, limit)
    return f"{start}{prompt}{picture.stage('qti-hotspots')}{listed(spots, limit=limit)}</div></div>"


def uses(element: Element, renderer: Renderer) -> int:
    """How often a choice or place may be used; 0 is as often as one likes."""
    if element.get("match-group"):
        renderer.page.remark(element, "match-group is no longer part of QTI: any choice may go with any.")
    return renderer.page.number(element, "match-max", 1)


def _opening(element: Element, bound: Bound, renderer: Renderer, limit: dict[str, int]) -> str:
    count = len(limit)
    low, high = limits(element, bound, renderer, "associations", count * (count - 1) // 2)
    bound.shape = {"associables": sorted(limit), "match_max": limit, "min": low, "max": high}
    return opening(element, bound, renderer, more=f' role="group"{limits_written(low, high)}')
