"""QTI 2 becomes QTI 3 on the way in: the same question and key, on its author's lines and in his words."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from lxml import etree

from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.problems import Findings
from items.qti.conversion.names import element_name, in_older_words
from items.qti.documents import Element, read_document
from items.qti.limits import Limits
from tests.items import given
from tests.items.given import SEED, SVG, a_package_of, codes, refusals, refusals_of, zipped
from tests.items.kinds import EVERY_KIND
from tests.items.older import CHOICE, MATCHED, NAMESPACES, RIGHT, TEMPLATES, a_plain_item, older

MEDIA = {"authored-picture.svg": SVG}
QTI_3 = f"{{{given.QTI}}}"


def _form(folder: Path, item: str, **more: str | bytes) -> Form:
    files = a_package_of({"item1": item}, media=MEDIA) | {k.replace("__", "."): v for k, v in more.items()}
    return compile_form(read_package(zipped(folder, files)), seed=SEED)


def _tree(text: str) -> Element:
    document = read_document("item.xml", text.encode(), Findings(), Limits())
    assert document is not None
    return document.root


@pytest.mark.parametrize("version", NAMESPACES)
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_an_item_of_qti_2_is_the_item_of_qti_3(tmp_path: Path, kind: str, version: str) -> None:
    """Byte for byte the same form, whatever the names and namespaces it came in."""
    item = EVERY_KIND[kind]
    assert _form(tmp_path, older(item, version)).form == _form(tmp_path, item).form


def test_an_item_as_typed_in_2_1_is_shown_and_scored(tmp_path: Path) -> None:
    """Nothing of this fixture went through our own list of names."""
    form = _form(tmp_path, a_plain_item(CHOICE, RIGHT, MATCHED))
    (html,) = (item.html for item in form.content.items)
    assert 'data-interaction="choice"' in html
    assert "Laquelle ?" in html
    assert form.key["items"]["i1"]["program"]["responses"]["RESPONSE"]["correct"] == "right"


def test_a_problem_is_told_on_the_line_and_in_the_names_of_its_author(tmp_path: Path) -> None:
    """The file says `maxChoices`, so the message must not ask for `max-choices`."""
    item = a_plain_item(CHOICE.replace('maxChoices="1"', 'maxChoices="many"'), RIGHT, MATCHED)
    (problem,) = refusals_of(tmp_path, item)
    line = next(n for n, text in enumerate(item.splitlines(), 1) if "maxChoices" in text)
    assert (problem.file, problem.line, problem.code) == ("item1.xml", line, "bad_attribute")
    assert "maxChoices" in problem.message
    (missing,) = refusals_of(tmp_path, a_plain_item(CHOICE))
    assert "responseDeclaration" in missing.message
    assert "qti-" not in missing.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("choiceInteraction", "qti-choice-interaction"),
        ("durationLT", "qti-duration-lt"),
        ("durationGTE", "qti-duration-gte"),
        ("anyN", "qti-any-n"),
        ("gapImg", "qti-gap-img"),
        ("figure", "figure"),
        ("label", "label"),
        ("prompt", "qti-prompt"),
        ("value", "qti-value"),
    ],
)
def test_names_go_both_ways(old: str, new: str) -> None:
    """What is HTML keeps its name; everything else is told back as it was written."""
    assert element_name(old) == new
    assert in_older_words(f"<{new}> is wrong") == f"<{old}> is wrong"


def test_words_with_hyphens_stay_words() -> None:
    """Only names of QTI are respelled in messages."""
    assert in_older_words("a well-formed max-choices") == "a well-formed maxChoices"


@pytest.mark.parametrize(
    "address", [*(f"{base}match_correct" for base in TEMPLATES.values()), "match_correct.xml"]
)
def test_the_standard_rules_are_known_at_all_their_addresses(tmp_path: Path, address: str) -> None:
    """2.0, 2.1, 2.2, APIP's, or the bare name."""
    item = a_plain_item(CHOICE, RIGHT, f'<responseProcessing template="{address}"/>')
    assert _form(tmp_path, item).key["items"]["i1"]["program"]["rules"]


def test_rules_may_lie_in_a_file_of_the_package(tmp_path: Path) -> None:
    """Authors share their own response processing as they share pictures."""
    rules = (
        f'<responseProcessing xmlns="{NAMESPACES["2.1"]}"><setOutcomeValue identifier="SCORE">'
        '<baseValue baseType="float">4</baseValue></setOutcomeValue></responseProcessing>'
    )
    item = a_plain_item(
        CHOICE, RIGHT, '<responseProcessing template="http://x/y" templateLocation="ours.xml"/>'
    )
    form = _form(tmp_path, item, ours__xml=rules)
    assert form.key["items"]["i1"]["program"]["rules"] == [
        ["set", "SCORE", ["base-value", {"base_type": "float", "value": "4"}]]
    ]


def test_a_picture_as_an_object_becomes_an_image(tmp_path: Path) -> None:
    """Its text is the alternative, the type may be missing; what no browser shows gives way."""
    body = (
        '<p><object type="image/svg+xml" data="a.svg" width="9">un rond</object></p>'
        '<p><object data="a.svg">deux</object></p>'
        '<div><object type="image/eps" data="a.eps">'
        '<object type="image/svg+xml" data="a.svg">trois</object></object></div>'
    )
    html = _form(tmp_path, a_plain_item(body), a__svg=SVG).content.items[0].html
    assert html.count("<img data-media=") == 3
    assert all(f'alt="{words}"' in html for words in ("un rond", "deux", "trois"))


def test_a_page_as_an_object_stands_in_the_item(tmp_path: Path) -> None:
    """QTI 2 shares passages so; the page need not be well-formed, and may not be active."""
    body = '<div><object type="text/html" data="shared/page.html"/></div>'
    page = b"<html><head><title>t</title></head><body><h1>Titre</h1><p>un<br>deux<img src=a.svg alt=rond>"
    files = a_package_of({"item1": a_plain_item(body)}) | {"shared/page.html": page, "shared/a.svg": SVG}
    form = compile_form(read_package(zipped(tmp_path, files)), seed=SEED)
    assert "<h1>Titre</h1><p>un<br>deux<img data-media=" in form.content.items[0].html
    files["shared/page.html"] = page.replace(b"<h1>", b"<h1 onclick='x()'>")
    assert codes(refusals(tmp_path, files)) == ["script"]


def test_pieces_of_other_files_are_put_in(tmp_path: Path) -> None:
    """XInclude: addresses inside are those of the piece, problems those of the line that asks for it."""
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="shared/piece.xml"/>'
    piece = f'<div xmlns="{NAMESPACES["2.1"]}"><p>partagé <img src="a.svg" alt="rond"/></p></div>'
    item = a_plain_item(f"<p>x</p>\n{include}")
    files = a_package_of({"item1": item}) | {"shared/piece.xml": piece, "shared/a.svg": SVG}
    form = compile_form(read_package(zipped(tmp_path, files)), seed=SEED)
    assert "partagé <img data-media=" in form.content.items[0].html
    (problem,) = refusals(tmp_path, files | {"shared/piece.xml": piece.replace("a.svg", "b.svg")})
    assert (problem.file, problem.line, problem.code) == ("item1.xml", 6, "missing_file")
    circle = piece.replace("<p>", f"{include.replace('shared/', '')}<p>")
    assert codes(refusals(tmp_path, files | {"shared/piece.xml": circle})) == ["too_complex"]


def test_pictures_within_the_text_are_taken_out(tmp_path: Path) -> None:
    """Base64, as TAO exports it, and drawings among the words; each is cleaned like a file."""
    body = (
        f'<p><img alt="a" src="data:image/png;base64,{b64encode(given.png()).decode()}"/>'
        '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><title>un trait</title>'
        '<path d="M0 0"/></svg>.</p>'
    )
    form = _form(tmp_path, given.an_item(body))
    assert [media.type for media in form.content.media] == ["image/png", "image/svg+xml"]
    assert 'alt="un trait" width="4" height="3">.</p>' in form.content.items[0].html
    hostile = body.replace("<path", "<foreignObject/><path").replace("iVBORw0K", "$$")
    found = refusals_of(tmp_path, given.an_item(hostile))
    assert sorted(codes(found)) == ["broken_media", "missing_file", "unsupported_element"]


def test_formulas_need_no_namespace_and_bear_a_wrong_one(tmp_path: Path) -> None:
    """Seen in the wild, and never meant otherwise."""
    plain = "<p><math><mfrac><mn>1</mn><mn>2</mn></mfrac></math></p>"
    wrong = plain.replace("<math>", '<math xmlns="http://www.w3.org/2010/Math/MathML">')
    for body in (plain, wrong):
        assert (
            "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"
            in _form(tmp_path, a_plain_item(body)).content.items[0].html
        )


def test_harmless_document_types_are_dropped(tmp_path: Path) -> None:
    """Drawing programs write one into every file, with short words for long addresses."""
    doctype = (
        b'<?xml version="1.0"?>\n<!-- Generator -->\n'
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://x/svg11.dtd" [\n'
        b'<!ENTITY ns_svg "http://www.w3.org/2000/svg">\n]>\n'
    )
    drawing = doctype + SVG.replace(b'"http://www.w3.org/2000/svg"', b'"&ns_svg;"')
    item = given.an_item('<p><img src="a.svg" alt="rond"/></p>')
    assert _form(
        tmp_path, "<!DOCTYPE x SYSTEM 'http://127.0.0.1/x.dtd'>" + item, a__svg=drawing
    ).content.media
    bomb = drawing.replace(b'"http://www.w3.org/2000/svg">', b'"&b;&b;"> <!ENTITY b "x">')
    assert codes(refusals(tmp_path, a_package_of({"item1": item}, media={"a.svg": bomb}))) == ["dtd"]


def test_lines_stay_where_they_were_behind_a_document_type(tmp_path: Path) -> None:
    """Taking the declaration out moves nothing."""
    item = '<!DOCTYPE x [\n<!ENTITY nbsp "&#160;">\n]>\n' + a_plain_item("<p>&nbsp;</p>\n<foo/>")
    (problem,) = refusals_of(tmp_path, item)
    assert (problem.line, problem.code) == (9, "unsupported_element")
    assert "<foo>" in problem.message


def test_layout_and_labels_of_tao_are_those_of_qti_3(tmp_path: Path) -> None:
    """Rows, columns, labels and orientation in the shared vocabulary."""
    body = f'<div class="grid-row"><div class="col-6">{CHOICE}</div></div>'.replace(
        "<choiceInteraction ", '<choiceInteraction orientation="horizontal" class="list-style-upper-alpha" '
    )
    html = _form(tmp_path, a_plain_item(body, RIGHT, MATCHED)).content.items[0].html
    for name in ("qti-layout-row", "qti-layout-col6", "qti-labels-upper-alpha qti-orientation-horizontal"):
        assert f'class="{name}"' in html


FIRST_EDITION = (
    '<portableCustomInteraction xmlns="http://www.imsglobal.org/xsd/portableCustomInteraction" '
    'hook="ours/run.js" customInteractionTypeIdentifier="ours">'
    '<resources><libraries><lib id="ours/lib"/></libraries></resources>{}</portableCustomInteraction>'
)
SECOND_EDITION = (
    '<portableCustomInteraction xmlns="http://www.imsglobal.org/xsd/portableCustomInteraction_v1" '
    'customInteractionTypeIdentifier="ours"><modules><module id="ours/run" primaryPath="ours/run.js"/>'
    '<module id="ours/lib" primaryPath="ours/lib.js"/></modules>{}</portableCustomInteraction>'
)


@pytest.mark.parametrize("inside", [FIRST_EDITION, SECOND_EDITION])
def test_portable_custom_interactions_of_both_editions(inside: str) -> None:
    """Modules, properties as attributes, and the markup they start from."""
    common = (
        '<properties><entry key="levelMax">5</entry>'
        '<properties key="choices"><entry key="0">a</entry></properties></properties>'
        '<markup><p xmlns="http://www.w3.org/1999/xhtml">x</p></markup>'
    )
    inner = inside.format(common)
    body = f'<customInteraction responseIdentifier="RESPONSE">{inner}</customInteraction>'
    (found,) = _tree(a_plain_item(body)).iter(f"{QTI_3}qti-portable-custom-interaction")
    assert found.get("response-identifier") == "RESPONSE"
    assert found.get("custom-interaction-type-identifier") == "ours"
    assert found.get("module") == "ours/run"
    assert (found.get("data-level-max"), found.get("data-choices__0")) == ("5", "a")
    modules = [(m.get("id"), m.get("primary-path")) for m in found.iter(f"{QTI_3}qti-interaction-module")]
    assert modules == [("ours/run", "ours/run.js"), ("ours/lib", "ours/lib.js")]
    (markup,) = found.iter(f"{QTI_3}qti-interaction-markup")
    assert [str(element.tag) for element in markup] == ["{http://www.w3.org/1999/xhtml}p"]


ACCESS = """
<apipAccessibility xmlns="http://www.imsglobal.org/xsd/apip/apipv1p0/imsapip_qtiv1p0"><accessibilityInfo>
  <accessElement identifier="a1">
    <contentLinkInfo qtiLinkIdentifierRef="p1"><textLink><fullString/></textLink></contentLinkInfo>
    <relatedElementInfo>
      <spoken><spokenText>deux tiers</spokenText></spoken>
      <keyWordTranslation><definitionId xml:lang="es"><textString>dos tercios</textString></definitionId>
      </keyWordTranslation>
      <signing><signFileASL><videoFileInfo><fileHref>a.mp4</fileHref></videoFileInfo></signFileASL></signing>
    </relatedElementInfo>
  </accessElement>
</accessibilityInfo></apipAccessibility>"""


def test_accommodations_of_apip_become_catalogues() -> None:
    """The content names its catalogue, which has a card for each support, by language where one is said."""
    root = _tree(a_plain_item('<p id="p1">2/3</p>', rest=ACCESS))
    assert [element.get("data-catalog-idref") for element in root.iter(f"{QTI_3}p")] == ["apip-1"]
    (catalogue,) = root.iter(f"{QTI_3}qti-catalog")
    cards = {
        card.get("support"): etree.tostring(card, method="text", encoding="unicode").strip()
        for card in catalogue
    }
    assert cards == {"spoken": "deux tiers", "keyword-translation": "dos tercios", "sign-language": "a.mp4"}
    assert [
        entry.get("{http://www.w3.org/XML/1998/namespace}lang")
        for entry in root.iter(f"{QTI_3}qti-card-entry")
    ] == [
        "es",
        "ase",
    ]


def test_a_package_of_qti_2_is_read_by_its_own_manifest(tmp_path: Path) -> None:
    """Types of 2.x and of APIP, old namespaces, files that no one names."""
    manifest = given.a_manifest([("test", "test.xml"), ("item", "item1.xml")]).replace("_xmlv3p0", "_xmlv2p1")
    files = a_package_of({"item1": a_plain_item(CHOICE, RIGHT, MATCHED)})
    test = older(str(files["test.xml"]), "2.1")
    files |= {"imsmanifest.xml": manifest, "test.xml": test, "__MACOSX/._item1.xml": b"\0"}
    assert compile_form(read_package(zipped(tmp_path, files)), seed=SEED).item_ids == ("i1",)
    apip = manifest.replace("imsqti_item", "imsqti_apipitem").replace("imsqti_test", "imsqti_apiptest")
    assert refusals(tmp_path, files | {"imsmanifest.xml": apip}) == []


def test_qti_1_is_refused_by_name_and_shown_the_way(tmp_path: Path) -> None:
    """With a declaration of its type or without, as an item or by the manifest."""
    for start in ("", '<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2.dtd" [<!ELEMENT a (b)>]>'):
        (problem,) = refusals_of(tmp_path, f"{start}<questestinterop><item/></questestinterop>")
        assert problem.code == "qti_version"
        assert "QTI 1.2" in problem.message
        assert "convert" in problem.message


def test_an_address_written_from_the_root_is_understood(tmp_path: Path) -> None:
    """Many tools write it so; the author is told."""
    files = a_package_of({"folder/item1": given.an_item('<p><img src="images/a.svg" alt="x"/></p>')})
    files["images/a.svg"] = SVG
    form = compile_form(read_package(zipped(tmp_path, files)), seed=SEED)
    assert form.content.media
    assert any("from the root of the package" in remark.message for remark in form.remarks)


def test_items_that_no_test_asks_are_told(tmp_path: Path) -> None:
    """Left aside, but not in silence."""
    files = a_package_of({"item1": given.a_choice_item(), "item2": given.a_choice_item(identifier="b")})
    files["test.xml"] = given.a_test(given.a_section(given.a_reference("item1")))
    form = compile_form(read_package(zipped(tmp_path, files)), seed=SEED)
    assert form.item_ids == ("i1",)
    assert any("item2.xml" in remark.message for remark in form.remarks)


def test_an_object_without_a_type_is_known_by_its_name_in_qti_3_too(tmp_path: Path) -> None:
    """Nobody types what the file name says."""
    html = _form(tmp_path, given.an_item('<p><object data="a.svg">rond</object></p>'), a__svg=SVG)
    assert 'alt="rond"' in html.content.items[0].html
