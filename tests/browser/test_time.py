"""The end of the time: the page locks, and what was answered has arrived."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as Waited
from playwright.sync_api import expect

from tests.browser.answers import Exported, Response, plausible
from tests.browser.conftest import PATIENCE_MS, Open, patience
from tests.browser.deliveries import deliver
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting
from tests.served import Served

DURATIONS_S = (6, 30, 120)
"""The first that lets this machine answer a question in time is taken."""


@pytest.mark.parametrize("is_cut", [False, pytest.param(True, marks=pytest.mark.long)])
def test_when_the_time_ends_the_page_locks_and_the_answers_arrive(
    opened: Open, engine: Served, tmp_path: Path, is_cut: bool
) -> None:
    """Without a press of the pupil, also when the line was down at the end."""
    sitting, given = answered_in_time(opened, engine, is_cut)
    page = sitting.page
    expect(page.locator(".on-test")).to_have_count(0)
    assert page.locator(".item").count() == 0
    page.context.set_offline(False)
    assert sitting.receipt()

    exported = Exported(sitting.delivered, sitting.seat, tmp_path)
    # How long the line was down decides what counts; what was answered is there in any case.
    assert exported.answers(also_uncounted=is_cut) == exported.expected(given)


def answered_in_time(opened: Open, engine: Served, is_cut: bool) -> tuple[Sitting, dict[str, Response]]:
    """A sitting whose time is about to end, with the first question answered."""
    for duration_s in DURATIONS_S:
        context = opened()
        sitting = Sitting(
            context.new_page(), deliver(engine, "maths-6e", seats=1, duration_ms=duration_s * 1000)
        )
        patience(context, duration_s * 1000)
        try:
            sitting.begin()
            sitting.saved()
            context.set_offline(is_cut)
            item = sitting.items[0]
            given = plausible(sitting.delivered, item)
            answer(sitting, given)
            expect(sitting.page.locator(".on-test")).to_have_count(1)  # it was answered, and not missed
        except (Waited, AssertionError):
            continue
        finally:
            patience(context, PATIENCE_MS)
        return sitting, {item: given}
    raise AssertionError("this machine answers no question within two minutes")
