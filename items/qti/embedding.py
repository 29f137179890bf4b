"""Pictures written into the text of a file: base64 in an address, or a drawing among the words.

Each becomes a file of the package, named after the line it stands on, and an `img` in its place.
From there on it is cleaned and shelved like every other picture.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from urllib.parse import quote, unquote_to_bytes

from lxml import etree

from items.problems import Findings
from items.qti.archive import Files
from items.qti.documents import Document
from items.qti.tree import QTI, XHTML, Element, child, line, made, put_in_place, text_of

SVG = "http://www.w3.org/2000/svg"
_DATA = re.compile(r"\s*data:(?:image|audio|video)/([\w.+-]+)((?:;[\w.=-]+)*)", re.I)
_ADDRESSES = ("src", "data")


def take_out_pictures(document: Document, files: Files, findings: Findings) -> None:
    """`files` gets what the document held; the document refers to it."""
    keeper = _Keeper(document.file, files)
    for element in list(document.root.iter(f"{{{SVG}}}svg")):
        if element.getparent() is not None:
            _draw(element, keeper)
    for element in list(document.root.iter(f"{{{QTI}}}picture", f"{{{XHTML}}}picture")):
        image = child(element, "img")
        if image is not None:  # the one that every browser shows
            put_in_place(image, element)
    for element in document.root.iter(etree.Element):
        for attribute in _ADDRESSES:
            if element.get(attribute, "").lstrip()[:5].lower() == "data:":
                _decode(element, attribute, keeper, findings)


class _Keeper:
    """Numbers the pictures of one file, so that reading it again gives the same names."""

    def __init__(self, file: str, files: Files) -> None:
        self.file = file
        self._files = files
        self._count = 0

    def keep(self, element: Element, data: bytes, ending: str) -> str:
        """The address of the new file, seen from the old one."""
        self._count += 1
        name = f"{self.file} (picture {self._count}, line {line(element)}).{ending}"
        self._files[name] = data
        return quote(posixpath.basename(name))


def _draw(element: Element, keeper: _Keeper) -> None:
    """A drawing among the words; its title stands for it, as it would in a browser."""
    title = child(element, "title")
    words = element.get("aria-label") or ("" if title is None else text_of(title))
    image = made("img", element, alt=words)
    for attribute in ("width", "height", "class"):
        if element.get(attribute):
            image.set(attribute, str(element.get(attribute)))
    put_in_place(image, element)
    element.tail = None
    image.set("src", keeper.keep(image, etree.tostring(element, encoding="utf-8"), "svg"))


def _decode(element: Element, attribute: str, keeper: _Keeper, findings: Findings) -> None:
    head, _, text = str(element.get(attribute)).partition(",")
    found = _DATA.fullmatch(head)
    if found is None:
        return  # refused for what it is: a page, a program, or nothing that can be told
    try:
        data = unquote_to_bytes(text)
        if ";base64" in found[2].lower():
            data = base64.b64decode(b"".join(data.split()), validate=True)
    except (ValueError, binascii.Error):
        message = f"The picture in {attribute} is no well-formed base64: export it as a file."
        findings.refuse(keeper.file, line(element), "broken_media", message)
        element.set(attribute, "")
        return
    element.set(attribute, keeper.keep(element, data, found[1].partition("+")[0]))
