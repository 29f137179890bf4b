"""What the compiler writes, the player lets through: a word lost between the two would be lost in silence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html

from items.qti import markup
from tests.items.given import SVG, a_form
from tests.items.kinds import EVERY_KIND

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


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_player_lets_every_attribute_through_that_we_write(tmp_path: Path, kind: str) -> None:
    """A field without its limit, or a control without its name, would go wrong in silence, too."""
    text = EVERY_KIND[kind].replace("expected-length", 'placeholder-text="ici" expected-length')
    item = a_form(tmp_path, text, media={"authored-picture.svg": SVG}).content.items[0]
    written = {str(name) for element in html.fromstring(item.html).iter() for name in element.attrib}
    special = {"id", "for", "type"}
    rest = {name for name in written - special if not name.startswith(("data-", "aria-"))}
    assert rest - _listed("ATTRIBUTES") == set()
