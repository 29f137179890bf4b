"""Recordings made by us: short, with notes in them that must not come out."""

from __future__ import annotations

import math
import struct

NOTE = b"authored-note"
SECONDS = 0.4


def _box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), name) + data


def wav(seconds: float = SECONDS, hertz: int = 440) -> bytes:
    """A tone that browsers play, with a title."""
    rate = 8000
    samples = b"".join(
        struct.pack("<h", int(8000 * math.sin(2 * math.pi * hertz * n / rate)))
        for n in range(int(rate * seconds))
    )
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    title = struct.pack("<4sI", b"INAM", len(NOTE) + 1) + NOTE + b"\0"
    notes = struct.pack("<4sI4s", b"LIST", 4 + len(title), b"INFO") + title
    sound = struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form + notes + sound), b"WAVE") + form + notes + sound


def mp3() -> bytes:
    """Tags before and after two frames of silence."""
    size = len(NOTE)
    head = b"ID3\x04\0\0" + bytes([0, 0, 0, size]) + NOTE
    return head + (b"\xff\xfb\x90\x64" + bytes(413)) * 2 + (b"TAG" + NOTE).ljust(128, b"\0")


def mp4(brand: bytes = b"isom") -> bytes:
    """Boxes with notes at two levels, and the sound behind them."""
    notes = _box(b"udta", _box(b"meta", NOTE))
    return (
        _box(b"ftyp", brand + bytes(4))
        + _box(b"moov", _box(b"trak", notes) + notes)
        + _box(b"mdat", b"x" * 9)
    )


WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(20)
OGG = b"OggS\0\x02" + bytes(40)
VTT = (
    "\ufeffWEBVTT authored-note\r\n\r\nNOTE authored-note\r\n\r\nSTYLE\r\n::cue {}\r\n\r\n"
    "1\r\n00:00.000 --> 00:00.300\r\nBonjour\r\n"
).encode()
