"""The way through a test: conditions and branch rules as QTI means them, and the agreed way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from items.ordering import Place
from items.routing import Step, next_place
from tests.items.courses import (
    TRUE,
    Run,
    a_part,
    a_test_of,
    an_item_reference,
    an_outcome,
    at_least,
    below,
    branch,
    condition,
    sections_of,
    setting,
    sum_of,
)
from tests.items.given import a_choice_item, a_package_of, a_reference, a_section, codes, refusals

EASY, HARD = condition(below(2, sum_of())), condition(at_least(2, sum_of()))


def _modules(linear: bool = False, agreed: str = "") -> str:
    """A part of two items, then an easy part or a hard one, then a last part for all."""
    first, easy, hard, last = sections_of(2, 2, 2, 1)
    return a_test_of(
        a_part(first, identifier="A", linear=linear),
        a_part(EASY, easy, identifier="B"),
        a_part(HARD, hard, identifier="C").replace("<qti-test-part", f"<qti-test-part {agreed}"),
        a_part(last, identifier="D"),
    )


def test_a_pupil_is_led_to_the_module_that_fits(tmp_path: Path) -> None:
    """The server decides at the end of the first part, from the answers it holds."""
    run = Run(tmp_path, _modules(), 7)
    run.right("i1", "i2")
    assert run.decide("i2") == "i5"
    assert run.way == ["i1", "i2", "i5", "i6", "i7"]
    assert run.asks == {}

    other = Run(tmp_path, _modules(), 7)
    other.right("i1")
    other.wrong("i2")
    assert other.decide("i2") == "i3"
    assert other.asks == {"i4": "i7"}  # whether the hard part is entered is asked when it is reached
    assert other.decide("i4") == "i7"
    assert other.way == ["i1", "i2", "i3", "i4", "i7"]


def test_without_a_server_the_way_of_who_answered_nothing_is_agreed(tmp_path: Path) -> None:
    """Known from the start, so a device without network can go on."""
    run = Run(tmp_path, _modules(), 7)
    assert run.way == ["i1", "i2", "i3", "i4", "i7"]
    assert run.asks == {"i2": "i3", "i4": "i7"}


def test_who_took_the_agreed_module_does_not_sit_the_other_one_too(tmp_path: Path) -> None:
    """The line was down when the hard one was due; when it is back, the way goes on behind both."""
    run = Run(tmp_path, _modules(), 7)
    run.right("i1", "i2", "i3", "i4")
    assert run.decide("i4") == "i7"
    assert run.way == ["i1", "i2", "i3", "i4", "i7"]


def test_the_form_may_mark_another_agreed_way(tmp_path: Path) -> None:
    """With data-agreed-route, among the conditional parts side by side."""
    run = Run(tmp_path, _modules(agreed='data-agreed-route="true"'), 7)
    assert run.way == ["i1", "i2", "i5", "i6", "i7"]


def test_branch_rules_jump_ahead_and_unconditional_ones_need_no_server(tmp_path: Path) -> None:
    """Sections as modules: a router, and after each module straight to the end."""
    inside = {
        1: branch("S3", at_least(2, sum_of())),
        2: branch("S4", TRUE),
        3: branch("S4", TRUE),
    }
    test = a_test_of(a_part(*sections_of(2, 1, 1, 1, inside=inside), linear=True))
    run = Run(tmp_path, test, 5)
    assert run.asks == {"i2": "i3"}
    assert run.way == ["i1", "i2", "i3", "i5"]
    run.right("i1", "i2")
    assert run.decide("i2") == "i4"
    assert run.way == ["i1", "i2", "i4", "i5"]


@pytest.mark.parametrize(
    ("target", "after"),
    [("EXIT_TEST", ""), ("EXIT_TESTPART", "i5"), ("EXIT_SECTION", "i4"), ("ref-item3", "i3"), ("S2", "i4")],
)
def test_a_branch_of_an_item_leads_where_qti_says(tmp_path: Path, target: str, after: str) -> None:
    """Out of the section, the part or the test, or to anything further on in the same part."""
    references = [
        an_item_reference(1, branch(target, at_least(1, sum_of()))),
        *map(an_item_reference, (2, 3)),
    ]
    first = a_section(*references, identifier="S1")
    second = a_section(an_item_reference(4), identifier="S2")
    last = a_section(an_item_reference(5), identifier="S3")
    test = a_test_of(a_part(first, second, linear=True), a_part(last, identifier="end"))
    run = Run(tmp_path, test, 5)
    run.wrong("i1")
    assert run.decide("i1") == "i2"
    run.steps.clear()
    run.right("i1")
    assert run.decide("i1") == after


def test_a_condition_leaves_out_an_item_or_a_whole_section(tmp_path: Path) -> None:
    """NULL and false leave out; what is left out has no branches."""
    guarded = an_item_reference(2, condition(at_least(1, sum_of())) + branch("EXIT_TEST", TRUE))
    first = a_section(an_item_reference(1), guarded, an_item_reference(3), identifier="S1")
    second = a_section(an_item_reference(4), identifier="S2", inside=condition(at_least(2, sum_of())))
    run = Run(tmp_path, a_test_of(a_part(first, second, linear=True)), 4)
    run.wrong("i1")
    assert run.decide("i1") == "i3"
    assert run.decide("i3") == ""
    assert run.way == ["i1", "i3"]
    assert run.asks == {}


def test_rules_inside_a_nonlinear_part_are_ignored_aloud(tmp_path: Path) -> None:
    """Pupils go where they like there; QTI ignores the rules, and the operator is told."""
    section = a_section(a_reference("item1"), identifier="S1", inside=condition(at_least(9, sum_of())))
    run = Run(tmp_path, a_test_of(a_part(section)), 1)
    assert run.way == ["i1"]
    assert [remark.code for remark in run.form.remarks] == ["left_out"]
    assert run.form.content.structure["routed"] is False


def test_a_simultaneous_part_is_not_known_to_its_own_rules(tmp_path: Path) -> None:
    """Its answers are submitted at its end; the part that follows sees them."""
    second = a_section(an_item_reference(2), identifier="S2", inside=condition(at_least(1, sum_of())))
    first = a_section(an_item_reference(1), identifier="S1")
    last = a_section(an_item_reference(3), identifier="S3")
    follow = condition(at_least(1, sum_of()))
    test = a_test_of(
        a_part(first, second, linear=True, simultaneous=True), a_part(follow, last, identifier="next")
    )
    run = Run(tmp_path, test, 3)
    run.right("i1")
    assert run.decide("i1") == "i3"


def test_rules_may_speak_of_the_outcomes_of_the_test(tmp_path: Path) -> None:
    """Outcome processing runs before a rule is asked."""
    first, second = sections_of(1, 1)
    rule = condition(at_least(1, '<qti-variable identifier="TOTAL"/>'))
    test = a_test_of(
        a_part(first, identifier="A"),
        a_part(rule, second, identifier="B"),
        outcomes=an_outcome("TOTAL"),
        rules=setting("TOTAL", sum_of()),
    )
    run = Run(tmp_path, test, 2)
    assert run.way == ["i1"]
    assert run.asks == {"i1": ""}
    run.right("i1")
    assert run.decide("i1") == "i2"


def test_steps_that_lead_back_or_nowhere_are_left_out(tmp_path: Path) -> None:
    """Whatever a device claims, the way leads forward."""
    run = Run(tmp_path, _modules(), 7)
    for to in ("i1", "i2", "i99"):
        run.steps = [Step("i2", to)]
        assert run.way == ["i1", "i2", "i3", "i4", "i7"]


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (branch("nowhere", TRUE), "unknown_target"),
        (branch("part", TRUE), "unknown_target"),
        (branch("", TRUE), "unknown_target"),
        ("<qti-pre-condition/>", "wrong_count"),
        (condition('<qti-variable identifier="NONE"/>'), "unknown_variable"),
        (condition(sum_of()), "wrong_type"),
        (condition(at_least(1, sum_of("MISSING"))), "unknown_variable"),
        (condition(at_least(1, sum_of(more='section-identifier="elsewhere"'))), "unknown_section"),
        (condition(at_least(1, sum_of(more='weight-identifier="W"'))), "unknown_weight"),
    ],
)
def test_rules_that_mean_nothing_are_refused(tmp_path: Path, inside: str, code: str) -> None:
    """A pupil would be led astray."""
    section = a_section(a_reference("item1"), identifier="S1", inside=inside)
    files = a_package_of({"item1": a_choice_item()}, test=a_test_of(a_part(section, linear=True)))
    assert codes(refusals(tmp_path, files)) == [code]


@pytest.mark.parametrize("inside", [EASY.replace("lt", "gt"), '<qti-selection select="0"/>'])
def test_a_test_that_leads_to_no_item_is_refused(tmp_path: Path, inside: str) -> None:
    """Every pupil would sit before an empty page."""
    section = a_section(a_reference("item1"), identifier="S1", inside=inside)
    files = a_package_of({"item1": a_choice_item()}, test=a_test_of(a_part(section, linear=True)))
    assert codes(refusals(tmp_path, files)) == ["no_items"]


class _Wild:
    """A judge that answers anything."""

    def __init__(self, answers: list[int], targets: list[str]) -> None:
        self._answers = answers
        self._targets = targets

    def _next(self, most: int) -> int:
        self._answers.append(self._answers.pop(0))
        return self._answers[-1] % most

    def enters(self, _node: str) -> bool:
        return bool(self._next(2))

    def branches(self, _node: str) -> str | None:
        return [*self._targets, None, None, None][self._next(len(self._targets) + 3)]


PATHS = st.lists(
    st.tuples(st.integers(1, 3), st.lists(st.integers(1, 3), min_size=1, max_size=3)), min_size=1, max_size=12
)


@given(PATHS, st.lists(st.integers(0, 99), min_size=1, max_size=30), st.integers(-1, 11))
@settings(max_examples=300, deadline=None)
def test_whatever_the_rules_say_the_way_leads_forward_and_ends(
    paths: list[tuple[int, list[int]]], answers: list[int], here: int
) -> None:
    """Mixed sections, jumps to anywhere, conditions that change their mind: no circle, no error."""
    places = [
        Place(f"i{n}", f"t{part}", tuple(f"s{part}.{level}.{name}" for level, name in enumerate(names)), {})
        for n, (part, names) in enumerate(sorted(paths))
    ]
    here = min(here, len(places) - 1)
    targets = [
        "EXIT_TEST",
        "EXIT_TESTPART",
        "EXIT_SECTION",
        *{name for place in places for name in place.path},
    ]
    found = next_place(places, here, _Wild(list(answers), targets))
    assert here < found <= len(places)
