"""Attempts as they lie among the batches of a session.

An attempt is an ordinary batch of one answer that says `"attempt": true`. Redis keeps a batch as long as it
counts for an item, so an attempt counts for one more, which nobody replaces: `i3#17`, the item and the
number of the batch. By that the next attempt, another seat and a Redis filled again find all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from items.scorer import Response, timed

ATTEMPTS_MAX = 200
"""Attempts kept of one session: 50 at an item are the most that count, and Redis holds each of them."""


class Entry(NamedTuple):
    """An answer of a session, with its place in it."""

    epoch: int
    n: int
    item: str
    response: Response
    """With the time spent on the item (`items.scorer.timed`)."""
    is_attempt: bool


def entries(batches: Iterable[tuple[int, int, bytes]]) -> list[Entry]:
    """The answers of batches (epoch, n, opened body), in the order in which they count."""
    return [
        Entry(epoch, n, answer["item"], response_of(answer), answer.get("attempt") is True)
        for epoch, n, body in sorted(batches, key=lambda batch: batch[:2])
        for answer in orjson.loads(body)["answers"]
    ]


def response_of(answer: Mapping[str, Any]) -> Response:
    """What an answer says, with the time spent on the item."""
    return timed(answer.get("response"), answer.get("elapsed_ms", 0))


def attempts_by_item(found: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The attempts, in their order."""
    by_item: dict[str, list[Entry]] = {}
    for entry in found:
        if entry.is_attempt:
            by_item.setdefault(entry.item, []).append(entry)
    return by_item


def names_of(answers: Iterable[Mapping[str, Any]], n: int) -> tuple[str, ...]:
    """What a batch counts for: its items, and each attempt by itself."""
    names: dict[str, None] = {}
    for answer in answers:
        names[answer["item"]] = None
        if answer.get("attempt") is True:
            names[f"{answer['item']}#{n}"] = None
    return tuple(names)
