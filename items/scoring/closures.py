"""From a program's lists to nested functions, which take the variables and need no more looking up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

from items.scoring import arithmetic, chance, containers, logic, strings
from items.scoring.logic import Build, Evaluate, Variables
from items.scoring.mappings import area_mapping, lookup_table, mapping
from items.scoring.mathematics import CONSTANTS
from items.scoring.testing import LEAVES as TEST_LEAVES
from items.scoring.values import Value, authored, members, whole

Rule = Callable[[Variables], bool]  # true when the rest of the rules must not run
Kinds = Mapping[str, Callable[[list[Any], Mapping[str, Any]], Rule]]
_NO_MORE: Final[Kinds] = MappingProxyType({})

_BUILDERS: Final[dict[str, Build]] = {
    **logic.BUILDERS,
    **arithmetic.BUILDERS,
    **containers.BUILDERS,
    **strings.BUILDERS,
    **chance.BUILDERS,
}
# Among the variables; no identifier begins with a space.
ASSIGNED: Final = " SCORE was set"
CORRECT: Final = " correct "  # with a response's name: the right answer that template processing set
DEFAULT: Final = " default "


def declared(entry: Mapping[str, Any], name: str) -> Value:
    """A value of the declaration (`default`, `correct`), read."""
    value, cardinality = entry.get(name), entry["cardinality"]
    if value is None:
        return None
    if cardinality == "record":
        return {field: authored(inner["base_type"])(inner["value"]) for field, inner in value.items()} or None
    read = authored(entry["base_type"])
    if cardinality == "single":
        return read(value)
    return members([read(text) for text in value], cardinality)


def build_rules(rules: list[Any], program: Mapping[str, Any], more: Kinds = _NO_MORE) -> Rule:
    """The rules as one function; `more` are the kinds that only some processing knows."""
    built = tuple(
        _condition(rule, program, more)
        if rule[0] == "if"
        else (more.get(rule[0]) or _RULES[rule[0]])(rule, program)
        for rule in rules
    )
    if len(built) == 1:
        return built[0]

    def run(variables: Variables) -> bool:
        for rule in built:  # noqa: SIM110 - a generator costs more than the rules of most items
            if rule(variables):
                return True
        return False

    return run


def _exit(_rule: list[Any], _program: Mapping[str, Any]) -> Rule:
    return lambda _variables: True


def _condition(rule: list[Any], program: Mapping[str, Any], more: Kinds) -> Rule:
    branches = tuple(
        (build_expression(code, program), build_rules(inner, program, more)) for code, inner in rule[1]
    )
    otherwise = build_rules(rule[2], program, more)

    def run(variables: Variables) -> bool:
        for condition, inner in branches:
            if condition(variables) is True:
                return inner(variables)
        return otherwise(variables)

    return run


def _assignment(rule: list[Any], program: Mapping[str, Any]) -> Rule:
    _, identifier, code = rule
    entry = program["outcomes"][identifier]
    evaluate, fit = build_expression(code, program), fitted(entry)
    if rule[0] == "lookup":
        looked_up, evaluate_number = lookup_table(entry["table"], entry["base_type"]), evaluate
        evaluate = lambda variables: looked_up(evaluate_number(variables))  # noqa: E731
    counts = identifier == "SCORE"

    def assign(variables: Variables) -> bool:
        variables[identifier] = fit(evaluate(variables))
        if counts:
            variables[ASSIGNED] = True
        return False

    return assign


def fitted(entry: Mapping[str, Any]) -> Callable[[Value], Value]:
    """How a value becomes one of the outcome's type; what has no place in it is NULL."""
    base_type = entry["base_type"]
    convert = {"float": _as_float, "integer": _as_integer}.get(base_type or "", _as_it_is)
    if entry["cardinality"] in ("single", "record"):
        return convert

    def container(value: Value) -> Value:
        if value is None:
            return None
        values = value if type(value) is tuple else (value,)
        return members([convert(member) for member in values], entry["cardinality"])

    return container


def _as_it_is(value: Value) -> Value:
    return value


def _as_float(value: Value) -> Value:
    return float(value) if type(value) is int else value


def _as_integer(value: Value) -> Value:
    if type(value) is not float:
        return value
    return whole(int(value)) if value == int(value) else None


_RULES: Final = {"set": _assignment, "lookup": _assignment, "exit": _exit}


def build_expression(code: list[Any], program: Mapping[str, Any]) -> Evaluate:
    """An expression as a function of the variables."""
    name, attributes, *operands = code
    if name in _LEAVES:
        return _LEAVES[name](attributes, program)
    loaded = {
        key: build_expression(value, program) if is_code(value) else value
        for key, value in attributes.items()
    }
    if name == "repeat":
        loaded["draws"] = chance.draws(operands)
    return _BUILDERS[name](loaded, [build_expression(operand, program) for operand in operands])


def is_code(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def _constant(value: Value) -> Evaluate:
    return lambda _variables: value


def _base_value(attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
    return _constant(authored(attributes["base_type"])(attributes["value"]))


def _variable(attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
    return itemgetter(attributes["identifier"])


def _correct(attributes: Mapping[str, Any], program: Mapping[str, Any]) -> Evaluate:
    identifier = attributes["identifier"]
    value = declared(program["responses"][identifier], "correct")
    return _varying(program, "correct", CORRECT, identifier, value)


def _varying(program: Mapping[str, Any], kind: str, prefix: str, identifier: str, value: Value) -> Evaluate:
    """A declared value that template processing may have replaced."""
    if identifier not in program.get("varying", {}).get(kind, ()):
        return _constant(value)
    name = prefix + identifier
    return lambda variables: variables.get(name, value)


def _default(attributes: Mapping[str, Any], program: Mapping[str, Any]) -> Evaluate:
    identifier = attributes["identifier"]
    groups = (program["responses"], program["outcomes"], program["templates"])
    value = next(declared(group[identifier], "default") for group in groups if identifier in group)
    return _varying(program, "default", DEFAULT, identifier, value)


def _map_response(attributes: Mapping[str, Any], program: Mapping[str, Any]) -> Evaluate:
    identifier = attributes["identifier"]
    entry = program["responses"][identifier]
    look = mapping(entry["mapping"], entry["base_type"])
    return lambda variables: look(variables[identifier])


def _map_response_point(attributes: Mapping[str, Any], program: Mapping[str, Any]) -> Evaluate:
    identifier = attributes["identifier"]
    look = area_mapping(program["responses"][identifier]["area_mapping"])
    return lambda variables: look(variables[identifier])


def _math_constant(attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
    return _constant(CONSTANTS[attributes["name"]])


def _null(_attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
    return _constant(None)


_LEAVES: Final = {
    "base-value": _base_value,
    "variable": _variable,
    "correct": _correct,
    "default": _default,
    "map-response": _map_response,
    "map-response-point": _map_response_point,
    "math-constant": _math_constant,
    "null": _null,
    **TEST_LEAVES,
}
