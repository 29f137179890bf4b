"""The day of a school, from the class list to the end of the keys; its names never meet the engine.

Two programs on two origins, each behind a relay that keeps every byte. The authority's pages hold the names
of two classes; whatever the engine was sent, said, logged, stored, backed up and exported is searched for
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import expect

from engine.keyring import KeyRing
from tests.browser.conftest import Open
from tests.browser.deliveries import apart
from tests.browser.schoolday import traces
from tests.browser.schoolday.day import SLOW, Day, Room, begun, left_behind, prepared
from tests.browser.schoolday.finder import Finder
from tests.browser.schoolday.names import CP, FAMILIES, FIRSTS, UAI, mark, marks, pupils_of
from tests.browser.schoolday.paper import Strip
from tests.browser.schoolday.pupils import Pupil, Unplugged, rest_of_the_class
from tests.pupil import PupilClient, Refused

UNPLUGGED, MOVES, RESERVE, PLAIN = 0, 1, 2, 4
"""Places in the class list of those who sit at browsers, beside the one with a third more time."""
ABSENT = range(20, 25)
SAT = 25
THIRD_MORE_MS = 39_990
GIVEN_MINUTES = 30
LOOKS, LOOKS_MAX = 12, 6_000
OVER = "plus rien ne peut être consulté"


@pytest.fixture
def day(tmp_path_factory: pytest.TempPathFactory, opened: Open) -> Iterator[Day]:
    with begun(tmp_path_factory.mktemp("day"), opened) as stage:
        yield stage


def test_the_day_of_a_school_and_no_name_of_it_in_the_engine(day: Day, tmp_path: Path) -> None:
    """Lists, codes, a class at computers, a class on paper, results, the end; then the search."""
    sixieme, grid = prepared(day, tmp_path)
    unplugged, sat = the_class_sits(day, sixieme)
    a_class_on_paper_is_keyed(grid)
    the_bell_rings(sixieme, unplugged)
    the_teacher_sees_all_safe(sixieme)

    deliveries = sixieme.delivered.id, grid.delivered.id
    day.hall.closes(*deliveries)
    takeouts = [day.hall.takes_out(delivery) for delivery in deliveries]
    day.hall.publishes(sixieme.delivered.id)
    results_are_read_with_names(sixieme, unplugged)
    finder = Finder(marks())
    backup = traces.of_backup(day.hall.engine, day.hall.backs_up())
    assert finder.found_in([*left_behind(day), *backup]) == {}

    receipts = [day.office.signs_for(takeout, day.hall.public_key) for takeout in takeouts]
    assert day.hall.finishes(*receipts)["finished"]
    nothing_is_reachable(day, sixieme, sat)
    day.office.destroys()
    nobody_reads_a_name_again(day, sixieme)
    assert finder.found_in(left_behind(day)) == {}
    what_is_there_is_found(day, finder)


def the_class_sits(day: Day, sixieme: Room) -> tuple[Unplugged, list[PupilClient]]:
    """Five at browsers, twenty more; five stay at home."""
    strips, reserve, teacher = sixieme.strips, sixieme.reserve, sixieme.teacher
    assert reserve

    def at_a_browser(place: int) -> Pupil:
        return Pupil(day.computer().new_page(), sixieme.delivered, strips[place], day.wire.url)

    unplugged = Unplugged(day.computer().new_page(), sixieme.delivered, strips[UNPLUGGED], day.wire.url)
    unplugged.begin_and_lose_the_line()
    teacher.opens("room")
    teacher.gives_the_reserve_code(strips[RESERVE].name, reserve)
    for place in (MOVES, RESERVE, SLOW, PLAIN):  # so that none of them depends on how fast this machine is
        teacher.gives_time(strips[place].name, GIVEN_MINUTES)
    moving = at_a_browser(MOVES)
    moving.begin()
    moving.answers(1, 2)
    moving.saved()
    moving.goes_on_at(at_a_browser(MOVES))
    Pupil(day.computer().new_page(), sixieme.delivered, reserve, day.wire.url).sits()
    assert apart(lambda: led_to(day, strips[RESERVE])) in ("closed", "code_revoked")
    slow = at_a_browser(SLOW)
    slow.sits()
    lasts_ms = slow.session["deadline_ms"] - slow.session["started_at_ms"]
    assert (slow.session["factor"], lasts_ms) == (1.333, THIRD_MORE_MS + GIVEN_MINUTES * 60_000)
    at_a_browser(PLAIN).sits()
    rest = [strip for place, strip in enumerate(strips) if place > PLAIN and place not in ABSENT]
    sat = apart(lambda: rest_of_the_class(day.wire.url, sixieme.delivered, rest))
    return unplugged, sat


def the_bell_rings(sixieme: Room, unplugged: Unplugged) -> None:
    """Whose time ended without a line may hold answers, and is told so; they come with the line."""
    teacher, name = sixieme.teacher, unplugged.strip.name
    unplugged.hears_the_bell()
    teacher.finds(name, "Clos")
    told = f"pas encore toutes arrivées ou test en cours : {name}."
    expect(teacher.page.locator(".proof")).to_contain_text(told)
    unplugged.comes_back()


def led_to(day: Day, strip: Strip) -> str:
    """Where a code leads: the status of its session, or why it is refused."""
    try:
        return str(PupilClient(day.wire.url, strip.code).login()["session"]["status"])
    except Refused as refused:
        return refused.code


def a_class_on_paper_is_keyed(grid: Room) -> None:
    """Two papers by keyboard, one of them complete and handed in; rows are called by their names."""
    teacher = grid.teacher
    teacher.opens("keying")
    teacher.keys("1", "2", "3", "1", "2")
    teacher.hands_in_papers(1)
    named = teacher.page.locator("tr.is-over th")
    assert named.inner_text() in {person.name for person in pupils_of(CP)}


def the_teacher_sees_all_safe(sixieme: Room) -> None:
    """On the screen, and on the paper that says so."""
    teacher = sixieme.teacher
    teacher.opens("room")
    teacher.counts(SAT, 0, len(ABSENT), f"{SAT}/{SAT}")
    printed = teacher.prints_the_state()
    assert "Toutes les réponses de la classe sont arrivées." in printed
    away = printed.partition("Pas connectés : ")[2]
    assert [sixieme.strips[place].name in " ".join(away.split()) for place in ABSENT] == [True] * len(ABSENT)


def results_are_read_with_names(sixieme: Room, unplugged: Unplugged) -> None:
    """Groups beside the country's, a line for each who sat; a sheet, on which what came late counts."""
    teacher = sixieme.teacher
    teacher.opens("results")
    sat = [strip.name for place, strip in enumerate(sixieme.strips) if place not in ABSENT]
    rows = teacher.page.locator(".results-list tbody th")
    expect(rows).to_have_count(SAT)
    assert sorted(rows.all_inner_texts()) == sorted(sat)
    expect(teacher.page.locator(".bar.is-far").first).to_be_visible()
    teacher.press(f"Fiche de {unplugged.strip.name}")
    expect(teacher.page.locator("dialog h2")).to_have_text(unplugged.strip.name)
    expect(teacher.page.locator("dialog .fiche-items li")).not_to_have_count(0)
    assert teacher.page.locator("dialog .is-right").count() >= unplugged.given
    teacher.page.keyboard.press("Escape")


def nothing_is_reachable(day: Day, sixieme: Room, sat: list[PupilClient]) -> None:
    """For a pupil, on a computer or by the token; for a teacher, whatever the page; for the operator."""
    absent = sixieme.strips[ABSENT[0]].code
    apart(lambda: is_heard_everywhere(lambda: first_refusal(day, absent) == 410))
    assert apart(lambda: refusal(sat[0].login)) == 410
    # Their tokens are of a key that is gone.
    assert {apart(lambda: refusal(sat[0].resume)), apart(lambda: refusal(sat[0].submit))} <= {401, 410}
    late = Pupil(day.computer().new_page(), sixieme.delivered, sixieme.strips[ABSENT[1]], day.wire.url)
    late.enter()
    expect(late.page.locator("main")).to_contain_text("Ce test est terminé")
    page = sixieme.teacher.page
    for view, told in (("room", OVER), ("keying", OVER), ("results", "pas ouverts")):
        with page.expect_response(lambda reply: f"{day.wire.url}/" in reply.url) as reply:
            sixieme.teacher.opens(view)
        assert reply.value.status == 410
        expect(page.get_by_role("alert")).to_contain_text(told)
    again = day.hall.terminal.run(
        "results", "export", sixieme.delivered.id, "--out", day.hall.folder / "again"
    )
    assert (again.code, "destroyed" in again.err) == (1, True)
    assert KeyRing.of(day.hall.engine.settings).deliveries() == []


def refusal(call: Callable[[], object]) -> int:
    """The status with which a call is refused; 200 if it is not."""
    try:
        call()
    except Refused as refused:
        return refused.status
    return 200


def first_refusal(day: Day, code: str) -> int:
    """What a log-in meets over a connection of its own, which ends with it."""
    pupil = PupilClient(day.wire.url, code)
    try:
        return refusal(pupil.login)
    finally:
        pupil.http.close()


def is_heard_everywhere(holds: Callable[[], bool]) -> None:
    """Each worker hears of it in its own moment: so many new connections in a row find one that has."""
    heard = 0
    for _ in range(LOOKS_MAX):
        heard = heard + 1 if holds() else 0
        if heard == LOOKS:
            return
    raise AssertionError("a worker does not hear of it")


def nobody_reads_a_name_again(day: Day, sixieme: Room) -> None:
    """The authority's own pages and commands say so."""
    page = sixieme.teacher.page
    page.reload()
    expect(page.locator("main")).to_contain_text("plus personne ne peut les lire")
    page.goto(f"{day.asp.url}/login")
    expect(page.locator("main")).to_contain_text("La campagne est terminée")
    ended = day.office.tries("codes", "sheets", UAI, "--out", day.office.folder / "again.pdf")
    assert (ended.code, "destroyed" in ended.err) == (1, True)


def what_is_there_is_found(day: Day, finder: Finder) -> None:
    """The same search, where every name is; and where one is sent to the engine by hand."""
    of_people = {mark(name) for name in (*FAMILIES, *FIRSTS)}
    there = set().union(*finder.found_in(day.asp.carried()).values())
    assert of_people <= there
    family = FAMILIES[3]
    apart(lambda: httpx2.get(f"{day.wire.url}/?eleve={quote(family)}", timeout=30))
    found = finder.found_in(left_behind(day))
    assert set().union(*found.values()) == {mark(family)}
    assert [place for place in found if not re.match("request|reply", place)] == []
