"""What somebody might send to do harm: refused or made harmless, in bounded time and memory.

No clock is asked here: each bound is tried with small limits, and the work of a refused package is counted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from items.compile import compile_form
from items.package import Limits, read_package
from items.problems import MOST_PROBLEMS, Findings, Problem, Refused
from items.qti.documents import read_document
from tests.items import given
from tests.items.given import (
    SEED,
    a_choice_item,
    a_package_of,
    a_section,
    a_test,
    an_item,
    codes,
    declared,
    zipped,
)

ROOMY = Limits(ratio=100_000)  # so that the bound under test is the one that holds


def _refused(folder: Path, files: Mapping[str, str | bytes], limits: Limits = ROOMY) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        compile_form(read_package(zipped(folder, files), limits), seed=SEED)
    return list(refused.value.problems)


def _refused_item(folder: Path, body: str, declarations: str = "") -> list[Problem]:
    return _refused(folder, a_package_of({"item1": an_item(body, declarations)}))


@pytest.mark.parametrize(
    "body",
    [
        "<p/>" * 100_000,
        "<div>" * 150 + "</div>" * 150,
        "<p {}/>".format(" ".join(f"a{number}='1'" for number in range(100_000))),
        "<div>" * 5_000 + "</div>" * 5_000,
    ],
    ids=["a hundred thousand elements", "deep", "a hundred thousand attributes", "very deep"],
)
def test_too_much_xml_is_refused_before_anybody_walks_it(tmp_path: Path, body: str) -> None:
    """The bounds are looked at first; what follows may take them for granted."""
    assert codes(_refused_item(tmp_path, body)) in (["too_complex"], ["broken_xml"])


def test_choices_that_multiply_are_refused_before_they_are_written(tmp_path: Path) -> None:
    """A table has the square of its choices in cells: one large or many middling ones fill the memory."""
    choice = '<qti-simple-choice identifier="c{}"/>'
    many = "".join(choice.format(number) for number in range(40_000))
    one = f'<qti-choice-interaction response-identifier="RESPONSE">{many}</qti-choice-interaction>'
    assert codes(_refused_item(tmp_path, one, declared())) == ["too_complex"]
    cells = "".join(f'<qti-simple-associable-choice identifier="c{n}" match-max="1"/>' for n in range(200))
    matches = "".join(
        f'<qti-match-interaction response-identifier="R{n}">'
        f"<qti-simple-match-set>{cells}</qti-simple-match-set><qti-simple-match-set>{cells}</qti-simple-match-set></qti-match-interaction>"
        for n in range(20)
    )
    assert codes(_refused_item(tmp_path, matches)) == ["too_complex"]


def test_a_thousand_patterns_in_one_item_are_refused(tmp_path: Path) -> None:
    """Each is linear; a thousand of them would still hold up the scores of everybody else."""
    pattern = (
        '<qti-pattern-match pattern="(a|aa|a?){{1,50}}b{}"><qti-variable identifier="R"/></qti-pattern-match>'
    )
    rules = "".join(
        f'<qti-set-outcome-value identifier="B">{pattern.format(n)}</qti-set-outcome-value>'
        for n in range(900)
    )
    key = declared((), identifier="R", base_type="string")
    outcome = '<qti-outcome-declaration identifier="B" cardinality="single" base-type="boolean"/>'
    processing = f"<qti-response-processing>{rules}</qti-response-processing>"
    item = an_item("<p/>", key + outcome, rest=processing)
    assert set(codes(_refused(tmp_path, a_package_of({"item1": item})))) == {"too_large"}


def test_fields_of_one_answer_are_written_once(tmp_path: Path) -> None:
    """Fifty fields with a hint of a thousand characters each are one field, and how many there are of it."""
    hint = "x" * 1_000
    body = (
        f'<qti-extended-text-interaction response-identifier="R" max-strings="50" placeholder-text="{hint}"/>'
    )
    key = declared((), identifier="R", cardinality="multiple", base_type="string")
    assert len(given.a_form(tmp_path, an_item(body, key)).content.items[0].html) < 2_000


@pytest.mark.parametrize("said", ['match-group="{}"', 'match-max="0" match-min="999999"'])
def test_what_choices_say_of_each_other_is_bounded(tmp_path: Path, said: str) -> None:
    """A group that names one choice two thousand times is a group of one; more uses than others: none."""
    more = said.format("c0 " * 2_000)
    choices = "".join(f'<qti-simple-associable-choice identifier="c{n}" {more}/>' for n in range(20))
    body = f'<qti-associate-interaction response-identifier="RESPONSE">{choices}</qti-associate-interaction>'
    item = an_item(body, declared(("c0 c1",), base_type="pair"))
    if "min" in said:
        assert set(codes(_refused(tmp_path, a_package_of({"item1": item})))) == {"bad_attribute"}
    else:
        assert len(given.a_form(tmp_path, item).content.items[0].html) < 5_000


def test_a_formula_within_a_formula_within_a_formula_costs_what_it_is_long(tmp_path: Path) -> None:
    """Names that hold formulas are copied when they are written: not once more at each level."""
    inner = "<mi>a</mi>" * 200
    for _ in range(45):
        inner = f"<ci><mrow>{inner}</mrow></ci>"
    item = an_item(f'<p><math xmlns="{given.MATH}">{inner * 5}</math></p>')
    assert len(given.a_form(tmp_path, item).content.items[0].html) < 50_000


def test_an_item_asked_again_and_again_is_counted_each_time(tmp_path: Path) -> None:
    """Five hundred references to one large file are five hundred large items."""
    references = [f'<qti-assessment-item-ref identifier="r{n}" href="item1.xml"/>' for n in range(400)]
    files = a_package_of({"item1": an_item("<p/>" * 2_000)}, test=a_test(a_section(*references)))
    assert codes(_refused(tmp_path, files)) == ["too_complex"]


def test_sections_that_branch_into_each_other_end(tmp_path: Path) -> None:
    """Forty references in each of eight levels of files are more than the world has seconds."""
    references = '<qti-assessment-section-ref identifier="x" href="a.xml"/>' * 40
    opening = f'<qti-assessment-section xmlns="{given.QTI}" identifier="s" title="" visible="true">'
    section = f"{opening}{references}</qti-assessment-section>"
    test = a_test('<qti-assessment-section-ref identifier="x" href="a.xml"/>')
    files = a_package_of({"item1": a_choice_item()}, test=test) | {"a.xml": section}
    found = _refused(tmp_path, files, ROOMY._replace(documents=100))
    assert "too_complex" in codes(found)
    assert len(found) <= MOST_PROBLEMS


def test_pieces_that_include_each_other_or_too_much_end(tmp_path: Path) -> None:
    """A circle, a tree of pieces, and one large piece many times."""
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}"/>'
    item = {"item1": an_item(include.format("p.xml") * 90)}
    for inside in (include.format("p.xml"), include.format("q.xml") * 90, "<p/>" * 20_000):
        piece = f'<div xmlns="{given.QTI}">{inside}</div>'
        files = a_package_of(item) | {"p.xml": piece, "q.xml": piece.replace("q.xml", "p.xml")}
        assert set(codes(_refused(tmp_path, files))) == {"too_complex"}


@pytest.mark.parametrize(
    "document",
    [
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><x y='&b;'>&b;</x>",
        "<!DOCTYPE x [<!ENTITY % a SYSTEM 'http://127.0.0.1/'> %a;]><x/>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
        "<!DOCTYPE x [<!ENTITY a '" + "a" * 400 + "'>]><x>&a;</x>",
        "<!DOCTYPE x [" + "".join(f"<!ENTITY e{n} 'a'>" for n in range(100)) + "]><x>&e1;</x>",
        "<!DOCTYPE x [<!ENTITY a '" + "a" * 300 + "'>]><x>" + "&a;" * 20_000 + "</x>",
    ],
)
def test_entities_that_grow_or_reach_out_are_refused(document: str) -> None:
    """Only a few short words are put in; nothing is put into them, and nothing is opened."""
    findings = Findings()
    assert read_document("a.xml", document.encode(), findings, Limits()) is None
    assert codes(findings.refusals) in (["dtd"], ["broken_xml"])


def test_what_an_item_says_in_braces_stays_text(tmp_path: Path) -> None:
    """The player has no templates; the fragment holds what the author wrote."""
    form = given.a_form(tmp_path, an_item("<p>{{ constructor.constructor('x')() }} ${y} &lt;b&gt;</p>"))
    assert "<p>{{ constructor.constructor('x')() }} ${y} &lt;b&gt;</p>" in form.content.items[0].html


def test_files_that_lie_on_one_another_in_a_zip_are_refused(tmp_path: Path) -> None:
    """The best bombs unpack the same bytes a thousand times over."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item(), "item2": a_choice_item(identifier="b")}))
    with zipfile.ZipFile(path) as archive:
        one, other = (archive.getinfo(f"item{number}.xml").header_offset for number in (1, 2))
    data = path.read_bytes()
    contents = data.index(b"PK\x01\x02")
    old, new = other.to_bytes(4, "little"), one.to_bytes(4, "little")
    path.write_bytes(data[:contents] + data[contents:].replace(old, new))
    with pytest.raises(Refused) as refused:
        read_package(path)
    assert "zip_bomb" in codes(refused.value.problems)


@pytest.mark.parametrize(("declared_bytes", "code"), [(5, "broken_zip"), (2**31, "too_big")])
def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path, declared_bytes: int, code: str) -> None:
    """Not more is unpacked than was declared, and not more may be declared than is allowed."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item()}))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = declared_bytes.to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(Refused) as refused:
        read_package(path)
    assert code in codes(refused.value.problems)


def test_a_zip_inside_a_zip_stays_shut(tmp_path: Path) -> None:
    """It is a file like any other, and nobody asks for it."""
    inner = zipped(tmp_path, {"a.txt": "x" * 1_000_000}, "inner.zip").read_bytes()
    files = a_package_of({"item1": a_choice_item()}) | {"inner.zip": inner}
    assert compile_form(read_package(zipped(tmp_path, files)), seed=SEED).content.media == ()


def test_a_file_that_is_wrong_everywhere_gets_a_bounded_answer(tmp_path: Path) -> None:
    """Nobody reads more than a thousand problems, and nobody need store them."""
    found = _refused_item(tmp_path, "".join(f"<p>\n<img src='{n}.png' alt=''/></p>" for n in range(4_000)))
    assert len(found) == MOST_PROBLEMS


@pytest.mark.parametrize(
    "parts",
    [
        "".join(f'<g id="g{n + 1}"><use href="#g{n}"/><use href="#g{n}"/></g>' for n in range(40)),
        "".join(
            f'<pattern id="g{n + 1}"><path fill="url(#g{n})"/><path stroke="url(#g{n})"/></pattern>'
            for n in range(40)
        ),
        '<g id="g1"><use href="#g2"/></g><g id="g2"><use href="#g1"/></g>',
    ],
    ids=["uses", "patterns", "a circle"],
)
def test_a_drawing_that_multiplies_itself_is_refused(tmp_path: Path, parts: str) -> None:
    """It would hang the browser of every pupil; the same part twenty times is a drawing like any other."""
    item = an_item('<p><img src="a.svg" alt=""/></p>')
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><g id="g0"><path d="M0 0"/></g>{}</svg>'
    hostile = a_package_of({"item1": item}, media={"a.svg": drawing.format(parts).encode()})
    assert codes(_refused(tmp_path, hostile)) == ["too_complex"]
    plain = drawing.format('<use href="#g0"/>' * 20).encode()
    assert given.a_form(tmp_path, item, media={"a.svg": plain}).content.media


def test_a_picture_that_unpacks_to_a_house_is_refused(tmp_path: Path) -> None:
    """Few bytes, many pixels: the computer of a pupil would unpack them all."""
    huge = given.png()[:16] + (60_000).to_bytes(4, "big") * 2 + given.png()[24:]
    files = a_package_of({"item1": an_item('<p><img src="a.png" alt=""/></p>')}, media={"a.png": huge})
    assert codes(_refused(tmp_path, files)) == ["too_big"]


def test_all_xml_of_a_package_is_counted_together(tmp_path: Path) -> None:
    """Many files that are each within bounds are not, together."""
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g/>" * 100 + b"</svg>"
    media = {f"{n}.svg": drawing.replace(b"<g/>", b"<g/>" * (n + 1)) for n in range(5)}
    body = "".join(f'<p><img src="{name}" alt=""/></p>' for name in media)
    files = a_package_of({"item1": an_item(body)}, media=media)
    assert set(codes(_refused(tmp_path, files, ROOMY._replace(all_elements=1_000)))) == {"too_complex"}
