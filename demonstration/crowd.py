"""What goes on in the classes: one sits, some have sat, one is keyed from paper by two teachers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException
from itertools import count
from random import Random
from typing import Any

from demonstration.problems import DemonstrationProblem
from demonstration.pupils import Paper, Place, Pupil, Web

SEED = 6
"""The same day each time: who is strong, who is quick, who is away."""
STRENGTH = (0.62, 0.2)
"""Mean and spread of the chance to know an answer."""
OWN = {"X-Passation": "1"}
AWAY = (DemonstrationProblem, HTTPException, OSError)
"""What a pupil's computer lives with: a refusal, a line that breaks, a server that starts again."""


def sit(origin: str, paper: Paper, codes: Sequence[str], random: Random, mean: float = STRENGTH[0]) -> None:
    """These pupils sit the whole test and hand in."""
    for code in codes:
        pupil = Pupil(origin, Place(code, "", [], 0), random.gauss(mean, STRENGTH[1]), random)
        pupil.begin()
        pupil.answer(paper, range(len(pupil.place.items)))
        pupil.hand_in()
        pupil.leave()


class Class:
    """Pupils who are at work: each call of `tick` lets one of them do something."""

    def __init__(self, origin: str, paper: Paper, random: Random) -> None:
        self._origin, self._paper, self._random = origin, paper, random
        self._pupils: list[Pupil] = []
        self._ticks = count()

    @property
    def places(self) -> list[Place]:
        """Where they stand."""
        return [pupil.place for pupil in self._pupils]

    def come(self, codes: Sequence[str], waiting: str) -> None:
        """They log in and have answered some questions; the device of `waiting` still holds three batches."""
        for code in [waiting, *codes]:
            pupil = self._seated(Place(code, "", [], 0))
            pupil.begin()
            done = self._random.randint(4, len(pupil.place.items) - 3)
            pupil.answer(self._paper, range(done - 1))
            pupil.answer(self._paper, [done - 1], held=3 if code == waiting else 0)
            if code == waiting:
                pupil.leave()
            else:
                self._pupils.append(pupil)

    def come_back(self, places: Sequence[Place]) -> None:
        """Those who sat there before both programs were stopped."""
        for place in places:
            pupil = self._seated(place)
            with suppress(*AWAY):
                pupil.go_on()
            self._pupils.append(pupil)

    def tick(self) -> None:
        """The next pupil answers a question, from the first one again after the last."""
        if not self._pupils:
            return
        turn, number = divmod(next(self._ticks), len(self._pupils))
        pupil = self._pupils[number]
        at = (pupil.place.n + 3 * number) % len(pupil.place.items)
        try:
            if turn % 2:
                pupil.beat(at)
            else:
                pupil.answer(self._paper, [at])
        except AWAY:
            pupil.leave()
            with suppress(*AWAY):
                pupil.go_on()

    def _seated(self, place: Place) -> Pupil:
        return Pupil(self._origin, place, self._random.gauss(*STRENGTH), self._random)


class Keyer:
    """A teacher at the engine's own door, who keys a class from paper."""

    def __init__(self, origin: str, room: str, code: str, device: str) -> None:
        self._web, self._device = Web(origin), device
        self._address = f"/api/v1/rooms/{room}/keying"
        self._numbers = count(1)
        self._web.call("POST", "/api/v1/teacher", {"room": room, "code": code}, **OWN)
        grid = self._web.call("GET", self._address, **OWN)
        self.columns: list[dict[str, Any]] = grid["columns"]
        self.sessions: dict[int, str] = {row["number"]: row["session"] for row in grid["rows"]}

    def key(self, session: str, paper: Paper, strength: float, random: Random) -> None:
        """A whole paper, now and then without an answer."""
        typed = []
        for column in self.columns:
            item, _, response = column["cell"].partition(".")
            value = paper.response(item, strength, random)[response] if random.random() > 0.06 else ""
            typed.append(self.typed(session, column["cell"], value))
        self.send(typed)

    def absent(self, session: str) -> None:
        self.send([self.typed(session, column["cell"], "", "absent") for column in self.columns])

    def typed(self, session: str, cell: str, value: str, kind: str = "") -> dict[str, Any]:
        """One typing over whatever is not there yet."""
        name = f"{self._device}-{next(self._numbers)}"
        kind = kind or ("value" if value else "nothing")
        return {"session": session, "cell": cell, "id": name, "kind": kind, "value": value, "over": []}

    def send(self, typed: Sequence[dict[str, Any]], hand_in: Sequence[str] = ()) -> None:
        self._web.call("POST", self._address, {"typed": typed, "hand_in": list(hand_in)}, **OWN)


def key_papers(keyer: Keyer, colleague: Keyer, numbers: Sequence[int], paper: Paper, random: Random) -> None:
    """Two thirds of a class are keyed: two are handed in, one was absent, two teachers differ in one cell."""
    sessions = [keyer.sessions[number] for number in numbers]
    whole = len(sessions) * 2 // 3
    for session in sessions[:whole]:
        keyer.key(session, paper, random.gauss(*STRENGTH), random)
    keyer.send([], hand_in=sessions[:2])
    keyer.absent(sessions[whole])
    disputed = sessions[whole - 1]
    column = next(column for column in keyer.columns if column["kind"] == "number")
    colleague.send([colleague.typed(disputed, column["cell"], "1")])
