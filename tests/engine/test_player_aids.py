"""What is said of a formula and of a long sentence; which switches of the school the page knows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from engine.assets import WEB
from engine.needs import DISPLAY, SUPPORTS, THEMES
from items.qti.catalogs import SUPPORTS as CARDS
from tests.engine.player import browser, page

__all__ = ["browser", "page"]

SAY = """async ([language, markup]) => {
  const { speak } = await import('/static/js/words.js')
  await speak(language, '')
  const { learn } = await import('/static/js/access/phrases.js')
  await learn()
  const { elements } = await import('/static/js/fragment.js')
  const { piecesOf } = await import('/static/js/access/speakable.js')
  const root = document.getElementById('page')
  root.lang = language
  root.replaceChildren(...elements(markup))
  return piecesOf(root).map(({ text }) => text)
}"""


@pytest.mark.parametrize(
    ("language", "markup", "said"),
    [
        ("fr", "<mfrac><mn>3</mn><mn>4</mn></mfrac>", "3 sur 4"),
        ("en", "<mfrac><mn>3</mn><mn>4</mn></mfrac>", "3 over 4"),
        ("fr", "<msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mn>1</mn>", "x au carré plus 1"),
        ("fr", "<mn>2</mn><mo>×</mo><mn>3</mn><mo>=</mo><mn>6</mn>", "2 fois 3 égale 6"),
        ("en", "<msqrt><mi>a</mi><mo>−</mo><mi>b</mi></msqrt>", "square root of a minus b"),
        ("en", "<msup><mi>a</mi><mi>n</mi></msup>", "a to the power n"),
        ("fr", "<mroot><mi>a</mi><mn>5</mn></mroot>", "racine 5-ième de a"),
    ],
)
def test_a_formula_is_read_in_plain_words(page: Page, language: str, markup: str, said: str) -> None:
    assert page.evaluate(SAY, [language, f"<math>{markup}</math>"]) == [said]


def test_the_description_that_an_author_gave_comes_before_our_reading(page: Page) -> None:
    math = '<p>Soit <math alttext="un demi"><mfrac><mn>1</mn><mn>2</mn></mfrac></math>.</p>'
    assert page.evaluate(SAY, ["fr", math]) == ["Soit un demi ."]


def test_long_texts_are_said_in_pieces_and_numbers_stay_whole(page: Page) -> None:
    """Some browsers fall silent in a long piece; a full stop in a number ends no sentence."""
    long = "mot " * 200
    pieces = page.evaluate(SAY, ["en", f"<p>It is 1.5 km. Then?</p><p>{long}</p>"])
    assert pieces[:2] == ["It is 1.5 km.", "Then?"]
    assert all(len(piece) <= 220 for piece in pieces)
    assert " ".join(pieces[2:]) == long.strip()


def test_the_page_acts_on_every_switch_that_the_school_may_choose() -> None:
    """A switch that nothing reads would be a promise to a pupil that nobody keeps."""
    looks = (WEB / "js/access/looks.js").read_text()
    known = set(re.findall(r"'([a-z]+(?:-[a-z]+)*)'", looks))
    assert set(DISPLAY) | set(THEMES) <= known
    for language in ("fr", "en"):
        said = (WEB / f"js/words/{language}.access.js").read_text()
        named = {name for name in CARDS - {"spoken"} if f"'{name}':" in said or f"    {name}:" in said}
        assert named == CARDS - {"spoken"}
    assert set(SUPPORTS) <= CARDS
