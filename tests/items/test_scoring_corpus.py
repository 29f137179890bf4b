"""Items of others: each scores its maximum for its own right answer, or is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from items.problems import Refused
from items.scoring.compile import compile_item
from items.scoring.maximum import max_score
from items.scoring.run import correct_responses, load
from tests.items.others import CORPUS, WHY_SKIPPED

KENNISNET = CORPUS / "kennisnet"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)

# Items that are broken on purpose, or that need what is not supported, and the code that says so.
REFUSED = {
    "default-value-wrong-tag.xml": "unexpected_element",
    "else-if-after-else.xml": "unexpected_element",
    "item001.xml": "unknown_variable",
    "non-existing-outcome.xml": "unknown_variable",
    "number-comparison-expressions.xml": "wrong_type",
    "various-expressions.xml": "wrong_type",
    "wrong-expression-element.xml": "unknown_expression",
    "wrong-processing-element.xml": "unknown_rule",
}


def _items() -> list[Path]:
    return [
        path
        for path in sorted(KENNISNET.rglob("*.xml"))
        if etree.parse(str(path), PARSER).getroot().tag.endswith("}qti-assessment-item")
    ]


ITEMS = _items()


@pytest.mark.skipif(not ITEMS, reason=WHY_SKIPPED)
def test_there_are_items_to_try() -> None:
    """A folder that lost its items would pass everything."""
    assert len(ITEMS) >= 20


@pytest.mark.skipif(not ITEMS, reason=WHY_SKIPPED)
@pytest.mark.parametrize("path", ITEMS, ids=lambda path: str(path.name))
def test_an_item_of_others_scores_its_right_answer_or_says_why_not(path: Path) -> None:
    """No answer gives nothing, the declared answer gives everything, people mark what has neither."""
    item = etree.parse(str(path), PARSER).getroot()
    if path.name in REFUSED:
        with pytest.raises(Refused) as refused:
            compile_item(item, path.name)
        assert REFUSED[path.name] in [problem.code for problem in refused.value.problems]
        assert all(problem.line for problem in refused.value.problems)
        return
    program = json.loads(json.dumps(compile_item(item, path.name)))
    loaded, right = load(program), correct_responses(program)
    if loaded.needs_marking:
        assert max_score(program) is not None
    elif loaded.is_adaptive:  # its first step may be a choice without a key: only its author knows the most
        assert max_score(program) == program["outcomes"]["SCORE"]["normal_maximum"]
    elif all(value is None for value in right.values()):
        assert loaded.score({})["SCORE"] == 0.0
    else:
        assert loaded.score(right)["SCORE"] == pytest.approx(max_score(program))
        assert loaded.score({})["SCORE"] == 0.0
