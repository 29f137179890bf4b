"""What an author's module may say, what the player makes of it, and the policy under which its page comes."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from playwright.sync_api import Page

from engine.assets import FRAME, POLICY, WEB, Assets
from tests.engine.player import browser, page

__all__ = ["browser", "page"]

ASK = """async (cases) => {
  const { fromGiven, toGiven } = await import('/static/js/interactions/customvalues.js')
  return cases.map(([given, cardinality, type]) => {
    const value = fromGiven(given, cardinality, type)
    return value === undefined ? 'refused' : [value, toGiven(value, cardinality, type)]
  })
}"""
NOTHING = {"base": None}
RECORD = {"record": [{"name": "a", "base": {"integer": 3}}, {"name": "b", "base": {"point": [1, 2]}}]}
FIELDS = {"a": {"base_type": "integer", "value": "3"}, "b": {"base_type": "point", "value": "1 2"}}

CASES: list[tuple[Any, str, str, Any]] = [
    ({"base": {"integer": 3}}, "single", "integer", "3"),
    ({"base": {"float": 1.5}}, "single", "float", "1.5"),
    ({"base": {"boolean": False}}, "single", "boolean", "false"),
    ({"base": {"point": [10, -20.5]}}, "single", "point", "10 -20.5"),
    ({"base": {"directedPair": ["A", "B"]}}, "single", "directedPair", "A B"),
    ({"base": {"string": "été"}}, "single", "string", "été"),
    ({"base": {"string": ""}}, "single", "string", None),
    (NOTHING, "single", "string", None),
    (None, "multiple", "string", None),
    ({"list": {"identifier": ["A", "B", "A"]}}, "multiple", "identifier", ["A", "B", "A"]),
    ({"list": {"integer": []}}, "ordered", "integer", None),
    (NOTHING, "ordered", "integer", None),
    (RECORD, "record", "", FIELDS),
]
FORGED: list[tuple[Any, str, str]] = [
    ({"base": {"string": "3"}}, "single", "integer"),
    ({"base": {"integer": "3x"}}, "single", "integer"),
    ({"base": {"string": {"toString": 1}}}, "single", "string"),
    ({"base": {"string": "x" * 20_001}}, "single", "string"),
    ({"base": {"point": [1, 2, 3]}}, "single", "point"),
    ({"list": {"string": ["a"] * 1001}}, "multiple", "string"),
    ({"list": {"string": "abc"}}, "multiple", "string"),
    ({"list": {"string": ["a", 3]}}, "multiple", "string"),
    ({"base": {"file": {"data": "AAAA"}}}, "single", "file"),
    ({"base": {"__proto__": "x", "constructor": "y"}}, "single", "constructor"),
    ("text", "single", "string"),
    (7, "multiple", "string"),
    ({"record": "x"}, "record", ""),
    ({"record": [{"name": 3, "base": {"integer": 3}}]}, "record", ""),
]


def test_what_a_module_says_becomes_a_response_and_comes_back(page: Page) -> None:
    """After a reload it is told the same that it said."""
    found = page.evaluate(ASK, [case[:3] for case in CASES])
    for (given, _, _, value), (read, back) in zip(CASES, found, strict=True):
        assert read == value
        assert back == (given if value is not None else NOTHING)


def test_what_is_not_of_the_declared_type_is_no_response(page: Page) -> None:
    """The module runs in a browser that nobody trusts, and may say anything."""
    found = page.evaluate(ASK, FORGED)
    assert [case for case, value in zip(FORGED, found, strict=True) if value != "refused"] == []


def test_the_page_of_the_frame_comes_without_network_and_origin() -> None:
    """Its one script is named by its digest; nothing else of any host is let in; our pages alone frame it."""
    asset = Assets()._assets[FRAME]
    headers = dict(asset.headers)
    policy = headers[b"content-security-policy"].decode()
    script = re.findall(r"<script>(.*?)</script>", (WEB / FRAME).read_text(), re.S)
    assert len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["sandbox"] == "allow-scripts"
    assert rules["script-src"] == f"'sha256-{digest}' blob:"
    assert rules["default-src"] == rules["connect-src"] == rules["worker-src"] == "'none'"
    assert rules["frame-ancestors"] == "'self'"
    assert not re.search(r"https?:|\*|unsafe-eval", policy)
    assert "frame-src 'self'" in POLICY.decode()
