"""Document type declarations that mean no harm, taken out before the parser sees them.

Drawing programs and old tools write one into every file: a name, an address that nobody has to
open, or a few short words for long namespaces. Those words are put in where they are used, once,
within bounds. Whatever else a declaration may hold (external entities, entities of entities,
attributes) stays, and the file is refused.
"""

from __future__ import annotations

import re
from typing import Final

MOST_ENTITIES: Final = 64
LONGEST_VALUE: Final = 300

_PROLOG: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*", re.S)
_HEAD: Final = re.compile(rb"<!DOCTYPE\s+[\w:.-]+(?:\s+(?:SYSTEM|PUBLIC)(?:\s+(?:\"[^\"]*\"|'[^']*'))+)?\s*")
_ENTITY: Final = re.compile(
    rb"<!ENTITY\s+([\w.-]+)\s+(?:\"((?:[^\"&%<]|&#x?\w{1,6};)*)\"|'((?:[^'&%<]|&#x?\w{1,6};)*)')\s*>\s*"
    rb"|<!--.*?-->\s*",
    re.S,
)
"""A value is text, or characters by number."""
_REFERENCE: Final = re.compile(rb"&([\w.-]+);")


def without_doctype(data: bytes, most_bytes: int) -> bytes:
    """The document without its declaration, on the same lines; unchanged where that is not safe."""
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    head = _HEAD.match(data, start)
    if head is None:
        return data
    end, entities = head.end(), dict[bytes, bytes]()
    if data[end : end + 1] == b"[":
        end, entities = _entities(data, end + 1)
    if data[end : end + 1] != b">" or len(entities) > MOST_ENTITIES:
        return data
    rest = data[end + 1 :]
    if entities:
        growth = sum(len(entities.get(found[1], b"")) for found in _REFERENCE.finditer(rest))
        if len(data) + growth > most_bytes or any(len(value) > LONGEST_VALUE for value in entities.values()):
            return data
        rest = _REFERENCE.sub(lambda found: entities.get(found[1], found[0]), rest)
    return data[:start] + b"\n" * data.count(b"\n", start, end) + rest


def _entities(data: bytes, at: int) -> tuple[int, dict[bytes, bytes]]:
    """Where the declarations in brackets end, and the short words they declare."""
    entities: dict[bytes, bytes] = {}
    while data[at : at + 1].isspace():
        at += 1
    while len(entities) <= MOST_ENTITIES and (found := _ENTITY.match(data, at)):
        at = found.end()
        if found[1]:
            # The first declaration of a name counts.
            value = found[2] if found[2] is not None else found[3]
            entities.setdefault(found[1], value.replace(b'"', b"&quot;").replace(b"'", b"&apos;"))
    closing = re.compile(rb"\]\s*").match(data, at)
    return (closing.end() if closing else at), entities
