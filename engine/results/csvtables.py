"""Three CSV files a delivery, by session id, never by name.

responses.csv  one row per value: what was answered, in the author's identifiers, when, and whether it counts
scores.csv     one row per item of each session, and one row for its total (item empty)
comments.csv   one row per comment on an item, where its author lets pupils comment

`kind` tells a value from nothing (left blank), absent and empty (nothing came). Absent is no zero: the item
has no score, and the totals leave it out of both sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from engine.keying.cells import ABSENT
from engine.results.drafts import table
from engine.results.opening import Names, Opened, attempts_of
from engine.results.texts import canonical, yes
from engine.scorerecord import kind_of

RESPONSES = (
    *("session", "room", "item", "response", "value", "kind", "epoch", "n"),
    *("received_ms", "elapsed_ms", "late", "counted", "attempts", "variant", "variant_seed"),
)
SCORES = (
    *("session", "room", "item", "domain", "score", "max_score", "needs_marking", "kind"),
    *("attempts", "variant", "variant_seed"),
)
COMMENTS = ("session", "room", "item", "comment", "counted")
FILES = ("responses.csv", "scores.csv", "comments.csv")

_ANSWER = ("epoch", "n", "received_ms", "elapsed_ms", "late")
Row = tuple[Any, ...]


@contextmanager
def csv_tables(folder: Path, names: Names, *, bom: bool = False) -> Iterator[Callable[[Opened], None]]:
    """All files; gives what writes one session to them."""
    with ExitStack() as files:
        responses = files.enter_context(table(folder / FILES[0], RESPONSES, bom))
        scores = files.enter_context(table(folder / FILES[1], SCORES, bom))
        comments = files.enter_context(table(folder / FILES[2], COMMENTS, bom))

        def write(session: Opened) -> None:
            responses(_response_rows(names, session))
            scores(_score_rows(names, session))
            comments(_comment_rows(names, session))

        yield write


def _response_rows(names: Names, session: Opened) -> Iterator[Row]:
    for given in names.given(session):
        answer = (given.answer[name] for name in _ANSWER)
        value = canonical(given.value)
        head = (session.session, session.room, given.item, given.response, value, given.kind)
        yield (*head, *answer, yes(given.counted), *_sat(given.entry))


def _score_rows(names: Names, session: Opened) -> Iterator[Row]:
    head = (session.session, session.room)
    for entry in session.items:
        item, domain = names.key.authored(entry["item"]), names.key.domain(entry["item"])
        points = (entry["score"], entry["max"], yes(entry["marking"]))
        yield (*head, item, domain, *points, kind_of(entry), *_sat(entry))
    points = (session.score, session.max_score, yes(session.needs_marking))
    yield (*head, "", "", *points, ABSENT if session.was_away else "", "", "", "")


def _comment_rows(names: Names, session: Opened) -> Iterator[Row]:
    for item, comment, counted in names.comments(session):
        yield (session.session, session.room, item, comment, yes(counted))


def _sat(entry: Mapping[str, Any]) -> Row:
    """How often an item was tried, and which variant of it this pupil had."""
    variant = entry.get("variant")
    return (attempts_of(entry), canonical(variant) if variant else "", entry.get("variant_seed", ""))
