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
# Characters; a closed list shows about as many on a narrow screen.
LONGEST_OPTION = 40
# Markup that a word loses without harm.
AS_WORDS = frozenset({"b", "div", "p", "span", "strong", "qti-printed-variable", *FEEDBACK})
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
        f"<{tag}{renderer.classes(element)}{renderer.language(element)}{renderer.besides(element)}"
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


def order_limits(element: Element, renderer: Renderer, count: int) -> tuple[int, int]:
    """How many are to be put in order: all, unless the author asks for a part.

    By the letter of QTI `max-choices` counts only beside `min-choices`; who writes it alone means it, so it
    counts, from one on. (0, 0) when there is nothing to order.
    """
    low = renderer.page.number(element, "min-choices", 0)
    high = renderer.page.number(element, "max-choices", 0)
    if low > count or high > count or (low and high and low > high):
        message = f"min-choices='{low}' and max-choices='{high}' do not fit {count} choices: correct them."
        renderer.page.refuse(element, "bad_attribute", message)
    if not low and not high:
        return count, count
    return low or (count if high >= count else 1), high or count


def limits_written(low: int, high: int) -> str:
    return (f' data-min="{low}"' if low else "") + f' data-max="{high}"'


def choices(
    parent: Element, name: str | tuple[str, ...], bound: Bound, renderer: Renderer, *, shuffle: bool
) -> list[Choice]:
    """The choices in the fragment's order: drawn where they may be shuffled, so that it tells nothing."""
    names = (name,) if isinstance(name, str) else name
    found = []
    for element in parent:
        if local(element) in names:
            fixed = not shuffle or element.get("fixed") == "true"
            found.append(Choice(renderer.page.opaque(bound, element), element, fixed))
    if not found:
        renderer.page.refuse(parent, "no_choices", f"There is no <{names[0]}> here: add at least one.")
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


def needs_room(element: Element) -> bool:
    """Whether a native list cannot show it well: it holds a picture, a formula, markup, or many words."""
    marked = any(local(part) not in AS_WORDS for part in element.iterdescendants())
    return marked or len(text_of(element)) > LONGEST_OPTION


def plain_text(element: Element, renderer: Renderer) -> str:
    """What a native list of options can show; see `needs_room` for what it cannot. Feedback is left out."""
    return renderer.page.text(_plain_text(element, renderer))


def _plain_text(element: Element, renderer: Renderer) -> str:
    if not any(local(part) in FEEDBACK for part in element.iterdescendants()):
        return text_of(element)
    texts = [element.text or ""]
    for part in element:
        if local(part) in FEEDBACK:
            renderer.page.remark(part, f"<{local(part)}>: a list shows no feedback.")
        else:
            texts.append(_plain_text(part, renderer))
        texts.append(part.tail or "")
    return " ".join("".join(texts).split())
