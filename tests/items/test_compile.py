"""A form follows from its package and seed alone, and is named by all that is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from items.compile import compile_form
from items.model import Content, encode
from items.problems import Refused
from items.scorer import Scorer
from items.seal import seal
from tests.items import given
from tests.items.given import SEED, a_choice_item, a_form, a_package, an_item, codes, declared, refusals_of
from tests.items.kinds import EVERY_KIND

PICTURE = {"authored-picture.svg": given.SVG}


def test_the_same_seed_gives_the_same_form_byte_for_byte(tmp_path: Path) -> None:
    """Two servers that import a package agree on its name, its names inside, and its sealed bytes."""
    first, again = (a_form(tmp_path, *EVERY_KIND.values(), media=PICTURE) for _ in range(2))
    assert first == again
    assert encode(first.key) == encode(again.key)
    sealed = [seal(form.content, key=SEED * 2, content_id=SEED) for form in (first, again)]
    assert sealed[0] == sealed[1]


def test_another_seed_gives_other_names_and_another_form(tmp_path: Path) -> None:
    """What was learnt of one form tells nothing of the next."""
    package = a_package(tmp_path, a_choice_item())
    forms = [compile_form(package, seed=bytes([number])) for number in range(20)]
    names = [name for form in forms for name in form.schema["items"]["i1"]["r1"]["choices"]]
    assert len({form.form for form in forms}) == 20
    assert len(set(names)) > 50


def test_a_corrected_key_is_another_form(tmp_path: Path) -> None:
    """A running session keeps the form it began with."""
    item = a_choice_item(shuffle=False)
    corrected = item.replace("<qti-value>right<", "<qti-value>wrong<")
    forms = [a_form(tmp_path, text) for text in (item, corrected)]
    assert forms[0].content == forms[1].content
    assert forms[0].form != forms[1].form
    assert re.fullmatch("[0-9a-f]{64}", forms[0].form)


def test_content_survives_its_file(tmp_path: Path) -> None:
    """What the bank reads back is what was compiled."""
    content = a_form(tmp_path, *EVERY_KIND.values(), media=PICTURE).content
    data = {medium.id: medium.data for medium in content.media}
    assert encode(Content.from_json(content.to_json(), data).to_json()) == encode(content.to_json())


def test_the_scorer_reads_answers_in_opaque_names(tmp_path: Path) -> None:
    """The key leads from every drawn name back to the author's."""
    form = a_form(tmp_path, EVERY_KIND["match"], EVERY_KIND["slider"])
    names = {
        authored: name for name, authored in form.key["items"]["i1"]["responses"]["r1"]["choices"].items()
    }
    pairs = [
        f"{names['authored-cat']} {names['authored-miaow']}",
        f"{names['authored-dog']} {names['authored-bark']}",
    ]
    scorer = Scorer(form.key)
    assert scorer.score("i1", {"r1": pairs})["SCORE"] == 1
    assert scorer.score("i1", {"r1": pairs[:1]})["SCORE"] == 0
    assert scorer.score("i2", {"r1": "35"})["SCORE"] == 1


def test_two_questions_of_an_item_are_two_responses(tmp_path: Path) -> None:
    """Numbered in the order of the text; the same authored names in both stay apart."""
    choice = "".join(f'<qti-inline-choice identifier="{letter}">x</qti-inline-choice>' for letter in "ab")
    name = "qti-inline-choice-interaction"
    body = "".join(f'<p><{name} response-identifier="{r}">{choice}</{name}></p>' for r in ("SECOND", "FIRST"))
    form = a_form(
        tmp_path, an_item(body, declared(("a",), identifier="FIRST") + declared(("b",), identifier="SECOND"))
    )
    responses = form.key["items"]["i1"]["responses"]
    assert {name: response["authored"] for name, response in responses.items()} == {
        "r1": "SECOND",
        "r2": "FIRST",
    }
    assert not set(responses["r1"]["choices"]) & set(responses["r2"]["choices"])
    assert form.content.items[0].html.index("r1") < form.content.items[0].html.index("r2")


def test_an_item_that_asks_nothing_is_shown(tmp_path: Path) -> None:
    """Instructions between the questions are items, too; they take no answer."""
    form = a_form(tmp_path, an_item("<p>Pause.</p>"))
    assert form.schema["items"] == {"i1": {}}


@pytest.mark.parametrize(
    ("attributes", "language"), [('xml:lang="nl"', "nl"), ("", "fr"), ('lang="nl"', "fr")]
)
def test_each_item_says_its_language(tmp_path: Path, attributes: str, language: str) -> None:
    """A voice that reads aloud needs to know; what an item does not say, its test says."""
    form = a_form(tmp_path, an_item(attributes=attributes))
    assert form.content.items[0].html.startswith(f'<div class="qti-item" lang="{language}">')
    assert form.language == "fr"


def test_without_a_word_on_language_the_items_decide(tmp_path: Path) -> None:
    """Most of them; and when none says anything, nobody pretends to know."""
    test = given.a_test(given.a_section(given.a_reference("item1"))).replace('xml:lang="fr" ', "")
    assert a_form(tmp_path, an_item(attributes='xml:lang="de"'), test=test).language == "de"
    assert a_form(tmp_path, an_item(attributes=""), test=test).language == "und"


def test_problems_of_all_items_come_together_in_order(tmp_path: Path) -> None:
    """Of showing and of scoring, of each item, each with its file."""
    unscored = (
        a_choice_item().replace("</qti-assessment-item>", "").replace("match_correct", "no_such_template")
    )
    found = refusals_of(tmp_path, unscored + "</qti-assessment-item>", an_item("<p><iframe/></p>"))
    assert [problem.file for problem in found] == sorted(problem.file for problem in found)
    assert {problem.file for problem in found} == {"item1.xml", "item2.xml"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<qti-item-body>", "<qti-companion-materials-info/><qti-item-body>", "unsupported_element"),
        ("<qti-item-body>", "<qti-unheard-of/><qti-item-body>", "unsupported_element"),
        ("qti-item-body>", "qti-other>", "no_body"),
    ],
)
def test_items_of_kinds_we_lack_are_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    """Companion materials change what an item asks."""
    assert code in codes(refusals_of(tmp_path, an_item().replace(old, new)))


def test_a_refused_form_does_not_exist(tmp_path: Path) -> None:
    """There is no half of a form."""
    with pytest.raises(Refused, match=r"item1\.xml:5: unsupported_element"):
        a_form(tmp_path, an_item("<p><iframe/></p>"))
