"""A whole test by mouse, from the code to the exported rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.answers import Exported, Response, correct, plausible
from tests.browser.conftest import Open, new_computer
from tests.browser.deliveries import Delivered
from tests.browser.mouse import answer
from tests.browser.sitting import LOOK_AGAIN_MS, Sitting
from tests.browser.watch import Watch

FRAMES = """async () => {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
}"""
PHONE = {"width": 360, "height": 740}


def sit(sitting: Sitting, choose: Callable[[Delivered, str], Response]) -> dict[str, Response]:
    """Answer every question as `choose` says; gives what was answered."""
    sitting.begin()
    given = {}
    for item in sitting.questions():
        given[item] = choose(sitting.delivered, item)
        answer(sitting, given[item])
    return given


class Sat(NamedTuple):
    """A whole sitting, handed in: what was answered, what came out, what the browser did."""

    given: dict[str, Response]
    summary: str
    receipt: str
    exported: Exported
    watch: Watch


@pytest.fixture(scope="module")
def sat(browser: Browser, forms: Callable[[str], Delivered], tmp_path_factory: pytest.TempPathFactory) -> Sat:
    """The whole mathematics form by mouse."""
    context = new_computer(browser)
    watch = Watch(context)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    given = sit(sitting, plausible)
    sitting.kept()
    sitting.review()
    summary = sitting.page.locator(".sums .is-fine").inner_text()
    receipt = sitting.hand_in()
    context.close()
    exported = Exported(sitting.delivered, sitting.seat, tmp_path_factory.mktemp("results"))
    return Sat(given, summary, receipt, exported, watch)


def test_every_answer_of_a_sitting_comes_out_of_the_export(sat: Sat) -> None:
    """Twenty questions answered on the page are twenty items in the archive, with the very responses."""
    assert sat.receipt
    assert "20" in sat.summary
    assert len(sat.given) == 20
    assert sat.exported.answers() == sat.exported.expected(sat.given)
    assert len([row for row in sat.exported.scores if row["item"]]) == 20


def test_a_sitting_loads_nothing_from_elsewhere_and_breaks_no_rule_of_its_page(sat: Sat) -> None:
    """No request leaves for another computer, and the browser has nothing to complain about."""
    assert sat.watch.hosts == {"127.0.0.1"}
    assert sat.watch.messages == []
    assert sat.watch.faults() == []


@pytest.mark.parametrize("form", ["maths-6e", pytest.param("francais-6e", marks=pytest.mark.long)])
def test_right_answers_given_on_the_page_earn_every_point(
    page: Page, forms: Callable[[str], Delivered], tmp_path: Path, form: str
) -> None:
    """Declared answers, through mouse, browser, server, archive and scorer: nothing is lost on the way."""
    sitting = Sitting(page, forms(form))
    given = sit(sitting, correct)
    sitting.review()
    sitting.hand_in()

    exported = Exported(sitting.delivered, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)
    items = [row for row in exported.scores if row["item"] and row["needs_marking"] == "false"]
    (total,) = [row for row in exported.scores if not row["item"]]
    assert len(items) == 19
    assert [row["item"] for row in items if row["score"] != row["max_score"]] == []
    assert float(total["score"]) == sum(float(row["max_score"]) for row in items)


@pytest.mark.long
@pytest.mark.parametrize("form", ["maths-6e", "francais-6e"])
def test_right_answers_given_by_finger_on_a_small_screen_earn_every_point(
    opened: Open, forms: Callable[[str], Delivered], tmp_path: Path, form: str
) -> None:
    """Each kind by taps, 360 px wide, where tables are stacked and arrows stand below long lines."""
    sitting = Sitting(opened(viewport=PHONE, has_touch=True, is_mobile=True).new_page(), forms(form))
    given = sit(sitting, correct)
    sitting.review()
    sitting.hand_in()
    exported = Exported(sitting.delivered, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)
    items = [row for row in exported.scores if row["item"] and row["needs_marking"] == "false"]
    assert [row["item"] for row in items if row["score"] != row["max_score"]] == []


def test_a_line_that_is_dragged_takes_its_new_place(page: Page, forms: Callable[[str], Delivered]) -> None:
    """Dropped on the first line, the last one is the first, and the order is an answer."""
    sitting = Sitting(page, forms("francais-6e"))
    sitting.begin()
    sitting.go(1 + sitting.items.index(of_kind(sitting.delivered, "order")))
    lines = page.locator(".qti-order li")
    last = lines.last.get_attribute("data-choice")
    lines.last.locator(".grip").drag_to(lines.first)
    expect(lines.first).to_have_attribute("data-choice", last or "")
    expect(page.locator(".qti-order.is-given")).to_be_visible()


def test_a_label_is_dragged_to_a_gap_further_down_the_page(
    page: Page, forms: Callable[[str], Delivered]
) -> None:
    """Near the edge of a small screen the page scrolls along; the list in the gap shows what was dropped."""
    sitting = Sitting(page, forms("francais-6e"))
    sitting.begin()
    sitting.go(1 + sitting.items.index(of_kind(sitting.delivered, "gap-match")))
    page.set_viewport_size({"width": 360, "height": 420})
    label = page.locator(".qti-gap-choices li").first
    choice = label.get_attribute("data-choice")
    gap = page.locator("select[data-gap]").last
    expect(gap).not_to_be_in_viewport()
    label.locator("button").hover()
    page.mouse.down()
    page.mouse.move(180, 410)
    while (box := gap.bounding_box()) and box["y"] > 300:
        page.wait_for_timeout(LOOK_AGAIN_MS)
    page.mouse.move(180, 210)  # away from the edge, so that the page stands still
    page.evaluate(FRAMES)
    box = gap.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=2)
    expect(page.locator(".is-target")).to_have_count(1)
    page.mouse.up()
    expect(gap).to_have_value(choice or "")


def of_kind(delivered: Delivered, kind: str) -> str:
    """The first item with an interaction of this kind."""
    return next(item for item, shapes in delivered.shapes.items() if shapes["r1"]["kind"] == kind)
