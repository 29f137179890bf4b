"""What each session's test adds up to, as test.csv: outcomes of the whole test, and the way through it.

    kind      name                      value
    outcome   name of the outcome       its value
    step      item after which          item that came next, empty at the end; who decided, and when
    stray     item                      empty: an answer to an item that is not in this session's test

Items stand by the author's identifiers. A form whose test has no rules gives the header alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.results.drafts import table
from engine.results.opening import Names, Opened
from engine.results.texts import canonical

TEST = ("session", "room", "kind", "name", "value", "decided_by", "at_ms")
FILES = ("test.csv",)

Row = tuple[Any, ...]


@contextmanager
def whole_test(folder: Path, names: Names, *, bom: bool = False) -> Iterator[Callable[[Opened], None]]:
    """The file; gives what writes one session to it."""
    with table(folder / FILES[0], TEST, bom) as put:
        yield lambda session: put(_rows(names, session))


def _rows(names: Names, session: Opened) -> Iterator[Row]:
    head, test, authored = (session.session, session.room), session.record.get("test", {}), names.key.authored
    for name, value in test.get("outcomes", {}).items():
        yield (*head, "outcome", name, value if isinstance(value, int | float) else canonical(value), "", "")
    for step in test.get("route", ()):
        to = authored(step["to"]) if step["to"] else ""
        yield (*head, "step", authored(step["after"]), to, step["by"], step["at_ms"])
    for stray in test.get("strayed", ()):
        yield (*head, "stray", authored(stray["item"]), "", "", stray["answer"]["received_ms"])
