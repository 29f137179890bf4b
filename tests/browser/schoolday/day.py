"""The day's stage: two programs, the two lines that their visitors use, a class before its test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import BrowserContext

from engine.demonstration import FORMS
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered
from tests.browser.schoolday import traces
from tests.browser.schoolday.hall import Hall
from tests.browser.schoolday.names import CP, SIXIEME, pupils_of
from tests.browser.schoolday.office import Office
from tests.browser.schoolday.paper import Letter, Strip
from tests.browser.schoolday.recorder import Recorder, recording
from tests.browser.schoolday.staff import Head, Teacher
from tests.keyed import paper_form
from tests.ports import free_port
from tests.served import served

MINUTES = 0.5
"""What a pupil has whom nobody gives more: so long goes on alone who has lost the line."""
QUESTIONS = 4
SLOW = 3
"""The place in the class list of the pupil who has a third more time."""


class Day(NamedTuple):
    """The authority and the engine, each behind a relay."""

    office: Office
    hall: Hall
    asp: Recorder
    wire: Recorder
    head: Head
    opened: Open

    def computer(self) -> BrowserContext:
        return self.opened()


class Room(NamedTuple):
    """A class before its test: what it sits, who has which strip of paper, and its teacher."""

    delivered: Delivered
    strips: list[Strip]
    """By the class list; none where answers are on paper."""
    reserve: Strip | None
    teacher: Teacher


@contextmanager
def begun(folder: Path, opened: Open) -> Iterator[Day]:
    """The authority begins a campaign and gives two files to the engine's operator; both programs serve."""
    with ExitStack() as stack:
        asp, wire = (stack.enter_context(recording(free_port())) for _ in range(2))
        office = Office(folder / "asp", asp, wire.url)
        letter = office.opens()
        office.hands_keys_to(folder / "engine" / "keys")
        stack.enter_context(office.serving())
        engine = stack.enter_context(
            served(folder / "engine", port=wire.target, authority_origin=asp.url, flush_after_ms=500)
        )
        hall = Hall(engine, folder / "operator")
        head = Head(opened(accept_downloads=True).new_page(), letter, asp.url)
        yield Day(office, hall, asp, wire, head, opened)


def prepared(day: Day, folder: Path) -> tuple[Room, Room]:
    """Lists in and validated, codes made, deliveries open: a class for the computers, a class for paper."""
    head = day.head
    head.enters()
    head.brings_the_lists()
    head.gives_a_third_more(SIXIEME, pupils_of(SIXIEME)[SLOW])
    short = ("--duration", MINUTES, "--grace", 0, "--count-self-attested")
    sixieme = _delivered(day, SIXIEME, FORMS / "maths-6e", *short)
    strips = {strip.name: strip for strip in head.prints_codes(SIXIEME)}
    of_pupils = [strips.pop(person.name) for person in pupils_of(SIXIEME)]
    (reserve,) = strips.values()
    grid = _delivered(day, CP, paper_form(folder, QUESTIONS), "--duration", 30, "--keyed")
    posted = day.office.posts_to_teachers()
    at_computers = Room(sixieme, of_pupils, reserve, _teacher(day, posted[SIXIEME]))
    return at_computers, Room(grid, [], None, _teacher(day, posted[CP]))


def _delivered(day: Day, label: str, form: Path, *options: object) -> Delivered:
    """One class, from its list to its open delivery."""
    day.head.validates(label, pupils_of(label))
    return day.hall.delivers(form, day.office.makes_codes(label.split()[0]), *options)


def _teacher(day: Day, letter: Letter) -> Teacher:
    teacher = Teacher(day.computer().new_page(), letter, day.asp.url)
    teacher.enters()
    return teacher


def left_behind(day: Day) -> list[traces.Trace]:
    """All that the engine and its operator keep now, and all that was said on the line."""
    engine = day.hall.engine
    return [
        *traces.of_files(engine.settings.data_dir, engine.settings.keys_dir, day.hall.folder),
        *traces.of_redis(engine),
        ("log", "".join(engine.log).encode()),
        ("commands", "".join(day.hall.terminal.said).encode()),
        *day.wire.carried(),
    ]
