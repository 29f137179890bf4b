"""What an operator is told at five to nine: not open, paused, codes guessed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.archive import Delivery
from engine.archive.standing import Standing
from engine.console.alarms import alarms
from engine.console.day import Look, RedisFigures
from engine.figures import Figures
from engine.settings import Settings

NINE_MS = 1_800_000_000_000
QUARTER_MS = 900_000


def delivery(state: str) -> Delivery:
    """Log-in from a quarter to nine, the test from nine to ten."""
    names: dict[str, Any] = {
        "form": "f",
        "compiled": "c",
        "content_id": "i",
        "title": "Nombres",
        "language": "fr",
    }
    times: dict[str, Any] = {
        "login_opens_ms": NINE_MS - QUARTER_MS,
        "opens_at_ms": NINE_MS,
        "closes_at_ms": NINE_MS + 4 * QUARTER_MS,
        "intake_ends_ms": NINE_MS + 8 * QUARTER_MS,
        "duration_ms": QUARTER_MS,
    }
    return Delivery(id="nombres1", state=state, **names, **times)


def ringing(now_ms: int, state: str = "open", logins: float = 0.0, wrong: float = 0.0) -> dict[str, object]:
    """The alarms by key, with what fills their sentences; all else is well."""
    worker = Figures("w:1", now_ms, 0, logins_per_s=logins, wrong_per_s=wrong)
    look = Look(now_ms, [worker], RedisFigures(0, 0.0, 0.0, 0.0), STANDING, [delivery(state)], {}, 1 << 60)
    return {one.key: one.values for one in alarms(look, Settings.load({}))}


STANDING = Standing(unscored=0, drain_until_ms=NINE_MS * 2)


@pytest.mark.parametrize(
    ("minutes", "state", "rings"),
    [
        (-16, "created", False),
        (-5, "created", True),
        (30, "created", True),
        (-5, "open", False),
        (61, "created", False),
    ],
)
def test_an_operator_who_forgot_to_open_is_told_while_it_matters(
    minutes: int, state: str, rings: bool
) -> None:
    """From the moment when pupils would log in, until nobody could start any more."""
    found = ringing(NINE_MS + minutes * 60_000, state)
    assert found == ({"not_open": {"titles": "Nombres"}} if rings else {})


def test_a_pause_for_everybody_is_not_forgotten() -> None:
    """As long as it lasts."""
    assert ringing(NINE_MS, "paused") == {"paused": {"titles": "Nombres"}}


@pytest.mark.parametrize(
    ("logins", "wrong", "rings"), [(300, 1.5, False), (300, 12, False), (300, 20, True), (0, 3, True)]
)
def test_wrong_codes_ring_when_they_are_more_than_slips(logins: float, wrong: float, rings: bool) -> None:
    """The country's slips go with its arrivals; somebody who guesses does not."""
    assert ("wrong_codes" in ringing(NINE_MS, logins=logins, wrong=wrong)) is rings
