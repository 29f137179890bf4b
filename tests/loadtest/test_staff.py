"""Teachers of a run: what they show to the engine is what the authority would have signed."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from engine.assertion import read
from engine.cli.loadtest import STAFF_FILE, Target, rehearsal
from engine.rehearsal.staff import ORIGIN
from loadtest.assertion import private_key, sign
from loadtest.day import Day
from loadtest.line import Address
from loadtest.scenario import Scenario
from loadtest.staff import MINUTES, Operator, Teacher, staff_of
from tests.asserted import KEY
from tests.patience import PATIENCE_S
from tests.pupil import PupilClient

LOOKS = 10_000
"""Each is a whole call, and some see what has not happened yet."""


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


async def test_a_teacher_sees_who_sits_and_gives_time_and_an_operator_sees_the_server(tmp_path: Path) -> None:
    """On the server of a rehearsal, one look after the other, until each has got what it is for."""
    async with rehearsal(tmp_path, 1, authority_origin=ORIGIN) as (target, _):
        await asyncio.to_thread(looks_at, target, tmp_path / STAFF_FILE)


def looks_at(target: Target, staff: Path) -> None:
    """What each of the staff comes to see while a pupil sits."""
    scenario = Scenario(extend_share=1.0, timeout_s=PATIENCE_S)
    day, given = Day(scenario, Address.of(target.url), [], BytesIO()), staff_of(str(staff))
    teacher, operator = Teacher(day, 0, given["rooms"][0], given), Operator(day, 0)
    pupil = PupilClient(target.url, target.codes.read_text())
    pupil.login()
    until_ms = pupil.start()["session"]["deadline_ms"]
    for who, name in ((teacher, "extended"), (operator, "operator_looks")):
        for _ in range(LOOKS):
            if day.counts[name] + day.counts["errors"]:
                break
            who.look(0.0)
        assert day.counts[name] > 0
    for one in (teacher, operator):
        one._line.close()

    assert day.counts["room_looks"] > 0
    assert day.counts["errors"] == 0
    # And not one minute less: where the machine stood still, that is given back as well.
    assert pupil.resume()["session"]["deadline_ms"] >= until_ms + MINUTES * 60_000
