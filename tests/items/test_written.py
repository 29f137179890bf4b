"""Texts and numbers that pupils write: several in one answer, and numbers with the way they were typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from items.responses import Shapes
from items.scorer import Scorer
from tests.items.given import a_form, an_item, codes, declared, refusals_of


def _several(attributes: str, cardinality: str = "ordered") -> str:
    body = f'<qti-extended-text-interaction response-identifier="RESPONSE" {attributes}/>'
    return an_item(body, declared(("un", "deux"), cardinality=cardinality, base_type="string"))


def test_several_texts_are_one_answer_in_their_order(tmp_path: Path) -> None:
    form = a_form(tmp_path, _several('min-strings="1" max-strings="2"'))
    shapes, scorer = Shapes(form.schema), Scorer(form.key)
    assert ' data-fields="2"' in form.content.items[0].html
    assert scorer.score("i1", {"r1": ["un", "deux"]})["SCORE"] == 1.0
    assert scorer.score("i1", {"r1": ["deux", "un"]})["SCORE"] == 0.0
    assert shapes.check("i1", {"r1": ["un", "un"]}) is None
    assert shapes.check("i1", {"r1": ["un", "deux", "trois"]}) == "too_many"
    assert shapes.check("i1", {"r1": "un"}) == "wrong_cardinality"
    assert shapes.check("i1", {"r1": ["u" * 501]}) == "too_long"


def test_without_order_texts_match_wherever_they_stand(tmp_path: Path) -> None:
    form = a_form(tmp_path, _several('max-strings="3"', "multiple"))
    assert Scorer(form.key).score("i1", {"r1": ["deux", "", "un"]})["SCORE"] == 1.0


def test_without_a_limit_more_fields_are_offered(tmp_path: Path) -> None:
    html = a_form(tmp_path, _several("", "multiple")).content.items[0].html
    assert ' data-max="50" data-fields="3" data-open' in html


def test_all_texts_of_an_answer_fit_into_one_batch(tmp_path: Path) -> None:
    form = a_form(tmp_path, _several('expected-lines="5" max-strings="50"'))
    shape = form.schema["items"]["i1"]["r1"]
    assert shape["max"] * shape["max_length"] <= 15_000


@pytest.mark.parametrize("attributes", ['max-strings="51"', 'min-strings="3" max-strings="2"'])
def test_numbers_of_texts_that_cannot_be_kept_are_refused(tmp_path: Path, attributes: str) -> None:
    assert codes(refusals_of(tmp_path, _several(attributes))) == ["bad_attribute"]


def test_of_a_single_response_one_text_is_taken_and_the_author_told(tmp_path: Path) -> None:
    item = _several('max-strings="500"').replace('cardinality="ordered"', 'cardinality="single"')
    form = a_form(tmp_path, item.replace("<qti-value>deux</qti-value>", ""))
    assert "<textarea" in form.content.items[0].html
    assert any("max-strings" in remark.message for remark in form.remarks)


RECORD = """<qti-response-declaration identifier="RESPONSE" cardinality="record"/>"""
DIGITS = """<qti-response-processing><qti-response-condition><qti-response-if><qti-and>
  <qti-equal tolerance-mode="exact"><qti-field-value field-identifier="floatValue"><qti-variable
    identifier="RESPONSE"/></qti-field-value><qti-base-value base-type="float">2.5</qti-base-value>
    </qti-equal>
  <qti-equal tolerance-mode="exact"><qti-field-value field-identifier="ndp"><qti-variable
    identifier="RESPONSE"/></qti-field-value><qti-base-value base-type="integer">2</qti-base-value>
    </qti-equal>
  </qti-and><qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value>
  </qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing>"""


@pytest.mark.parametrize("name", ["text-entry", "extended-text"])
def test_a_number_bound_to_a_record_tells_how_it_was_typed(tmp_path: Path, name: str) -> None:
    body = f'<div><qti-{name}-interaction response-identifier="RESPONSE"/></div>'
    item = an_item(body, RECORD, rest=DIGITS).replace(
        '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/'
        'match_correct.xml"/>',
        "",
    )
    form = a_form(tmp_path, item)
    shapes, scorer = Shapes(form.schema), Scorer(form.key)
    for typed, score in (("2,50", 1.0), ("2.5", 0.0), ("2,500", 0.0), ("deux", 0.0)):
        assert shapes.check("i1", {"r1": typed}) is None
        assert scorer.score("i1", {"r1": typed})["SCORE"] == score, typed
