"""The tables of the Parquet export, each column with its type and its meaning: the data dictionary is this.

responses  long: one row per value that a pupil gave
comments   one row per comment on an item
scores     wide: one row per session, one column per item
items      one row per item: what it is and the most it gives
sessions   one row per session: times and extent

What a column is called, holds and means is written here once; `parquet` makes its schema of it, and the
dictionary beside the files is written from the same lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from engine.results.opening import Names, Opened, attempts_of
from engine.results.texts import canonical

Type = Literal["text", "whole", "number", "truth", "time"]
Row = tuple[Any, ...]

DICTIONARY = "data-dictionary.csv"
FILES = (
    *("responses.parquet", "comments.parquet", "scores.parquet", "items.parquet", "sessions.parquet"),
    DICTIONARY,
)
SCORE_OF = "score_"
"""What stands before an item's identifier in the names of the wide table."""


class Column(NamedTuple):
    name: str
    type: Type
    meaning: str
    may_miss: bool = False


class Table(NamedTuple):
    """A table's columns, and its rows of one session."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Opened], Iterator[Row]]


_SESSION = Column(
    "session", "text", "pseudonym of the sitting; the same in all tables, no name behind it here"
)
_ROOM = Column("room", "text", "group of sessions that sat together")

RESPONSES = (
    _SESSION,
    _ROOM,
    Column("item", "text", "identifier that the author gave the item"),
    Column("response", "text", "identifier of the response variable within the item"),
    Column(
        "value", "text", "what was given: the value, or a JSON array of several; missing: taken back", True
    ),
    Column("kind", "text", "value; nothing: left blank; absent: so a teacher keyed; empty: erased there"),
    Column("n", "whole", "number of the batch that brought it, counted through the session"),
    Column("epoch", "whole", "device that sent it; a higher number came later"),
    Column("received_at", "time", "when it reached the server"),
    Column("elapsed_ms", "whole", "milliseconds that the item was on the screen, by the pupil's device"),
    Column("late", "text", "empty in time, else the class: corroborated, self_attested, after"),
    Column("counted", "truth", "whether this value was scored; a later uncounted one may stand beside it"),
    Column("attempts", "whole", "attempts at the item that count; 1 where the item offers none"),
    Column("variant", "text", "template variables of this pupil's variant, a JSON object", True),
    Column("variant_seed", "text", "what the variant was drawn from; the same seed, the same variant", True),
)
COMMENTS = (
    _SESSION,
    _ROOM,
    Column("item", "text", "identifier that the author gave the item"),
    Column("comment", "text", "what the pupil had to say about the item, as written"),
    Column("counted", "truth", "whether it came with an answer that counts"),
)
ITEMS = (
    Column("item", "text", "identifier that the author gave the item"),
    Column("position", "whole", "place in the form as authored, from 1"),
    Column("title", "text", "the author's title"),
    Column("domain", "text", "competence or section that the item belongs to"),
    Column("interactions", "text", "kinds of interaction, in the order of the text, with commas"),
    Column("responses", "text", "response variables, in the same order, with commas"),
    Column("max_score", "number", "the most that the item gives by the key of this score version", True),
    Column("marked_by_people", "truth", "whether a person gives the score"),
)
SESSIONS = (
    _SESSION,
    _ROOM,
    Column("status", "text", "submitted by the pupil, or closed by the server"),
    Column("factor", "number", "share of the usual time that the pupil had, 1.333 for a third more"),
    Column("started_at", "time", "when the test was begun", True),
    Column("ended_at", "time", "when it was handed in or closed", True),
    Column("deadline_at", "time", "when it had to end, with all extensions", True),
    Column("duration_ms", "whole", "milliseconds from start to end, pauses included", True),
    Column("answered", "whole", "items with an answer that counts"),
    Column("absent", "whole", "items for which the pupil was absent, by the word of the teacher who keyed"),
    Column("unkeyed", "whole", "items answered on paper that no teacher keyed"),
    Column("scored_at", "time", "when the first scores were computed that this version rests on"),
)


def tables(names: Names) -> tuple[Table, ...]:
    """The tables that take their rows from sessions."""
    items = names.items()
    return (
        Table("responses", RESPONSES, lambda session: _responses(names, session)),
        Table("comments", COMMENTS, lambda session: _comments(names, session)),
        Table("scores", score_columns(names), lambda session: _scores(items, session)),
        Table("sessions", SESSIONS, _session),
    )


def score_columns(names: Names) -> tuple[Column, ...]:
    """The wide table's columns: those of every delivery, then one for each item of this one."""
    head = (
        _SESSION,
        _ROOM,
        Column("score", "number", "sum of the scores that are known; missing: absent throughout", True),
        Column("max_score", "number", "sum of the items' maxima, without those absent for or not keyed"),
        Column("needs_marking", "truth", "whether a person has still to give a score of this session"),
    )
    items = (names.key.authored(item) for item in names.items())
    scores = (
        Column(
            f"{SCORE_OF}{item}",
            "number",
            f"score of {item}; missing: absent, not keyed, not marked yet, or not in this session's test",
            True,
        )
        for item in items
    )
    return (*head, *scores)


def item_rows(names: Names) -> Iterator[Row]:
    """What there is to say of each item."""
    key = names.key
    for position, item in enumerate(names.items(), 1):
        kinds, responses = ",".join(names.kinds(item)), ",".join(key.response_names(item).values())
        about = (key.authored(item), position, key.title(item), key.domain(item), kinds, responses)
        yield (*about, key.max_score(item), key.needs_marking(item))


def _responses(names: Names, session: Opened) -> Iterator[Row]:
    for given in names.given(session):
        answer = given.answer
        value = None if given.value is None else canonical(given.value)
        numbers = (answer["n"], answer["epoch"], answer["received_ms"], answer["elapsed_ms"])
        about = (session.session, session.room, given.item, given.response)
        variant = given.entry.get("variant")
        seed = given.entry.get("variant_seed")
        sat = (attempts_of(given.entry), canonical(variant) if variant else None, seed)
        yield (*about, value, given.kind, *numbers, answer["late"], given.counted, *sat)


def _comments(names: Names, session: Opened) -> Iterator[Row]:
    for comment in names.comments(session):
        yield (session.session, session.room, *comment)


def _scores(items: Sequence[str], session: Opened) -> Iterator[Row]:
    head = (session.session, session.room, session.score, session.max_score, session.needs_marking)
    scores = {entry["item"]: entry["score"] for entry in session.items}
    yield (*head, *(scores.get(item) for item in items))


def _session(session: Opened) -> Iterator[Row]:
    started_ms, ended_ms = session.started_ms or None, session.ended_ms or None
    duration_ms = ended_ms - started_ms if started_ms and ended_ms else None
    answered = sum(entry["answer"] is not None for entry in session.sat)
    head = (session.session, session.room, session.status, session.factor_permille / 1000)
    times = (started_ms, ended_ms, session.deadline_ms or None, duration_ms)
    yield (*head, *times, answered, *session.missed, session.scored_ms)
