"""`xml:base`: addresses below it are written anew, relative to the file itself, and the attribute goes.

Packagers put one on the resources of a manifest, and XInclude leaves them behind. Bases inside one another
add up; what they lead to is looked up afterwards like any other address, so none leads out of the package.
"""

from __future__ import annotations

import posixpath
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from items.problems import Findings
from items.qti.tree import XML, Element, line

BASE: Final = f"{{{XML}}}base"
ADDRESSES: Final = ("src", "href", "data", "template", "templateLocation", "template-location")


def rebase(file: str, root: Element, findings: Findings) -> None:
    """Take every base of a file into the addresses below it; one on another host is refused."""
    if not any(BASE in element.attrib for element in root.iter(etree.Element)):
        return
    bases: dict[Element, str] = {}
    for element in root.iter(etree.Element):
        parent = element.getparent()
        base = "" if parent is None else bases[parent]
        if own := str(element.attrib.pop(BASE, "")).strip():
            if _is_relative(own):
                base = posixpath.join(posixpath.dirname(base), own)
            else:
                message = f"xml:base='{own}' leads out of the package: write addresses relative to this file."
                findings.refuse(file, line(element), "unsupported_attribute", message)
        bases[element] = base
        for name in ADDRESSES if base else ():
            address = element.get(name, "").strip()
            if address and not address.startswith("#") and _is_relative(address):
                element.set(name, posixpath.join(posixpath.dirname(base), address))


def _is_relative(address: str) -> bool:
    parts = urlsplit(address)
    return not (parts.scheme or parts.netloc or address.startswith("/"))
