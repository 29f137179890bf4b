"""Guessers are slowed; schools are not."""

from __future__ import annotations

import pytest

from engine.errors import Problem
from engine.guessing import SHARED, Guessing


@pytest.fixture
def guessing() -> Guessing:
    return Guessing(b"k" * 32, per_minute=5)


def test_a_browser_is_slowed_after_five_wrong_codes_and_let_in_again_later(guessing: Guessing) -> None:
    """The bucket fills by itself; nobody is locked out for good."""
    device = guessing.device(guessing.new_device())
    for _ in range(5):
        guessing.check(device, 0)
        guessing.wrong(device, 0)
    with pytest.raises(Problem, match="slow_down") as refused:
        guessing.check(device, 0)
    assert refused.value.retry_after_ms is not None
    guessing.check(device, refused.value.retry_after_ms)


def test_one_guesser_does_not_slow_the_neighbour_at_the_same_address(guessing: Guessing) -> None:
    """Browsers are told apart by a cookie, not by the address that a whole school shares."""
    guesser, pupil = (guessing.device(guessing.new_device()) for _ in range(2))
    for _ in range(5):
        guessing.wrong(guesser, 0)
    guessing.check(pupil, 0)


@pytest.mark.parametrize("cookie", ["", "made.up", "0011223344556677", "a.b.c", "é.é"])
def test_a_cookie_that_we_did_not_sign_counts_as_none(guessing: Guessing, cookie: str) -> None:
    """All browsers without a cookie of ours share one bucket, so inventing cookies gains nothing."""
    assert guessing.device(cookie) == SHARED


def test_wrong_codes_are_counted_for_the_whole_worker(guessing: Guessing) -> None:
    """The national alarm sees them all, whoever typed them."""
    guessing.wrong("one", 0)
    guessing.wrong("two", 0)
    assert guessing.wrong_total == 2
