"""A form whose answers are handed in, drawn, played, pressed or given to a module; one question of each."""

from __future__ import annotations

from pathlib import Path

from tests.items.given import a_package_of, zipped
from tests.items.handed_kinds import HANDED_KINDS, HANDED_MEDIA, PLAYED_KINDS

WORK = b"%PDF-1.7\n" + bytes(range(256)) * 2400
"""A document of three chunks."""
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">'
    b'<path d="M200 40 L330 250 L70 250 Z" fill="#dfe7ff" stroke="#333"/></svg>'
)


def handed_form(folder: Path) -> Path:
    """The package."""
    kinds = HANDED_KINDS | PLAYED_KINDS
    items = {f"item{number}": text for number, text in enumerate(kinds.values(), 1)}
    return zipped(folder, a_package_of(items, media=HANDED_MEDIA | {"authored-picture.svg": PICTURE}))
