"""Forms with a structure of their own, written by us: a multistage one, a linear one with times, a drawn one.

Each is a package in a file, so that it goes the whole way: import, delivery, player, scores.
"""

from __future__ import annotations

from pathlib import Path

from tests.items.courses import (
    a_part,
    a_test_of,
    an_item_reference,
    an_outcome,
    at_least,
    below,
    condition,
    setting,
    sum_of,
)
from tests.items.given import Files, a_choice_item, a_manifest, a_section, an_item, declared, zipped

SKIP_NOT = '<qti-item-session-control allow-skipping="false"/>'
VALIDATE = '<qti-item-session-control validate-responses="true"/>'
QUESTIONS = {
    1: ("Combien font 7 × 8 ?", ("56", "54", "63")),
    2: ("Quel nombre est le plus grand ?", ("0,5", "0,45", "0,405")),
    3: ("Combien de côtés a un triangle ?", ("3", "4", "5")),
    4: ("Combien font 20 + 30 ?", ("50", "60", "40")),
    5: ("Combien font les trois quarts de 60 ?", ("45", "40", "20")),
    6: ("Quelle fraction est égale à 2/3 ?", ("8/12", "4/9", "3/2")),
    7: ("Combien de minutes y a-t-il dans deux heures ?", ("120", "60", "200")),
    8: ("Quel angle est droit ?", ("90°", "45°", "180°")),
}


def _rubric(text: str) -> str:
    return f'<qti-rubric-block view="candidate"><p>{text}</p></qti-rubric-block>'


def _question(number: int) -> str:
    asked, choices = QUESTIONS[number]
    names = ("right", "wrong", "other")
    item = a_choice_item(names, identifier=f"q{number}").replace("Laquelle ?", asked)
    for name, choice in zip(names, choices, strict=True):
        item = item.replace(f"{name}!", choice)
    return item


def _package(folder: Path, name: str, test: str, items: dict[str, str]) -> Path:
    resources = [("test", "test.xml"), *(("item", f"{item}.xml") for item in items)]
    files: Files = {"imsmanifest.xml": a_manifest(resources), "test.xml": test}
    return zipped(folder, files | {f"{item}.xml": text for item, text in items.items()}, f"{name}.zip")


def _questions(*numbers: int) -> dict[str, str]:
    return {f"item{number}": _question(number) for number in numbers}


def _title(test: str, title: str) -> str:
    return test.replace('title="Test" xml:lang="en"', f'title="{title}" xml:lang="fr"')


def multistage(folder: Path) -> Path:
    """Two linear questions, an easy or a hard module, a last question; a total and a word at the end."""
    first = a_section(*map(an_item_reference, (1, 2)), title="Départ", identifier="start")
    easy = a_section(*map(an_item_reference, (3, 4)), title="Premiers pas", identifier="easy")
    hard = a_section(*map(an_item_reference, (5, 6)), title="Plus loin", identifier="hard")
    last = a_section(an_item_reference(7), title="Arrivée", identifier="end")
    total = setting("TOTAL", sum_of())
    good = setting("WORD", '<qti-base-value base-type="identifier">good</qti-base-value>')
    rules = (
        f"{total}<qti-outcome-condition><qti-outcome-if>{at_least(4, sum_of())}{good}</qti-outcome-if>"
        "</qti-outcome-condition>"
    )
    feedback = (
        '<qti-test-feedback access="atEnd" outcome-identifier="WORD" show-hide="show" identifier="good" '
        'title="Bravo"><p>Tu as pris le grand chemin.</p></qti-test-feedback>'
    )
    test = a_test_of(
        a_part(
            SKIP_NOT,
            _rubric("Réponds dans l’ordre : on ne revient pas en arrière."),
            first,
            identifier="A",
            linear=True,
        ),
        a_part(condition(below(2, sum_of())), easy, identifier="B"),
        a_part(condition(at_least(2, sum_of())), hard, identifier="C"),
        a_part(last, identifier="D"),
        outcomes=an_outcome("TOTAL") + an_outcome("WORD", "identifier"),
        rules=rules,
        feedback=feedback,
    )
    return _package(folder, "multistage", _title(test, "Le chemin"), _questions(*range(1, 8)))


def timed(folder: Path, seconds: int = 60, least: int = 0) -> Path:
    """A linear part of two minutes in which every answer must be complete, then a free one."""
    least_time = f'min-time="{least}"' if least else ""
    limits = f'<qti-time-limits max-time="{seconds}" {least_time}/>'
    written = an_item(
        '<p>Écris un nombre : <qti-text-entry-interaction response-identifier="RESPONSE" '
        'expected-length="4" pattern-mask="[0-9]+"/></p>',
        declared(("12",), base_type="string"),
        identifier="written",
    )
    several = a_choice_item(identifier="several", more='max-choices="3" min-choices="2"').replace(
        'cardinality="single"', 'cardinality="multiple"', 1
    )
    first = a_section(
        an_item_reference(1, VALIDATE),
        an_item_reference(2, VALIDATE),
        title="Vite",
        identifier="fast",
        inside=limits,
    )
    last = a_section(an_item_reference(3), an_item_reference(4), title="Tranquille", identifier="slow")
    test = a_test_of(
        a_part(first, identifier="A", linear=True),
        a_part(_rubric("Prends ton temps."), last, identifier="B"),
    )
    items = {"item1": written, "item2": several} | _questions(3, 4)
    return _package(folder, "timed", _title(test, "Contre la montre"), items)


def closing(folder: Path) -> Path:
    """Two parts that close: a comment, solutions, one after its only attempt, a question not shown again."""
    shown = "<qti-item-session-control {}/>"
    feedback = (
        '<qti-modal-feedback outcome-identifier="completionStatus" identifier="none" show-hide="hide">'
        "<qti-content-body><p>Vu.</p></qti-content-body></qti-modal-feedback>"
    )
    tried = _question(2).replace("</qti-assessment-item>", f"{feedback}</qti-assessment-item>")
    first = a_section(
        an_item_reference(1, shown.format('allow-comment="true" show-solution="true"')),
        an_item_reference(2, shown.format('show-solution="true" show-feedback="true"')),
        an_item_reference(3, shown.format('allow-review="false" show-solution="true"')),
        title="Avant",
        identifier="before",
    )
    last = a_section(
        an_item_reference(4, shown.format('show-solution="true"')), title="Après", identifier="after"
    )
    test = a_test_of(a_part(first, identifier="A"), a_part(last, identifier="B"))
    items = _questions(1, 3, 4) | {"item2": tried}
    return _package(folder, "closing", _title(test, "Les portes"), items)


def drawn(folder: Path) -> Path:
    """Three of six questions in any order, the first always among them, and a total over what was drawn."""
    references = [an_item_reference(1, more='required="true"'), *map(an_item_reference, range(2, 7))]
    inside = '<qti-selection select="3"/><qti-ordering shuffle="true"/>'
    section = a_section(*references, title="Au hasard", inside=inside)
    rules = setting("TOTAL", sum_of()) + setting("DRAWN", "<qti-number-selected/>")
    test = a_test_of(
        a_part(section), outcomes=an_outcome("TOTAL") + an_outcome("DRAWN", "integer"), rules=rules
    )
    return _package(folder, "drawn", _title(test, "Au hasard"), _questions(*range(1, 7)))
