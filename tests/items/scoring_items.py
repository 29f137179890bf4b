"""Items and expressions for the tests of scoring, written in a line or two."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings
from lxml import etree

from items.problems import Problem, Refused
from items.scoring.compile import compile_item
from items.scoring.expressions import compile_expression
from items.scoring.reading import Reader
from items.scoring.run import score
from items.scoring.variables import Variables

# The same examples in every run, and no clock: a slow machine is no reason to fail.
steady = settings(derandomize=True, deadline=None, database=None, max_examples=60)

NULL = "<qti-null/>"
SCORE = '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'


def op(tag: str, /, *operands: str, **attributes: object) -> str:
    """`op("round-to", f(1.5), figures=1)` is `<qti-round-to figures="1">…</qti-round-to>`."""
    written = " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    inner = "".join(operands)
    return f"<qti-{tag} {written}>{inner}</qti-{tag}>"


def base(base_type: str, value: object) -> str:
    return f'<qti-base-value base-type="{base_type}">{value}</qti-base-value>'


def i(value: object) -> str:
    return base("integer", value)


def f(value: object) -> str:
    return base("float", value)


def b(value: object) -> str:
    return base("boolean", str(value).lower())


def s(value: str) -> str:
    return base("string", value)


def w(value: str) -> str:
    return base("identifier", value)


def multiple(*operands: str) -> str:
    return op("multiple", *operands)


def ordered(*operands: str) -> str:
    return op("ordered", *operands)


def variable(identifier: str) -> str:
    return op("variable", identifier=identifier)


def correct(identifier: str) -> str:
    return op("correct", identifier=identifier)


def response(
    identifier: str = "RESPONSE",
    base_type: str = "identifier",
    cardinality: str = "single",
    correct: tuple[object, ...] = (),
    inside: str = "",
) -> str:
    """A response declaration; a record has no base type."""
    values = "".join(f"<qti-value>{value}</qti-value>" for value in correct)
    key = f"<qti-correct-response>{values}</qti-correct-response>" if correct else ""
    typed = f' base-type="{base_type}"' if base_type else ""
    head = f'<qti-response-declaration identifier="{identifier}" cardinality="{cardinality}"{typed}>'
    return f"{head}{key}{inside}</qti-response-declaration>"


def outcome(
    identifier: str = "SCORE",
    base_type: str = "float",
    cardinality: str = "single",
    inside: str = "",
    **attributes: object,
) -> str:
    written = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    head = f'identifier="{identifier}" cardinality="{cardinality}" base-type="{base_type}"{written}'
    return f"<qti-outcome-declaration {head}>{inside}</qti-outcome-declaration>"


def default(*values: object) -> str:
    written = "".join(f"<qti-value>{value}</qti-value>" for value in values)
    return f"<qti-default-value>{written}</qti-default-value>"


def mapping(*entries: tuple[object, object], **attributes: object) -> str:
    written = "".join(f'<qti-map-entry map-key="{key}" mapped-value="{value}"/>' for key, value in entries)
    return op("mapping", written, **attributes)


def rules(*written: str) -> str:
    return op("response-processing", *written)


def template(name: str) -> str:
    return f'<qti-response-processing template="{name}"/>'


def set_value(identifier: str, expression: str) -> str:
    return op("set-outcome-value", expression, identifier=identifier)


def element(*parts: str, **attributes: object) -> etree._Element:
    """A `qti-assessment-item` with these parts."""
    written = " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    head = f'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="item" title="An item" {written}'
    return etree.fromstring(f"<qti-assessment-item {head}>{''.join(parts)}</qti-assessment-item>")


def program(*parts: str, **attributes: object) -> dict[str, Any]:
    """The item's program, after a journey through JSON."""
    compiled: dict[str, Any] = json.loads(
        json.dumps(compile_item(element(*parts, **attributes), "item.xml"), allow_nan=False)
    )
    return compiled


def outcomes(*parts: str, **responses: Any) -> dict[str, Any]:
    """The outcome values of an item for the responses, proved to be JSON."""
    found = score(program(*parts), responses)
    json.dumps(found, allow_nan=False)
    return found


def value_of(expression: str, *declarations: str, **responses: Any) -> Any:
    """What an expression gives, seen through an outcome of the expression's own type."""
    holder = element(*declarations, rules(set_value("RESULT", expression)))
    variables = Variables(Reader("item.xml"))
    for declaration in list(holder)[:-1]:
        variables.declare(declaration)
    found = compile_expression(holder[-1][0][0], variables).type
    cardinality = "single" if found.cardinality == "any" else found.cardinality
    declared = outcome("RESULT", found.base or "float", cardinality)
    parts = (*declarations, declared, rules(set_value("RESULT", expression)))
    return outcomes(*parts, **responses)["RESULT"]


def problems(*parts: str, **attributes: object) -> list[Problem]:
    """Why the item is refused."""
    with pytest.raises(Refused) as refused:
        compile_item(element(*parts, **attributes), "item.xml")
    return list(refused.value.problems)


def codes(*parts: str, **attributes: object) -> list[str]:
    return [problem.code for problem in problems(*parts, **attributes)]
