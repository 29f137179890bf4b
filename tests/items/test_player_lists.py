"""What the compiler writes, the player lets through: a word lost between the two would be lost in silence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from items.qti import markup

FRAGMENT = Path("engine/web/js/fragment.js").resolve()
CONTROLS = markup.names("div img input label li ol option output section select span table textarea ul")


def _listed(name: str) -> frozenset[str]:
    """One of the lists in the player's source."""
    found = re.search(rf"const {name} = list\((.*?)\)\n", FRAGMENT.read_text(), re.S)
    assert found
    return frozenset(" ".join(re.findall(r"'([^']*)'", found[1])).split())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("HTML", markup.PLAIN | frozenset(markup.RENAMED.values()) | CONTROLS),
        ("MATH", markup.MATH_ELEMENTS),
    ],
)
def test_the_player_knows_every_element_we_write(name: str, written: frozenset[str]) -> None:
    """Its list is its own, as the second lock on the door; ours has to fit it."""
    assert written - _listed(name) == frozenset()
