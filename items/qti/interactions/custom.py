"""Portable custom interaction: modules, markup and properties of an author, for a frame that reaches nothing.

What the frame gets travels as data, not as elements of the item: the player's own page never holds any of it.
"""

from __future__ import annotations

import json
import re
from html import escape

from lxml import etree

from items.qti.documents import Element, child, local
from items.qti.interactions.opening import opening
from items.qti.modules import Modules, described
from items.qti.page import Bound
from items.qti.render import Renderer
from items.scoring.values import BASE_TYPES

KIND = "custom"
MOST_TEXT = 20_000  # characters of a whole response
MOST_PROPERTIES = 200
# In the frame nothing loads or leads anywhere; these would only fail there, or change how its page is read.
LEFT_OUT = frozenset({"base", "embed", "form", "frame", "iframe", "link", "meta", "object", "portal"})
ADDRESSES = frozenset({"action", "formaction", "href", "ping", "poster", "srcset", "srcdoc", "background"})


def write_custom(element: Element, renderer: Renderer) -> str:
    """The place of the frame, with all that it is given."""
    kinds = tuple(sorted(BASE_TYPES - {"file"}))
    bound = renderer.page.bind(element, KIND, ("single", "multiple", "ordered", "record"), (*kinds, ""))
    if bound is None:
        return ""
    if not element.get("module"):
        message = "The interaction names no module: give it one."
        renderer.page.refuse(element, "missing_file", message)
        return ""
    modules = Modules(element, renderer.page).gather(str(element.get("module")))
    properties = _properties(element, renderer)
    _tell_leaks(element, properties, renderer)
    _shape(bound)
    given = {
        "type": element.get("custom-interaction-type-identifier", ""),
        "module": element.get("module"),
        "modules": described(modules),
        "properties": properties,
        "markup": _markup(element, renderer),
    }
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    start = opening(element, bound, renderer, more=f' data-given="{escape(text)}"')
    return f"{start}{renderer.prompt(element, bound.id)}</div>"


def _shape(bound: Bound) -> None:
    bound.shape = {"max": 0, "custom": MOST_TEXT}


def _properties(element: Element, renderer: Renderer) -> dict[str, str]:
    """`data-` attributes by their names in HTML and in JavaScript; `property` elements of older packages."""
    found: dict[str, str] = {}
    for name, value in sorted((str(key), str(value)) for key, value in element.attrib.items()):
        if name.startswith("data-"):
            short = name.removeprefix("data-")
            found[short] = value
            found[re.sub(r"-([a-z])", lambda letter: letter[1].upper(), short)] = value
    for inner in element.iter():
        if local(inner) in ("property", "qti-property") and inner.get("key"):
            found[str(inner.get("key"))] = (inner.text or "").strip()
    if len(found) > MOST_PROPERTIES:
        renderer.page.refuse(element, "too_complex", f"More than {MOST_PROPERTIES} properties: use fewer.")
    return found


def _tell_leaks(element: Element, properties: dict[str, str], renderer: Renderer) -> None:
    """A property that equals a right answer is one that every pupil's browser holds."""
    right = _right_answers(element)
    for name in sorted({name for name, value in properties.items() if value.strip() in right}):
        message = (
            f"The property {name} holds a right answer, which every pupil's browser can read: remove it."
        )
        renderer.page.remark(element, message)


def _right_answers(element: Element) -> set[str]:
    root = element.getroottree().getroot()
    found = {
        str(value.text).strip()
        for declared in root.iter("{*}qti-correct-response")
        for value in declared.iter("{*}qti-value")
        if value.text
    }
    return found | {str(entry.get("map-key", "")).strip() for entry in root.iter("{*}qti-map-entry")} - {""}


def _markup(element: Element, renderer: Renderer) -> str:
    """The author's markup with its own names, which modules look for; nothing active, nothing outside."""
    holder = child(element, "qti-interaction-markup")
    if holder is None:
        return ""
    copy = etree.fromstring(etree.tostring(holder, with_tail=False))
    for inner in list(copy.iter(etree.Element)):
        parent = inner.getparent()
        if local(inner) in LEFT_OUT and parent is not None:
            renderer.page.remark(element, f"<{local(inner)}> does nothing in the frame: it is left out.")
            parent.remove(inner)
            continue
        _dress(inner, element, renderer)
        inner.tag = local(inner)
    etree.cleanup_namespaces(copy)
    text: str = etree.tostring(copy, encoding="unicode", method="html")
    return text.partition(">")[2].rpartition("</")[0].strip()


def _dress(inner: Element, element: Element, renderer: Renderer) -> None:
    """Files become media of the form; addresses and names of other vocabularies go."""
    source = inner.attrib.pop("src", "")
    if source:
        family = {"audio": "audio", "video": "video"}.get(local(inner), "image")
        if media := renderer.page.media_of(element, str(source), family):
            inner.set("data-media", media.id)
    for name in [str(key) for key in inner.attrib]:
        if name.startswith("{") or name.lower() in ADDRESSES or name.lower().startswith("on"):
            del inner.attrib[name]
