"""What goes with what: groups of choices that may go together, and how often one must be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from items.responses import Shapes
from tests.items.given import SVG, a_form, an_item, codes, declared, refusals_of

PICTURE = '<img src="plan.svg" alt="un plan" width="400" height="300"/>'
PLAN = {"plan.svg": SVG}


def _chip(name: str, more: str = "", tag: str = "qti-simple-associable-choice") -> str:
    return f'<{tag} identifier="{name}" match-max="2" {more}>{name}</{tag}>'


def _spot(name: str, more: str = "") -> str:
    return f'<qti-associable-hotspot identifier="{name}" match-max="2" shape="circle" coords="9,9,5" {more}/>'


def _asked(name: str, inside: str, base_type: str) -> str:
    body = f'<qti-{name} response-identifier="RESPONSE" max-associations="0">{inside}</qti-{name}>'
    return an_item(body, declared(("a x",), cardinality="multiple", base_type=base_type))


def _sets(first: str, second: str) -> str:
    wrapped = "<qti-simple-match-set>{}</qti-simple-match-set>"
    return wrapped.format(first) + wrapped.format(second)


GROUP = 'match-group="x"'
KINDS = {
    "associate": _asked(
        "associate-interaction", _chip("a", GROUP) + _chip("x") + _chip("y"), base_type="pair"
    ),
    "match": _asked(
        "match-interaction", _sets(_chip("a", GROUP), _chip("x") + _chip("y")), base_type="directedPair"
    ),
    "gap-match": _asked(
        "gap-match-interaction",
        f'{_chip("a", GROUP, tag="qti-gap-text")}<p><qti-gap identifier="x"/><qti-gap identifier="y"/></p>',
        base_type="directedPair",
    ),
    "graphic-associate": _asked(
        "graphic-associate-interaction",
        PICTURE + _spot("a", GROUP) + _spot("x") + _spot("y"),
        base_type="pair",
    ),
    "graphic-gap-match": _asked(
        "graphic-gap-match-interaction",
        PICTURE + _chip("a", GROUP, tag="qti-gap-text") + _spot("x") + _spot("y"),
        base_type="directedPair",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_outside_its_group_is_no_answer(tmp_path: Path, kind: str) -> None:
    """Its author excluded it; the player says so, and a browser that does not ask is refused."""
    form = a_form(tmp_path, KINDS[kind], media=PLAN)
    names = {a: opaque for opaque, a in form.key["items"]["i1"]["responses"]["r1"]["choices"].items()}
    shapes = Shapes(form.schema)
    assert shapes.check("i1", {"r1": [f"{names['a']} {names['x']}"]}) is None
    assert shapes.check("i1", {"r1": [f"{names['a']} {names['y']}"]}) == "unknown_choice"
    html = form.content.items[0].html
    assert f'data-match-group="{names["a"]}:{names["x"]}"' in html


def test_in_a_table_a_cell_outside_a_group_cannot_be_ticked(tmp_path: Path) -> None:
    html = a_form(tmp_path, KINDS["match"]).content.items[0].html
    assert len(re.findall(r"<input [^>]* disabled>", html)) == 1


def test_a_group_of_names_that_nobody_has_excludes_nothing(tmp_path: Path) -> None:
    """Some editors write notes of their own there; the author is told."""
    item = KINDS["associate"].replace(GROUP, 'match-group="max-5 min-0"')
    form = a_form(tmp_path, item)
    assert "data-match-group" not in form.content.items[0].html
    assert any("match-group" in remark.message for remark in form.remarks)


def test_what_must_be_used_is_written_where_the_player_reads_it(tmp_path: Path) -> None:
    item = KINDS["associate"].replace(GROUP, 'match-min="1"')
    assert 'data-match-max="2" data-match-min="1"' in a_form(tmp_path, item).content.items[0].html


def test_more_uses_required_than_allowed_is_refused(tmp_path: Path) -> None:
    item = KINDS["associate"].replace(GROUP, 'match-min="3"')
    assert codes(refusals_of(tmp_path, item)) == ["bad_attribute"]
