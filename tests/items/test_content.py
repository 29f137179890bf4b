"""The demonstration forms keep what their README says: they import, their keys are right, they read well.

Every key is tried the way a pupil's answer travels: declared by the author, put into the opaque
identifiers of the compiled form, checked for its shape, scored.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import items
from items.compile import compile_form
from items.model import Form, encode
from items.package import read_package
from items.responses import Shapes
from items.scorer import Scorer
from items.scoring.run import correct_responses, score

CONTENT = Path(items.__file__).parent / "content"
FORMS = ("maths-6e", "francais-6e", "maths-6e-en")
ON_PAPER = "maths-cp"
ALL = (*FORMS, ON_PAPER)
QTI = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
PACKAGING = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1}"
SVG = "{http://www.w3.org/2000/svg}"
CHOICES = "choice text-entry inline-choice order match gap-match hotspot hottext slider extended-text"
INTERACTIONS = {f"{QTI}qti-{name}-interaction" for name in CHOICES.split()}
NO_BREAK = "\u00a0"
WRONG_SPACE = re.compile(rf"[^{NO_BREAK}][;:?!»]|«[^{NO_BREAK}]")

each_form = pytest.mark.parametrize("form", FORMS)
every_form = pytest.mark.parametrize("form", ALL)


def root(path: Path) -> Any:
    return etree.parse(path).getroot()


def item_files(form: str) -> list[Path]:
    return sorted((CONTENT / form / "items").glob("*.xml"))


@cache
def compiled(form: str) -> Form:
    return compile_form(read_package(CONTENT / form), seed=b"the demonstration content")


def declared(form: Form, item: str) -> dict[str, Any]:
    """The correct response of an item as a pupil's browser would send it."""
    entry = form.key["items"][item]
    correct = correct_responses(entry["program"])
    return {
        name: in_opaque(correct[known["authored"]], known["choices"])
        for name, known in entry["responses"].items()
    }


def in_opaque(value: Any, choices: dict[str, str]) -> Any:
    """An authored value by the names of the compiled form; text and numbers have no other name."""
    opaque = {authored: name for name, authored in choices.items()}
    if isinstance(value, list):
        return [in_opaque(one, choices) for one in value]
    if value is None or not choices:
        return value
    return " ".join(opaque[part] for part in value.split())


def interactions(document: Any) -> list[Any]:
    return [element for element in document.iter() if element.tag in INTERACTIONS]


@each_form
def test_a_form_has_twenty_items_and_forty_five_minutes(form: str) -> None:
    """A pupil may go through the items in any order, and has the time that the instructions promise."""
    test = root(CONTENT / form / "test.xml")
    part = test.find(f"{QTI}qti-test-part")
    assert len(list(test.iter(f"{QTI}qti-assessment-item-ref"))) == 20
    assert test.find(f"{QTI}qti-time-limits").get("max-time") == "2700"
    assert (part.get("navigation-mode"), part.get("submission-mode")) == ("nonlinear", "individual")


@every_form
def test_the_manifest_names_every_file_and_no_other(form: str) -> None:
    """A form zipped from its folder is a whole package."""
    folder = CONTENT / form
    named = {element.get("href") for element in root(folder / "imsmanifest.xml").iter(f"{PACKAGING}file")}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert named == found - {"imsmanifest.xml"}


@every_form
def test_every_xml_file_is_well_formed_and_says_its_language(form: str) -> None:
    """Whatever an author mends by hand still parses, and a screen reader knows how to pronounce it."""
    language = "en" if form.endswith("-en") else "fr"
    for path in (CONTENT / form).rglob("*.xml"):
        document = root(path)
        if path.name != "imsmanifest.xml":
            assert document.get("{http://www.w3.org/XML/1998/namespace}lang") == language, path


@every_form
def test_every_response_has_a_declared_key_unless_people_mark_it(form: str) -> None:
    """An item without a key would give every pupil zero."""
    for path in item_files(form):
        document = root(path)
        free = document.find(f".//{QTI}qti-extended-text-interaction") is not None
        for declaration in document.iter(f"{QTI}qti-response-declaration"):
            assert (declaration.find(f"{QTI}qti-correct-response") is None) == free, path


@every_form
def test_a_form_imports_with_nothing_refused_and_nothing_left_out(form: str) -> None:
    """What the author wrote is what the pupil sees."""
    assert len(compiled(form).item_ids) == (15 if form == ON_PAPER else 20)
    assert compiled(form).remarks == ()


@every_form
def test_the_key_gives_all_points_and_no_answer_gives_none(form: str) -> None:
    """The declared key, sent as a browser sends it, earns the maximum; an untouched item earns nothing."""
    shapes, scorer = Shapes(compiled(form).schema), Scorer(compiled(form).key)
    for item in compiled(form).item_ids:
        if scorer.needs_marking(item):
            continue
        response = declared(compiled(form), item)
        assert shapes.check(item, response) is None, scorer.authored(item)
        assert scorer.score(item, response)["SCORE"] == scorer.max_score(item), scorer.authored(item)
        assert scorer.score(item, dict.fromkeys(response))["SCORE"] == 0, scorer.authored(item)


@pytest.mark.parametrize(
    ("form", "number", "responses", "points"),
    [
        ("maths-6e", 3, {"RESPONSE": "720"}, 2),
        ("maths-6e", 3, {"RESPONSE": "670"}, 1),
        ("maths-6e", 3, {"RESPONSE": "660"}, 0),
        ("maths-6e", 4, {"TOTAL": "56,05", "DIFFERENCE": "17,8"}, 1),
        ("maths-6e", 5, {"RESPONSE": ["greater gap-halves", "less gap-tenths"]}, 0.5),
        ("maths-6e", 8, {"HOURS": "12", "MINUTES": "15"}, 0),
        ("maths-6e", 11, {"DOOR": "m", "EGG": "g", "BOTTLE": None}, 1),
        ("maths-6e", 15, {"RESPONSE": "e4"}, 1),
        ("maths-6e", 19, {"EGGS": "15", "CHOCOLATE": None}, 1),
        ("francais-6e", 2, {"RESPONSE": ["dark", "signals", "green-out", "boat", "green-back"]}, 1),
        ("francais-6e", 12, {"RESPONSE": ["bright", "light-up", "lamp", "lunar"]}, 1),
        ("francais-6e", 16, {"RESPONSE": ["then gap-sticks", "first gap-paper", "but gap-wind"]}, 0),
        ("francais-6e", 19, {"ALLER": "Irons", "ETRE": "etiez", "FINIR": None}, 1.5),
    ],
)
def test_partial_credit_is_given_as_the_comments_in_the_items_say(
    form: str, number: int, responses: dict[str, Any], points: float
) -> None:
    """Near the right place, half of the answer, an accent forgotten, a decimal comma."""
    program = compiled(form).key["items"][f"i{number}"]["program"]
    assert score(program, responses)["SCORE"] == points


@each_form
def test_writing_waits_for_a_person_and_the_marking_guide_stays_here(form: str) -> None:
    """No rule judges a text; the guide for those who do is for them alone."""
    scorer, public = Scorer(compiled(form).key), encode(compiled(form).content.to_json()).decode()
    for path in item_files(form):
        document = root(path)
        item = compiled(form).item_ids[int(path.stem[-3:]) - 1]
        guide = document.findall(f".//{QTI}qti-rubric-block[@view='scorer']")
        assert scorer.needs_marking(item) == bool(guide)
        for block in guide:
            assert scorer.score(item, {"r1": "Je ne sais pas."})["SCORE"] is None
            assert not any(text.strip() in public for text in block.itertext() if text.strip())


@each_form
def test_ticking_everything_earns_nothing(form: str) -> None:
    """Where several answers are right, the wrong ones cost what guessing would gain."""
    scorer = Scorer(compiled(form).key)
    for item, shapes in compiled(form).schema["items"].items():
        for name, shape in shapes.items():
            if (
                shape["kind"] in ("choice", "hottext")
                and shape["cardinality"] == "multiple"
                and not shape["max"]
            ):
                assert scorer.score(item, {name: shape["choices"]})["SCORE"] == 0, scorer.authored(item)


@every_form
def test_the_longest_choice_is_no_better_than_a_guess(form: str) -> None:
    """Authors tend to write the right answer with the most care, hence the longest; ours must not."""
    right = chance = 0.0
    for path in item_files(form):
        document = root(path)
        keys = {value.text for value in document.iter(f"{QTI}qti-value")}
        for interaction in interactions(document):
            texts = {
                choice.get("identifier"): len(" ".join("".join(choice.itertext()).split()))
                for choice in interaction.iter(f"{QTI}qti-simple-choice", f"{QTI}qti-inline-choice")
            }
            if not texts or len(keys & texts.keys()) != 1:
                continue
            longest = [name for name, length in texts.items() if length == max(texts.values())]
            right += len(keys & set(longest)) / len(longest)
            chance += 1 / len(texts)
    assert right <= chance


def test_all_ten_interactions_appear_and_each_form_uses_eight() -> None:
    """The demonstration shows everything that can be asked."""
    used = {
        form: {interaction.tag for path in item_files(form) for interaction in interactions(root(path))}
        for form in FORMS
    }
    assert used["maths-6e"] | used["francais-6e"] == INTERACTIONS
    assert min(len(tags) for tags in used.values()) >= 8


def test_the_english_twin_has_the_keys_of_the_french_form() -> None:
    """Translated words, the same declarations and rules: results of both can be laid side by side."""
    for french, english in zip(item_files("maths-6e"), item_files("maths-6e-en"), strict=True):
        assert scoring_of(french) == scoring_of(english), english


def scoring_of(path: Path) -> list[str]:
    tags = ("qti-response-declaration", "qti-outcome-declaration", "qti-response-processing")
    found = [element for tag in tags for element in root(path).iter(f"{QTI}{tag}")]
    for comment in [comment for element in found for comment in element.iter(etree.Comment)]:
        comment.getparent().remove(comment)
    return ["".join(etree.tostring(element, encoding="unicode").split()) for element in found]


@pytest.mark.parametrize("form", ["maths-6e", "francais-6e", ON_PAPER])
def test_french_signs_stand_as_a_french_printer_sets_them(form: str) -> None:
    """No-break spaces inside guillemets and before double signs; curly apostrophes."""
    for path in (CONTENT / form).rglob("*.xml"):
        if path.name == "imsmanifest.xml":
            continue
        for text in shown(root(path)):
            assert "'" not in text, (path, text)
            assert not WRONG_SPACE.search(text), (path, text)


def shown(document: Any) -> list[str]:
    """Every text that a pupil or a marker may read or hear."""
    texts = [text for element in document.iter(etree.Element) for text in (element.text, element.tail)]
    names = ("alt", "title", "hotspot-label")
    texts += [element.get(name) for element in document.iter(etree.Element) for name in names]
    return [text for text in texts if text and text.strip()]


@each_form
def test_pictures_stand_alone_and_have_the_size_that_the_items_say(form: str) -> None:
    """No script, no reference, no style; a hotspot lies where it was drawn; nobody is left without a text."""
    for path in [*item_files(form), *(CONTENT / form / "stimuli").glob("*.xml")]:
        for image in root(path).iter(f"{QTI}img"):
            picture = root(path.parent / image.get("src"))
            size = (image.get("width"), image.get("height"))
            assert size == (picture.get("width"), picture.get("height")), path
            assert picture.get("viewBox") == f"0 0 {size[0]} {size[1]}"
            assert len(image.get("alt")) > 20
            assert {element.tag for element in picture.iter()}.isdisjoint({f"{SVG}script", f"{SVG}style"})
            written = [value for element in picture.iter() for value in element.attrib.values()]
            assert not any("url(" in value or "://" in value for value in written)


@each_form
def test_hotspots_lie_within_their_picture(form: str) -> None:
    """A hotspot beyond the edge could not be clicked."""
    for path in item_files(form):
        for interaction in root(path).iter(f"{QTI}qti-hotspot-interaction"):
            image = interaction.find(f"{QTI}img")
            for choice in interaction.iter(f"{QTI}qti-hotspot-choice"):
                numbers = [int(number) for number in choice.get("coords").split(",")]
                across, down = numbers[::2], numbers[1::2]  # a circle's radius looks like a harmless point
                assert 0 <= min(across) <= max(across) <= int(image.get("width")), path
                assert 0 <= min(down) <= max(down) <= int(image.get("height")), path
                assert choice.get("hotspot-label")


@pytest.mark.parametrize("form", ["maths-6e", "francais-6e", ON_PAPER])
def test_the_table_in_the_readme_is_true(form: str) -> None:
    """Item, interactions, domain and points stand there as the compiled form has them."""
    readme = (CONTENT / "README.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| (\S+) \| [^|]+ \| ([^|]+) \| ([^|]+) \| (\S+) \|$", re.MULTILINE)
    rows = {item: rest for item, *rest in row.findall(readme)}
    scorer = Scorer(compiled(form).key)
    for path, item in zip(item_files(form), compiled(form).item_ids, strict=True):
        kinds = {str(interaction.tag)[len(QTI) + 4 : -12] for interaction in interactions(root(path))}
        domain = scorer.domain(item).replace("’", "'")
        assert rows[path.stem] == [*kinds, domain, f"{scorer.max_score(item):g}"], path
