"""What all interactions have in common: their opening tag, their limits, their choices in a drawn order."""

from __future__ import annotations

from html import escape
from typing import NamedTuple, TypeVar

from items.ordering import shuffled
from items.qti.documents import Element, child, local, text_of
from items.qti.markup import FEEDBACK
from items.qti.page import Bound
from items.qti.render import Renderer

# A table of all against all has the square of it in cells; the largest seen has 40 choices.
MOST_CHOICES = 200
MESSAGES = ("data-max-selections-message", "data-min-selections-message")

T = TypeVar("T")


class Choice(NamedTuple):
    id: str
    element: Element
    fixed: bool


def opening(element: Element, bound: Bound, renderer: Renderer, tag: str = "div", more: str = "") -> str:
    """The opening tag that tells the player which response this is and of what kind."""
    messages = "".join(
        f' {name}="{escape(str(element.get(name)))}"' for name in MESSAGES if element.get(name)
    )
    shuffle = " data-shuffle" if shuffles(element) else ""
    # A group or list is labelled by its prompt; where the control is inside, it is labelled there.
    labelled = tag != "div" or "role=" in more
    label = labelled_by(element, bound) if labelled else ""
    return (
        f"<{tag}{renderer.classes(element)}{renderer.language(element)}"
        f' data-interaction="{bound.kind}" data-response="{bound.id}"'
        f' data-cardinality="{bound.cardinality}" data-base-type="{bound.base_type}"'
        f"{more}{shuffle}{label}{messages}>"
    )


def labelled_by(element: Element, bound: Bound) -> str:
    return f' aria-labelledby="x-{bound.id}"' if child(element, "qti-prompt") is not None else ""


def shuffles(element: Element) -> bool:
    return element.get("shuffle") == "true"


def limits(element: Element, bound: Bound, renderer: Renderer, of: str, count: int) -> tuple[int, int]:
    """min-`of` and max-`of`; where nothing is said, a single response takes one and others take all."""
    low = renderer.page.number(element, f"min-{of}", 0)
    high = renderer.page.number(element, f"max-{of}", 1 if bound.cardinality == "single" else 0)
    if bound.cardinality == "single" and high != 1:
        message = (
            f"max-{of}='{high}' needs a response of cardinality multiple: declare it so, or set it to 1."
        )
        renderer.page.refuse(element, "wrong_declaration", message)
    if (high and low > high) or low > count:
        message = f"min-{of}='{low}' cannot be reached: correct it."
        renderer.page.refuse(element, "bad_attribute", message)
    return low, high


def limits_written(low: int, high: int) -> str:
    return (f' data-min="{low}"' if low else "") + f' data-max="{high}"'


def choices(parent: Element, name: str, bound: Bound, renderer: Renderer, *, shuffle: bool) -> list[Choice]:
    """The choices in the fragment's order: drawn where they may be shuffled, so that it tells nothing."""
    found = []
    for element in parent:
        if local(element) == name:
            fixed = not shuffle or element.get("fixed") == "true"
            found.append(Choice(renderer.page.opaque(bound, element), element, fixed))
    if not found:
        renderer.page.refuse(parent, "no_choices", f"There is no <{name}> here: add at least one.")
    found = not_too_many(found, parent, renderer)
    found = shuffled(found, [choice.fixed for choice in found], renderer.page.draws)
    bound.groups.append([(choice.id, choice.fixed) for choice in found])
    return found


def not_too_many(found: list[T], parent: Element, renderer: Renderer) -> list[T]:
    """As many as we take; the rest is refused and not written."""
    if len(found) > MOST_CHOICES:
        message = f"There are {len(found)} choices or gaps, {MOST_CHOICES} are allowed: split the question."
        renderer.page.refuse(parent, "too_complex", message)
    return found[:MOST_CHOICES]


def option(choice: Choice, renderer: Renderer) -> str:
    """A choice as an entry of a native list."""
    dynamic = renderer.page.dynamic
    printed = dynamic.option(choice.element) if dynamic is not None else None
    text = "" if printed else plain_text(choice.element, renderer)
    return f'<option value="{choice.id}"{renderer.template(choice.element)}{printed or ""}>{text}</option>'


def plain_text(element: Element, renderer: Renderer) -> str:
    """What a list of options can show: text, or the words that stand for pictures and formulas."""
    words = []
    for part in element.iter():
        if local(part) == "img":
            words.append(part.get("alt", ""))
        elif local(part) == "math":
            words.append(part.get("alttext", ""))
    if any(not word for word in words):
        message = "A list shows text only: give the picture an alt, the formula an alttext."
        renderer.page.refuse(element, "no_text_alternative", message)
    return renderer.page.text(" ".join([_plain_text(element, renderer), *words]).strip())


def _plain_text(element: Element, renderer: Renderer) -> str:
    """Its words: without formulas, which have words of their own, and without feedback."""
    left_out = [part for part in element.iterdescendants() if local(part) in ("math", *FEEDBACK)]
    if not left_out:
        return text_of(element)
    texts = [element.text or ""]
    for part in element:
        if local(part) in FEEDBACK:
            renderer.page.remark(part, f"<{local(part)}>: a list shows no feedback.")
        elif local(part) != "math":
            texts.append(_plain_text(part, renderer))
        texts.append(part.tail or "")
    return " ".join("".join(texts).split())
