"""Associate and graphic associate: things of one kind, or places of one picture, joined two by two.

    <div role="group" data-interaction="associate" data-base-type="pair" data-max="3" ...><prompt/>
      <ul class="qti-associables"><li data-choice="abcd" data-match-max="1">words or picture</li></ul></div>

Graphic associate has the stage of `places.py`, each place with `data-match-max` (0: as often as one likes).
The value is a list of pairs "abcd efgh"; a pair has no direction, and nothing is joined to itself.
"""

from __future__ import annotations

from items.qti.documents import Element
from items.qti.interactions.opening import choices, limits, limits_written, opening, shuffles
from items.qti.interactions.partners import Partners, groups_written, of_groups
from items.qti.interactions.places import listed, picture_of, places
from items.qti.page import Bound
from items.qti.render import Renderer


def write_associate(element: Element, renderer: Renderer) -> str:
    """A row of labels that the player makes pairs of."""
    bound = renderer.page.bind(element, "associate", ("single", "multiple"), ("pair",))
    if bound is None:
        return ""
    found = choices(element, "qti-simple-associable-choice", bound, renderer, shuffle=shuffles(element))
    partners = Partners(renderer)
    for choice in found:
        partners.add(choice.id, choice.element)
    entries = "".join(
        f'<li data-choice="{choice.id}"{partners.written(choice.id)}'
        f"{renderer.of_choice(choice.element)}>{renderer.content(choice.element)}</li>"
        for choice in found
    )
    prompt = renderer.prompt(element, bound.id)
    start = _opening(element, bound, renderer, partners)
    return f'{start}{prompt}<ul class="qti-associables">{entries}</ul></div>'


def write_graphic_associate(element: Element, renderer: Renderer) -> str:
    """A picture between whose places the player draws lines."""
    bound = renderer.page.bind(element, "graphic-associate", ("single", "multiple"), ("pair",))
    if bound is None:
        return ""
    spots = places(element, "qti-associable-hotspot", bound, renderer)
    partners = Partners(renderer)
    for spot in spots:
        partners.add(spot.id, spot.element)
    picture = picture_of(element, renderer)
    prompt = renderer.prompt(element, bound.id)
    start = _opening(element, bound, renderer, partners)
    stage = picture.stage("qti-hotspots")
    return f"{start}{prompt}{stage}{listed(spots, partners=partners)}</div></div>"


def _opening(element: Element, bound: Bound, renderer: Renderer, partners: Partners) -> str:
    count, groups = len(partners.most), partners.groups(bound)
    low, high = limits(element, bound, renderer, "associations", count * (count - 1) // 2)
    shape = {"associables": sorted(partners.most), "match_max": partners.most}
    bound.shape = shape | of_groups(groups) | {"min": low, "max": high}
    more = f' role="group"{limits_written(low, high)}{groups_written(groups)}'
    return opening(element, bound, renderer, more=more)
