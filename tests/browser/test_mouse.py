"""A whole test by mouse, from the code to the exported rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.answers import Exported, Response, correct, plausible
from tests.browser.deliveries import Delivered
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting


def sit(sitting: Sitting, choose: Callable[[Delivered, str], Response]) -> dict[str, Response]:
    """Answer every question as `choose` says; gives what was answered."""
    sitting.begin()
    given = {}
    for item in sitting.questions():
        given[item] = choose(sitting.delivered, item)
        answer(sitting, given[item])
    return given


def test_every_answer_of_a_sitting_comes_out_of_the_export(
    page: Page, forms: Callable[[str], Delivered], tmp_path: Path
) -> None:
    """Twenty questions answered on the page are twenty items in the archive, with the very responses."""
    sitting = Sitting(page, forms("maths-6e"))
    given = sit(sitting, plausible)
    assert len(given) == 20

    sitting.review()
    expect(page.locator(".sums .is-fine")).to_contain_text("20")
    assert sitting.hand_in()

    exported = Exported(sitting.delivered, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)
    assert len([row for row in exported.scores if row["item"]]) == 20
