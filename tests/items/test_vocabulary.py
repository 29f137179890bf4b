"""Attributes of interactions: slips are told, wrong types refused, truth is written in one way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.items.given import a_form, an_item, codes, declared, refusals_of


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('shuffle="perhaps"', "bad_attribute"),
        ('max-choices="two"', "bad_attribute"),
        ('orientation="up"', "bad_attribute"),
    ],
)
def test_values_of_a_wrong_type_are_refused(tmp_path: Path, written: str, code: str) -> None:
    """What cannot be meant is not guessed at."""
    item = an_item(a_choice_body(written), declared())
    assert code in codes(refusals_of(tmp_path, item))


def test_a_misspelled_attribute_is_told_with_the_name_that_was_meant(tmp_path: Path) -> None:
    """`max-choice` makes another question, and nobody would see why."""
    form = a_form(tmp_path, an_item(a_choice_body('max-choice="2" tool-x="1"'), declared()))
    told = [remark.message for remark in form.remarks]
    assert any("max-choice: was max-choices meant?" in message for message in told)
    assert any("tool-x: it has no effect" in message for message in told)


@pytest.mark.parametrize(
    ("written", "shuffled"), [("1", True), ("TRUE", True), (" true ", True), ("0", False)]
)
def test_truth_has_more_than_one_spelling(tmp_path: Path, written: str, shuffled: bool) -> None:
    """XML Schema knows 1 and 0; tools write capitals."""
    form = a_form(tmp_path, an_item(a_choice_body(f'shuffle="{written}"'), declared()))
    assert (" data-shuffle" in form.content.items[0].html) == shuffled


def a_choice_body(attributes: str) -> str:
    return (
        f'<qti-choice-interaction response-identifier="RESPONSE" {attributes}>'
        '<qti-simple-choice identifier="right">a</qti-simple-choice>'
        '<qti-simple-choice identifier="wrong">b</qti-simple-choice></qti-choice-interaction>'
    )
