"""Gap match and graphic gap match: labels put into the gaps of a text, or onto the places of a picture.

    <ul class="qti-gap-choices"><li data-choice="abcd" data-match-max="1">words or picture</li></ul>

stands under the prompt. A text (`<div class="qti-gap-text">`) has `<select data-gap="efgh">` with the labels
as options or, where a label is a picture, a formula or long, `<span class="qti-gap" data-gap="efgh"></span>`,
which the player makes a button. A picture has the stage of `places.py`, each place with `data-gap` in place
of `data-choice`, and `data-match-max`. The value is a list of directed pairs "abcd efgh", label first.
"""

from __future__ import annotations

from items.qti.documents import Element, children, local, text_of
from items.qti.interactions.opening import (
    Choice,
    choices,
    limits,
    limits_written,
    needs_room,
    not_too_many,
    opening,
    option,
    shuffles,
)
from items.qti.interactions.partners import Partners, groups_written, pairs_shape
from items.qti.interactions.places import listed, picture_of, places
from items.qti.page import Bound
from items.qti.render import Renderer

GAP_CHOICES = ("qti-gap-text", "qti-gap-img")


def write_gap_match(element: Element, renderer: Renderer) -> str:
    """A text with a list of options in each gap, under the words to choose from."""
    bound = renderer.page.bind(element, "gap-match", ("single", "multiple"), ("directedPair",))
    if bound is None:
        return ""
    words = choices(element, GAP_CHOICES, bound, renderer, shuffle=shuffles(element))
    partners, labels = _labels(words, renderer)
    prompt = renderer.prompt(element, bound.id)
    gaps = _Gaps(words, bound, renderer)
    renderer.page.parts = {"qti-gap": gaps.write}
    written = [part for part in element.iterdescendants() if local(part) == "qti-gap"]
    if len(not_too_many(written, element, renderer)) < len(written):
        return ""
    text = "".join(
        renderer.element(part) + renderer.page.text(part.tail)
        for part in element
        if local(part) not in (*GAP_CHOICES, "qti-prompt")
    )
    if not gaps.elements:
        renderer.page.refuse(element, "wrong_content", "There is no <qti-gap> in the text: add one.")
    low, high = limits(element, bound, renderer, "associations", len(gaps.elements))
    for name, gap in gaps.elements.items():
        partners.add(name, gap)
        partners.most[name] = 1
    start = _opening(element, bound, renderer, partners, (words, list(gaps.elements)), (low, high))
    return f'{start}{prompt}{labels}<div class="qti-gap-text">{text}</div></div>'


def write_graphic_gap_match(element: Element, renderer: Renderer) -> str:
    """A picture with places for labels, under the labels."""
    bound = renderer.page.bind(element, "graphic-gap-match", ("single", "multiple"), ("directedPair",))
    if bound is None:
        return ""
    words = choices(element, GAP_CHOICES, bound, renderer, shuffle=shuffles(element))
    partners, labels = _labels(words, renderer)
    spots = places(element, "qti-associable-hotspot", bound, renderer)
    for spot in spots:
        partners.add(spot.id, spot.element)
    picture = picture_of(element, renderer)
    low, high = limits(element, bound, renderer, "associations", len(words) * len(spots))
    prompt = renderer.prompt(element, bound.id)
    names = [spot.id for spot in spots]
    start = _opening(element, bound, renderer, partners, (words, names), (low, high))
    stage = picture.stage("qti-hotspots") + listed(spots, "data-gap", partners)
    return f"{start}{prompt}{labels}{stage}</div></div>"


def _opening(
    element: Element,
    bound: Bound,
    renderer: Renderer,
    partners: Partners,
    sides: tuple[list[Choice], list[str]],
    bounds: tuple[int, int],
) -> str:
    """The opening tag, and the shape: labels on one side, gaps or places on the other."""
    (words, targets), groups = sides, partners.groups(bound)
    bound.shape = pairs_shape([word.id for word in words], targets, partners, groups, *bounds)
    more = f' role="group"{limits_written(*bounds)}{groups_written(groups)}'
    return opening(element, bound, renderer, more=more)


def _labels(words: list[Choice], renderer: Renderer) -> tuple[Partners, str]:
    """The labels to choose from, and how often each may be used."""
    partners = Partners(renderer)
    for word in words:
        partners.add(word.id, word.element)
    entries = "".join(
        f'<li data-choice="{word.id}"{partners.written(word.id)}'
        f"{renderer.of_choice(word.element)}>{_label(word.element, renderer)}</li>"
        for word in words
    )
    return partners, f'<ul class="qti-gap-choices">{entries}</ul>'


def _label(element: Element, renderer: Renderer) -> str:
    """Words, or a picture whose `object-label` says what it shows where the picture itself does not."""
    said = element.get("object-label", "")
    for picture in children(element, "img", "object"):
        if said and not (picture.get("alt") or text_of(picture)):
            return renderer.page.picture(picture, said)
    written = renderer.content(element).strip()
    if not written:
        renderer.page.refuse(element, "wrong_content", "This label is empty: give it words or a picture.")
    return written


class _Gaps:
    """Writes each gap where it stands, and keeps their names."""

    def __init__(self, words: list[Choice], bound: Bound, renderer: Renderer) -> None:
        self.elements: dict[str, Element] = {}  # by opaque name
        self._bound = bound
        self._renderer = renderer
        self._is_roomy = any(needs_room(word.element) for word in words)
        self._options = "" if self._is_roomy else self._listed(words)

    def write(self, element: Element) -> str:
        name = self._renderer.page.opaque(self._bound, element)
        self.elements[name] = element
        if self._is_roomy:
            return f'<span{self._renderer.classes(element, "qti-gap")} data-gap="{name}"></span>'
        return f'<select{self._renderer.classes(element)} data-gap="{name}">{self._options}</select>'

    def _listed(self, words: list[Choice]) -> str:
        return '<option value=""></option>' + "".join(option(word, self._renderer) for word in words)
