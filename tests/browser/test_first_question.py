"""A form begins with any kind of question; the first one is on the screen as soon as the others would be."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from engine.demonstration import FORMS
from tests.browser.answers import plausible
from tests.browser.deliveries import deliver
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting
from tests.served import Served

REFERENCE = re.compile(r" *<qti-assessment-item-ref .*?/>\n", re.DOTALL)


def beginning_with(number: int, folder: Path) -> Path:
    """The mathematics form with this item moved to its beginning."""
    package = Path(shutil.copytree(FORMS / "maths-6e", folder / "form"))
    test = package / "test.xml"
    text = test.read_text(encoding="utf-8")
    references = REFERENCE.findall(text)
    moved = next(one for one in references if f"{number:03}" in one)
    text = text.replace(moved, "").replace(references[0], moved + references[0])
    test.write_text(text, encoding="utf-8")
    return package


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(4, id="text-entry"),
        pytest.param(2, id="order", marks=pytest.mark.long),
        pytest.param(3, id="slider", marks=pytest.mark.long),
        pytest.param(5, id="gap-match", marks=pytest.mark.long),
        pytest.param(7, id="inline-choice", marks=pytest.mark.long),
        pytest.param(10, id="hotspot", marks=pytest.mark.long),
        pytest.param(17, id="match", marks=pytest.mark.long),
    ],
)
def test_a_form_may_begin_with_any_kind_of_question(
    page: Page, engine: Served, tmp_path: Path, number: int
) -> None:
    """It opens without a fault, says all it has to say, and takes an answer."""
    sitting = Sitting(page, deliver(engine, beginning_with(number, tmp_path), seats=1))
    sitting.begin()
    item = sitting.items[0]
    assert sitting.delivered.scorer.authored(item) == f"MA-6-{number:03}"
    assert re.findall(".{0,40}undefined.{0,20}", page.content()) == []
    answer(sitting, plausible(sitting.delivered, item))
    sitting.saved()
