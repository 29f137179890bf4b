"""SVG pictures, cleaned: an allow-list of drawing elements, nothing active, nothing from elsewhere.

Names inside a drawing (ids, classes, layers) are authored and may tell the answer, so ids and
classes are renumbered, and titles, metadata and editors' own attributes are left out: what a
picture shows to those who do not see it is the `alt` of the item.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from items.problems import Findings
from items.qti.documents import Element, line, local, namespace, read_document
from items.qti.expansion import draws_too_much
from items.qti.limits import Limits
from items.qti.markup import names
from items.qti.tree import remove_keeping_tail

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
DRAWING = names(
    """
    svg a circle clipPath defs ellipse feBlend feColorMatrix feComponentTransfer feComposite
    feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
    feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight
    feSpecularLighting feSpotLight feTile feTurbulence filter g image line linearGradient marker mask
    path pattern polygon polyline radialGradient rect stop style switch symbol text textPath tspan use
    view
    """
)
EMBEDDED = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
# Asked of text without its blanks; no pattern here looks far ahead, since a drawing has up to 4 MiB.
LOADS = re.compile(r"url\(['\"]?(?!['\"]?#)|@import|expression\(|\\", re.I)
LINK = re.compile(r"url\(\s{0,9}['\"]?#([^()'\"\s]+)['\"]?\s{0,9}\)")
SELECTOR = re.compile(r"([.#])([A-Za-z_][\w-]*)")


def clean_svg(file: str, data: bytes, findings: Findings, limits: Limits) -> tuple[bytes, int, int] | None:
    """The cleaned drawing and its size, or None with the reasons among the findings."""
    before = len(findings.refusals)
    document = read_document(file, data, findings, limits)
    if document is None:
        return None
    if local(document.root) != "svg" or namespace(document.root) != SVG:
        message = f"Expected <svg> of {SVG}, found <{local(document.root)}>: convert the picture."
        findings.refuse(file, line(document.root), "unsupported_media", message)
        return None
    _keep_drawing(file, document.root, findings)
    if draws_too_much(document.root):
        message = "The drawing uses its parts in a circle, or a million times: save it as plain SVG."
        findings.refuse(file, line(document.root), "too_complex", message)
    _renumber(document.root)
    if len(findings.refusals) > before:
        return None
    etree.cleanup_namespaces(document.root)
    return etree.tostring(document.root, encoding="utf-8"), *_size(document.root)


def _keep_drawing(file: str, element: Element, findings: Findings) -> None:
    """Leave out what draws nothing; refuse what would be missed."""
    for child in list(element):
        name = local(child)
        if name == "foreignObject" or name.startswith("animate") or name == "set":
            message = f"<{name}> is not allowed in a drawing: export it as plain SVG."
            findings.refuse(file, line(child), "unsupported_element", message)
        elif namespace(child) != SVG or name not in DRAWING:
            remove_keeping_tail(child)
        else:
            _keep_drawing(file, child, findings)
    if local(element) == "style" and _loads(element.text or ""):
        _refuse_loading(file, element, findings)
    for attribute in list(element.attrib):
        _keep_attribute(file, element, str(attribute), findings)


def _keep_attribute(file: str, element: Element, attribute: str, findings: Findings) -> None:
    value = str(element.get(attribute))
    if attribute in ("href", XLINK_HREF):
        if local(element) == "a":
            del element.attrib[attribute]
        elif not value.startswith("#") and not EMBEDDED.fullmatch(value):
            _refuse_loading(file, element, findings)
    elif attribute.startswith(("{", "data-", "aria-")) and attribute != XML_SPACE:
        del element.attrib[attribute]
    elif _loads(value):
        _refuse_loading(file, element, findings)


def _loads(text: str) -> bool:
    return LOADS.search("".join(text.split())) is not None


def _refuse_loading(file: str, element: Element, findings: Findings) -> None:
    message = "The drawing loads something from elsewhere: embed it or draw it."
    findings.refuse(file, line(element), "external_resource", message)


def _renumber(root: Element) -> None:
    elements = list(root.iter(etree.Element))
    ids = _numbered("i", [str(e.get("id")) for e in elements if e.get("id")])
    styled = any(local(e) == "style" for e in elements)
    classes = _numbered("c", [name for e in elements for name in str(e.get("class", "")).split()])
    for element in elements:
        _rename(element, ids, classes if styled else {})


def _numbered(letter: str, names: list[str]) -> dict[str, str]:
    return {name: f"{letter}{number}" for number, name in enumerate(dict.fromkeys(names), 1)}


def _rename(element: Element, ids: Mapping[str, str], classes: Mapping[str, str]) -> None:
    for attribute in map(str, list(element.attrib)):
        value = str(element.get(attribute))
        if attribute == "id":
            element.set("id", ids.get(value, "i0"))
        elif attribute == "class":
            kept = " ".join(classes[name] for name in value.split() if name in classes)
            element.set("class", kept)
        elif attribute in ("href", XLINK_HREF) and value.startswith("#"):
            element.set(attribute, "#" + ids.get(value[1:], "i0"))
        else:
            element.set(attribute, _relink(value, ids))
    if not element.get("class", "-"):
        del element.attrib["class"]
    if local(element) == "style" and element.text:
        element.text = _restyle(element.text, ids, classes)


def _relink(text: str, ids: Mapping[str, str]) -> str:
    return LINK.sub(lambda match: f"url(#{ids.get(match[1], 'i0')})", text)


def _restyle(text: str, ids: Mapping[str, str], classes: Mapping[str, str]) -> str:
    """Selectors and links follow the new names; comments go, and so do names that the drawing lacks."""

    def rename(match: re.Match[str]) -> str:
        return match[1] + (classes if match[1] == "." else ids).get(match[2], "none")

    pieces = _relink(_without_comments(text), ids).split("{")
    for number, piece in enumerate(pieces[:-1]):
        before, brace, selectors = piece.rpartition("}")
        pieces[number] = before + brace + SELECTOR.sub(rename, selectors)
    return "{".join(pieces)


def _without_comments(text: str) -> str:
    first, *others = text.split("/*")
    return first + "".join(other.partition("*/")[2] for other in others)


def _size(root: Element) -> tuple[int, int]:
    sides = [
        re.fullmatch(r"\s*(\d+(?:\.\d+)?)(px)?\s*", str(root.get(side, ""))) for side in ("width", "height")
    ]
    if sides[0] and sides[1]:
        return round(float(sides[0][1])), round(float(sides[1][1]))
    box = re.split(r"[\s,]+", str(root.get("viewBox", "")).strip())
    try:
        return round(float(box[2])), round(float(box[3]))
    except (IndexError, ValueError, OverflowError):
        return 0, 0
