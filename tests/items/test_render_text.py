"""The author's text, pictures and passages come out as they were meant, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.items import given
from tests.items.given import SVG, a_form, an_item, refusals_of

PICTURE = {"authored-picture.svg": SVG}


def _body(folder: Path, body: str) -> str:
    """What becomes of a body without questions."""
    written = a_form(folder, an_item(body), media=PICTURE).content.items[0].html
    return written.removeprefix('<div class="qti-item" lang="fr"> ').removesuffix(" </div>")


TEXT = [
    ("<h2>T</h2><blockquote><p>Q</p></blockquote>", "<h2>T</h2><blockquote><p>Q</p></blockquote>"),
    ("<pre>\n a  b</pre>", "<pre>\n\n a  b</pre>"),
    ("<p>a <b>b</b>\n  <i>c</i></p>", "<p>a <b>b</b> <i>c</i></p>"),
    ("<p>a <font>b</font> <strike>c</strike></p>", "<p>a <span>b</span> <s>c</s></p>"),
    ("<p><center>a</center></p>", "<div><div>a</div></div>"),
    ('<ul>\n<li class="mine qti-x">a</li>\n</ul>', "<ul><li>a</li></ul>"),
    ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"),
    ('<p xml:lang="ar" dir="rtl">س</p>', '<p lang="ar" dir="rtl">س</p>'),
    ('<p><bdo dir="rtl">abc</bdo></p>', '<p><bdo dir="rtl">abc</bdo></p>'),
    ("<p>{{ 1 &lt; 2 }} &amp;amp;</p>", "<p>{{ 1 &lt; 2 }} &amp;amp;</p>"),
    ("<details><summary>a</summary>b</details>", "<div><div>a</div>b</div>"),
    ("<p>a<br/>b<hr/></p>", "<div>a<br>b<hr></div>"),
    ('<p><a href="https://elsewhere/">mot</a></p>', "<p><span>mot</span></p>"),
    ('<p id="secret" style="color:red" data-x="y" role="none">a</p>', "<p>a</p>"),
    ('<p title="a &quot;b&quot;">a</p>', '<p title="a &quot;b&quot;">a</p>'),
    (
        '<p>le <s:sub xmlns:s="http://www.w3.org/2001/10/synthesis" alias="secret">km</s:sub></p>',
        '<p>le <span data-say="secret">km</span></p>',
    ),
    ("<!-- secret --><p>a<!-- secret -->b</p>", "<p>ab</p>"),
    (
        '<table><tr><td colspan="2" align="left">a</td></tr></table>',
        '<table><tr><td colspan="2">a</td></tr></table>',
    ),
    (
        "<p><m:math><m:semantics><m:mfrac><m:mn>1</m:mn><m:mn>2</m:mn></m:mfrac>"
        "<m:annotation>secret</m:annotation></m:semantics></m:math></p>",
        "<p><math><mfrac><mn>1</mn><mn>2</mn></mfrac></math></p>",
    ),
    (
        '<p><m:math alttext="un" href="x"><m:mi>x</m:mi></m:math></p>',
        '<p><math alttext="un"><mi>x</mi></math></p>',
    ),
    ('<qti-rubric-block view="scorer"><p>secret</p></qti-rubric-block><p>a</p>', "<p>a</p>"),
    (
        '<qti-rubric-block view="candidate"><qti-content-body><p>a</p></qti-content-body></qti-rubric-block>',
        '<div class="qti-rubric"><p>a</p></div>',
    ),
    (
        '<qti-feedback-block outcome-identifier="F"><p>secret</p></qti-feedback-block><p>a</p>',
        "<p>a</p>",
    ),
]


@pytest.mark.parametrize(("source", "wanted"), TEXT)
def test_text_comes_out_as_its_author_meant_it(tmp_path: Path, source: str, wanted: str) -> None:
    """Markup on the list is kept, words are escaped, everything else stays behind."""
    assert _body(tmp_path, source) == wanted


def test_a_picture_has_an_opaque_name_its_size_and_its_alt(tmp_path: Path) -> None:
    """The name of a file may hold the answer; its size keeps the page from jumping."""
    body = '<p><img src="authored%2Dpicture.svg" alt="a &lt; b"/></p>'
    assert _body(tmp_path, body) == '<p><img data-media="m1.svg" alt="a &lt; b" width="40" height="30"></p>'


def test_an_object_that_is_a_picture_is_a_picture(tmp_path: Path) -> None:
    """Older authoring tools write pictures so; one given side keeps the proportions."""
    body = '<p><object data="authored-picture.svg" type="image/svg+xml" width="80">un rond</object></p>'
    assert _body(tmp_path, body) == '<p><img data-media="m1.svg" alt="un rond" width="80" height="60"></p>'


REFUSED = [
    ("<p><video/></p>", "missing_file"),
    ("<form/>", "unsupported_element"),
    ("<p><iframe/></p>", "unsupported_element"),
    ("<p><m:apply/></p>", "unsupported_element"),
    ("<p><m:mglyph/></p>", "unsupported_element"),
    ("<p><x:p xmlns:x='urn:x'/></p>", "unsupported_element"),
    ("<p><object data='a.mp3' type='audio/mpeg'/></p>", "missing_file"),
    ("<p><object data='a.swf' type='application/x-shockwave-flash'/></p>", "unsupported_media"),
    ("<p><img src='none.png' alt=''/></p>", "missing_file"),
    ("<p><img src='https://elsewhere/a.png' alt=''/></p>", "external_resource"),
    ("<p><img src='../a.png' alt=''/></p>", "path_escape"),
    ("<ul>loose<li>a</li></ul>", "loose_text"),
    ("<table><tr><td>a</td></tr>loose</table>", "loose_text"),
    ("<p><br>text</br></p>", "not_empty"),
    ("<table><tr><td colspan='many'>a</td></tr></table>", "bad_attribute"),
    ("<p><qti-printed-variable identifier='X'/></p>", "unknown_variable"),
    ("<qti-custom-interaction response-identifier='R'/>", "unsupported_interaction"),
    ("<qti-text-entry-interaction response-identifier='NONE'/>", "unknown_response"),
]


@pytest.mark.parametrize(("body", "code"), REFUSED)
def test_what_we_cannot_show_is_refused_with_its_line(tmp_path: Path, body: str, code: str) -> None:
    """Never shown wrong, never left out in silence."""
    (problem,) = refusals_of(tmp_path, an_item(f"<p>a</p>\n{body}"))
    assert (problem.file, problem.line, problem.code) == ("item1.xml", 6, code)


def test_feedback_is_left_out_aloud(tmp_path: Path) -> None:
    """It would give the answer away; the operator is told of each."""
    feedback = '<qti-modal-feedback outcome-identifier="F" identifier="f"><p>secret</p></qti-modal-feedback>'
    form = a_form(tmp_path, an_item(rest=feedback))
    assert [remark.code for remark in form.remarks] == ["left_out"]
    assert "secret" not in str(form.content)


def _stimulus(body: str) -> str:
    return (
        f'<qti-assessment-stimulus xmlns="{given.QTI}" identifier="s" title="secret">'
        f"<qti-stimulus-body>{body}</qti-stimulus-body></qti-assessment-stimulus>"
    )


def test_a_passage_is_sent_once_for_all_its_items(tmp_path: Path) -> None:
    """Its pictures count for each item that shows it."""
    reference = '<qti-assessment-stimulus-ref identifier="S" href="passage.xml"/>'
    placed = '<div data-stimulus-idref="S"/><p>après</p>'
    items = [
        an_item(identifier=f"q{n}").replace("<qti-item-body>", f"{reference}<qti-item-body>") for n in (1, 2)
    ]
    items[1] = items[1].replace("<p>Lis ceci.</p>", f"<p>avant</p>{placed}")
    passage = _stimulus('<p>Il était une fois <img src="authored-picture.svg" alt="un roi"/></p>')
    form = a_form(tmp_path, *items, media=PICTURE | {"passage.xml": passage.encode()})
    (stimulus,) = form.content.stimuli
    assert stimulus.html.startswith('<div class="qti-stimulus-body"><p>Il était une fois <img')
    first, second = form.content.items
    assert (first.stimuli, first.media) == (second.stimuli, second.media) == (("p1",), ("m1.svg",))
    mark = '<section class="qti-stimulus" data-stimulus="p1"></section>'
    assert f'lang="fr">{mark}' in first.html
    assert f"<p>avant</p>{mark}<p>après</p>" in second.html


def test_a_passage_cannot_ask_questions(tmp_path: Path) -> None:
    """Its responses would belong to no item."""
    item = an_item().replace(
        "<qti-item-body>", '<qti-assessment-stimulus-ref identifier="S" href="p.xml"/><qti-item-body>'
    )
    found = refusals_of(tmp_path, item, media={"p.xml": _stimulus("<qti-text-entry-interaction/>").encode()})
    assert [(problem.file, problem.code) for problem in found] == [("p.xml", "unsupported_interaction")]


def test_a_broken_passage_is_refused_once_for_all_its_items(tmp_path: Path) -> None:
    """Its author mends one file."""
    reference = '<qti-assessment-stimulus-ref identifier="S" href="p.xml"/><qti-item-body>'
    items = [an_item(identifier=f"q{number}").replace("<qti-item-body>", reference) for number in (1, 2)]
    for passage, code in (
        (_stimulus("").replace("qti-stimulus-body", "qti-other"), "no_body"),
        ("<x/>", "not_qti"),
    ):
        found = refusals_of(tmp_path, *items, media={"p.xml": passage.encode()})
        assert [(problem.file, problem.code) for problem in found] == [("p.xml", code)]


def test_style_sheets_are_left_out_aloud(tmp_path: Path) -> None:
    """In the item, in its body and in its passage."""
    item = an_item('<qti-stylesheet href="a.css" type="text/css"/><p style="color:red">a</p>').replace(
        "<qti-item-body>",
        '<qti-stylesheet href="a.css" type="text/css"/>'
        '<qti-assessment-stimulus-ref identifier="S" href="p.xml"/><qti-item-body>',
    )
    sheet = '<qti-stylesheet href="a.css" type="text/css"/>'
    passage = _stimulus(sheet)
    form = a_form(tmp_path, item, media={"p.xml": passage.encode()})
    assert [remark.code for remark in form.remarks] == ["left_out"] * 4
    assert {remark.file for remark in form.remarks} == {"item1.xml", "p.xml"}


def test_a_picture_may_be_given_one_side(tmp_path: Path) -> None:
    """The other follows the proportions of the picture."""
    body = '<p><img src="authored-picture.svg" alt="" height="60px"/></p>'
    assert 'width="80" height="60"' in _body(tmp_path, body)
