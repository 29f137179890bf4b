"""What a file is, told by its first bytes: names and labels are the sender's word and decide nothing.

Asked of what authors put into packages (`qti.recordings`) and of what pupils hand in (`Upload`). Active
things (web pages, SVG, programs) have no row here, so no item can take them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from items.qti.bitmaps import picture_type

LOOK_BYTES: Final = 4096
"""How much of a file is looked at; a first chunk has at least so many."""

ENDINGS: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
"""Every type that can be recognised, with the ending its files get when they are written out."""

# Other names of what has one row above.
_ALIASES: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/heif": "image/heic",
    "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "text/rtf": "application/rtf",
    "application/vnd.ms-excel": "application/msword",
    "application/vnd.ms-powerpoint": "application/msword",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/aac": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/webm": "video/webm",
    "video/ogg": "audio/ogg",
    "application/ogg": "audio/ogg",
}
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_STARTS: Final = (
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),  # all of the old office family
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_PACKED: Final = re.compile(
    rb"mimetype(application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))"
)
# The start of a web page, a drawing or a program in disguise: never plain text to us.
_ACTIVE: Final = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml)|^#!|^MZ", re.I)


class Upload(NamedTuple):
    """What a response takes as its file."""

    types: tuple[str, ...]

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Upload:
        """From a response's shape in the schema."""
        return cls(tuple(shape["types"]))


def file_type(data: bytes) -> str:
    """The type that the first bytes show, or nothing for what has no row in `ENDINGS`."""
    head = data[:LOOK_BYTES]
    if (found := picture_type(head)) in ENDINGS:
        return found
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    return _contained(head) or _text(head)


def _contained(head: bytes) -> str:
    """PDF, zip and its children, RIFF, MP4 and WebM."""
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        brand = head[8:12].lower()
        if brand in (b"heic", b"heix", b"mif1", b"msf1"):
            return "image/heic"
        return "audio/mp4" if brand.startswith((b"m4a", b"m4b")) else "video/mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return "video/webm"
    # Eleven set bits, then no value that is reserved: a frame of MPEG layer 1 to 3.
    is_frame = len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0
    return "audio/mpeg" if is_frame and head[2] & 0xF0 != 0xF0 and head[1] & 0x18 != 0x08 else ""


def _zipped(head: bytes) -> str:
    if found := _PACKED.search(head[:200]):
        return found[1].decode()
    for folder, name in ((b"word/", "wordprocessingml.document"), (b"xl/", "spreadsheetml.sheet")):
        if folder in head:
            return _OFFICE + name
    if b"ppt/" in head:
        return _OFFICE + "presentationml.presentation"
    return "application/zip"


def _text(head: bytes) -> str:
    """Plain text in UTF-8 or Latin letters: no control signs but blanks, nothing that a browser would run."""
    control = any(byte < 9 or 13 < byte < 32 for byte in head)
    return "" if not head or control or _ACTIVE.search(head) else "text/plain"


def types_named(declared: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What an author's list of types means: those we recognise, and the words that mean none of them.

    `image/*` and the like mean all of a family; nothing said means everything we recognise.
    """
    words = [word for word in re.split(r"[\s,;]+", declared.lower()) if word]
    known: list[str] = []
    unknown: list[str] = []
    for word in words:
        meant = list(_meant(word))
        known += meant
        if not meant:
            unknown.append(word)
    return tuple(dict.fromkeys(known or ENDINGS)), tuple(unknown)


def _meant(word: str) -> Iterable[str]:
    word = _ALIASES.get(word, word)
    if word in ("*/*", "*"):
        return ENDINGS
    if word == "application/zip":  # documents of today's offices are zips
        return [name for name in ENDINGS if name == word or name.startswith("application/vnd.o")]
    if word in ENDINGS:
        return (word,)
    if word.endswith("/*"):
        return [name for name in ENDINGS if name.startswith(word[:-1])]
    return ("text/plain",) if word.startswith("text/") and word != "text/html" else ()
