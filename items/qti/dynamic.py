"""What of an item differs from pupil to pupil or from attempt to attempt: values, parts that come and go.

The fragment is the same for everybody. Where a value is printed it has an empty `data-printed`, what a
template shows or hides has a `data-template`, and where feedback belongs there is an empty `data-feedback`.
What goes there is told by `entry`, which belongs into the key: `items.views` makes from it what a pupil may
see. Feedback is written into the key alone, with its pictures, since whoever reads it early knows the
answer.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from items.model import Media
from items.qti.documents import Document, Element, children, local
from items.qti.markup import FEEDBACK
from items.qti.page import BLANKS, Page
from items.qti.testplan import Control
from items.scoring.itemsession import MOST_ATTEMPTS
from items.scoring.printing import is_format, takes_comma

MOST_MEDIA_BYTES = 256 * 1024
"""Pictures in the feedback of one item: they travel with a reply to an attempt, not with the form."""
PRINTED, MODAL = "qti-printed-variable", "qti-modal-feedback"
GROUPS = {"qti-template-declaration": "template", "qti-outcome-declaration": "outcome"}
BASE_HIGH = 36

Write = Callable[[Element], str]


class Known(NamedTuple):
    """A variable that may be printed, or may show and hide."""

    group: str
    is_math: bool


BUILT_IN = {"completionStatus": Known("outcome", False), "numAttempts": Known("outcome", False)}


def known_variables(document: Document) -> dict[str, Known]:
    """Those that the item declares, and those that every item has."""
    return BUILT_IN | {
        element.get("identifier", ""): Known(
            GROUPS[local(element)], element.get("math-variable", "").strip() in ("true", "1")
        )
        for element in children(document.root, *GROUPS)
    }


class Dynamic:
    """Collects the moving parts of one item while it is written."""

    def __init__(self, document: Document, page: Page, control: Control, language: str) -> None:
        root = document.root
        self._page = page
        self._known = known_variables(document)
        self._adaptive = root.get("adaptive", "false").strip() in ("true", "1")
        self._comma = takes_comma(language)
        self._most = self._attempts(root, control)
        self._printed: dict[str, dict[str, Any]] = {}
        self._gates: dict[str, dict[str, Any]] = {}
        self._media: set[str] = set()
        self.place = ""
        self._choices: dict[Element, str] = {}
        self._names: dict[Element, str] = {}
        self._unwritten: set[Element] = set()

    def _attempts(self, root: Element, control: Control) -> int | None:
        """How many attempts the pupil is offered, 0 for no limit; None where there is no button for it."""
        if not control.individual:
            return None
        if self._adaptive:
            return 0
        feedback = (found for found in root.iter() if local(found) in FEEDBACK)
        if not control.show_feedback or next(feedback, None) is None:
            return None
        return min(control.max_attempts, MOST_ATTEMPTS)

    @property
    def shows_feedback(self) -> bool:
        return self._most is not None

    @property
    def attribute(self) -> str:
        """What the player is told at the item's root."""
        return "" if self._most is None else f' data-attempts="{self._most}"'

    def entry(self, shelved: Mapping[str, Media]) -> dict[str, Any] | None:
        """The moving parts for the key; None if there are none."""
        for element in self._unwritten:
            message = (
                f"<{local(element)}> cannot be shown and hidden by a template here: use a template block."
            )
            self._page.refuse(element, "unsupported_template", message)
        if self._most is None and not self._printed and not self._gates:
            return None
        media = {name: shelved[name] for name in sorted(self._media)}
        if sum(len(medium.data) for medium in media.values()) > MOST_MEDIA_BYTES:
            message = f"The pictures of the feedback have more than {MOST_MEDIA_BYTES} bytes: shrink them."
            self._page.findings.refuse(self._page.source, 0, "too_big", message)
        return {
            "comma": self._comma,
            "attempts": self._most,
            "printed": self._printed,
            "gates": self._gates,
            "media": {
                name: {"type": medium.type, "data": base64.b64encode(medium.data).decode()}
                for name, medium in media.items()
            },
        }

    # --- printed values -------------------------------------------------------------------------------

    def printed(self, element: Element) -> str:
        """`qti-printed-variable` in a text."""
        part = self._part(element)
        return f'<span data-printed="{self._print([part])}"></span>' if part else ""

    def letter(self, name: str) -> str:
        """A letter of a formula that stands for a value, or nothing."""
        known = self._known.get(name)
        if known is None or not known.is_math:
            return ""
        return f'<mn data-printed="{self._print([{"variable": name}])}"></mn>'

    def option(self, element: Element) -> str | None:
        """The attribute of an option whose text has printed values in it; None where it has none."""
        if not any(local(inner) == PRINTED for inner in element.iterdescendants()):
            return None
        with self.inside(element):
            return f' data-printed="{self._print([part for part in self._parts(element) if part])}"'

    def _parts(self, element: Element) -> Iterator[Any]:
        yield BLANKS.sub(" ", element.text or "")
        for inner in element:
            if local(inner) == PRINTED:
                yield self._part(inner)
            elif isinstance(inner.tag, str) and local(inner) not in FEEDBACK:
                yield from self._parts(inner)
            yield BLANKS.sub(" ", inner.tail or "")

    def _print(self, parts: list[Any]) -> str:
        name = f"v{len(self._printed) + 1}"
        self._printed[name] = {"place": self.place, "parts": parts}
        return name

    def _part(self, element: Element) -> dict[str, Any] | None:
        name = element.get("identifier", "")
        if name not in self._known:
            message = f"No template or outcome variable is named '{name}': declare it or correct the name."
            self._page.refuse(element, "unknown_variable", message)
            return None
        return {"variable": name} | self._numbering(element) | self._members(element)

    def _numbering(self, element: Element) -> dict[str, Any]:
        """How a number is written."""
        options: dict[str, Any] = {}
        format_, base = element.get("format", ""), self._page.number(element, "base", 10)
        if format_ and not is_format(format_):
            self._page.refuse(element, "bad_attribute", f"format='{format_}' is no format like %d or %.2f.")
        elif format_:
            options["format"] = format_
        if not 2 <= base <= BASE_HIGH:
            self._page.refuse(element, "bad_attribute", f"base='{base}' is none from 2 to {BASE_HIGH}.")
        elif base != 10:
            options["base"] = base
        if element.get("power-form", "").strip() in ("true", "1"):
            options["power"] = True
        return options

    def _members(self, element: Element) -> dict[str, Any]:
        """Which member or field is printed, and how several are joined."""
        names = {"field": "field", "delimiter": "delimiter", "mapping-indicator": "sign"}
        options: dict[str, Any] = {
            name: element.get(attribute)
            for attribute, name in names.items()
            if element.get(attribute) is not None
        }
        if index := element.get("index", "").strip():
            options["index"] = int(index) if index.isdecimal() else index
        return options

    # --- what a variable shows or hides ---------------------------------------------------------------

    def choice(self, element: Element, name: str) -> None:
        """A choice under its drawn name; if a template shows and hides it, its writer asks `attribute_of`.

        The gate has the choice's own name, since numbers would tell the authored order. Where one choice has
        a gate all have, since the right one often is the only one that is always there.
        """
        self._names[element] = name
        parent = element.getparent()
        if element.get("template-identifier"):
            self._choices[element] = self._gate(element, "template-identifier", "template", name)
            self._unwritten.add(element)
        elif parent is not None and any(choice.get("template-identifier") for choice in parent):
            self._choices[element] = name
            self._gates[name] = {"place": self.place, "variable": "", "identifier": "", "show": True}

    def is_choice(self, element: Element) -> bool:
        return element in self._names

    def attribute_of(self, element: Element) -> str:
        """What the player is told at a choice that a template shows and hides."""
        self._unwritten.discard(element)
        gate = self._choices.get(element)
        return f' data-template="{gate}"' if gate else ""

    @contextmanager
    def inside(self, element: Element) -> Iterator[None]:
        """While the content of a choice is written."""
        outer, self.place = self.place, self._choices.get(element, self.place)
        yield
        self.place = outer

    def block(self, element: Element, write: Write, tag: str) -> str:
        """`qti-template-block` or `qti-template-inline`."""
        gate = self._gate(element, "template-identifier", "template")
        outer, self.place = self.place, gate
        content = write(element)
        self.place = outer
        return f'<{tag} data-template="{gate}">{content}</{tag}>'

    def feedback(self, element: Element, write: Write, tag: str) -> str:
        """Feedback goes into the key; what stays in the fragment is its place.

        Not even that in a choice: authors explain the right one alone, or the wrong ones.
        """
        gate = self._gate(element, "outcome-identifier", "outcome")
        choice = next((self._names[outer] for outer in element.iterancestors() if outer in self._names), "")
        page, outer, media = self._page, self.place, self._page.media
        self.place, page.media = gate, []
        html = write(element).strip()
        is_modal = local(element) == MODAL
        self._gates[gate] |= {"html": html, "modal": is_modal, "media": page.media}
        if choice:
            self._gates[gate]["choice"] = choice
        self._media.update(page.media)
        self.place, page.media = outer, media
        return "" if is_modal or choice else f'<{tag} data-feedback="{gate}"></{tag}>'

    def _gate(self, element: Element, attribute: str, group: str, gate: str = "") -> str:
        name = element.get(attribute, "")
        if name not in self._known or self._known[name].group != group:
            message = f"{attribute}='{name}' names no {group} variable: declare it or correct the name."
            self._page.refuse(element, "unknown_variable", message)
        gate = gate or f"{'f' if group == 'outcome' else 't'}{len(self._gates) + 1}"
        self._gates[gate] = {
            "place": self.place,
            "variable": name,
            "identifier": element.get("identifier", ""),
            "show": element.get("show-hide", "show") != "hide",
        }
        return gate
