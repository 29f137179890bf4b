"""When a question is answered, when it is only begun: read from its fragment, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from items.compile import compile_form
from items.package import read_package
from tests.engine.player import browser, page

__all__ = ["browser", "page"]

FORMS = Path(__file__).parents[2] / "items" / "content"
STATES = """async (cases) => {
  const { asked, stateOf } = await import('/static/js/progress.js')
  return cases.map(([html, response]) => {
    const state = { answers: { i1: { response } }, spent_ms: {}, box: { aside: {} }, at: 'i2' }
    return stateOf({ state, asked: { i1: asked(html) } }, 'i1')
  })
}"""


def root(kind: str, inside: str, **data: object) -> str:
    """An interaction as the compiler writes it, for response r1."""
    more = "".join(f' data-{name}="{value}"' for name, value in data.items())
    return f'<div data-interaction="{kind}" data-response="r1"{more}>{inside}</div>'


GAPS = "".join(f'<select data-gap="gap{letter}"><option value=""></option></select>' for letter in "abc")
LABELS = '<ul class="qti-gap-choices"><li data-choice="aaaa" data-match-max="{}"></li></ul>'
TEXT = '<p><input type="text" data-interaction="text-entry" data-response="r{}"></p>'


def table(kind: str, rows: int, *, column_max: int = 0, row_min: int = 0) -> str:
    """A table of rows and two columns."""
    heads = "".join(f'<th data-choice="col{letter}" data-match-max="{column_max}"></th>' for letter in "ab")
    least = f' data-match-min="{row_min}"' if row_min else ""
    cells = f'<td><input type="{kind}"></td>' * 2
    lines = "".join(f'<tr data-choice="row{number}"{least}><th></th>{cells}</tr>' for number in range(rows))
    return f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{lines}</tbody></table>"


CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "nothing given": (TEXT.format(1), {"r1": None}, "none"),
    "blanks are no answer": (TEXT.format(1), {"r1": "  "}, "none"),
    "one field": (TEXT.format(1), {"r1": "12"}, "done"),
    "one field of two": (TEXT.format(1) + TEXT.format(2), {"r1": "12", "r2": None}, "partly"),
    "two fields of two": (TEXT.format(1) + TEXT.format(2), {"r1": "12", "r2": "3"}, "done"),
    "one gap of three": (root("gap-match", LABELS.format(3) + GAPS), {"r1": ["aaaa gapa"]}, "partly"),
    "three gaps of three": (
        root("gap-match", LABELS.format(3) + GAPS),
        {"r1": ["aaaa gapa", "aaaa gapb", "aaaa gapc"]},
        "done",
    ),
    "more gaps than labels": (root("gap-match", LABELS.format(1) + GAPS), {"r1": ["aaaa gapb"]}, "done"),
    "one row of two": (root("match", table("radio", 2)), {"r1": ["row0 cola"]}, "partly"),
    "two rows of two": (root("match", table("radio", 2)), {"r1": ["row0 cola", "row1 cola"]}, "done"),
    "more rows than columns take": (
        root("match", table("radio", 3, column_max=1)),
        {"r1": ["row0 cola", "row1 colb"]},
        "done",
    ),
    "rows that may stay empty": (root("match", table("checkbox", 3)), {"r1": ["row0 cola"]}, "done"),
    "a row that needs two": (
        root("match", table("checkbox", 1, row_min=2)),
        {"r1": ["row0 cola"]},
        "partly",
    ),
    "one tick of at least two": (root("choice", "", min=2, max=3), {"r1": ["abcd"]}, "partly"),
    "two ticks of at least two": (root("choice", "", min=2, max=3), {"r1": ["abcd", "efgh"]}, "done"),
    "an order": (root("order", ""), {"r1": ["abcd", "efgh"]}, "done"),
    "a text only to read, not seen yet": ("<p>Bravo</p>", {}, "unread"),
}


def test_a_question_is_answered_when_each_of_its_places_is(page: Page) -> None:
    """None of them: not answered. Some: begun, and the pupil is told before the hand-in."""
    states = page.evaluate(STATES, [[html, response] for html, response, _ in CASES.values()])
    assert dict(zip(CASES, states, strict=True)) == {name: state for name, (_, _, state) in CASES.items()}


@pytest.mark.parametrize("form", ["maths-6e", "francais-6e"])
def test_of_every_question_we_show_it_is_known_what_it_asks(page: Page, form: str) -> None:
    """Each response of each fragment is asked for, and an empty one leaves the question unanswered."""
    compiled = compile_form(read_package(FORMS / form), seed=bytes(32))
    asked = page.evaluate(
        """async (fragments) => {
          const { asked } = await import('/static/js/progress.js')
          return Object.fromEntries(Object.entries(fragments).map(([item, html]) =>
            [item, asked(html).map(({ name, isWhole }) => [name, isWhole([])])]))
        }""",
        {item.id: item.html for item in compiled.content.items},
    )
    shapes = compiled.schema["items"]
    assert asked == {item: [[name, False] for name in shapes[item]] for item in shapes}


def test_a_question_is_never_called_more_than_it_is(page: Page) -> None:
    """A refused answer is to be corrected, whatever it holds; what is not known is begun at most."""
    states = page.evaluate(
        """async () => {
          const { stateOf } = await import('/static/js/progress.js')
          const answers = { i1: { response: { r1: 'abcd' } } }
          const state = (aside) => ({ answers, spent_ms: {}, box: { aside } })
          const asked = { i1: [{ name: 'r1', isWhole: () => true }] }
          return [
            stateOf({ state: state({}), asked }, 'i1'),
            stateOf({ state: state({ i1: 'too_long' }), asked }, 'i1'),
            stateOf({ state: state({}), asked: {} }, 'i1'),
          ]
        }"""
    )
    assert states == ["done", "aside", "partly"]
