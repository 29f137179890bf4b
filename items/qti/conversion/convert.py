"""One tree of QTI 2 becomes one of QTI 3, element by element, each on the line where its author wrote it.

Names and namespaces first; then the few things that QTI 3 says in another way: objects that are
pictures, custom interactions, APIP's accommodations, what was an attribute and is a class now, and
the habits of authoring tools.
"""

from __future__ import annotations

from lxml import etree

from items.qti.conversion.accommodations import convert_accommodations
from items.qti.conversion.classes import convert_classes
from items.qti.conversion.custom import convert_custom_interactions
from items.qti.conversion.names import element_name, hyphenated, version_of
from items.qti.conversion.objects import convert_objects
from items.qti.markup import MATHML
from items.qti.tree import QTI, Element, local, namespace

# Misspelled, but seen in the wild and meant so.
MATH_NAMESPACES = frozenset({"http://www.w3.org/2010/Math/MathML", "http://www.w3.org/Math/MathML"})
# Said otherwise in QTI 3, or of no meaning to anybody but the tool that wrote it.
DROPPED = frozenset({"label", "tool-name", "tool-version"})
VALUES = {("format", "preFormatted"): "preformatted"}
_MARKUP_NAMES = {"qti-info-control": "details"}


def to_qti3(root: Element) -> str:
    """Convert the tree in place; its version as it came, or nothing when it is no QTI of ours."""
    version = version_of(namespace(root), local(root))
    if version == "3":
        _mend_namespaces(root)
    elif version.startswith("2"):
        own = namespace(root)
        for element in root.iter(etree.Element):
            _rename(element, own)
        convert_custom_interactions(root)
        convert_accommodations(root)
    else:
        return version
    convert_objects(root)
    convert_classes(root)
    return version


def _rename(element: Element, own: str) -> None:
    uri, name = namespace(element), local(element)
    if uri in MATH_NAMESPACES or (uri == own and _in_mathematics(element)):
        element.tag = f"{{{MATHML}}}{name}"
    elif uri == own or version_of(uri, name).startswith("2"):
        new = element_name(name)
        element.tag = f"{{{QTI}}}{_MARKUP_NAMES.get(new, new)}"
        _rename_attributes(element, new.startswith("qti-"))


def _in_mathematics(element: Element) -> bool:
    """A formula whose author forgot its namespace: `math`, and whatever is inside one."""
    parent = element.getparent()
    return local(element) == "math" or (parent is not None and namespace(parent) == MATHML)


def _rename_attributes(element: Element, ours: bool) -> None:
    attributes = [(str(name), str(value)) for name, value in element.attrib.items()]
    element.attrib.clear()
    for name, value in attributes:
        new = hyphenated(name) if ours and not name.startswith("{") else name
        if new not in DROPPED:
            element.set(new, VALUES.get((new, value), value))


def _mend_namespaces(root: Element) -> None:
    """QTI 3 without a namespace, or formulas without theirs, mean what they would with one."""
    own = namespace(root)
    for element in root.iter(etree.Element):
        uri = namespace(element)
        if uri in MATH_NAMESPACES or (uri == own and _in_mathematics(element)):
            element.tag = f"{{{MATHML}}}{local(element)}"
        elif uri == own and own != QTI:
            element.tag = f"{{{QTI}}}{local(element)}"
