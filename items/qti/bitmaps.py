"""PNG, JPEG, GIF and WebP: type and size from the first bytes, and the file without its notes.

Cameras and drawing programs write names, places and comments into pictures. What is delivered
holds what is drawn and nothing else; of a photograph's notes only the orientation stays, since
without it the picture would lie on its side. Bytes behind the end of a picture go as well.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start-of-frame markers
JPEG_NOTES = frozenset({*range(0xE1, 0xF0), 0xFE}) - {0xE2, 0xEE}  # all but colour profiles
JPEG_SCAN = 0xDA
# Colours, transparency, pixel shape and animation; every other small-letter chunk is a note.
PNG_DRAWN = frozenset(b"tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT".split())
WEBP_NOTES = frozenset({b"EXIF", b"XMP "})
WEBP_NOTE_FLAGS = 0x0C
ORIENTATION = 0x0112


class Damaged(Exception):
    """The picture's file ends early or is no picture inside."""


def picture_type(data: bytes) -> str:
    """The media type that the first bytes show, or nothing."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if b"<svg" in data[:4096] or b":svg" in data[:4096]:
        return "image/svg+xml"
    return ""


def picture_size(kind: str, data: bytes) -> tuple[int, int]:
    """Width and height in pixels; zeros when the header does not say."""
    try:
        return _SIZES[kind](data)
    except (struct.error, IndexError):
        return 0, 0


def without_remarks(kind: str, data: bytes) -> bytes:
    """The same picture with nothing in its file but what is drawn; raises Damaged."""
    try:
        return _CLEANERS[kind](data)
    except (struct.error, IndexError) as error:
        raise Damaged from error


def _png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _clean_png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Damaged
        if kind[:1].isupper() or kind in PNG_DRAWN:
            kept.append(data[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end


def _gif_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _clean_gif(data: bytes) -> bytes:
    at = 13 + _colours(data[10])
    kept = [data[:at]]
    while data[at] != 0x3B:
        start, label = at, data[at + 1]
        note = data[at] == 0x21 and (label == 0xFE or (label == 0xFF and data[at + 3 : at + 6] == b"XMP"))
        at += 2 if data[at] == 0x21 else 11 + _colours(data[at + 9])
        while data[at]:
            at += 1 + data[at]
        at += 1
        if not note:
            kept.append(data[start:at])
    return b"".join([*kept, b";"])


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment; the last one is the scan, to the end of the picture."""
    at = 2
    while True:
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise Damaged
        end = at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])
        if marker == JPEG_SCAN:
            last = data.rfind(b"\xff\xd9")
            yield marker, at, last + 2 if last > at else len(data)
            return
        yield marker, at, end
        at = end


def _jpeg_size(data: bytes) -> tuple[int, int]:
    try:
        for marker, at, _ in _jpeg_segments(data):
            if marker in JPEG_SIZES:
                height, width = struct.unpack_from(">HH", data, at + 5)
                return width, height
    except Damaged:
        pass
    return 0, 0


def _clean_jpeg(data: bytes) -> bytes:
    kept, orientation = [], 1
    for marker, start, end in _jpeg_segments(data):
        if marker not in JPEG_NOTES:
            kept.append(data[start:end])
        elif data[start + 4 : start + 10] == b"Exif\0\0":
            orientation = _orientation(data[start + 10 : end])
    return b"".join([data[:2], _turned(orientation), *kept])


def _orientation(notes: bytes) -> int:
    """How a camera was held: 1 upright, up to 8; 1 where it does not say."""
    order = ">" if notes[:2] == b"MM" else "<"
    try:
        (first,) = struct.unpack_from(f"{order}I", notes, 4)
        (count,) = struct.unpack_from(f"{order}H", notes, first)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", notes, first + 2 + 12 * number)
            if tag == ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _turned(orientation: int) -> bytes:
    """The smallest note that says how to turn the picture."""
    if orientation == 1:
        return b""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0)
    notes = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 1) + entry + b"\0\0\0\0"
    return b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes


def _webp_size(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X":
        sides = struct.unpack_from("<HBHB", data, 24)
        return 1 + sides[0] + (sides[1] << 16), 1 + sides[2] + (sides[3] << 16)
    if data[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _clean_webp(data: bytes) -> bytes:
    kept, at = [], 12
    end = min(8 + int(struct.unpack_from("<I", data, 4)[0]), len(data))
    while at < end:
        name, length = struct.unpack_from("<4sI", data, at)
        after = at + 8 + length + length % 2
        if at + 8 + length > len(data):
            raise Damaged
        if name == b"VP8X":
            kept.append(data[at : at + 8] + bytes([data[at + 8] & ~WEBP_NOTE_FLAGS]) + data[at + 9 : after])
        elif name not in WEBP_NOTES:
            kept.append(data[at:after])
        at = after
    if not kept:
        raise Damaged
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_SIZES = {"image/png": _png_size, "image/gif": _gif_size, "image/jpeg": _jpeg_size, "image/webp": _webp_size}
_CLEANERS = {
    "image/png": _clean_png,
    "image/gif": _clean_gif,
    "image/jpeg": _clean_jpeg,
    "image/webp": _clean_webp,
}
