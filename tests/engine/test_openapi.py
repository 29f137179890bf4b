"""The API's description: complete, valid, bounded as the code is, and true of its own examples."""

from __future__ import annotations

import ast
import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from starlette.routing import Route, Router

from engine.api.openapi import examples
from engine.api.openapi.refusals import BESIDE, NO_BODY, PROBLEMS
from engine.app import running
from engine.catalog import session_document
from engine.errors import KINDS, Problem
from engine.portal.addresses import ADDRESSES
from engine.wire import (
    AGE_MS_MAX,
    ANSWERS_MAX,
    CODE_MAX,
    NUMBER_MAX,
    TEXT_MAX,
    answer_batch,
    hand_in,
    log_in,
)
from items import responses
from items.course import Course
from sessions.codes import normalise
from sessions.model import SessionState
from sessions.states import Status
from tests.engine.described import DOCUMENT, named, operations, validator
from tests.served import Served

PAGES = {"/", "/sw.js", "/static/{name}", "/teacher", "/classroom/{name}", "/pages/{name}"}
PAGES |= {address for addresses in ADDRESSES.values() for address in addresses.values()}
RECORD = {
    "form": "0" * 64,
    "title": "Mathématiques",
    "language": "fr",
    "duration_ms": 3_000_000,
    "opens_at_ms": 1_000,
    "closes_at_ms": 2_000,
}
LIMITED = {
    "part": "t1",
    "linear": True,
    "limits": {"min_ms": 1, "max_ms": 60_000, "late": True},
    "children": [{"section": "s1", "children": [{"item": "i1", "choices": {}}]}],
}
OPERATORS = ("/operator", "/metrics")
"""Pages of the console and figures for Prometheus: no part of the pupils' API; see `test_rights`."""
COURSE = Course({"v": 2, "routed": False, "parts": [LIMITED]})
ANSWER = {"item": "i1", "response": {"r1": "abcd"}, "elapsed_ms": 1, "age_ms": 0}
BATCH = {"n": 1, "answers": [ANSWER]}


def test_the_description_is_valid_openapi() -> None:
    """Version 3.1, every reference resolved, every example of the type that its schema gives."""
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


async def test_every_route_is_described_and_every_description_has_its_route(engine: Served) -> None:
    """Pages aside: a call that nobody knows of is nobody's to test."""
    async with running(engine.settings) as application:
        router = application._router
        assert isinstance(router, Router)
        routes = [route for route in router.routes if isinstance(route, Route)]
        served = {
            (method, re.sub(r":\w+", "", route.path))
            for route in routes
            for method in route.methods or ()
            if not route.path.startswith(OPERATORS)
        }
        served |= {(method, path) for path, (_, methods) in application._raw.items() for method in methods}
        served = {(method, path) for method, path in served if method != "HEAD"}
    described = {(method, path) for method, path, _ in operations()}
    assert {path for _, path in served} >= PAGES
    assert described - {("GET", "/content/{form}")} == {call for call in served if call[1] not in PAGES}


def test_every_refusal_of_the_table_is_described_where_it_can_come() -> None:
    """With the status of the table; a code that no call names would be a code that nobody expects."""
    named_codes = set()
    for _, path, operation in operations():
        for status, response in operation["responses"].items():
            for code in re.findall(r"^`(\w+)`:", response["description"], re.MULTILINE):
                assert KINDS[code].status == int(status), path
                named_codes.add(code)
    assert named_codes == set(KINDS)


@pytest.mark.parametrize("code", [code for code in KINDS if code != NO_BODY])
def test_a_refusal_has_the_described_body(code: str) -> None:
    """Each row of the table as the server writes it."""
    extra = {name: sample for name, (_, sample) in BESIDE.get(code, {}).items()}
    wait_ms = extra.pop("retry_after_ms", None)
    refused = named(f"refused_{code}")
    refused.validate(orjson.loads(Problem(code, retry_after_ms=wait_ms, **extra).body()))
    assert not refused.is_valid(orjson.loads(Problem(code, retry_after_ms=wait_ms, more=1).body()))


def test_what_can_be_wrong_with_an_answer_is_listed_in_full() -> None:
    """Read from the very functions that judge it."""
    tree = ast.parse(Path(responses.__file__).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    judges = [node for node in functions if node.name in ("check", "_first_problem")]
    returned = [
        constant.value
        for judge in judges
        for node in ast.walk(judge)
        if isinstance(node, ast.Return)
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    ]
    assert {*returned, "unknown_file", "wrong_base_type"} == set(PROBLEMS)


def test_every_example_is_what_its_schema_says() -> None:
    """Those of requests, of replies and of refusals."""
    contents = []
    for _, _, operation in operations():
        contents.append(operation.get("requestBody", {}))
        contents += operation["responses"].values()
    media = [medium for content in contents for medium in content.get("content", {}).values()]
    count = 0
    for medium in media:
        samples = [example["value"] for example in medium.get("examples", {}).values()]
        samples += [medium["example"]] if "example" in medium else []
        for sample in samples:
            validator(medium["schema"]).validate(sample)
            count += 1
    assert count > 100


def test_the_examples_are_of_one_sitting() -> None:
    """A code with its check symbol, batches that are taken, replies that fit one another."""
    assert normalise(log_in(orjson.dumps(examples.LOG_IN))[0])
    batch = answer_batch(orjson.dumps(examples.BATCH), well_shaped)
    assert answer_batch(orjson.dumps(examples.HEARTBEAT), well_shaped).n == 0
    assert hand_in(orjson.dumps(examples.HAND_IN)) == batch.n == examples.ACKNOWLEDGEMENT["last"]
    replies: list[dict[str, Any]] = [examples.SEAT, examples.STARTED, examples.RESUMED, examples.HANDED_IN]
    assert {reply["session"]["id"] for reply in replies} == {examples.SEAT["session"]["id"]}
    assert [reply["session"]["status"] for reply in replies] == ["ready", "running", "running", "submitted"]
    assert {reply["session"]["form"] for reply in replies} == {examples.FORM}
    (line,) = map(orjson.loads, examples.LEDGER.splitlines())
    assert (line["session"], line["n"]) == (examples.SEAT["session"]["id"], batch.n)
    assert line["sha256"] == hashlib.sha256(orjson.dumps(examples.BATCH)).hexdigest()
    named("LedgerLine").validate(line)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("needs", ["", "magnification", "magnification,spoken"])
def test_a_session_has_the_described_fields(status: Status, needs: str) -> None:
    """In every status, with every switch that a pupil may need."""
    begun = 0 if status is Status.READY else 1_500
    state = SessionState(
        bytes(16), status=status, factor_permille=1333, needs=needs, started_ms=begun, deadline_ms=begun
    )
    described = session_document(RECORD, state, COURSE)
    named("Session").validate(described)
    assert described["needs"] == [need for need in needs.split(",") if need]


AT_THE_BOUNDS: list[dict[str, Any]] = [
    {"n": NUMBER_MAX},
    {"n": NUMBER_MAX + 1},
    {"n": 0},
    {"answers": [ANSWER] * ANSWERS_MAX},
    {"answers": [ANSWER] * (ANSWERS_MAX + 1)},
    {"answers": [ANSWER | {"item": "i" * TEXT_MAX}]},
    {"answers": [ANSWER | {"item": "i" * (TEXT_MAX + 1)}]},
    {"answers": [ANSWER | {"age_ms": AGE_MS_MAX}]},
    {"answers": [ANSWER | {"age_ms": AGE_MS_MAX + 1}]},
    {"answers": [ANSWER | {"elapsed_ms": None}]},
    {"answers": [{"item": "i1", "response": {}}]},
    *({name: value} for name in ("at", "lease") for value in ("", None, "x" * TEXT_MAX, "x" * 65, 0, 7)),
    *({"full": value} for value in (True, False, None, 0, 1, "")),
    *({"held": value} for value in (0, NUMBER_MAX, NUMBER_MAX + 1, None)),
]


@pytest.mark.parametrize("changes", AT_THE_BOUNDS, ids=repr)
@pytest.mark.parametrize("is_heartbeat", [False, True])
def test_description_and_server_agree_on_every_bound_of_a_batch(
    changes: dict[str, Any], is_heartbeat: bool
) -> None:
    """What the one allows the other takes, and nothing else."""
    body = ({"answers": []} if is_heartbeat else BATCH) | changes
    described = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Batch", "Heartbeat")]}
    assert validator(described).is_valid(body) == is_taken(partial(answer_batch, check=well_shaped), body)


@pytest.mark.parametrize(
    "body",
    [
        *({"code": code} for code in ("K", "K" * CODE_MAX, "K" * (CODE_MAX + 1), "", None, 7)),
        *({"code": "K", "room": room} for room in ("", None, "R" * TEXT_MAX, "R" * 65, 0, False)),
        {},
    ],
    ids=repr,
)
def test_description_and_server_agree_on_every_bound_of_a_log_in(body: dict[str, Any]) -> None:
    """A code of one sign is a mistyped code, not a wrong request."""
    assert named("LogIn").is_valid(body) == is_taken(log_in, body)


@pytest.mark.parametrize("last", [0, NUMBER_MAX, NUMBER_MAX + 1, -1, None, True, "1"], ids=repr)
def test_description_and_server_agree_on_every_bound_of_a_hand_in(last: object) -> None:
    """0: nothing was ever answered."""
    assert named("HandIn").is_valid({"last": last}) == is_taken(hand_in, {"last": last})


def well_shaped(item: str, response: object) -> str | None:
    return None


def is_taken(decode: Any, body: object) -> bool:
    """Does the server take this request?"""
    try:
        decode(orjson.dumps(body))
    except Problem as problem:
        if problem.code != "bad_request":
            raise
        return False
    return True
