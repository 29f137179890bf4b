"""The most that an item can give: what results divide by.

1. The score of the declared correct responses and the score of the best mapped responses
   are tried; the better one is the maximum, since it was seen.
2. Where a response of the item declares neither, what was seen may fall short of the most,
   so the declared maximum counts if it is greater: `normal-maximum` of SCORE, else the
   default of MAXSCORE. The same two serve an item that people mark.
3. Nothing seen and nothing declared: there is no maximum.

Of a template item the right answers of the pupil's own variant are tried, so its maximum may differ from
pupil to pupil. Of an adaptive item they are given again and again, as long as the item takes attempts: the
most seen on the way counts.

A seen maximum that differs from a declared one by rounding alone (three times 0.333) is the declared one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from items.scoring.itemsession import ItemSession
from items.scoring.run import PLAIN, Program, correct_responses, load
from items.scoring.values import Value
from items.scoring.variants import Variant

MOST_STEPS = 10  # no item in steps seen has more than five


def max_score(
    program: Mapping[str, Any], loaded: Program | None = None, variant: Variant = PLAIN
) -> float | None:
    """The greatest SCORE of the item, or None where nobody can tell."""
    declared = _declared(program)
    if program["needs_marking"]:
        return declared
    best = _best(program, loaded or load(program), variant)
    if best is None or best <= 0:
        return declared
    if declared is not None:
        if math.isclose(best, declared, rel_tol=1e-6):
            return declared
        if declared > best and not _all_keyed(program):
            return declared
    return best


def _declared(program: Mapping[str, Any]) -> float | None:
    outcomes = program["outcomes"]
    normal = outcomes.get("SCORE", {}).get("normal_maximum")
    if normal is not None:
        return float(normal)
    most = outcomes.get("MAXSCORE", {})
    if most.get("default") and most["base_type"] in ("integer", "float"):
        return float(most["default"])
    return None


def _all_keyed(program: Mapping[str, Any]) -> bool:
    built_in = ("duration", "numAttempts")
    drawn = program.get("varying", {}).get("correct", ())
    return all(
        "correct" in entry or "mapping" in entry or "area_mapping" in entry or identifier in drawn
        for identifier, entry in program["responses"].items()
        if identifier not in built_in
    )


def _best(program: Mapping[str, Any], loaded: Program, variant: Variant) -> float | None:
    correct = correct_responses(program, variant)
    mapped = {
        identifier: best_mapped(entry)
        if "mapping" in entry or "area_mapping" in entry
        else correct[identifier]
        for identifier, entry in program["responses"].items()
    }
    scores = [score for responses in (correct, mapped) for score in _scores(loaded, variant, dict(responses))]
    numbers = [float(score) for score in scores if isinstance(score, int | float)]
    return max(numbers, default=None)


def _scores(loaded: Program, variant: Variant, responses: dict[str, Value]) -> list[Value]:
    """SCORE after each attempt with these responses; an item that is not adaptive takes one."""
    if not loaded.is_adaptive:
        return [loaded.score(responses, variant).get("SCORE")]
    session, scores = ItemSession(loaded, variant), []
    while not session.is_over and session.count < MOST_STEPS:
        session.attempt(responses)
        scores.append(session.outcomes.get("SCORE"))
    return scores


def best_mapped(entry: Mapping[str, Any]) -> Value:
    """The response that a mapping rewards most: its best key, or all keys that add something."""
    if "mapping" in entry:
        rewards = [(number, key) for key, number, _ in entry["mapping"]["entries"] if key]
    else:
        rewards = [(area["value"], _middle(area)) for area in entry["area_mapping"]["entries"]]
    if entry["cardinality"] == "single":
        return max(rewards, default=(0.0, None))[1]
    return [key for number, key in rewards if number > 0] or None


def _middle(area: Mapping[str, Any]) -> str:
    """A point that lies in the area: its centre, its middle, or a corner of a polygon."""
    coords = area["coords"]
    if area["shape"] == "rect":
        coords = [(coords[0] + coords[2]) / 2, (coords[1] + coords[3]) / 2]
    return " ".join(f"{number:.15g}" for number in (coords or [0.0, 0.0])[:2])
