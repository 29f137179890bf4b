"""What joins, and what works on a picture: answered in every way, kept, without a barrier, and scored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.answers import Exported
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, deliver
from tests.browser.places import FORM, Keys, Pointer, apart, right, shown
from tests.browser.sitting import Sitting
from tests.browser.test_access import NARROW, WIDE, Inspector
from tests.served import Served


@pytest.fixture(scope="module")
def form(engine: Served) -> Delivered:
    """The form that has one item of each of these kinds."""
    return deliver(engine, FORM)


def test_each_kind_is_answered_by_mouse_kept_over_a_reload_and_scored(
    opened: Open, form: Delivered, tmp_path: Path
) -> None:
    """One sitting through all of them: no barrier at 1280 and 360 px, every point for the right answers."""
    sitting = Sitting(opened().new_page(), form)
    pointer, inspector = Pointer(sitting), Inspector(sitting.page)
    sitting.begin()
    given, seen = {}, {}
    for item in sitting.questions():
        given[item] = right(form, item)
        pointer.answer(given[item])
        inspector.look(form.scorer.authored(item))
        sitting.page.set_viewport_size(WIDE)
        seen[item] = shown(sitting)
    sitting.saved()
    sitting.page.reload()
    sitting.type_code(sitting.seat.code)
    expect(sitting.page.locator(".question .item")).to_be_visible()
    sitting.go(1)
    again = {item: shown(sitting) for item in sitting.questions()}
    assert again == seen
    sitting.finish()

    assert inspector.wrong == []
    exported = Exported(form, sitting.seat, tmp_path)
    assert apart(exported.answers(), exported.expected(given)) == []
    items = [row for row in exported.scores if row["item"]]
    assert len(items) == len(given) == 15
    assert [row["item"] for row in items if row["score"] != row["max_score"]] == []


@pytest.mark.long
def test_what_may_not_go_together_is_said_and_not_joined(opened: Open, form: Delivered) -> None:
    """Two animals: the page says why not, nothing is answered, and what must be used is asked for."""
    sitting = Sitting(opened(locale="fr-FR").new_page(), form)
    sitting.begin()
    (item,) = (item for item in form.key["items"] if form.scorer.authored(item) == "groups")
    sitting.go(int(item[1:]))
    root = sitting.interaction("r1")
    for name in ("le chat", "le chien"):
        root.get_by_role("button", name=name).click()
    expect(root.locator(".hint")).to_have_text(
        "« le chat » et « le chien » ne peuvent pas aller ensemble ici."
    )
    expect(root.locator(".pairs li")).to_have_count(0)
    for name in ("le chien", "il aboie"):
        root.get_by_role("button", name=name).click()
    expect(root.locator(".hint")).to_contain_text("« le chat » doit servir au moins une fois.")
    expect(root.locator(".pairs li")).to_have_count(1)


@pytest.mark.long
def test_each_kind_is_answered_by_keyboard_alone(opened: Open, form: Delivered, tmp_path: Path) -> None:
    """Also the points of a picture, in its own units, while the window shows it smaller."""
    sitting = Sitting(opened(viewport={"width": 640, "height": 500}).new_page(), form)
    keys = Keys(sitting)
    sitting.begin()
    given = {}
    for item in sitting.questions():
        given[item] = right(form, item)
        keys.answer(given[item])
    sitting.finish()
    assert keys.hands.hidden == []
    exported = Exported(form, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)


@pytest.mark.long
def test_each_kind_is_answered_by_finger_on_a_small_screen(
    opened: Open, form: Delivered, tmp_path: Path
) -> None:
    """A tap where a mouse would click; points are as exact as the screen."""
    sitting = Sitting(opened(viewport=NARROW, has_touch=True, is_mobile=True).new_page(), form)
    pointer = Pointer(sitting, touch=True)
    sitting.begin()
    for item in sitting.questions():
        pointer.answer(right(form, item))
    sitting.finish()
    exported = Exported(form, sitting.seat, tmp_path)
    items = [row for row in exported.scores if row["item"]]
    assert [row["item"] for row in items if row["score"] != row["max_score"]] == []


LIMITS = {
    "associate": "3 réponses",
    "graphic-associate": "3 réponses",
    "select-points": "4 réponses",
    "order-part": "3 réponses",
    "match-part": "2 réponses",
}


@pytest.mark.long
def test_a_limit_is_explained_and_traps_nobody(opened: Open, form: Delivered) -> None:
    """One too many is not taken, the page says why, and the server never gets to refuse anything."""
    sitting = Sitting(opened().new_page(), form)
    pointer = Pointer(sitting)
    sitting.begin()
    for item in sitting.questions():
        reason = LIMITS.get(form.scorer.authored(item))
        if not reason:
            continue
        pointer.answer(right(form, item))
        before = shown(sitting)
        one_too_many(sitting, form.scorer.authored(item))
        expect(sitting.page.locator(".item .hint").first).to_contain_text(reason)
        if "points" not in form.scorer.authored(item):
            assert shown(sitting) == before
    sitting.saved()


def one_too_many(sitting: Sitting, name: str) -> None:
    """Press what the limit of this item does not allow any more."""
    page = sitting.page
    if name == "select-points":
        for x in (30, 60):
            page.locator(".aim").click(position={"x": x, "y": 30})
    elif name == "match-part":
        page.locator("tr:not(:has(.is-ticked)) label").first.click()
    elif name == "order-part":
        page.locator(".chip:not(.is-spent)").first.click()
    elif name == "graphic-associate":
        free = page.locator(".spot-button:not(.is-used)").first
        free.click()
        page.locator(".spot-button.is-used").first.click()
    else:
        page.locator(".chip:not(.is-used)").click()
        page.locator(".chip.is-used").first.click()


@pytest.mark.long
def test_what_is_pointed_at_is_answered_by_a_list_as_well(
    opened: Open, form: Delivered, tmp_path: Path
) -> None:
    """For who sees no picture: native lists, fields and buttons give the same values."""
    sitting = Sitting(opened().new_page(), form)
    sitting.begin()
    given = {}
    for item in sitting.questions():
        response = right(form, item)
        if all(answered_by_list(sitting, name, value) for name, value in response.items()):
            given[item] = response
    assert len(given) == 9
    sitting.finish()
    exported = Exported(form, sitting.seat, tmp_path)
    assert apart(exported.answers(), exported.expected(given)) == []


def answered_by_list(sitting: Sitting, name: str, value: str | list[str]) -> bool:
    """Whether this interaction has a list, and was answered with it."""
    root = sitting.interaction(name)
    places = sitting.page.locator(".by-list")
    number = int(name[1:]) - 1 if places.count() > 1 else 0
    if not places.count():
        return False
    place = places.nth(number)
    place.locator("summary").press("Enter")
    names = ["", *labels(root)]
    for one in [value] if isinstance(value, str) else value:
        parts = one.split()
        if len(parts) == 1:
            place.locator("button").nth(names.index(one) - 1).press("Enter")
            continue
        for field, part in zip(place.locator("input, select").all(), parts, strict=True):
            if field.evaluate("(one) => one.matches('select')"):
                field.select_option(part)
            else:
                field.fill(part)
        place.locator("button.second").press("Enter")
    return True


def labels(root: Locator) -> list[str]:
    """The names of what can be chosen, in the order of the page."""
    found: list[str] = root.evaluate(
        "(root) => [...root.querySelectorAll('[data-choice]')].map((one) => one.dataset.choice)"
    )
    return found


@pytest.mark.long
def test_what_is_dragged_lands_where_it_is_dropped(opened: Open, form: Delivered) -> None:
    """Labels into gaps and onto places, from one place to another and away; objects onto their stage."""
    sitting = Sitting(opened().new_page(), form)
    page = sitting.page
    sitting.begin()
    names = [form.scorer.authored(item) for item in sitting.items]
    sitting.go(1 + names.index("graphic-gap-match"))
    slots, filled = page.locator(".spot-button.slot"), page.locator(".spot-button.is-filled")
    page.locator(".chip").first.drag_to(slots.nth(1))
    expect(filled).to_have_count(1)
    name = filled.get_attribute("aria-label") or ""
    slots.nth(1).drag_to(slots.nth(2))
    expect(slots.nth(2)).to_have_attribute("aria-label", re.compile(re.escape(name.split(" : ")[1])))
    expect(filled).to_have_count(1)
    slots.nth(2).drag_to(page.locator(".qti-prompt"))
    expect(filled).to_have_count(0)
    expect(page.locator(".clear")).to_be_hidden()
    sitting.saved()  # the click that ends a drag is over by then

    sitting.go(1 + names.index("position-object"))
    stage = page.locator(".ground")
    page.locator(".object").last.drag_to(stage, target_position={"x": 90, "y": 60})
    expect(page.locator(".mark-at")).to_have_count(1)
    page.locator(".mark-at .standing").drag_to(stage, target_position={"x": 200, "y": 100})
    expect(page.locator(".mark-at")).to_have_count(1)
    sitting.saved()


LAYOUT = """(root) => ({
  columns: getComputedStyle(root.querySelector('.qti-choices')).gridTemplateColumns.split(' ').length,
  letter: getComputedStyle(root.querySelector('.qti-choices label'), '::before').content,
  isHidden: getComputedStyle(root.querySelector('.qti-choices input')).opacity === '0',
  isBeside: root.querySelector('.qti-gap-choices').getBoundingClientRect().left >
    root.querySelector('.qti-gap-text').getBoundingClientRect().right,
})"""


@pytest.mark.long
def test_classes_of_the_shared_vocabulary_lay_out_what_they_name(opened: Open, form: Delivered) -> None:
    """Two columns, letters, ticks out of sight, labels at the side; on a small screen all in one column."""
    sitting = Sitting(opened().new_page(), form)
    sitting.begin()
    names = [form.scorer.authored(item) for item in sitting.items]
    sitting.go(1 + names.index("vocabulary"))
    item = sitting.page.locator(".question .item")
    wide = {"columns": 2, "letter": 'counter(choice, upper-alpha) ")"', "isHidden": True, "isBeside": True}
    assert item.evaluate(LAYOUT) == wide
    sitting.page.set_viewport_size(NARROW)
    assert item.evaluate(LAYOUT) == wide | {"columns": 1, "isBeside": False}
