"""What the authority's program says that it holds is what it holds: tables, keys, cookies."""

from __future__ import annotations

import re
from pathlib import Path

import authority
from authority.inventory import INVENTORY
from authority.keys import DESTROYED_WITH_NAMES
from authority.register.tables import OF_PEOPLE, metadata

PLACES = INVENTORY.places


def test_every_column_of_every_table_is_said() -> None:
    """A table without a line fails the build, and so does a column."""
    said = {name: set(place.fields) for name, place in PLACES.items() if place.kind == "table"}
    assert said == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}


def test_what_is_destroyed_at_the_end_is_said_to_be() -> None:
    """Tables of people and keys go with the campaign or before, and no other table does."""
    gone = {name for name, place in PLACES.items() if place.until in ("destroyed", "hour")}
    assert {name for name in gone if PLACES[name].kind == "table"} == {table.name for table in OF_PEOPLE}
    assert {name for name in gone if PLACES[name].kind == "file"} == set(DESTROYED_WITH_NAMES)


def test_every_cookie_is_said() -> None:
    """By the sources of the server."""
    sources = "".join(path.read_text() for path in Path(authority.__file__).parent.rglob("*.py"))
    cookies = {f"cookie {name}" for name in re.findall(r'"(__Host-[\w-]+)"', sources)}
    assert cookies == {name for name, place in PLACES.items() if place.kind == "browser"}


def test_each_place_has_its_words_and_no_word_is_left_over() -> None:
    """In both languages; each thing that is held stands in one group."""
    assert INVENTORY.gaps() == []
