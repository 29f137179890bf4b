"""Sound, film and captions: known by their first bytes, and delivered without the notes in their files.

Titles, authors and comments inside a recording are its author's words, and may tell the answer as a file name
would. MP3, WAV, MP4 and WebVTT lose theirs here; of Ogg and WebM the author is told that they travel along.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from items.filetypes import file_type
from items.qti.bitmaps import Damaged

CAPTIONS = "text/vtt"
CARRIES_NOTES = frozenset({"audio/ogg", "video/webm"})
_WAV_SOUND = frozenset({b"fmt ", b"data", b"fact"})
_MP4_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"})
_MP4_DEPTH = 8  # a sample table lies five boxes deep
_MP4_NOTES = frozenset({b"udta", b"meta", b"uuid"})
_CUE_BLOCK = re.compile(r"\n{2,}")


def recording_type(data: bytes) -> str:
    """`audio/...`, `video/...` or `text/vtt` as the first bytes show, or nothing."""
    if data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        return CAPTIONS
    found = file_type(data)
    return found if found.startswith(("audio/", "video/")) else ""


def without_notes(kind: str, data: bytes) -> bytes:
    """The same recording with nothing in its file but what is heard, seen or read; raises Damaged."""
    clean = {
        "audio/mpeg": _mp3,
        "audio/wav": _wav,
        "audio/mp4": _mp4,
        "video/mp4": _mp4,
        CAPTIONS: _captions,
    }.get(kind)
    try:
        return clean(data) if clean else data
    except (struct.error, UnicodeDecodeError) as error:
        raise Damaged from error


def _mp3(data: bytes) -> bytes:
    """Without ID3: tags of version 2 stand before the sound, one of version 1 in its last 128 bytes."""
    while data.startswith(b"ID3"):
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        data = data[10 + size + (10 if data[5] & 0x10 else 0) :]
    if data[-128:-125] == b"TAG":
        data = data[:-128]
    if not data:
        raise Damaged
    return data


def _wav(data: bytes) -> bytes:
    kept, at = b"", 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        end = min(len(data), at + 8 + size)
        if name in _WAV_SOUND:
            kept += data[at:end] + bytes((end - at) % 2)
        at += 8 + size + size % 2
    if b"data" not in kept:
        raise Damaged
    return struct.pack("<4sI4s", b"RIFF", 4 + len(kept), b"WAVE") + kept


def _mp4(data: bytes) -> bytes:
    """Notes become free space of the same length, since the sound is found by its place in the file."""
    cleaned = bytearray(data)
    for at, size, head in _notes(data, 0, len(data)):
        cleaned[at + 4 : at + 8] = b"free"
        cleaned[at + head : at + size] = bytes(size - head)
    return bytes(cleaned)


def _notes(data: bytes, at: int, end: int, depth: int = 0) -> Iterator[tuple[int, int, int]]:
    """Place, size and head of each box that holds notes."""
    if depth > _MP4_DEPTH:
        raise Damaged
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        size = size or end - at
        if size < head or at + size > end:
            raise Damaged
        if name in _MP4_NOTES:
            yield at, size, head
        elif name in _MP4_PARENTS:
            yield from _notes(data, at + head, at + size, depth + 1)
        at += size


def _captions(data: bytes) -> bytes:
    """Cues and regions; comments and styles go."""
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").strip()
    first, *blocks = _CUE_BLOCK.split(text)
    kept = [block for block in blocks if not block.startswith(("NOTE", "STYLE"))]
    header = [line for line in first.split("\n")[1:] if "-->" in line]  # a cue may follow at once
    return "\n\n".join(["\n".join(["WEBVTT", *header]), *kept, ""]).encode()
