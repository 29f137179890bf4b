"""Outcome processing: what a test adds up to, over the items that one pupil's way led through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from items.scoring.testing import FACTS
from items.scoring.testprinting import printed
from items.testscorer import Given, TestScorer
from tests.items.courses import (
    TRUE,
    Run,
    a_part,
    a_test_of,
    an_item_reference,
    an_outcome,
    at_least,
    number,
    sections_of,
    setting,
    sum_of,
)
from tests.items.given import (
    a_choice_item,
    a_form,
    a_package_of,
    a_quick_item,
    a_reference,
    a_section,
    codes,
    refusals,
)

WEIGHED = '<qti-weight identifier="W" value="3"/>'


def _run(folder: Path, rules: dict[str, str], sections: str = "", items: int = 4, base: str = "float") -> Run:
    """A test whose outcomes are these expressions."""
    outcomes = "".join(an_outcome(name, base) for name in rules)
    written = "".join(setting(name, expression) for name, expression in rules.items())
    sections = sections or "".join(sections_of(2, 2))
    return Run(folder, a_test_of(a_part(sections), outcomes=outcomes, rules=written), items)


def test_the_score_of_a_test_is_what_its_rules_make_of_it(tmp_path: Path) -> None:
    """Unanswered items are there with their defaults."""
    run = _run(tmp_path, {"SCORE": sum_of(), "MEAN": f"<qti-divide>{sum_of()}{number(4)}</qti-divide>"})
    run.right("i1", "i2")
    run.wrong("i3")
    assert run.outcomes() == {"SCORE": 2.0, "MEAN": 0.5}


COUNTS = ("correct", "incorrect", "presented", "responded", "selected")


def test_items_are_counted_as_qti_counts(tmp_path: Path) -> None:
    """Correct and incorrect: attempted, and with right answers declared; responded: something was said."""
    rules = {f"N_{what}": f"<qti-number-{what}/>" for what in COUNTS}
    run = _run(tmp_path, rules, base="integer")
    run.right("i1")
    run.wrong("i2")
    run.answers["i3"] = run.answers["i2"]._replace(response={"r1": None})
    assert run.outcomes() == {
        "N_correct": 1,
        "N_incorrect": 2,
        "N_presented": 3,
        "N_responded": 2,
        "N_selected": 4,
    }


def test_items_that_were_not_selected_do_not_count(tmp_path: Path) -> None:
    """Neither for the pupil nor against."""
    section = a_section(
        *map(a_reference, ("item1", "item2", "item3", "item4")), inside='<qti-selection select="2"/>'
    )
    rules = {"SELECTED": "<qti-number-selected/>", "MOST": "<qti-sum><qti-number-selected/></qti-sum>"}
    run = _run(tmp_path, rules, section, base="integer")
    assert len(run.way) == 2
    assert run.outcomes() == {"SELECTED": 2, "MOST": 2}


def test_what_people_gave_counts_in_place_of_what_rules_gave(tmp_path: Path) -> None:
    """The marks are among the outcomes by the time the test is scored."""
    run = _run(tmp_path, {"SCORE": sum_of()})
    run.wrong("i1")
    run.answers["i1"] = run.answers["i1"]._replace(outcomes={"SCORE": 0.5})
    assert run.outcomes() == {"SCORE": 0.5}


def test_sections_and_categories_choose_the_items(tmp_path: Path) -> None:
    """Sections inside the section belong to it; an item in any included and no excluded category is taken."""
    inner = a_section(a_reference("item2", 'category="easy oral"'), identifier="inner")
    sections = a_section(a_reference("item1", 'category="easy"'), inner, identifier="outer") + a_section(
        a_reference("item3", 'category="hard"'), a_reference("item4"), identifier="other"
    )
    rules = {
        "OUTER": sum_of(more='section-identifier="outer"'),
        "INNER": sum_of(more='section-identifier="inner"'),
        "EASY": sum_of(more='include-category="easy"'),
        "WRITTEN": sum_of(more='include-category="easy hard" exclude-category="oral"'),
        "REST": sum_of(more='exclude-category="easy hard"'),
    }
    run = _run(tmp_path, rules, sections)
    run.right("i1", "i2", "i3", "i4")
    assert run.outcomes() == {"OUTER": 2, "INNER": 1, "EASY": 2, "WRITTEN": 2, "REST": 1}


def test_weights_multiply_and_are_one_where_none_is_given(tmp_path: Path) -> None:
    """For all items together and for one by name."""
    sections = a_section(an_item_reference(1, WEIGHED), a_reference("item2"))
    rules = {
        "SCORE": sum_of(more='weight-identifier="W"'),
        "ONE": '<qti-variable identifier="ref-item1.SCORE" weight-identifier="W"/>',
        "PLAIN": '<qti-variable identifier="ref-item1.SCORE"/>',
    }
    run = _run(tmp_path, rules, sections, items=2)
    run.right("i1", "i2")
    assert run.outcomes() == {"SCORE": 4.0, "ONE": 3.0, "PLAIN": 1.0}


def test_the_names_of_a_test_may_differ_from_those_of_its_items(tmp_path: Path) -> None:
    """qti-variable-mapping, for all and for one."""
    mapping = '<qti-variable-mapping source-identifier="SCORE" target-identifier="POINTS"/>'
    sections = a_section(an_item_reference(1, mapping), a_reference("item2"))
    rules = {"ALL": sum_of("POINTS"), "ONE": '<qti-variable identifier="ref-item1.POINTS"/>'}
    run = _run(tmp_path, rules, sections, items=2)
    run.right("i1", "i2")
    assert run.outcomes() == {"ALL": 1.0, "ONE": 1.0}


def test_copies_of_an_item_are_reached_by_number(tmp_path: Path) -> None:
    """All together by test-variables; without a number NULL where it cannot be told which is meant."""
    selection = '<qti-selection select="2" with-replacement="true"/>'
    section = a_section(a_reference("item1"), inside=selection)
    rules = {
        "ALL": sum_of(),
        "FIRST": '<qti-variable identifier="ref-item1.1.SCORE"/>',
        "SECOND": '<qti-variable identifier="ref-item1.2.SCORE"/>',
        "ANY": '<qti-variable identifier="ref-item1.SCORE"/>',
    }
    run = _run(tmp_path, rules, section, items=1)
    assert run.way == ["i1", "i2"]
    run.right("i2")
    assert run.outcomes() == {"ALL": 1.0, "FIRST": 0.0, "SECOND": 1.0, "ANY": None}
    assert [run.form.key["items"][item]["authored"] for item in run.way] == [
        "ref-item1.1",
        "ref-item1.2",
    ]


def test_what_every_item_has_is_there_without_being_declared(tmp_path: Path) -> None:
    """Attempts, status and seconds; the time of a section, a part and the test is that of its items."""
    rules = {
        "TRIES": '<qti-sum><qti-test-variables variable-identifier="numAttempts"/></qti-sum>',
    }
    run = _run(tmp_path, rules, base="integer")
    run.right("i1", "i3")
    assert run.outcomes() == {"TRIES": 2}
    variables = run.scorer.variables(run.way, run.answers)
    (first, second, *_) = variables[FACTS]
    assert (first.value("completionStatus"), second.value("completionStatus")) == (
        "completed",
        "not_attempted",
    )
    assert (first.value("duration"), second.value("duration")) == (2.0, 0.0)


def test_times_of_items_sections_parts_and_the_test_add_up(tmp_path: Path) -> None:
    """In seconds, as far as answers tell."""
    four = '<qti-base-value base-type="duration">4</qti-base-value>'
    rules = {
        name: f'<qti-duration-gte><qti-variable identifier="{at}"/>{four}</qti-duration-gte>'
        for name, at in {
            "A": "duration",
            "B": "part.duration",
            "C": "S1.duration",
            "D": "S2.duration",
        }.items()
    }
    run = _run(tmp_path, rules, base="boolean")
    run.right("i1", "i2")
    assert run.outcomes() == {"A": True, "B": True, "C": True, "D": False}


@pytest.mark.parametrize(("elapsed_ms", "score"), [(19_999, 1.0), (20_000, 0.0)])
def test_rules_of_a_test_see_what_its_own_time_made_of_an_item(
    tmp_path: Path, elapsed_ms: int, score: float
) -> None:
    """So that the way leads on from the score that the item will have."""
    rules = setting("SCORE", sum_of())
    test = a_test_of(a_part(a_section(a_reference("item1"))), outcomes=an_outcome("SCORE"), rules=rules)
    form = a_form(tmp_path, a_quick_item(), test=test)
    (choice, *_) = form.key["items"]["i1"]["responses"]["r1"]["choices"]
    given = {"i1": Given({"r1": choice}, elapsed_ms)}
    assert TestScorer(form.key).outcomes(["i1"], given) == {"SCORE": score}


def _bounded(folder: Path, which: str, *bounds: str) -> Any:
    """The sum of declared bounds of SCORE, item by item."""
    items = [
        a_choice_item(identifier=f"q{n}").replace(
            'identifier="SCORE" cardinality', f'identifier="SCORE" {bound} cardinality'
        )
        for n, bound in enumerate(bounds, 1)
    ]
    rule = f'<qti-sum><qti-outcome-{which} outcome-identifier="SCORE"/></qti-sum>'
    test = a_test_of(
        a_part(*sections_of(len(bounds))), outcomes=an_outcome("BOUND"), rules=setting("BOUND", rule)
    )
    form = a_form(folder, *items, test=test)
    return TestScorer(form.key).outcomes(form.item_ids, {})["BOUND"]


def test_the_greatest_score_is_known_when_every_item_declares_its_own(tmp_path: Path) -> None:
    """One that is silent makes it NULL, as QTI says; for the least one, silent items are passed over."""
    (tmp_path / "a").mkdir()
    assert _bounded(tmp_path, "maximum", 'normal-maximum="2"', 'normal-maximum="3"') == 5
    assert _bounded(tmp_path, "maximum", 'normal-maximum="2"', "") is None
    assert _bounded(tmp_path, "minimum", 'normal-minimum="-1"', "") == -1


def test_conditions_and_the_end_of_the_rules(tmp_path: Path) -> None:
    """qti-outcome-condition with its branches; qti-exit-test ends the processing, not the test."""
    rules = (
        "<qti-outcome-condition>"
        f"<qti-outcome-if>{at_least(2, sum_of())}{setting('LEVEL', number(2))}<qti-exit-test/>"
        "</qti-outcome-if>"
        f"<qti-outcome-else-if>{at_least(1, sum_of())}{setting('LEVEL', number(1))}</qti-outcome-else-if>"
        f"<qti-outcome-else>{setting('LEVEL', number(0))}</qti-outcome-else></qti-outcome-condition>"
        f"<qti-outcome-processing-fragment>{setting('AFTER', number(1))}</qti-outcome-processing-fragment>"
    )
    outcomes = an_outcome("LEVEL") + an_outcome("AFTER")
    run = Run(tmp_path, a_test_of(a_part(*sections_of(2)), outcomes=outcomes, rules=rules), 2)
    assert run.outcomes() == {"LEVEL": 0.0, "AFTER": 1.0}
    run.right("i1")
    assert run.outcomes() == {"LEVEL": 1.0, "AFTER": 1.0}
    run.right("i2")
    assert run.outcomes() == {"LEVEL": 2.0, "AFTER": 0.0}


FEEDBACK = (
    '<qti-test-feedback access="{access}" outcome-identifier="LEVEL" show-hide="{shown}" identifier="good" '
    'title="Bravo"><qti-content-body><p>Bien vu</p>{more}</qti-content-body></qti-test-feedback>'
)


def _told(folder: Path, access: str, shown: str, more: str = "") -> list[str]:
    feedback = FEEDBACK.format(access=access, shown=shown, more=more)
    good = '<qti-base-value base-type="identifier">good</qti-base-value>'
    rules = (
        f"<qti-outcome-condition><qti-outcome-if>{at_least(1, sum_of())}{setting('LEVEL', good)}"
        "</qti-outcome-if></qti-outcome-condition>"
    )
    first, second = sections_of(1, 1)
    test = a_test_of(
        a_part(first, identifier="A"),
        a_part(second, identifier="B"),
        outcomes=an_outcome("LEVEL", "identifier") + an_outcome("TOTAL") + an_outcome("NONE"),
        rules=setting("TOTAL", sum_of()) + setting("NONE", "<qti-null/>") + rules,
        feedback=feedback,
    )
    run = Run(folder, test, 2)
    assert "Bien" not in str(run.form.content)
    run.right("i1")
    walked = run.course.way(run.places, [])
    step = run.course.decide(run.places, walked, "i1", run.answers)
    told = run.course.feedback(run.places, walked, step, run.answers)
    return [f"{word.title}: {word.html}" for word in (*told, *run.course.last_words(walked, run.answers))]


@pytest.mark.parametrize(
    ("access", "shown", "count"), [("atEnd", "show", 1), ("during", "show", 1), ("atEnd", "hide", 0)]
)
def test_feedback_is_told_when_its_outcome_says_so(
    tmp_path: Path, access: str, shown: str, count: int
) -> None:
    """It lies in the key until then, and never among what pupils fetch."""
    assert _told(tmp_path, access, shown) == ['Bravo: <div class="qti-rubric"><p>Bien vu</p></div>'] * count


def test_feedback_prints_the_outcomes_of_the_test(tmp_path: Path) -> None:
    """Formatted where the author says how; NULL prints nothing, and markup in a value stays text."""
    places = "".join(
        f'<qti-printed-variable identifier="{name}" {form}/>;'
        for name, form in (("TOTAL", ""), ("TOTAL", 'format="%.2f"'), ("TOTAL", 'format="%n"'), ("NONE", ""))
    )
    (told,) = _told(tmp_path, "atEnd", "show", f"<p>{places}</p>")
    assert "<p>1;1.00;1;;</p>" in told
    assert printed("\ue000X|\ue001", {"X": "<b>"}) == "&lt;b&gt;"


def test_rules_about_an_item_that_is_refused_are_no_second_mistake(tmp_path: Path) -> None:
    """Its author has one thing to mend."""
    section = a_section(a_reference("item1"), a_reference("item2"))
    total = f"<qti-sum>{sum_of('POINTS')}<qti-variable identifier='ref-item2.SCORE'/></qti-sum>"
    test = a_test_of(a_part(section), outcomes=an_outcome("SCORE"), rules=setting("SCORE", total))
    broken = a_choice_item().replace("match_correct", "match_nothing")
    files = a_package_of({"item1": broken, "item2": broken}, test=test)
    assert set(codes(refusals(tmp_path, files))) == {"unknown_template"}
    del files["item2.xml"]
    assert set(codes(refusals(tmp_path, files))) == {"missing_file", "unknown_template"}


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (setting("NONE", number(1)), "unknown_variable"),
        (setting("SCORE", TRUE), "wrong_type"),
        (setting("SCORE", '<qti-correct identifier="RESPONSE"/>'), "unknown_variable"),
        (setting("SCORE", '<qti-variable identifier="ref-item1.NONE"/>'), "unknown_variable"),
        (setting("SCORE", '<qti-variable identifier="nowhere.duration"/>'), "unknown_variable"),
        ("<qti-response-condition/>", "unknown_rule"),
        ("<qti-outcome-condition/>", "wrong_count"),
        (setting("SCORE", '<qti-custom-operator class="x"/>'), "unsupported_custom_operator"),
        (
            setting("SCORE", '<qti-sum><qti-outcome-maximum outcome-identifier="NONE"/></qti-sum>'),
            "unknown_variable",
        ),
    ],
)
def test_rules_that_cannot_be_computed_are_refused(tmp_path: Path, rules: str, code: str) -> None:
    """A score that is wrong for some pupils is worse than an import that fails."""
    section = a_section(a_reference("item1"))
    test = a_test_of(a_part(section), outcomes=an_outcome("SCORE"), rules=rules)
    assert codes(refusals(tmp_path, a_package_of({"item1": a_choice_item()}, test=test))) == [code]
