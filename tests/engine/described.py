"""What the API's description says of a reply: does this one keep to it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import orjson
from jsonschema import Draft202012Validator

from engine.api.openapi import document

DOCUMENT = document()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and description of each call."""
    for path, calls in DOCUMENT["paths"].items():
        for method, operation in calls.items():
            yield method.upper(), path, operation


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Validates against a schema of the document."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def named(name: str) -> Draft202012Validator:
    """Validates against the schema that the document calls `name`."""
    return validator({"$ref": f"#/components/schemas/{name}"})


class Witness:
    """Looks at each reply of a client, and remembers what has been seen of each call."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int, str]] = set()

    def watch(self, client: httpx2.Client) -> None:
        """Look at all that this client is told from now on."""
        client.event_hooks = {"response": [self.check]}

    def check(self, reply: httpx2.Response) -> None:
        """AssertionError if the description does not allow this reply."""
        reply.read()
        name, responses = self._call(reply.request)
        status = str(reply.status_code)
        assert status in responses, f"{name} answered {status}, which is not described: {reply.text}"
        described = responses[status]
        self._headers(reply, described.get("headers", {}))
        self._body(reply, described.get("content", {}))
        self.seen.add((name, reply.status_code, _code(reply)))

    def _call(self, request: httpx2.Request) -> tuple[str, dict[str, Any]]:
        """The call that the request names; for a method that its address does not take, any call there."""
        found = [
            (method == request.method, operation)
            for method, path, operation in operations()
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path)
        ]
        assert found, f"{request.url.path} is not described"
        _, operation = max(found, key=lambda pair: pair[0])
        return operation["operationId"], operation["responses"]

    def _headers(self, reply: httpx2.Response, headers: dict[str, Any]) -> None:
        for name, header in headers.items():
            value = reply.headers.get(name)
            assert value is not None or not header["required"], f"{name} is missing"
            if value is not None:
                typed = int(value) if header["schema"].get("type") == "integer" else value
                validator(header["schema"]).validate(typed)

    def _body(self, reply: httpx2.Response, content: dict[str, Any]) -> None:
        if not content or (reply.status_code == 503 and not reply.content):
            assert not reply.content
            return
        kind = reply.headers["content-type"]
        assert kind in content, f"{kind} is not described"
        if kind == "application/json":
            validator(content[kind]["schema"]).validate(orjson.loads(reply.content))
        if kind == "application/x-ndjson":
            for line in reply.content.splitlines():
                named("LedgerLine").validate(orjson.loads(line))


def _code(reply: httpx2.Response) -> str:
    """The code of a refusal, else ""."""
    is_json = reply.headers.get("content-type") == "application/json"
    return str(orjson.loads(reply.content).get("error", {}).get("code", "")) if is_json else ""
