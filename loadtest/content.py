"""Opens a sealed form with the key that the start brings, as the player does.

Written from the description of the format, not from the server's code: a form that this reader cannot open
is a form that a player cannot open.
"""

from __future__ import annotations

import json
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ID_BYTES = 16


class Unreadable(Exception):
    """The content does not open with this key, or is cut."""


def open_items(sealed: bytes, key: bytes) -> dict[str, str]:
    """The HTML fragment of each item, in authored order."""
    content_id, cipher = sealed[:ID_BYTES], AESGCM(key)
    items: dict[str, str] = {}
    index, place = 0, ID_BYTES
    while place < len(sealed):
        end = place + 4 + int.from_bytes(sealed[place : place + 4], "big")
        associated = content_id + index.to_bytes(4, "big") + bytes([end == len(sealed)])
        try:
            plain = cipher.decrypt(index.to_bytes(12, "big"), sealed[place + 4 : end], associated)
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"frame {index} does not open") from error
        header, data = _parts(zlib.decompress(plain))
        if header.get("kind") == "item":
            items[header["id"]] = data.decode()
        index, place = index + 1, end
    if not items:
        raise Unreadable("there is no item in it")
    return items


def _parts(plain: bytes) -> tuple[dict[str, str], bytes]:
    end = 4 + int.from_bytes(plain[:4], "big")
    return json.loads(plain[4:end]), plain[end:]
