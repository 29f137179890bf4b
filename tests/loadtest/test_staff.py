"""Teachers of a run: what they show to the engine is what the authority would have signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from engine.assertion import read
from loadtest.assertion import private_key, sign
from loadtest.staff import staff_of
from tests.asserted import KEY


def test_the_engine_reads_the_assertions_of_a_run() -> None:
    """Campaign, rooms and who it is, for ten minutes."""
    now_s = 1_800_000_000.0
    text = sign(KEY, "demonstration", "0" * 31 + "7", ["R2", "R1"], now_s)
    found = read(KEY.public_key(), f"Assertion {text}", int(now_s * 1000) + 599_000)

    assert (found.campaign, found.rooms, found.actor) == (
        "demonstration",
        frozenset({"R1", "R2"}),
        "teacher:" + "0" * 31 + "7",
    )


def test_the_file_of_the_staff_is_looked_through(tmp_path: Path) -> None:
    """What lacks something is refused; no file, no staff."""
    file = tmp_path / "staff"
    file.write_text(json.dumps({"origin": "https://asp.test", "rooms": []}))

    assert staff_of("") == {}
    with pytest.raises(ValueError, match="lacks one of origin, campaign, key, rooms"):
        staff_of(str(file))


def test_the_key_is_an_ed25519_key() -> None:
    """As the authority has it."""
    pem = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    assert private_key(pem.decode()).public_key() == KEY.public_key()
