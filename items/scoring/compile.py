"""From an item's XML to its scoring program: the declarations and the rules, as JSON can hold them.

    {"identifier", "title", "responses": {identifier: {"cardinality", "base_type", "correct", …}},
     "outcomes": {…}, "templates": {…}, "rules": [code, …], "needs_marking": bool}

An item is refused as a whole when any part of it cannot be scored as its author wrote it:
a score that is wrong for some pupils is worse than an import that fails.
"""

from __future__ import annotations

from typing import Any, Final

from items.problems import Refused
from items.qti.documents import Element
from items.scoring.keys import check_keys
from items.scoring.reading import Reader, child, children, name_of
from items.scoring.rules import compile_rules
from items.scoring.run import load
from items.scoring.template_defaults import NONE_GIVEN, TemplateDefaults
from items.scoring.templates import compile_template, needs, template_name
from items.scoring.variables import GROUPS, Variables
from items.scoring.variant_rules import compile_variant_rules, varying
from items.scoring.variants import MOST_TRIES, never_holds

# The largest item seen has 600 elements in its rules; the bound keeps a hostile one cheap.
MOST_ELEMENTS: Final = 10_000

_MARKED_BY_PEOPLE: Final = frozenset(
    {"extended-text-interaction", "upload-interaction", "drawing-interaction"}
)


def compile_item(element: Element, source: str, given: TemplateDefaults = NONE_GIVEN) -> dict[str, Any]:
    """The program of a `qti-assessment-item`; raises Refused with all its problems. `given`: by its test."""
    reader = Reader(source)
    variables = Variables(reader)
    for declaration in children(element):
        if name_of(declaration) in GROUPS:
            variables.declare(declaration)
    check_keys(element, variables)
    variant_rules = [*given.compile(variables), *_variant_rules(element, variables)]
    rules = _rules(element, variables)
    program: dict[str, Any] = {
        "identifier": element.get("identifier", ""),
        "title": element.get("title", ""),
        **variables.program,
        "rules": rules,
    }
    if element.get("adaptive", "false").strip() in ("true", "1"):
        program["adaptive"] = True
    if variant_rules:
        program |= {"template_rules": variant_rules, "varying": variables.varying}
    program["needs_marking"] = _needs_marking(element, program)
    if not reader.problems:
        _try_out(element, program, reader)
    if reader.problems:
        raise Refused(reader.problems)
    return program


def _variant_rules(element: Element, variables: Variables) -> list[Any]:
    processing = child(element, "template-processing")
    if processing is None:
        return []
    variables.varying = varying(processing)
    return compile_variant_rules(processing, variables)


def _try_out(element: Element, program: dict[str, Any], reader: Reader) -> None:
    """Refuse rules that lead nowhere: a constraint that never holds, repetitions without end."""
    cloner = load(program).cloner
    if cloner is not None and never_holds(cloner):
        processing = child(element, "template-processing")
        message = (
            f"No variant was found in {MOST_TRIES} tries: the qti-template-constraint never holds, or the "
            "rules repeat too much. Correct the rules, so that most tries succeed."
        )
        reader.add(element if processing is None else processing, "endless_constraint", message)


def _rules(element: Element, variables: Variables) -> list[Any]:
    processing = child(element, "response-processing")
    if processing is None:
        return []
    if sum(1 for _ in processing.iter()) > MOST_ELEMENTS:
        message = f"Response processing may have {MOST_ELEMENTS} elements: split the item."
        variables.reader.add(processing, "too_large", message)
        return []
    address = processing.get("template") or processing.get("template-location") or ""
    name = template_name(address)
    if name is not None:
        lacking = needs(name) not in variables.program["responses"].get("RESPONSE", {})
        lacking = lacking and not variables.has_correct("RESPONSE")
        if lacking and _for_people(element, "RESPONSE"):
            return []
        return compile_template(processing, name, variables)
    rules = list(children(processing))
    if address and not rules:
        known = "match_correct, map_response or map_response_point"
        message = f"The template {address!r} is unknown: use {known}, or write rules."
        variables.reader.add(processing, "unknown_template", message)
    return compile_rules(rules, variables)


def _for_people(element: Element, response: str | None = None) -> bool:
    """Whether an interaction (of this response) takes free work, which no rule can judge without a key."""
    return any(
        name_of(found) in _MARKED_BY_PEOPLE and response in (None, found.get("response-identifier"))
        for found in element.iter()
        if isinstance(found.tag, str)
    )


def _needs_marking(element: Element, program: dict[str, Any]) -> bool:
    """Whether a person gives the score: the author says so, or no rule sets SCORE.

    A questionnaire item has neither SCORE nor rules, and nobody marks it, unless it
    asks for free work.
    """
    outcomes, rules = program["outcomes"], program["rules"]
    if not any(identifier not in ("duration", "numAttempts") for identifier in program["responses"]):
        return False
    if "SCORE" not in outcomes:
        free_work = not rules and _for_people(element)
        if free_work:
            outcomes["SCORE"] = {"cardinality": "single", "base_type": "float"}
        return free_work
    return "external_scored" in outcomes["SCORE"] or not sets_score(rules)


def sets_score(rules: list[Any]) -> bool:
    """Whether any of the rules, however deep, assigns SCORE."""
    for rule in rules:
        if rule[0] in ("set", "lookup") and rule[1] == "SCORE":
            return True
        if rule[0] == "if" and any(sets_score(inner) for inner in [*(b[1] for b in rule[1]), rule[2]]):
            return True
    return False
