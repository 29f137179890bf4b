"""Tests, sections and references are read as QTI means them; what we cannot honour is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from items.course import limits_of
from tests.items import given
from tests.items.given import (
    a_choice_item,
    a_form,
    a_package_of,
    a_reference,
    a_section,
    a_test,
    an_item,
    codes,
    declared,
    refusals,
)

ITEMS = {f"item{number}": a_choice_item(identifier=f"q{number}") for number in (1, 2, 3)}

WEIGHED = a_reference("item1").replace(
    "/>", '><qti-weight identifier="W" value="2.5"/></qti-assessment-item-ref>'
)


def _refused(folder: Path, test: str) -> list[str]:
    return codes(refusals(folder, a_package_of(ITEMS, test=test)))


def _sections(folder: Path, test: str) -> list[tuple[str, tuple[str, ...]]]:
    form = a_form(folder, *ITEMS.values(), test=test)
    return [(section.title, section.items) for section in form.content.sections]


def test_sections_come_in_order_with_their_titles(tmp_path: Path) -> None:
    """Items are numbered through the whole test, as authored."""
    test = a_test(
        a_section(a_reference("item2"), a_reference("item1"), title="Un", identifier="s-a")
        + a_section(a_reference("item3"), title="Deux", identifier="s-b")
    )
    assert _sections(tmp_path, test) == [("Un", ("i1", "i2")), ("Deux", ("i3",))]


def test_parts_follow_one_another(tmp_path: Path) -> None:
    """Several test parts are one run of sections."""
    part = '</qti-test-part><qti-test-part identifier="b" navigation-mode="nonlinear">'
    first, second = (a_section(a_reference(f"item{n}"), identifier=f"s{n}", title=f"P{n}") for n in (1, 2))
    test = a_test(first + part + second)
    assert _sections(tmp_path, test) == [("P1", ("i1",)), ("P2", ("i2",))]


def test_inner_sections_are_flattened_and_keep_all_titles(tmp_path: Path) -> None:
    """A run of items between two inner sections is a section of its own; an invisible title stays unseen."""
    inner = a_section(a_reference("item2"), title="Fractions", identifier="in")
    hidden = a_section(a_reference("item3"), title="secret", identifier="hid").replace(
        'visible="true"', 'visible="false"'
    )
    test = a_test(a_section(a_reference("item1"), inner, hidden))
    wanted = [("Calcul", ("i1",)), ("Calcul · Fractions", ("i2",)), ("Calcul", ("i3",))]
    assert _sections(tmp_path, test) == wanted


def test_a_section_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    """References inside it are relative to that file, and problems name it."""
    inner = a_section('<qti-assessment-item-ref identifier="r" href="../item1.xml"/>').replace(
        "<qti-assessment-section ", f'<qti-assessment-section xmlns="{given.QTI}" ', 1
    )
    reference = '<qti-assessment-section-ref identifier="x" href="sections/a.xml"/>'
    files = a_package_of(ITEMS, test=a_test(reference)) | {"sections/a.xml": inner}
    assert refusals(tmp_path, files) == []
    broken = refusals(tmp_path, files | {"sections/a.xml": inner.replace("../item1", "item9")})
    assert [(problem.file, problem.code) for problem in broken] == [("sections/a.xml", "missing_file")]


def test_sections_that_refer_to_each_other_end(tmp_path: Path) -> None:
    """A circle of files is found, not followed."""
    circle = (
        f'<qti-assessment-section xmlns="{given.QTI}" identifier="s" title="" visible="true">'
        '<qti-assessment-section-ref identifier="x" href="a.xml"/></qti-assessment-section>'
    )
    test = a_test('<qti-assessment-section-ref identifier="x" href="a.xml"/>')
    assert "too_complex" in codes(refusals(tmp_path, a_package_of(ITEMS, test=test) | {"a.xml": circle}))


def test_shuffled_sections_and_fixed_items_are_told_to_the_server(tmp_path: Path) -> None:
    """The order itself is drawn for each session, at its start."""
    shuffle = '<qti-ordering shuffle="true"/>'
    references = (a_reference("item1", 'fixed="true"'), a_reference("item2"), a_reference("item3"))
    form = a_form(tmp_path, *ITEMS.values(), test=a_test(a_section(*references, inside=shuffle)))
    (section,) = form.content.structure["parts"][0]["children"]
    assert section["shuffle"] is True
    assert [item.get("fixed", False) for item in section["children"]] == [True, False, False]


def test_the_time_limit_of_the_test_is_its_duration(tmp_path: Path) -> None:
    """A hint for the delivery; seconds, as QTI counts."""
    limits = '<qti-time-limits max-time="2700.0"/>'
    form = a_form(tmp_path, a_choice_item(), test=a_test(a_section(a_reference("item1")), before=limits))
    assert form.content.duration_s == 2700
    assert a_form(tmp_path, a_choice_item()).content.duration_s is None


def test_weights_of_references_go_into_the_key(tmp_path: Path) -> None:
    """Reports may weigh items; pupils need not know."""
    form = a_form(tmp_path, a_choice_item(), test=a_test(a_section(WEIGHED)))
    assert form.key["items"]["i1"]["weights"] == {"W": 2.5}
    assert form.key["items"]["i1"]["authored"] == "ref-item1"


def test_one_item_may_be_asked_twice(tmp_path: Path) -> None:
    """Two references to a file are two items of the form."""
    twice = a_section(a_reference("item1"), a_reference("item1").replace("ref-item1", "again"))
    assert a_form(tmp_path, a_choice_item(), test=a_test(twice)).item_ids == ("i1", "i2")


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<qti-adaptive-selection/>", "unsupported_element"),
        ("<qti-selection select='2'/>", "bad_selection"),
        ("<qti-selection select='none'/>", "bad_attribute"),
        ("<qti-selection select='-1'/>", "bad_attribute"),
        ("<qti-time-limits max-time='0'/>", "bad_attribute"),
        ("<qti-time-limits min-time='9' max-time='8'/>", "bad_attribute"),
        ("<qti-item-session-control allow-skipping='perhaps'/>", "bad_attribute"),
        ("<qti-item-session-control max-attempts='many'/>", "bad_attribute"),
        ("<qti-assessment-item-ref identifier='ref-item1' href='item2.xml'/>", "duplicate_identifier"),
        ("<qti-assessment-item-ref identifier='x' href='http://elsewhere/x.xml'/>", "external_resource"),
        ("<qti-assessment-item-ref identifier='x' href='../x.xml'/>", "path_escape"),
        ("<qti-assessment-item-ref identifier='x' href='none.xml'/>", "missing_file"),
    ],
)
def test_rules_we_cannot_honour_are_refused(tmp_path: Path, inside: str, code: str) -> None:
    """A test sat under other rules than its author's is another test."""
    assert _refused(tmp_path, a_test(a_section(a_reference("item1"), inside=inside))) == [code]


def test_a_test_without_items_is_refused(tmp_path: Path) -> None:
    """There would be nothing to sit."""
    assert _refused(tmp_path, a_test(a_section())) == ["no_items"]


def test_two_tests_in_a_package_are_refused(tmp_path: Path) -> None:
    """Nobody could say which of them was opened."""
    files = a_package_of(ITEMS)
    manifest = given.a_manifest([("test", "test.xml"), ("test", "other.xml"), ("item", "item1.xml")])
    files |= {"imsmanifest.xml": manifest, "other.xml": files["test.xml"]}
    assert codes(refusals(tmp_path, files)) == ["several_tests"]


def test_instructions_and_rubrics_for_pupils_are_kept_and_others_never(tmp_path: Path) -> None:
    """A scorer's rubric holds the answer; the test's own stands before it, a section's with each item."""
    general = '<qti-rubric-block view="candidate"><p>Bon courage.</p></qti-rubric-block>'
    local = '<qti-rubric-block view="candidate tutor"><p>Sans calculatrice.</p></qti-rubric-block>'
    secret = '<qti-rubric-block view="scorer"><p>authored-answer</p></qti-rubric-block>'
    section = a_section(a_reference("item1"), a_reference("item2"), inside=local + secret)
    form = a_form(tmp_path, *ITEMS.values(), test=a_test(section, before=general + secret))
    assert form.content.instructions == '<div class="qti-rubric"><p>Bon courage.</p></div>'
    (passage,) = form.content.stimuli
    assert "Sans calculatrice." in passage.html
    assert [item.stimuli for item in form.content.items] == [("p1",), ("p1",)]
    assert all('data-stimulus="p1"' in item.html for item in form.content.items)
    assert "authored-answer" not in str(form.content)


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (
            a_test(a_section(a_reference("item1")), before="<qti-time-limits max-time='soon'/>"),
            "bad_attribute",
        ),
        (a_test(a_section(a_reference("item1")), before="<qti-time-limits max-time='-5'/>"), "bad_attribute"),
        (
            a_test(a_section(WEIGHED.replace("2.5", "heavy"))),
            "bad_attribute",
        ),
        (a_test("<qti-assessment-section-ref identifier='x' href='none.xml'/>"), "missing_file"),
        (
            a_test(
                a_section(a_reference("item1")),
                before="<qti-rubric-block view='candidate'><img src='a.svg' alt=''/></qti-rubric-block>",
            ),
            "unsupported_media",
        ),
    ],
)
def test_mistakes_in_a_test_are_found(tmp_path: Path, test: str, code: str) -> None:
    """Numbers that are none, files that are not there, pictures where none can be sent."""
    files = a_package_of(ITEMS, test=test) | {"a.svg": given.SVG}
    assert codes(refusals(tmp_path, files)) == [code]


def test_a_time_limit_without_a_maximum_sets_none(tmp_path: Path) -> None:
    """A least time is no reason to end a sitting."""
    test = a_test(a_section(a_reference("item1")), before="<qti-time-limits min-time='5'/>")
    assert a_form(tmp_path, a_choice_item(), test=test).content.duration_s is None


def _nodes(folder: Path, test: str) -> list[dict[str, Any]]:
    """The children of the first section."""
    form = a_form(folder, *ITEMS.values(), test=test)
    nodes: list[dict[str, Any]] = form.content.structure["parts"][0]["children"][0]["children"]
    return nodes


def test_what_is_said_of_item_sessions_is_inherited_and_overruled(tmp_path: Path) -> None:
    """From the part to the section to the item; the player is told where it differs from QTI's own."""
    part = '<qti-item-session-control allow-skipping="false" max-attempts="0"/>'
    section = '<qti-item-session-control validate-responses="true"/>'
    item = '<qti-item-session-control allow-skipping="true"/>'
    second = a_reference("item2").replace("/>", f">{item}</qti-assessment-item-ref>")
    test = a_test(part + a_section(a_reference("item1"), second, inside=section))
    first, other = _nodes(tmp_path, test)
    assert first["control"] == {"max_attempts": 0, "allow_skipping": False, "validate_responses": True}
    assert other["control"] == {"max_attempts": 0, "validate_responses": True}


def test_solutions_and_comments_are_told_to_the_player(tmp_path: Path) -> None:
    """By name alone: the solution itself stays in the key."""
    control = '<qti-item-session-control show-solution="true" allow-comment="true" allow-review="false"/>'
    form = a_form(tmp_path, a_choice_item(), test=a_test(control + a_section(a_reference("item1"))))
    (node,) = form.content.structure["parts"][0]["children"][0]["children"]
    assert node["control"] == {"allow_review": False, "show_solution": True, "allow_comment": True}
    assert form.schema["solved"] == ["i1"]
    assert form.remarks == ()


def test_a_solution_that_cannot_be_shown_is_left_out_aloud(tmp_path: Path) -> None:
    """A question of taste declares no right answer."""
    body = '<qti-slider-interaction response-identifier="RESPONSE" lower-bound="0" upper-bound="9"/>'
    item = an_item(body, declared((), base_type="integer")).split("<qti-response-processing")[0]
    item += "</qti-assessment-item>"
    control = '<qti-item-session-control show-solution="true"/>'
    form = a_form(tmp_path, item, test=a_test(control + a_section(a_reference("item1"))))
    assert "solved" not in form.schema
    assert [remark.message.split(":")[0] for remark in form.remarks] == ["show-solution"]


def test_time_limits_of_parts_sections_and_items_are_kept(tmp_path: Path) -> None:
    """In milliseconds; 0 is no least time."""

    def limits(more: str) -> str:
        return f"<qti-time-limits {more}/>"

    short = limits('max-time="7.5" min-time="0"')
    item = a_reference("item1").replace("/>", f">{short}</qti-assessment-item-ref>")
    section = a_section(item, inside=limits('max-time="60" allow-late-submission="true"'))
    form = a_form(tmp_path, a_choice_item(), test=a_test(limits('min-time="5"') + section))
    assert limits_of(form.content.structure) == {
        "t1": {"min_ms": 5_000},
        "s1": {"max_ms": 60_000, "late": True},
        "i1": {"max_ms": 7_500},
    }


def test_navigation_and_submission_of_a_part_are_told_to_the_server(tmp_path: Path) -> None:
    """Linear and simultaneous, each by itself."""
    test = a_test(a_section(a_reference("item1"))).replace('"nonlinear"', '"linear"')
    (part,) = a_form(tmp_path, a_choice_item(), test=test).content.structure["parts"]
    assert (part["linear"], part["simultaneous"]) == (True, True)


def test_a_part_has_its_own_instructions_where_there_are_several(tmp_path: Path) -> None:
    """They stand before its first item; of a single part they are those of the test."""
    rubric = '<qti-rubric-block view="candidate"><p>Au brouillon.</p></qti-rubric-block>'
    second = '</qti-test-part><qti-test-part identifier="b" navigation-mode="linear">'
    one, two = (a_section(a_reference(f"item{n}"), identifier=f"s{n}") for n in (1, 2))
    written = '<div class="qti-rubric"><p>Au brouillon.</p></div>'
    several = a_form(tmp_path, *ITEMS.values(), test=a_test(one + second + rubric + two)).content
    assert [part.rubric for part in several.parts] == ["", written]
    single = a_form(tmp_path, *ITEMS.values(), test=a_test(rubric + one)).content
    assert (single.instructions, single.parts[0].rubric) == (written, "")


def test_copies_of_an_item_are_bounded(tmp_path: Path) -> None:
    """Each may be drawn as often as all: what that adds up to must stay within the limits."""
    selection = '<qti-selection select="999" with-replacement="true"/>'
    test = a_test(a_section(a_reference("item1"), inside=selection))
    assert _refused(tmp_path, test) == ["too_many_items"]
