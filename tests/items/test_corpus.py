"""What other people wrote is taken or refused for a reason; nothing makes the reader fall over."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from items.compile import compile_form
from items.examine import Result
from items.package import read_package
from items.problems import Problem, Refused
from items.survey import Survey, as_markdown, put_between_marks, survey
from tests.items.given import SEED
from tests.items.kinds import EVERY_KIND
from tests.items.others import CORPUS, WHY_SKIPPED

README = Path(__file__).parents[2] / "items" / "README.md"


def _problems(path: Path) -> tuple[Problem, ...]:
    """Why it is refused, nothing when it is taken; any other error is ours and fails the test."""
    try:
        compile_form(read_package(path), seed=SEED)
    except Refused as refused:
        if refused.problems:
            return refused.problems
        raise
    return ()


@pytest.fixture(scope="module")
def found() -> Survey:
    if not CORPUS.is_dir():
        pytest.skip(WHY_SKIPPED)
    return survey(CORPUS)


def test_the_table_in_the_readme_is_what_the_survey_finds(found: Survey) -> None:
    """Every file of others: taken and scored as declared, or refused. If this fails: see the command."""
    written = README.read_text(encoding="utf-8")
    again = put_between_marks(written, as_markdown(found))
    assert again == written, "run: passation items survey ../shared/qti-corpus --into items/README.md"


def test_every_refusal_of_the_work_of_others_says_where_and_why(found: Survey) -> None:
    """A file, a code for machines and a sentence for people; most problems have a line."""
    problems = [problem for examined in found.examined for problem in examined.problems]
    assert problems
    assert all(problem.file and problem.code and problem.message for problem in problems)
    assert sum(problem.line > 0 for problem in problems) > len(problems) * 0.9


def test_no_declared_answer_of_others_is_impossible_to_give(found: Survey) -> None:
    """Through the names and shapes of the form; where one falls short, the table says so."""
    assert all(Result.IMPOSSIBLE not in examined.results for examined in found.examined)
    assert sum(examined.results.count(Result.FULL) for examined in found.examined) > 200


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_an_item_cut_or_changed_anywhere_is_taken_or_refused(tmp_path: Path, kind: str) -> None:
    """Attributes emptied, names changed, elements taken away: no accident leads to an error of ours."""
    words = EVERY_KIND[kind].split(" ")
    path = tmp_path / "item.xml"
    for number in range(len(words)):
        for changed in ([*words[:number], *words[number + 1 :]], [*words[:number], 'x="">', *words[number:]]):
            path.write_text(" ".join(changed))
            _problems(path)
    for number in range(20):
        for letter in ("0", '"', "<", "&", "é"):
            text = EVERY_KIND[kind]
            at = len(text) * number // 20
            path.write_text(text[:at] + letter + text[at + 1 :])
            _problems(path)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_an_item_without_any_one_attribute_is_taken_or_refused(tmp_path: Path, kind: str) -> None:
    """What an author forgets is said, or has a meaning of its own."""
    path = tmp_path / "item.xml"
    count = sum(len(element.attrib) + 1 for element in etree.fromstring(EVERY_KIND[kind]).iter(etree.Element))
    for number in range(count):
        root = etree.fromstring(EVERY_KIND[kind])
        _take_away(root, number)
        path.write_bytes(etree.tostring(root))
        _problems(path)


def _take_away(root: etree._Element, number: int) -> None:
    """The number-th attribute or element of a tree; the root itself stays."""
    for element in list(root.iter(etree.Element)):
        for name in list(element.attrib):
            if number == 0:
                del element.attrib[name]
                return
            number -= 1
        parent = element.getparent()
        if number == 0 and parent is not None:
            parent.remove(element)
            return
        number -= 1
