"""The research tables: what each column is called, holds and means; the dictionary beside the files is this.

Pseudonyms are keyed digests under `research.json`: the same pupil, class and school in all tables of a
campaign, tied to no session, room or number of a school by anybody but the holder of that key.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "whole", "number", "truth"]


class Column(NamedTuple):
    """One column. `source` names the engine's column that it is read from, empty for pseudonyms."""

    name: str
    kind: Kind
    source: str
    meaning: str


_WHO = (
    Column("pupil", "text", "", "pseudonym of the pupil, for this campaign alone"),
    Column("class", "text", "", "pseudonym of the class"),
    Column("school", "text", "", "pseudonym of the school"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "scores": (
        *_WHO,
        Column("item", "text", "item", "identifier that the author gave the item; empty: the pupil's total"),
        Column("domain", "text", "domain", "competence or section that the item belongs to"),
        Column("score", "number", "score", "score of the item; missing: absent, or not marked or keyed yet"),
        Column("max_score", "number", "max_score", "the most that the item gives"),
        Column("needs_marking", "truth", "needs_marking", "whether a person has still to give the score"),
        Column(
            "kind",
            "text",
            "kind",
            "what stands behind the score: value; nothing: left blank; absent: so a teacher keyed, no zero; "
            "empty: nothing came. Of the total: absent of a pupil who was there for none of it, else nothing",
        ),
    ),
    "responses": (
        *_WHO,
        Column("item", "text", "item", "identifier that the author gave the item"),
        Column("response", "text", "response", "identifier of the response variable within the item"),
        Column(
            "value",
            "text",
            "value",
            "what was given: the value, or a JSON array of several; an apostrophe stands before text that a "
            "spreadsheet would run as a formula",
        ),
        Column("kind", "text", "kind", "value; nothing: left blank; absent; empty: erased by a teacher"),
        Column("n", "whole", "n", "number of the batch that brought it, counted through the session"),
        Column("elapsed_ms", "whole", "elapsed_ms", "milliseconds that the item was on the screen"),
        Column("late", "text", "late", "empty in time, else the class of lateness"),
        Column("counted", "truth", "counted", "whether this value was scored"),
    ),
}
"""Left out on purpose: times of day and devices, which would help to tell a pupil apart."""
