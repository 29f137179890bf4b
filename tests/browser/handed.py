"""A form whose answers are handed in, drawn, played, pressed or given to a module; one question of each."""

from __future__ import annotations

from pathlib import Path

from tests.items.custom_kinds import HOSTILE, hostile
from tests.items.given import a_package_of, zipped
from tests.items.handed_kinds import CUSTOM_KINDS, HANDED_KINDS, HANDED_MEDIA, PLAYED_KINDS

WORK = b"%PDF-1.7\n" + bytes(range(256)) * 2400
"""A document of three chunks."""
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">'
    b'<path d="M200 40 L330 250 L70 250 Z" fill="#dfe7ff" stroke="#333"/></svg>'
)


def handed_form(folder: Path) -> Path:
    """The package: upload, drawing, media, custom, end attempt."""
    kinds = HANDED_KINDS | PLAYED_KINDS | CUSTOM_KINDS
    kinds["end-attempt"] = kinds.pop("end-attempt")
    return _packed(folder, *kinds.values())


def hostile_form(folder: Path, home: str) -> Path:
    """One question, whose module tries to get out of its frame and to the server at `home`."""
    return _packed(folder, hostile(home))


def _packed(folder: Path, *items: str) -> Path:
    media = HANDED_MEDIA | {"authored-picture.svg": PICTURE, "modules/hostile.js": HOSTILE.encode()}
    return zipped(folder, a_package_of({f"item{n}": text for n, text in enumerate(items, 1)}, media=media))
