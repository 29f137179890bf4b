"""The sealed form: one immutable file, fetched ahead of time, useless until the bell brings the key.

16 bytes of content id, then frames: u32 length, AES-256-GCM(deflate(u32 header length, JSON
header, bytes)). The nonce is the frame's index; the associated data is id, index and a last-flag,
so that no frame can be dropped, swapped or taken from another form. Frame 0 lists everything;
each item follows the passages it needs and precedes its pictures, so that item 1 can be painted
while the rest is still on its way. A content id and its key are used for one sealing only: the
nonces repeat in the next.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from items.model import Content, Media, encode

CONTENT_ID_BYTES = 16
# Pictures are compressed already: trying hard on them costs a second a form and gains nothing.
LEVELS = {"image/svg+xml": 9}
PICTURE_LEVEL = 1


class Unreadable(Exception):
    """The sealed form is cut, changed or was sealed under another key."""


class Frame(NamedTuple):
    header: dict[str, Any]
    data: bytes


def seal(content: Content, *, key: bytes, content_id: bytes) -> bytes:
    """Encrypt a form for delivery; deterministic in its arguments."""
    if len(content_id) != CONTENT_ID_BYTES:
        raise ValueError(f"a content id has {CONTENT_ID_BYTES} bytes, not {len(content_id)}")
    cipher = AESGCM(key)
    frames = list(_frames(content))
    parts = [content_id]
    for index, (frame, level) in enumerate(frames):
        header = encode(frame.header)
        plain = zlib.compress(len(header).to_bytes(4, "big") + header + frame.data, level)
        associated = _associated(content_id, index, last=index == len(frames) - 1)
        sealed = cipher.encrypt(index.to_bytes(12, "big"), plain, associated)
        parts += [len(sealed).to_bytes(4, "big"), sealed]
    return b"".join(parts)


def unseal(sealed: bytes, *, key: bytes) -> tuple[bytes, list[Frame]]:
    """The content id and the frames, as a player reads them."""
    content_id, cipher = sealed[:CONTENT_ID_BYTES], AESGCM(key)
    frames: list[Frame] = []
    position = CONTENT_ID_BYTES
    while position < len(sealed):
        end = position + 4 + int.from_bytes(sealed[position : position + 4], "big")
        index, associated = len(frames), _associated(content_id, len(frames), last=end == len(sealed))
        try:
            plain = cipher.decrypt(index.to_bytes(12, "big"), sealed[position + 4 : end], associated)
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"frame {index} cannot be read") from error
        frames.append(_frame(zlib.decompress(plain)))
        position = end
    if not frames:
        raise Unreadable("there is no frame in it")
    return content_id, frames


def _frame(plain: bytes) -> Frame:
    end = 4 + int.from_bytes(plain[:4], "big")
    return Frame(json.loads(plain[4:end]), plain[end:])


def _associated(content_id: bytes, index: int, *, last: bool) -> bytes:
    return content_id + index.to_bytes(4, "big") + bytes([last])


def _frames(content: Content) -> Iterator[tuple[Frame, int]]:
    """Each frame with the effort its compression is worth."""
    yield Frame(_contents(content), b""), 9
    stimuli = {stimulus.id: stimulus for stimulus in content.stimuli}
    media = {medium.id: medium for medium in content.media}
    for item in content.items:
        for name in item.stimuli:
            if stimulus := stimuli.pop(name, None):
                header = {"kind": "stimulus", "id": name, "media": stimulus.media}
                yield Frame(header, stimulus.html.encode()), 9
                yield from _cards(name, stimulus.cards)
        yield Frame({"kind": "item", "id": item.id}, item.html.encode()), 9
        yield from _cards(item.id, item.cards)
        for name in item.media:
            if medium := media.pop(name, None):
                yield _medium(medium), LEVELS.get(medium.type, PICTURE_LEVEL)


def _cards(name: str, cards: str) -> Iterator[tuple[Frame, int]]:
    """What the player fetches when a pupil asks for it; nothing where there is nothing."""
    if cards:
        yield Frame({"kind": "cards", "id": name}, cards.encode()), 9


def _medium(medium: Media) -> Frame:
    return Frame({"kind": "media", "id": medium.id, "type": medium.type}, medium.data)


def _contents(content: Content) -> dict[str, Any]:
    return {
        "v": 1,
        "title": content.title,
        "language": content.language,
        "instructions": content.instructions,
        "sections": [section._asdict() for section in content.sections],
        "parts": [part._asdict() for part in content.parts],
        "items": [{"id": i.id, "stimuli": i.stimuli, "media": i.media} for i in content.items],
        "media": [{"id": medium.id, "type": medium.type} for medium in content.media],
    }
