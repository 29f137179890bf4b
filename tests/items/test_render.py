"""What a pupil sees: native controls, the author's words, and nothing that was not allowed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html as markup

from items.qti.interactions import WRITERS
from items.qti.markup import BLOCK
from tests.items import given
from tests.items.given import SVG, a_form, an_item, codes, declared, refusals_of
from tests.items.kinds import EVERY_KIND

PICTURE = {"authored-picture.svg": SVG}


def _html(folder: Path, item: str, **media: bytes) -> str:
    files = {name.replace("_", "."): data for name, data in media.items()} or PICTURE
    return a_form(folder, item, media=files).content.items[0].html


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_becomes_a_control_that_names_its_response(tmp_path: Path, kind: str) -> None:
    """The player finds each interaction by its data attributes alone."""
    root: Any = markup.fromstring(_html(tmp_path, EVERY_KIND[kind]))
    (element,) = root.xpath("//*[@data-interaction]")
    assert root.get("class") == "qti-item"
    assert element.get("data-interaction") == kind
    assert element.get("data-response") == "r1"
    assert element.get("data-cardinality") in ("single", "multiple", "ordered")
    assert element.get("data-base-type")


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_browser_reads_the_fragment_as_it_was_written(tmp_path: Path, kind: str) -> None:
    """An HTML parser repairs what is wrong by moving it elsewhere; it finds nothing to repair."""
    written = _html(tmp_path, EVERY_KIND[kind])
    again = markup.tostring(markup.fromstring(written), encoding="unicode")
    assert again.count("<") == written.count("<")


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_paragraph_that_holds_a_block_is_a_div(tmp_path: Path, kind: str) -> None:
    """A browser would end the paragraph there, and the rest would stand outside."""
    item = (
        EVERY_KIND[kind]
        .replace("<qti-item-body>", "<qti-item-body><p>")
        .replace("</qti-item-body>", "</p></qti-item-body>")
    )
    written = _html(tmp_path, item)
    assert re.match('<div class="qti-item" lang="fr"[a-z -]*><div>', written)


def test_all_but_the_kinds_in_the_line_are_blocks() -> None:
    """A field or a list stays in its paragraph, everything else opens it."""
    inline = {"qti-text-entry-interaction", "qti-inline-choice-interaction", "qti-end-attempt-interaction"}
    assert WRITERS.keys() - BLOCK == inline


def test_a_choice_is_radio_buttons_or_check_boxes_by_its_maximum(tmp_path: Path) -> None:
    """Shapes tell pupils how many they may tick."""
    one = _html(tmp_path, given.a_choice_item(more='max-choices="1"'))
    assert one.count('type="radio"') == 3
    assert 'role="radiogroup"' in one
    assert 'aria-labelledby="x-r1"' in one
    many = _html(tmp_path, EVERY_KIND["choice"])
    assert many.count('type="checkbox"') == 4
    assert 'data-max="2"' in many


def test_a_match_is_a_table_of_radio_buttons_when_each_row_takes_one(tmp_path: Path) -> None:
    """Rows and columns have headings, so that each cell can be read out."""
    root: Any = markup.fromstring(_html(tmp_path, EVERY_KIND["match"]))
    assert len(root.xpath('//th[@scope="row"]')) == len(root.xpath('//thead//th[@scope="col"]')) == 2
    row = root.xpath("//tbody/tr")[0]
    (column, other) = root.xpath("//thead//th/@data-choice")
    first = row.get("data-choice")
    assert row.xpath(".//input/@value") == [f"{first} {column}", f"{first} {other}"]
    assert set(row.xpath(".//input/@type")) == {"radio"}


def test_gaps_are_lists_of_the_words_above(tmp_path: Path) -> None:
    """A gap can be filled without a mouse."""
    root: Any = markup.fromstring(_html(tmp_path, EVERY_KIND["gap-match"]))
    words = root.xpath('//ul[@class="qti-gap-choices"]/li/@data-choice')
    for gap in root.xpath("//select[@data-gap]"):
        assert gap.xpath("./option/@value") == ["", *words]


def test_hotspots_come_in_reading_order_with_their_shapes(tmp_path: Path) -> None:
    """Top to bottom: for the keyboard, and because the authored order would tell."""
    root: Any = markup.fromstring(_html(tmp_path, EVERY_KIND["hotspot"]))
    assert root.xpath("//li/@data-shape") == ["rect", "circle"]
    assert root.xpath("//li/@data-coords") == ["10,10,50,50", "300,200,20"]
    assert root.xpath("//li//span/text()") == ["1", "2"]
    assert root.xpath('//*[@class="qti-hotspots"]/@data-width') == ["400"]


def test_a_field_is_as_wide_as_the_author_says_and_never_as_the_answer(tmp_path: Path) -> None:
    """Two items that differ in their answer alone look the same."""
    field = '<p><qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    short, long = (
        _html(tmp_path, an_item(field, declared((answer,), base_type="string"))) for answer in ("a", "a" * 40)
    )
    assert short == long
    assert 'size="12"' in _html(tmp_path, EVERY_KIND["text-entry"])


@pytest.mark.parametrize(("base_type", "mode"), [("integer", "numeric"), ("float", "decimal")])
def test_numbers_bring_the_keyboard_of_numbers(tmp_path: Path, base_type: str, mode: str) -> None:
    """On a tablet; the value stays text, commas and all."""
    field = '<p><qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    assert f'inputmode="{mode}"' in _html(tmp_path, an_item(field, declared(("3",), base_type=base_type)))


def test_a_pattern_and_its_message_reach_the_player(tmp_path: Path) -> None:
    """Shown as advice while typing."""
    field = (
        '<p><qti-text-entry-interaction response-identifier="RESPONSE" pattern-mask="[0-9]+" '
        'data-patternmask-message="Des &quot;chiffres&quot;"/></p>'
    )
    written = _html(tmp_path, an_item(field, declared(("3",), base_type="string")))
    assert 'data-pattern="[0-9]+"' in written
    assert 'data-pattern-message="Des &quot;chiffres&quot;"' in written


def _choice(attributes: str, inside: str = '<qti-simple-choice identifier="a">a</qti-simple-choice>') -> str:
    name = "qti-choice-interaction"
    return f'<{name} response-identifier="RESPONSE" {attributes}>{inside}</{name}>'


MISTAKES = [
    (_choice("max-choices='2'"), "wrong_declaration"),
    (_choice("max-choices='many'"), "bad_attribute"),
    (_choice("min-choices='5' max-choices='1'"), "bad_attribute"),
    (_choice("", ""), "no_choices"),
    (
        _choice("", '<qti-simple-choice identifier="a"/><qti-simple-choice identifier="a"/>'),
        "duplicate_identifier",
    ),
    (_choice("", '<qti-simple-choice identifier="a" template-identifier="T"/>'), "unknown_variable"),
    (_choice("") + _choice(""), "duplicate_response"),
    (
        _choice("", f'<qti-simple-choice identifier="a">{_choice("")}</qti-simple-choice>'),
        "nested_interaction",
    ),
    ('<qti-order-interaction response-identifier="RESPONSE"/>', "wrong_declaration"),
    (
        '<qti-hottext-interaction response-identifier="RESPONSE"><p>a</p></qti-hottext-interaction>',
        "no_choices",
    ),
]


@pytest.mark.parametrize(("body", "code"), MISTAKES)
def test_mistakes_in_an_interaction_are_found(tmp_path: Path, body: str, code: str) -> None:
    """An author learns of them at import and not on the day."""
    assert code in codes(refusals_of(tmp_path, an_item(body, declared(("a",)))))


ELSEWHERE = [
    ("match", "</qti-simple-match-set>\n      <qti-simple-match-set>", "", "wrong_content"),
    ("gap-match", "<qti-gap ", "<qti-gab ", "unsupported_element"),
    ("hotspot", 'coords="300,200,20"', 'coords="300,200"', "bad_attribute"),
    ("hotspot", 'shape="rect"', 'shape="star"', "bad_attribute"),
    ("hotspot", "<img ", "<img src='x.svg' alt=''/><img ", "wrong_content"),
    ("hottext", "qti-hottext ", "qti-hotword ", "broken_xml"),
    ("slider", 'upper-bound="90"', 'upper-bound="0"', "bad_attribute"),
    ("slider", 'lower-bound="0"', "", "bad_attribute"),
    ("order", 'shuffle="true"', 'max-choices="4"', "bad_attribute"),
    ("order", 'shuffle="true"', 'min-choices="3" max-choices="2"', "bad_attribute"),
    ("text-entry", "expected-length", 'base="2" expected-length', "bad_attribute"),
]


@pytest.mark.parametrize(("kind", "old", "new", "code"), ELSEWHERE)
def test_each_kind_refuses_what_it_cannot_do(
    tmp_path: Path, kind: str, old: str, new: str, code: str
) -> None:
    """One changed word in a good item gives the right reason."""
    assert old in EVERY_KIND[kind]
    found = refusals_of(tmp_path, EVERY_KIND[kind].replace(old, new, 1), media=PICTURE)
    assert code in codes(found)


def test_a_question_inside_feedback_is_refused(tmp_path: Path) -> None:
    """Leaving it out would take a question away."""
    body = f'<qti-feedback-block outcome-identifier="F" identifier="f">{_choice("")}</qti-feedback-block>'
    assert "unsupported_feedback" in codes(refusals_of(tmp_path, an_item(body, declared(("a",)))))


MORE = [
    ("hotspot", "qti-hotspot-choice ", "qti-hotspot-chance ", "no_choices"),
    ("gap-match", "<p>", '<qti-gap-img identifier="g"/><p>', "wrong_content"),
    ("text-entry", "expected-length", f'pattern-mask="{"a" * 501}" expected-length', "bad_attribute"),
]


@pytest.mark.parametrize(("kind", "old", "new", "code"), MORE)
def test_an_interaction_lacks_nothing_it_needs(
    tmp_path: Path, kind: str, old: str, new: str, code: str
) -> None:
    """Places, words in each label, a pattern of bearable length."""
    assert old in EVERY_KIND[kind]
    assert code in codes(refusals_of(tmp_path, EVERY_KIND[kind].replace(old, new), media=PICTURE))


@pytest.mark.parametrize("kind", ["choice", "match", "gap-match"])
def test_a_question_of_thousands_of_choices_is_refused(tmp_path: Path, kind: str) -> None:
    """A table of all against all would fill the memory of the server first, and then of each browser."""
    name = {"choice": "simple-choice", "match": "simple-associable-choice", "gap-match": "gap"}[kind]
    more = "".join(f'<qti-{name} identifier="n{number}" match-max="1"/>' for number in range(3_000))
    item = EVERY_KIND[kind]
    at = item.rindex(f"<qti-{name} ")
    found = refusals_of(tmp_path, item[:at] + more + item[at:], media=PICTURE)
    assert codes(found) == ["too_complex"]
