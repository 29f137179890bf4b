"""An item is put to the test by its own declared answer, and the result has a true name."""

from __future__ import annotations

from pathlib import Path

import pytest

from items.examine import Result, examine, program_of
from items.problems import Refused
from items.qti.schemas import Schemas
from items.scoring.run import correct_responses, score
from items.survey import as_markdown, put_between_marks, survey
from tests.items import given
from tests.items.given import a_choice_item, a_package_of, an_item, declared, zipped
from tests.items.kinds import EVERY_KIND
from tests.items.older import CHOICE, MATCHED, RIGHT, a_plain_item

SHORT = (
    '<responseProcessing><responseCondition><responseIf><match><variable identifier="RESPONSE"/>'
    '<baseValue baseType="identifier">wrong</baseValue></match><setOutcomeValue identifier="SCORE">'
    '<baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition>'
    "</responseProcessing>"
)
OWN = (
    '<outcomeDeclaration identifier="MARK" cardinality="single" baseType="float"/><responseProcessing>'
    '<setOutcomeValue identifier="MARK"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
    "</responseProcessing>"
)
MAXIMUM = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"'


def _one(folder: Path, item: str) -> Path:
    path = folder / "item.xml"
    path.write_text(item)
    (folder / "authored-picture.svg").write_bytes(given.SVG)
    return path


def _own_outcome() -> str:
    item = a_plain_item(CHOICE, RIGHT, OWN)
    return item.replace(f"{MAXIMUM}/>", "")


@pytest.mark.parametrize(
    ("item", "result"),
    [
        (a_plain_item(CHOICE, RIGHT, MATCHED), Result.FULL),
        (
            a_plain_item(CHOICE, RIGHT, SHORT).replace(f"{MAXIMUM}/>", f'{MAXIMUM} normalMaximum="1"/>'),
            Result.SHORT,
        ),
        (_own_outcome(), Result.ELSEWHERE),
        (
            a_plain_item(
                CHOICE, RIGHT.replace("<correctResponse><value>right</value></correctResponse>", "")
            ),
            Result.MARKED,
        ),
        (a_plain_item("<p>Lis.</p>"), Result.SILENT),
    ],
)
def test_what_became_of_an_item_has_a_name(tmp_path: Path, item: str, result: Result) -> None:
    """Full marks, less than that, other outcomes, people, or nothing asked."""
    examined = examine(_one(tmp_path, item))
    assert examined.problems == ()
    assert examined.results == (result,)


def test_an_answer_that_its_own_interaction_forbids_is_called_impossible(tmp_path: Path) -> None:
    """Two right answers where one may be ticked: no pupil reaches the maximum."""
    body = (
        a_choice_item(more='max-choices="1"').partition("<qti-item-body>")[2].partition("</qti-item-body>")[0]
    )
    item = an_item(body, declared(("right", "wrong"), cardinality="multiple"))
    assert examine(_one(tmp_path, item)).results == (Result.IMPOSSIBLE,)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_of_ours_scores_its_maximum_or_is_marked(tmp_path: Path, kind: str) -> None:
    """Through opaque names, shape and scorer, as a pupil's answer goes."""
    (result,) = examine(_one(tmp_path, EVERY_KIND[kind])).results
    assert result in (Result.FULL, Result.MARKED)


def test_a_lone_item_of_qti_2_has_a_scoring_program(tmp_path: Path) -> None:
    """`passation items score` asks no version of its author."""
    program = program_of(_one(tmp_path, a_plain_item(CHOICE, RIGHT, MATCHED)))
    assert score(program, correct_responses(program))["SCORE"] == 1.0
    with pytest.raises(Refused) as refused:
        program_of(_one(tmp_path, a_plain_item(CHOICE, "", MATCHED)))
    assert "qti-" not in str(refused.value)


def test_an_item_below_a_manifest_may_point_at_its_whole_package(tmp_path: Path) -> None:
    """Authors check one item of an unpacked export: pictures beside its folder belong to it."""
    folder = tmp_path / "package" / "items" / "one"
    folder.mkdir(parents=True)
    (tmp_path / "package" / "imsmanifest.xml").write_text(given.a_manifest([]))
    (tmp_path / "package" / "a.svg").write_bytes(given.SVG)
    (tmp_path / "secret.svg").write_bytes(given.SVG)
    path = _one(folder, an_item('<p><img src="../../a.svg" alt="x"/></p>'))
    assert examine(path).accepted
    outside = _one(folder, an_item('<p><img src="../../../secret.svg" alt="x"/></p>'))
    assert [problem.code for problem in examine(outside).problems] == ["path_escape"]


def test_a_survey_counts_every_file_and_drops_none(tmp_path: Path) -> None:
    """Items, packages, broken XML and XML of others, by family; the table goes between its marks."""
    family = tmp_path / "ours"
    family.mkdir()
    _one(family, a_plain_item(CHOICE, RIGHT, MATCHED))
    (family / "broken.xml").write_text("<a>")
    (family / "other.xml").write_text("<other/>")
    zipped(family, a_package_of({"item1": a_choice_item(), "item2": a_choice_item(identifier="b")}))
    found = survey(tmp_path)
    counted = {(row.kind): (row.files, row.accepted, row.results[Result.FULL]) for row in found.rows}
    assert counted == {"item": (2, 1, 1), "package": (1, 1, 2)}
    assert found.others == {"ours": 1}
    table = as_markdown(found)
    assert "| ours | items | 2 | 1 | 1 |" in table
    assert "`broken_xml` 1" in table
    marked = "a\n<!-- survey -->\nold\n<!-- end of survey -->\nb"
    assert put_between_marks(marked, table) == f"a\n<!-- survey -->\n{table}\n<!-- end of survey -->\nb"
    assert put_between_marks("no marks", table) is None


INNER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="any"><xs:sequence><xs:any processContents="skip" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="identifier" use="required"/><xs:anyAttribute processContents="skip"/></xs:complexType>
</xs:schema>"""
OUTER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.imsglobal.org/xsd/imsqti_v2p1"
    xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1">
  <xs:include schemaLocation="http://elsewhere.example/inner.xsd"/>
  <xs:element name="assessmentItem" type="any"/>
</xs:schema>"""


def test_schemas_are_asked_where_somebody_has_them(tmp_path: Path) -> None:
    """What they import is found in their folder and never fetched; what they say is said with its line."""
    folder = tmp_path / "xsd"
    folder.mkdir()
    (folder / "outer.xsd").write_text(OUTER)
    (folder / "inner.xsd").write_text(INNER)
    schemas = Schemas(folder)
    item = a_plain_item(CHOICE, RIGHT, MATCHED)
    assert examine(_one(tmp_path, item), schemas).accepted
    (problem,) = examine(_one(tmp_path, item.replace('identifier="q"', 'name="q"')), schemas).problems
    assert (problem.file, problem.line, problem.code) == ("item.xml", 1, "xsd")
    (unknown,) = examine(_one(tmp_path, a_choice_item()), schemas).problems
    assert unknown.code == "no_schema"
    (folder / "inner.xsd").unlink()
    with pytest.raises(Refused, match="bad_schema"):
        Schemas(folder).problems_of({"item.xml": item.encode()})
    with pytest.raises(Refused, match="no_schema"):
        Schemas(tmp_path / "nothing")
