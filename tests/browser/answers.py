"""Responses to give, and what the export must say of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from items.scoring.run import correct_responses
from tests.browser.deliveries import Delivered, Seat, apart

WORDS = "Je pense que oui, parce que 7 est plus grand que 3 ; n’est-ce pas ?"

Response = dict[str, Any]


def plausible(delivered: Delivered, item: str, pick: int = 1) -> Response:
    """A whole response to an item; two picks differ."""
    return {name: _value(shape, pick) for name, shape in delivered.shapes[item].items()}


def correct(delivered: Delivered, item: str) -> Response:
    """The declared correct response by opaque names; words where people mark."""
    entry = delivered.key["items"][item]
    declared = correct_responses(entry["program"])
    response = {}
    for name, known in entry["responses"].items():
        opaque = {authored: choice for choice, authored in known["choices"].items()}
        value = declared[known["authored"]]
        response[name] = WORDS if value is None else _opaque(value, opaque)
    return response


def _opaque(value: Any, opaque: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_opaque(one, opaque) for one in value]
    if not opaque:
        return str(value)
    return " ".join(opaque[part] for part in value.split()) if value not in opaque else opaque[value]


def _value(shape: Mapping[str, Any], pick: int) -> Any:
    kind = shape["kind"]
    if kind in ("match", "gap-match"):
        return _pairs(shape, pick)
    if kind == "order":
        choices = sorted(shape["choices"])
        return choices[pick:] + choices[:pick]
    if "choices" in shape:
        one = sorted(shape["choices"])[pick % len(shape["choices"])]
        return one if shape["cardinality"] == "single" else [one]
    if kind == "slider":
        return str(int(shape["low"] + (shape["high"] - shape["low"]) * pick / 4))
    return f"{WORDS} {pick}" if kind == "extended-text" else f"{pick}2"


def _pairs(shape: Mapping[str, Any], pick: int) -> list[str]:
    """Each row of a table once, each gap of a text once, as far as the labels go."""
    sources, targets = sorted(shape["sources"]), sorted(shape["targets"])
    if shape["kind"] == "gap-match":
        labels = [label for label in sources for _ in range(shape["match_max"][label])]
        return [f"{label} {gap}" for label, gap in zip(labels[pick:], targets, strict=False)]
    turned = targets[pick % len(targets) :] + targets[: pick % len(targets)]
    return [f"{row} {column}" for row, column in zip(sources, turned, strict=False)]


class Exported:
    """What `passation results export` wrote about one session."""

    def __init__(self, delivered: Delivered, seat: Seat, folder: Path) -> None:
        self._delivered = delivered
        while not (folder / "scores.csv").exists() or not self._rows(folder, "scores", seat):
            # The archive follows in its own time; each look is a run of the command.
            done = apart(
                lambda: delivered.engine.run("results", "export", delivered.id, "--out", str(folder))
            )
            assert done.returncode == 0, done.stderr
        self.scores = self._rows(folder, "scores", seat)
        self.responses = self._rows(folder, "responses", seat)

    def answers(self, *, also_uncounted: bool = False) -> dict[str, dict[str, Any]]:
        """The responses that count, by the author's names."""
        given: dict[str, dict[str, Any]] = {}
        for row in self.responses:
            if also_uncounted or row["counted"] == "true":
                value = _read(row["value"].removeprefix("'"))
                given.setdefault(row["item"], {})[row["response"]] = value
        return self._comparable(given)

    def expected(self, given: Mapping[str, Response]) -> dict[str, dict[str, Any]]:
        """What these responses, as given on the page, are by the author's names."""
        scorer = self._delivered.scorer
        known = {item: scorer.responses_in_authored(item, response) for item, response in given.items()}
        return self._comparable({scorer.authored(item): response for item, response in known.items()})

    def _comparable(self, answers: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Ticks come in the order of the screen, which means nothing; `ordered` responses keep theirs."""
        programs = [entry["program"] for entry in self._delivered.key["items"].values()]
        for program in programs:
            for name, declared in program["responses"].items():
                value = answers.get(program["identifier"], {}).get(name)
                if declared["cardinality"] == "multiple" and value:
                    value.sort()
        return answers

    @staticmethod
    def _rows(folder: Path, table: str, seat: Seat) -> list[dict[str, str]]:
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if row["session"] == seat.session]


def _read(text: str) -> Any:
    """A value as the table shows it: several are a JSON array."""
    return json.loads(text) if text.startswith("[") else text
