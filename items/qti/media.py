"""The pictures of a form: looked at, cleaned, and shelved under opaque names.

What a picture is, is told by its first bytes and not by its name. The same bytes are shelved
once, so two names never tell that one of them is used twice.
"""

from __future__ import annotations

from typing import NamedTuple

from items.model import Media
from items.problems import Findings
from items.qti.archive import Files
from items.qti.bitmaps import Damaged, picture_size, picture_type, without_remarks
from items.qti.limits import Limits
from items.qti.manifest import look_up
from items.qti.svg import clean_svg

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}


class Shelved(NamedTuple):
    """A picture and its own size; 0 when unknown."""

    media: Media
    width: int
    height: int


class Shelf:
    """All pictures of one form."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self._files = files
        self._limits = limits
        self._by_file: dict[str, Shelved | None] = {}
        self._by_data: dict[bytes, Shelved] = {}

    def all(self) -> tuple[Media, ...]:
        return tuple(shelved.media for shelved in self._by_data.values())

    def by_name(self) -> dict[str, Media]:
        return {medium.id: medium for medium in self.all()}

    def add(self, source: str, at: int, href: str, findings: Findings) -> Shelved | None:
        """The picture that `href` means, seen from `source`."""
        name = look_up(source, href, at, self._files, findings)
        if name is None:
            return None
        if name not in self._by_file:
            self._by_file[name] = self._shelve(name, findings)
        return self._by_file[name]

    def _shelve(self, name: str, findings: Findings) -> Shelved | None:
        data = self._files[name]
        kind = picture_type(data)
        if not kind:
            message = "This is no PNG, JPEG, GIF, WebP or SVG picture: convert it."
            findings.refuse(name, 0, "unsupported_media", message)
            return None
        cleaned = self._clean(name, kind, data, findings)
        if cleaned is None:
            return None
        data, width, height = cleaned
        if data not in self._by_data:
            media = Media(f"m{len(self._by_data) + 1}.{EXTENSIONS[kind]}", kind, data)
            self._by_data[data] = Shelved(media, width, height)
        return self._by_data[data]

    def _clean(self, name: str, kind: str, data: bytes, findings: Findings) -> tuple[bytes, int, int] | None:
        if kind == "image/svg+xml":
            return clean_svg(name, data, findings, self._limits)
        try:
            return without_remarks(kind, data), *picture_size(kind, data)
        except Damaged:
            findings.refuse(name, 0, "broken_media", "The picture's file is damaged: save it again.")
            return None
