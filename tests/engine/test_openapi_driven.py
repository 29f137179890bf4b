"""A running engine driven from the API's description: bodies and paths that nobody thought of.

Schemathesis makes requests that the description allows and requests that it forbids, the same ones on each
run. The first kind is never called a bad request, the second never taken; every reply is as described, and no
failure is the server's own.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import schemathesis

from engine.keyring import KeyRing
from tests.asserted import assertion, shown
from tests.engine.described import DOCUMENT
from tests.pupil import PupilClient
from tests.served import Served

EXAMPLES = 30
CONFIG = schemathesis.Config.from_dict(
    {
        "seed": 1,
        "request-timeout": 60,
        "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none"},
        "checks": {
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "410", "422", "429", "503"]
            },
            "negative_data_rejection": {"expected-statuses": ["4xx"]},
            "missing_required_header": {"enabled": False},  # the ledger says 403; `ignored_auth` sees to it
        },
    }
)
schema = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)


@schema.hook
def map_body(_: schemathesis.HookContext, body: Any) -> Any:
    """To JSON Schema 7.0 is a whole number. Our numbers have no point, which a schema cannot say."""
    if isinstance(body, float) and body.is_integer():
        return int(body)
    if isinstance(body, dict):
        return {name: map_body(_, value) for name, value in body.items()}
    return [map_body(_, value) for value in body] if isinstance(body, list) else body


class Driver:
    """Who drives: for each call a pupil of its own who has started, so that none ends another's sitting."""

    def __init__(self, engine: Served) -> None:
        self.url = engine.url
        self._codes = list(engine.prepare(codes_each=20)[0].codes)
        self._known = {
            "ledger": {"Authorization": f"Bearer {KeyRing.of(engine.settings).operator_token()}"},
            # a browser of its own: what it guesses slows nobody else
            **dict.fromkeys(
                ("seats", "act", "act_on_all", "grid", "key", "may_seats", "may_act", "may_key"),
                shown(assertion("R1")),
            ),
            "login": {"Cookie": httpx2.get(engine.url, timeout=30).headers["Set-Cookie"].split(";")[0]},
        }

    def headers(self, call: str) -> dict[str, str]:
        """What makes the caller of `call` somebody."""
        if call not in self._known:
            pupil = PupilClient(self.url, self._codes.pop())
            pupil.login()
            pupil.start()
            self._known[call] = {"Authorization": f"Bearer {pupil.token}"}
        return self._known[call]


@pytest.fixture(scope="module")
def driver(engine: Served) -> Driver:
    return Driver(engine)


@schema.parametrize()
def test_what_comes_back_is_what_the_description_says(case: schemathesis.Case[Any], driver: Driver) -> None:
    """For requests as described and for requests that are not."""
    call = case.operation.definition.raw["operationId"]
    case.call_and_validate(base_url=driver.url, headers=driver.headers(call))
