"""What an operator does to deliveries: written down first, then in effect."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.archive import Conflict, Gone
from engine.deliveries import DURATION_MS_MAX, Deliveries, Window
from engine.keyring import KeyProblem
from items.seal import Unreadable, unseal
from tests.engine.archives import NOON_MS, emptied, empty_address, opened
from tests.engine.sittings import NAME, Sitting

WINDOW = Window(NOON_MS, NOON_MS, NOON_MS + 3_600_000, NOON_MS + 7_200_000, 1_800_000)


@pytest.fixture
async def sitting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sitting]:
    """An archive, keys and a form; no delivery yet."""
    async with opened(await emptied(empty_address(request, "sqlite"))) as archive:
        yield Sitting(archive, tmp_path)


def staff(sitting: Sitting) -> Deliveries:
    """An operator at work."""
    return Deliveries(sitting.archive, sitting.keyring, who="op-1")


@pytest.mark.parametrize(
    "changed",
    [
        {"login_opens_ms": NOON_MS + 1},
        {"opens_at_ms": NOON_MS + 3_600_000},
        {"closes_at_ms": NOON_MS + 7_200_001},
        {"duration_ms": 0},
        {"duration_ms": DURATION_MS_MAX + 1},
        {"grace_ms": -1},
        {"grace_ms": 600_001},
    ],
)
def test_times_that_make_no_sense_are_refused(changed: dict[str, int]) -> None:
    """A slip in a time is found on the day before, not at the bell."""
    with pytest.raises(Conflict):
        WINDOW._replace(**changed).checked()


async def test_each_delivery_is_sealed_afresh(sitting: Sitting) -> None:
    """A rehearsal's key must not open the real day's test, though both deliver one form."""
    first = await sitting.begin()
    parts = {"bank": sitting.bank, "contents": sitting.contents, "now_ms": NOON_MS}
    second = await staff(sitting).create(sitting.compiled, WINDOW, **parts)  # type: ignore[arg-type]

    assert first.compiled == second.compiled
    assert (first.form, first.content_id) != (second.form, second.content_id)
    sealed = (sitting.contents / second.form).read_bytes()
    assert unseal(sealed, key=sitting.keyring.delivery(second.id).content_key)
    with pytest.raises(Unreadable):
        unseal(sealed, key=sitting.keyring.delivery(first.id).content_key)


async def test_a_delivery_has_a_name_that_fits_a_token(sitting: Sitting) -> None:
    """Eight signs, drawn when none are given; a name is never used twice."""
    delivery = await sitting.begin()
    parts = {"bank": sitting.bank, "contents": sitting.contents, "now_ms": NOON_MS}

    drawn = await staff(sitting).create(sitting.compiled, WINDOW, **parts)  # type: ignore[arg-type]

    assert (delivery.id, len(drawn.id)) == (NAME, 8)
    with pytest.raises(KeyProblem, match="not replaced"):
        await staff(sitting).create(sitting.compiled, WINDOW, delivery=NAME, **parts)  # type: ignore[arg-type]


async def test_sealed_contents_are_whole_or_not_there(sitting: Sitting) -> None:
    """A server may read the folder at any moment."""
    delivery = await sitting.begin()

    assert [path.name for path in sitting.contents.iterdir()] == [delivery.form]
    assert stat.S_IMODE(sitting.contents.stat().st_mode) & 0o022 == 0


async def test_an_act_is_in_the_audit_log_with_who_did_it(sitting: Sitting) -> None:
    """Who opened, who closed, when: asked after every incident."""
    await sitting.begin()
    closed = await staff(sitting).act(NAME, "close", NOON_MS + 5)

    lines = [(line.act, line.who, line.at_ms, line.delivery) async for line in sitting.archive.audit_lines()]
    assert lines[-2:] == [
        ("delivery.open", "op-1", NOON_MS, NAME),
        ("delivery.close", "op-1", NOON_MS + 5, NAME),
    ]
    assert await sitting.archive.delivery(NAME) == closed


async def test_an_unknown_delivery_cannot_be_opened(sitting: Sitting) -> None:
    """The message says how to find the right one."""
    with pytest.raises(Gone, match="status"):
        await staff(sitting).act("nothing1", "open", NOON_MS)
