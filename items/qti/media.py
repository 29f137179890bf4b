"""The pictures and recordings of a form: looked at, cleaned, and shelved under opaque names.

What a file is, is told by its first bytes and not by its name. The same bytes are shelved
once, so two names never tell that one of them is used twice.
"""

from __future__ import annotations

from typing import NamedTuple

from items.filetypes import ENDINGS
from items.model import Media
from items.problems import Findings
from items.qti.archive import Files
from items.qti.bitmaps import Damaged, picture_size, picture_type, without_remarks
from items.qti.limits import Limits
from items.qti.manifest import look_up
from items.qti.recordings import CAPTIONS, recording_type, without_notes
from items.qti.svg import clean_svg

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
    CAPTIONS: "vtt",
} | {name: ending for name, ending in ENDINGS.items() if name.startswith(("audio/", "video/"))}
PICTURES = frozenset(name for name in EXTENSIONS if name.startswith("image/"))
MODULES = {"text/javascript": "js", "text/css": "css", "text/plain": "txt"}
WANTED = {
    "image": "This is no PNG, JPEG, GIF, WebP or SVG picture: convert it.",
    "audio": "This is no MP3, M4A, Ogg or WAV sound: convert it.",
    "video": "This is no MP4 or WebM film: convert it.",
    CAPTIONS: "These are no captions in WebVTT: convert them.",
}


class Shelved(NamedTuple):
    """A picture and its own size; 0 when unknown, as of recordings."""

    media: Media
    width: int
    height: int


class Shelf:
    """All pictures and recordings of one form."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self._files = files
        self._limits = limits
        self._by_file: dict[str, Shelved | None] = {}
        self._by_data: dict[bytes, Shelved] = {}

    def all(self) -> tuple[Media, ...]:
        return tuple(shelved.media for shelved in self._by_data.values())

    def by_name(self) -> dict[str, Media]:
        return {medium.id: medium for medium in self.all()}

    def add(
        self, source: str, at: int, href: str, findings: Findings, family: str = "image"
    ) -> Shelved | None:
        """The file that `href` means, seen from `source`; of a family of `WANTED`."""
        name = look_up(source, href, at, self._files, findings)
        if name is None:
            return None
        if self._by_file.get(name) is None:  # what could not be taken is told wherever it is asked for
            self._by_file[name] = self._shelve(name, family, findings)
        shelved = self._by_file[name]
        if shelved is not None and not _is(shelved.media.type, family):
            findings.refuse(source, at, "unsupported_media", f"{name}: {WANTED[family]}")
            return None
        return shelved

    def holds(self, file: str) -> bool:
        return file in self._files

    def data(self, file: str) -> bytes:
        return self._files[file]

    def own(self, kind: str, data: bytes) -> Media:
        """A module of a custom interaction, as its author wrote it."""
        if data not in self._by_data:
            media = Media(f"m{len(self._by_data) + 1}.{MODULES[kind]}", kind, data)
            self._by_data[data] = Shelved(media, 0, 0)
        return self._by_data[data].media

    def _shelve(self, name: str, family: str, findings: Findings) -> Shelved | None:
        data = self._files[name]
        kind = picture_type(data) if family == "image" else recording_type(data)
        if not kind:
            findings.refuse(name, 0, "unsupported_media", WANTED[family])
            return None
        cleaned = self._clean(name, kind, data, findings)
        if cleaned is None:
            return None
        data, width, height = cleaned
        if kind != "image/svg+xml" and width * height > self._limits.pixels:
            message = (
                f"The picture has {width} x {height} pixels, {self._limits.pixels} are allowed: shrink it."
            )
            findings.refuse(name, 0, "too_big", message)
            return None
        if data not in self._by_data:
            media = Media(f"m{len(self._by_data) + 1}.{EXTENSIONS[kind]}", kind, data)
            self._by_data[data] = Shelved(media, width, height)
        return self._by_data[data]

    def _clean(self, name: str, kind: str, data: bytes, findings: Findings) -> tuple[bytes, int, int] | None:
        if kind == "image/svg+xml":
            return clean_svg(name, data, findings, self._limits)
        try:
            if kind not in PICTURES:
                return without_notes(kind, data), 0, 0
            return without_remarks(kind, data), *picture_size(kind, data)
        except Damaged:
            findings.refuse(name, 0, "broken_media", "The file is damaged: save it again.")
            return None


def _is(kind: str, family: str) -> bool:
    """A film may stand for its sound, and the same box holds either."""
    return kind.startswith(family) or (family in ("audio", "video") and kind.startswith(("audio/", "video/")))
