"""What all interactions have in common: their opening tag, their limits, their choices in a drawn order."""

from __future__ import annotations

from html import escape
from typing import NamedTuple, TypeVar

from items.ordering import shuffled
from items.qti.documents import Element, child, local, text_of
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
            _refuse_template(element, renderer)
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


def _refuse_template(element: Element, renderer: Renderer) -> None:
    if element.get("template-identifier"):
        message = "Choices that a template shows or hides are not supported yet."
        renderer.page.refuse(element, "unsupported_template", message)


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
    return renderer.page.text(" ".join([_text_without_math(element), *words]).strip())


def _text_without_math(element: Element) -> str:
    if not any(local(part) == "math" for part in element.iter()):
        return text_of(element)
    texts = [element.text or ""]
    for part in element:
        texts += ["" if local(part) == "math" else _text_without_math(part), part.tail or ""]
    return " ".join("".join(texts).split())
