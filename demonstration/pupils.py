"""Pupils of the demonstration: they log in, answer and hand in by the calls that a player makes.

How well they do is drawn: each has a strength, the chance to know an answer. What is right is read from the
bank of forms beside the engine, which no pupil's computer ever sees.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from demonstration.problems import DemonstrationProblem
from items.bank import Bank
from items.scorer import Scorer
from loadtest.questions import Question, questions_of
from loadtest.responses import response as drawn

PATIENCE_S = 30
NUMBER = re.compile(r"\d+([.,]\d+)?")
SLIPS = (-2, -1, 1, 2, 10)
"""By how much a wrong number is wrong."""


class Web:
    """Calls to one origin over one connection."""

    def __init__(self, origin: str) -> None:
        address = urlsplit(origin)
        assert address.hostname is not None
        self._connection = HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
        self.cookie = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The document of a reply, or DemonstrationProblem."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Content-Type": "application/json"} | ({"Cookie": self.cookie} if self.cookie else {})
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, headers)
        reply = self._connection.getresponse()
        text = reply.read()
        for name, value in reply.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = "; ".join(filter(None, (self.cookie, value.partition(";")[0])))
        if reply.status != 200:
            raise DemonstrationProblem(f"{method} {path}: {reply.status} {text[:200].decode()}")
        return json.loads(text)

    def close(self) -> None:
        self._connection.close()


class Paper:
    """What a form asks, and what is right there."""

    def __init__(self, data: Path, form: str) -> None:
        bank = Bank(data)
        self._scorer = Scorer(bank.key(form))
        self._asked: dict[str, list[Question]] = {
            item.id: questions_of(item.html) for item in bank.content(form).items
        }

    def response(self, item: str, strength: float, random: Random) -> dict[str, Any]:
        """The right response by that chance, a wrong or near one else; texts that people mark are drawn."""
        response = drawn(self._asked[item], random)
        declared = self._scorer.opaque(item, self._scorer.correct(item))
        right = {name: value for name, value in declared.items() if value is not None}
        if random.random() > strength:
            slip = random.choice(SLIPS)
            right = {name: _near(value, slip) for name, value in right.items() if _is_number(value)}
        return response | {name: _as_typed(value) for name, value in right.items()}


class Place(NamedTuple):
    """Where a pupil stands: enough to go on from another process."""

    code: str
    token: str
    items: list[str]
    n: int


class Pupil:
    """One pupil at one computer."""

    def __init__(self, origin: str, place: Place, strength: float, random: Random) -> None:
        self._web = Web(origin)
        self._random = random
        self.place = place
        self.strength = strength

    def begin(self) -> None:
        """Log in and start."""
        self._post("login", {"code": self.place.code})
        order = self._post("start", {})["order"]
        self.place = self.place._replace(items=[entry["item"] for block in order for entry in block["items"]])

    def answer(self, paper: Paper, places: Sequence[int], held: int = 0) -> None:
        """The questions at these places, in one batch; the last of them stays on the screen."""
        items = [self.place.items[place] for place in places]
        answers = [
            {
                "item": item,
                "response": paper.response(item, self.strength, self._random),
                "elapsed_ms": self._random.randint(20_000, 150_000),
                "age_ms": 0,
            }
            for item in items
        ]
        n = self.place.n + 1
        self._post("answers", {"n": n, "answers": answers, "at": items[-1], "held": held})
        self.place = self.place._replace(n=n)

    def beat(self, at: int) -> None:
        """Say which question is on the screen."""
        self._post("answers", {"answers": [], "at": self.place.items[at], "held": 0})

    def hand_in(self) -> None:
        self._post("submit", {"last": self.place.n})

    def go_on(self) -> None:
        """After another process had the seat: how far the server has everything."""
        found = self._web.call("GET", "/api/v1/session", Authorization=f"Bearer {self.place.token}")
        self.place = self.place._replace(n=found["last"], token=found.get("token", self.place.token))

    def leave(self) -> None:
        """Close the connection; the session stays."""
        self._web.close()

    def _post(self, call: str, body: Any) -> Any:
        shown = {"Authorization": f"Bearer {self.place.token}"} if self.place.token else {}
        found = self._web.call("POST", f"/api/v1/{call}", body, **shown)
        self.place = self.place._replace(token=found.get("token", self.place.token))
        return found


def _is_number(value: Any) -> bool:
    return NUMBER.fullmatch(str(value)) is not None


def _near(value: Any, slip: int) -> float:
    return abs(float(str(value).replace(",", ".")) + slip)


def _as_typed(value: Any) -> Any:
    """As a page sends it: text, or a list of texts."""
    if isinstance(value, list):
        return [_as_typed(one) for one in value]
    return value if isinstance(value, str) else f"{value:g}"
