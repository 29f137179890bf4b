"""Reading an item's XML: names without prefixes, attributes with types, and every mistake noted.

A function that cannot read something notes a problem and returns None, and its caller
goes on, so that an author sees all the mistakes of an item at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from items.problems import Problem
from items.qti.documents import Element, line, local
from items.scoring import values


def name_of(element: Element) -> str:
    """`qti-base-value` is `base-value` here, whatever its namespace."""
    return local(element).removeprefix("qti-")


def children(element: Element) -> Iterator[Element]:
    """The child elements: comments and processing instructions say nothing to us."""
    return (child for child in element if isinstance(child.tag, str))


def child(element: Element, name: str) -> Element | None:
    return next((found for found in children(element) if name_of(found) == name), None)


def text_of(element: Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


class Reader:
    """Reads the attributes and values of one file, and keeps the problems in the order found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, element: Element, code: str, message: str) -> None:
        self.problems.append(Problem(self.file, line(element), code, message))

    def required(self, element: Element, attribute: str) -> str | None:
        value = element.get(attribute)
        if value is None or not value.strip():
            self.add(
                element, "missing_attribute", f"Give qti-{name_of(element)} the attribute {attribute!r}."
            )
            return None
        return value.strip()

    def number(self, element: Element, attribute: str) -> float | None:
        """A number that may be left out."""
        text = element.get(attribute)
        if text is None or not text.strip():
            return None
        number = values.read_number(text)
        if number is None:
            self.add(element, "bad_number", f"{attribute}={text!r} is no number: write it as 1, 0.5 or -2e3.")
        return number

    def required_number(self, element: Element, attribute: str) -> float | None:
        return self.number(element, attribute) if self.required(element, attribute) else None

    def flag(self, element: Element, attribute: str, default: bool) -> bool:
        text = element.get(attribute)
        flag = default if text is None else values.read_boolean(text)
        if flag is None:
            self.add(element, "bad_attribute", f"{attribute}={text!r} must be true or false.")
            return default
        return flag

    def choice(
        self, element: Element, attribute: str, allowed: Collection[str], default: str | None = None
    ) -> str | None:
        text = element.get(attribute)
        if text is None and default is not None:
            return default
        chosen = self.required(element, attribute)
        if chosen is not None and chosen not in allowed:
            words = ", ".join(sorted(allowed))
            self.add(element, "bad_attribute", f"{attribute}={chosen!r} must be one of: {words}.")
            return None
        return chosen

    def literal(self, element: Element, base_type: str, text: str) -> str | None:
        """The text, if it is a value of this type; "" is one of every type: NULL."""
        text = text.strip()
        if text and values.authored(base_type)(text) is None:
            code = "bad_number" if base_type in values.NUMERIC else "bad_value"
            self.add(element, code, f"{text!r} is no {base_type}: correct the value or the base-type.")
            return None
        return text
