"""The teachers of a rehearsal: an authority of its own, whose key signs their assertions.

The private half goes to the crowd, which plays the authority's program as well; it opens the rooms of this
rehearsal and nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine import demonstration
from engine.assertion import KEY_FILE
from engine.settings import Settings

ORIGIN = "https://authority.rehearsal.test"


def employ(settings: Settings, file: Path, pupils: int) -> None:
    """Give the engine the public key, and write down for the crowd whom it may play."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    settings.keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.keys_dir / KEY_FILE).write_bytes(public)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    rooms = [f"R{number + 1}" for number in range(-(-pupils // demonstration.ROOM_SIZE))]
    staff = {"origin": settings.authority_origin, "campaign": demonstration.WHO, "rooms": rooms}
    file.touch(mode=0o600)
    file.write_text(json.dumps(staff | {"key": private.decode()}))
