"""Damage, drawn from a seed: to the XML of an item, and to the zip around it.

The same seed gives the same damage, so a failure is repeated by its number. What is damaged are our own
fixtures, as QTI 3 and as QTI 2.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from random import Random

from lxml import etree

from tests.items import given
from tests.items.kinds import EVERY_KIND
from tests.items.older import NAMESPACES, older

SNIPPETS = [
    b"<script>alert(1)</script>",
    b' onload="x()"',
    b"javascript:alert(1)",
    b"{{ constructor }}",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"&a;",
    b"&#0;",
    b"\xff\xfe",
    b"\0",
    b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="item1.xml"/>',
    b'<object type="text/html" data="item1.xml"/>',
    b'<svg xmlns="http://www.w3.org/2000/svg"><a href="javascript:x"/></svg>',
    b'<img src="data:image/png;base64,AAAA"/>',
]
VALUES = [
    "",
    "-1",
    "1e400",
    "NaN",
    "999999999999",
    "javascript:x",
    "../x",
    "data:image/svg+xml,<svg/>",
    "{{x}}",
    "a b",
    "é",
    "x" * 5000,
    "http://x/",
    "RESPONSE",
    "true",
]


def a_damaged_item(random: Random) -> bytes:
    item = random.choice(list(EVERY_KIND.values()))
    if random.random() < 0.5:
        item = older(item, random.choice(list(NAMESPACES)))
    data = item.encode()
    for _ in range(random.randint(1, 4)):
        data = random.choice(_XML_DAMAGES)(random, data)
    return data


def a_damaged_package(random: Random) -> bytes:
    files = given.a_package_of(
        {"item1": random.choice(list(EVERY_KIND.values()))}, media={"a.svg": given.SVG}
    )
    name = random.choice(list(files))
    content = files[name]
    data = content if isinstance(content, bytes) else content.encode()
    files[name] = _by_bytes(random, data) if random.random() < 0.5 else data
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", random.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])) as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return _damaged_zip(random, written.getvalue())


def _by_bytes(random: Random, data: bytes) -> bytes:
    if not data:
        return data
    start, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
    end = min(end, start + 400)
    kind = random.randrange(4)
    if kind == 0:
        return data[:start] + data[end:]
    if kind == 1:
        return data[:end] + data[start:end] * random.randint(1, 5) + data[end:]
    if kind == 2:
        return data[:start] + random.choice(SNIPPETS) + data[start:]
    return data[:start] + bytes([random.randrange(256)]) + data[start + 1 :]


def _by_tree(random: Random, data: bytes) -> bytes:
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return _by_bytes(random, data)
    elements = list(root.iter(etree.Element))
    element, other = random.choice(elements), random.choice(elements)
    random.choice(_TREE_DAMAGES)(random, element, other)
    return etree.tostring(root)


def _value(random: Random, element: etree._Element, _other: etree._Element) -> None:
    if len(element.attrib):
        element.set(random.choice(list(map(str, element.attrib))), random.choice(VALUES))


def _no_attribute(random: Random, element: etree._Element, _other: etree._Element) -> None:
    if len(element.attrib):
        del element.attrib[random.choice(list(map(str, element.attrib)))]


def _rename(_random: Random, element: etree._Element, other: etree._Element) -> None:
    element.tag = other.tag


def _remove(_random: Random, element: etree._Element, _other: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _copy(random: Random, element: etree._Element, other: etree._Element) -> None:
    copied = etree.fromstring(etree.tostring(element, with_tail=False))
    other.insert(random.randint(0, len(other)), copied)


def _text(random: Random, element: etree._Element, _other: etree._Element) -> None:
    element.text = random.choice(VALUES)


_TREE_DAMAGES = [_value, _value, _no_attribute, _rename, _remove, _copy, _text]
_XML_DAMAGES: list[Callable[[Random, bytes], bytes]] = [_by_bytes, _by_tree, _by_tree]
_SIGNATURES = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06")


def _damaged_zip(random: Random, data: bytes) -> bytes:
    """Fields of its headers overwritten, bytes changed, an end or a middle cut out."""
    kind = random.randrange(4)
    if kind == 0:
        return data[: random.randrange(len(data))]
    if kind == 1:
        return _by_bytes(random, data)
    damaged = bytearray(data)
    for _ in range(random.randint(1, 3)):
        start = data.find(random.choice(_SIGNATURES), random.randrange(len(data)))
        at = start + random.randrange(4, 46)
        if start >= 0 and at < len(damaged):
            damaged[at] = random.choice([0, 1, 8, 0x7F, 0xFF])
    return bytes(damaged)
