"""The standard response-processing templates, as the rules that they stand for.

A template is known by the last part of its address, since QTI 2.0 to 3.0 and their authors
spell the rest in many ways. Templates name their variables: RESPONSE, SCORE, and for those
of Common Cartridge MAXSCORE and a feedback outcome, which we set where the item declares it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from items.qti.documents import Element
from items.scoring.reading import Reader
from items.scoring.variables import Variables

Code = list[Any]

_RESPONSE: Final[Code] = ["variable", {"identifier": "RESPONSE"}]
_CORRECT: Final[Code] = ["correct", {"identifier": "RESPONSE"}]


def _number(value: str) -> Code:
    return ["base-value", {"base_type": "float", "value": value}]


def _word(value: str) -> Code:
    return ["base-value", {"base_type": "identifier", "value": value}]


def _score(code: Code) -> Code:
    return ["set", "SCORE", code]


def _matches(variables: Variables) -> Code:
    unordered = variables.program["responses"]["RESPONSE"]["cardinality"] == "multiple"
    return ["match", {"unordered": unordered}, _RESPONSE, _CORRECT]


def _feedback(variables: Variables, identifier: str, word: str) -> list[Code]:
    declared = identifier in variables.program["outcomes"]
    return [["set", identifier, _word(word)]] if declared else []


def _match_correct(variables: Variables) -> list[Code]:
    return [["if", [[_matches(variables), [_score(_number("1"))]]], [_score(_number("0"))]]]


def _map(name: str) -> Callable[[Variables], list[Code]]:
    def rules(_variables: Variables) -> list[Code]:
        mapped = _score([name, {"identifier": "RESPONSE"}])
        return [["if", [[["is-null", {}, _RESPONSE], [_score(_number("0"))]]], [mapped]]]

    return rules


def _cc2_match(variables: Variables) -> list[Code]:
    return _cc2_branches(variables, _number("1"), "FEEDBACK")


def _cc2_match_basic(variables: Variables) -> list[Code]:
    return _cc2_branches(variables, ["variable", {"identifier": "MAXSCORE"}], "FEEDBACKBASIC")


def _cc2_branches(variables: Variables, full: Code, feedback: str) -> list[Code]:
    right = [_score(full), *_feedback(variables, feedback, "correct")]
    wrong = [_score(_number("0")), *_feedback(variables, feedback, "incorrect")]
    return [["if", [[_matches(variables), right]], wrong]]


def _cc2_map_response(variables: Variables) -> list[Code]:
    rules = _map("map-response")(variables)
    right, wrong = _feedback(variables, "FEEDBACK", "correct"), _feedback(variables, "FEEDBACK", "incorrect")
    if right and "MAXSCORE" in variables.program["outcomes"]:
        score, most = ["variable", {"identifier": "SCORE"}], ["variable", {"identifier": "MAXSCORE"}]
        rules.append(["if", [[["equal", {"mode": "exact"}, score, most], right]], wrong])
    return rules


# What a template needs of the declaration of RESPONSE, and its rules.
TEMPLATES: Final[dict[str, tuple[str, Callable[[Variables], list[Code]]]]] = {
    "match_correct": ("correct", _match_correct),
    "map_response": ("mapping", _map("map-response")),
    "map_response_point": ("area_mapping", _map("map-response-point")),
    "cc2_match": ("correct", _cc2_match),
    "cc2_match_basic": ("correct", _cc2_match_basic),
    "cc2_map_response": ("mapping", _cc2_map_response),
}
_NEEDS: Final = {
    "correct": "qti-correct-response",
    "mapping": "qti-mapping",
    "area_mapping": "qti-area-mapping",
}


def template_name(address: str) -> str | None:
    """`https://…/rptemplates/match_correct.xml` and `match_correct` are one template."""
    name = address.strip().rstrip("/").rpartition("/")[2].removesuffix(".xml").lower()
    return name if name in TEMPLATES else None


def needs(name: str) -> str:
    return TEMPLATES[name][0]


def compile_template(element: Element, name: str, variables: Variables) -> list[Code]:
    """The rules of a template, or problems where the item lacks what the template works with."""
    reader = variables.reader
    response = variables.program["responses"].get("RESPONSE")
    if response is None:
        message = f"The template {name} scores RESPONSE: name the response so, or write rules."
        reader.add(element, "unknown_variable", message)
        return []
    need, rules = TEMPLATES[name]
    if need not in response and not (need == "correct" and variables.has_correct("RESPONSE")):
        code = "no_correct_response" if need == "correct" else "no_mapping"
        reader.add(
            element, code, f"The template {name} needs a {_NEEDS[need]} in the declaration of RESPONSE."
        )
        return []
    _declare_score(element, variables, reader)
    if name == "cc2_match_basic" and "MAXSCORE" not in variables.program["outcomes"]:
        reader.add(element, "unknown_variable", f"The template {name} needs an outcome MAXSCORE: declare it.")
        return []
    return rules(variables)


def _declare_score(element: Element, variables: Variables, reader: Reader) -> None:
    """The template says what SCORE is, so an item that forgets to declare it loses nothing."""
    score = variables.program["outcomes"].setdefault("SCORE", {"cardinality": "single", "base_type": "float"})
    if score["cardinality"] != "single" or score["base_type"] not in ("integer", "float"):
        reader.add(element, "wrong_type", "A template sets SCORE to a number: declare it as a single float.")
