"""`object` of QTI 2: a picture becomes an `img`, what no browser shows gives way to what is inside.

Sound and film stay objects, as QTI 3 knows them too.
"""

from __future__ import annotations

from items.qti.markup import BLOCK
from items.qti.tree import QTI, Element, local, text_of

PICTURES = frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/svg+xml"})
BY_ENDING = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "htm": "text/html",
    "html": "text/html",
    "xhtml": "application/xhtml+xml",
}


def convert_objects(root: Element) -> None:
    # Inner ones first: an outer one may give way to them.
    for element in reversed(list(root.iter(f"{{{QTI}}}object"))):
        kind = media_type(element)
        if kind in PICTURES:
            _to_picture(element)
        elif kind.startswith("image/") and len(element):
            _give_way(element)
        elif kind:
            element.set("type", kind)


def media_type(element: Element) -> str:
    """The type as authored, else what the ending of the address says."""
    said = element.get("type", "").strip().lower()
    ending = element.get("data", "").partition("?")[0].rpartition(".")[2].lower()
    return said or BY_ENDING.get(ending, "")


def _to_picture(element: Element) -> None:
    words = text_of(element)
    for inner in list(element):
        element.remove(inner)
    element.text = None
    element.tag = f"{{{QTI}}}img"
    element.set("src", str(element.attrib.pop("data", "")))
    element.attrib.pop("type", "")
    if words or element.get("alt") is None:
        element.set("alt", words)


def _give_way(element: Element) -> None:
    block = any(local(inner) in BLOCK for inner in element.iterdescendants())
    element.tag = f"{{{QTI}}}{'div' if block else 'span'}"
    for attribute in ("type", "data", "width", "height"):
        element.attrib.pop(attribute, "")
