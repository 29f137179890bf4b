"""What other people wrote is taken or refused for a reason; nothing makes the reader fall over."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from items.compile import compile_form
from items.package import read_package
from items.problems import Problem, Refused
from tests.items.given import SEED
from tests.items.kinds import EVERY_KIND

CORPUS = Path(__file__).parents[3] / "shared" / "qti-corpus"
OTHERS = sorted(path for path in CORPUS.rglob("*") if path.suffix in (".xml", ".zip", ".qti"))


def _problems(path: Path) -> tuple[Problem, ...]:
    """Why it is refused, nothing when it is taken; any other error is ours and fails the test."""
    try:
        compile_form(read_package(path), seed=SEED)
    except Refused as refused:
        if refused.problems:
            return refused.problems
        raise
    return ()


@pytest.mark.skipif(not OTHERS, reason=f"the material of others is not at {CORPUS}")
@pytest.mark.parametrize("folder", ["kennisnet", "instructure", "qtiworks"])
def test_the_work_of_others_is_taken_or_refused_with_reasons(folder: str) -> None:
    """Every refusal names a file, a code and what to do; QTI 3 items of the common kinds are taken."""
    taken = 0
    for path in (path for path in OTHERS if path.is_relative_to(CORPUS / folder)):
        problems = _problems(path)
        assert all(problem.file and problem.code and problem.message for problem in problems)
        taken += not problems
    assert taken >= (10 if folder == "kennisnet" else 0)


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
