"""Small XML documents written as text, element by element; what XML cannot hold becomes U+FFFD."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Character data; a carriage return survives reading only as a reference."""
    return escape(_FORBIDDEN.sub("\ufffd", value), {"\r": "&#13;"})


def element(name: str, attributes: Mapping[str, str | None], children: Iterable[str] | str = ()) -> str:
    """One element; attributes that are None are left out, children are XML already."""
    given = "".join(
        f" {key}={quoteattr(_FORBIDDEN.sub(chr(0xFFFD), value))}"
        for key, value in attributes.items()
        if value is not None
    )
    inner = children if isinstance(children, str) else "".join(children)
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"
