"""The little that everybody asks of an XML element: its name, its line, its children, its text."""

from __future__ import annotations

from lxml import etree

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"
Element = etree._Element


def local(element: Element) -> str:
    """The name without its namespace."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    tag = element.tag
    return tag[1 : tag.find("}")] if isinstance(tag, str) and tag.startswith("{") else ""


def line(element: Element) -> int:
    at = element.sourceline
    return at if isinstance(at, int) else 0


def children(element: Element, *names: str) -> list[Element]:
    """The child elements of these names, in order; all of them when none is named."""
    return [child for child in element if not names or local(child) in names]


def child(element: Element, name: str) -> Element | None:
    return next(iter(children(element, name)), None)


def text_of(element: Element) -> str:
    """All text in it, with single blanks."""
    return " ".join("".join(str(part) for part in element.itertext()).split())


def made(name: str, at: Element, **attributes: str) -> Element:
    """A new element of QTI 3 that stands for what is written on the line of `at`."""
    spelled = {key.replace("_", "-"): value for key, value in attributes.items()}
    return on_line(etree.Element(f"{{{QTI}}}{name}", spelled), line(at))


def on_line(element: Element, number: int) -> Element:
    """The element, as if it had been written on this line."""
    element.sourceline = number  # type: ignore[assignment]  # the stubs know no setter
    return element


def put_in_place(new: Element, old: Element) -> None:
    """`new` takes the place of `old`, and the text behind it."""
    new.tail = old.tail
    parent = old.getparent()
    if parent is not None:
        parent.replace(old, new)


def remove_keeping_tail(element: Element) -> None:
    """Take an element out, but not the text behind it, which lxml counts as part of it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)
